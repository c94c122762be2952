// Presigned URLs for S3: one, and ten thousand at once.

import { presignMany } from '../../pkg/esm/batch.js';
import { Signer } from '../../pkg/esm/index.js';
import { contest } from '../contest.mjs';
import { race } from '../harness.mjs';
import { AWS4, aws4Presign } from '../peers-node.mjs';
import { aws4fetchPresign, AWS4FETCH, OURS, SMITHY, smithyPresign } from '../peers.mjs';
import { objects, s3, temporary } from '../requests.mjs';
import { verify } from '../verify.mjs';

/** @type {Record<string, import('../peers.mjs').Peer>} */
const PEERS = {
  [OURS]: (credentials, scope) => {
    const signer = new Signer({ credentials, ...scope });
    return (work) => signer.presignSync(work, { expiresIn: 3600 });
  },
  [AWS4]: aws4Presign,
  [SMITHY]: smithyPresign,
  [AWS4FETCH]: aws4fetchPresign,
};

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const count = quick ? 1000 : 10_000;
  const works = objects(count);
  const signer = new Signer({ credentials: temporary, ...s3 });
  /** @type {Record<string, () => Promise<any[]>>} */
  const many = { [`${OURS} (presignMany)`]: () => presignMany(signer, works, { expiresIn: 3600 }) };
  for (const [name, peer] of Object.entries(PEERS)) {
    if (name === OURS) continue;
    const presign = peer(temporary, s3);
    many[name] = async () => {
      const all = [];
      for (const work of works) all.push(await presign(work));
      return all;
    };
  }
  for (const [name, presign] of Object.entries(many)) {
    const all = await presign();
    for (const n of [0, 1, count - 1]) await verify(name, all[n], works[n], temporary, s3);
  }
  return [
    {
      id: 'presign',
      title: 'Presign one S3 key',
      unit: 'us',
      rows: await contest(PEERS, works[0], temporary, s3, { rounds: quick ? 31 : 201 }),
    },
    {
      id: 'presign-many',
      title: `Presign ${count} S3 keys`,
      unit: 'us',
      rows: await race(many, { rounds: quick ? 3 : 7, sliceMillis: 1, warmMillis: 1 }),
    },
  ];
}
