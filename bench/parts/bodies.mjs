// One signature of a large body, beside the host's SHA-256 of the same bytes.

import { createHash } from 'node:crypto';

import { Signer } from '../../pkg/esm/index.js';
import * as node from '../peers-node.mjs';
import { aws4fetch, AWS4FETCH, ours, OURS, smithy, SMITHY } from '../peers.mjs';
import { gateway, post, temporary } from '../requests.mjs';
import { race } from '../harness.mjs';
import { verify } from '../verify.mjs';

export const HOST_DIGEST = 'the host SHA-256 alone';

const PEERS = {
  [OURS]: ours(Signer),
  [node.AWS4]: node.aws4Peer,
  [node.SMITHY_NODE]: node.smithyNode,
  [AWS4FETCH]: aws4fetch,
  [SMITHY]: smithy,
};

/** Far slower, so not in the rounds of those whose percents count. */
const FAR = new Set([AWS4FETCH, SMITHY]);

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const tables = [];
  for (const [id, title, mebibytes] of /** @type {const} */ ([
    ['post-1mib', 'POST 1 MiB', 1],
    ['post-64mib', 'POST 64 MiB', 64],
  ])) {
    const work = post(Buffer.alloc(mebibytes << 20, 'sigv4'));
    const slow = mebibytes > 1;
    const near = { [HOST_DIGEST]: () => createHash('sha256').update(work.body).digest('hex') };
    /** @type {Record<string, () => unknown>} */
    const far = {};
    for (const [name, peer] of Object.entries(PEERS)) {
      const sign = peer(temporary, gateway);
      await verify(name, await sign(work), work, temporary, gateway);
      (FAR.has(name) ? far : near)[name] = () => sign(work);
    }
    const { [HOST_DIGEST]: host, [OURS]: mine, ...others } = near;
    const rows = await race(
      { [OURS]: mine, [HOST_DIGEST]: host, ...others },
      { rounds: quick ? 9 : slow ? 15 : 301, sliceMillis: 1 },
    );
    const behind = await race(far, { rounds: 3, sliceMillis: 1, warmMillis: 1 });
    for (const { name, value, spread } of behind)
      rows.push({ name, value, ratio: value / rows[0].value, spread });
    tables.push({ id, title, unit: 'us', rows });
  }
  return tables;
}
