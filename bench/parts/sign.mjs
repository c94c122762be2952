// One signature of a small request.

import { Signer } from '../../pkg/esm/index.js';
import { contest } from '../contest.mjs';
import * as node from '../peers-node.mjs';
import { aws4fetch, AWS4FETCH, ours, OURS, smithy, SMITHY } from '../peers.mjs';
import { gateway, get, longTerm, post, smallBody, temporary } from '../requests.mjs';

const PEERS = {
  [OURS]: ours(Signer),
  [node.AWS4]: node.aws4Peer,
  [node.AWS4_AXIOS]: node.aws4Axios,
  [node.REPLACED]: node.replaced,
  [SMITHY]: smithy,
  [node.SMITHY_NODE]: node.smithyNode,
  [node.SIGV4_FETCH]: node.sigv4Fetch,
  [AWS4FETCH]: aws4fetch,
};

/** @type {[string, string, import('../requests.mjs').Work, object][]} */
const WORK = [
  ['get-token', 'GET, temporary credentials', get, temporary],
  ['get', 'GET, long-term credentials', get, longTerm],
  ['post-1kb', 'POST 1 kB, temporary credentials', post(smallBody), temporary],
];

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const tables = [];
  for (const [id, title, work, credentials] of WORK) {
    const rows = await contest(PEERS, work, credentials, gateway, { rounds: quick ? 31 : 201 });
    tables.push({ id, title, unit: 'us', rows });
  }
  return tables;
}
