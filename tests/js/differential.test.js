// Random requests, signed by us and by botocore and the AWS Common Runtime: the signatures must be the same.
//
// Where they differ, the rows of tests/differential/known_differences.json that apply change the request, and both are
// asked once more: now they must agree. Environment variables as in tests/differential.rs: SIGV4_SEED, SIGV4_CASES,
// SIGV4_CASE.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { Random, randomCase, smaller } from '../differential/case.js';
import { change, decode, encode, rowsFor } from '../differential/known.js';
import { findPython, Oracle, PINNED } from '../differential/oracle.js';
import { urlOf, wire } from '../differential/wire.js';

/**
 * @typedef {import('../differential/case.js').Case} Case
 * @typedef {import('../differential/known.js').Row} Row
 */

const FIXED_SEED = 5;
const DEFAULT_CASES = 2000;
const CASES = Number(process.env.SIGV4_CASES ?? DEFAULT_CASES);

const python = findPython();
const missing =
  'there is no Python with botocore: scripts/setup test installs one, and SIGV4_PYTHON can name another';
if (python === undefined) {
  if (process.env.CI === 'true') throw new Error(missing);
  test('differential', { skip: missing }); // a suite that is skipped would not be counted
} else
  describe('differential', () => {
    /** @type {Oracle} */
    let oracle;
    before(async () => {
      oracle = await new Oracle(python).start();
    });
    after(() => oracle?.stop());

    const given = process.env.SIGV4_CASE;
    if (given !== undefined) {
      test('SIGV4_CASE', () => run(oracle, [JSON.parse(given)], 'SIGV4_CASE'));
      return;
    }

    test('agrees with botocore and the CRT on the same requests each time', async () => {
      const needed = await run(oracle, randomCases(FIXED_SEED), `seed ${FIXED_SEED}`);
      const stale = Object.keys(PINNED)
        .filter((signer) => oracle.versions[signer] === PINNED[signer])
        .flatMap((signer) => rowsFor(signer).map((row) => `${signer}: ${row.id}`))
        .filter((key) => !needed.has(key));
      if (CASES >= DEFAULT_CASES)
        assert.deepEqual(stale, [], 'known differences that no request needs any more');
    });

    test('agrees with botocore and the CRT on new requests each time', async () => {
      const seed = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32);
      await run(oracle, randomCases(seed), `seed ${seed}`);
    });
  });

/** @param {number} seed */
function randomCases(seed) {
  const random = new Random(seed);
  return Array.from({ length: CASES }, () => randomCase(random));
}

/**
 * @param {Oracle} oracle
 * @param {Case[]} cases
 * @param {string} title
 * @returns {Promise<Map<string, number>>} how often each known difference was needed
 */
async function run(oracle, cases, title) {
  const verdicts = await judge(oracle, cases);
  for (const { signer, differs, index } of verdicts) {
    if (!differs) continue;
    const least = await shrink(oracle, cases[index], signer);
    assert.fail(`${title}, request ${index}, made smaller:\n${await describeCase(oracle, least, signer)}`);
  }
  /** @type {Map<string, number>} */
  const needed = new Map();
  for (const { signer, rows } of verdicts) {
    for (const row of rows) needed.set(`${signer}: ${row.id}`, (needed.get(`${signer}: ${row.id}`) ?? 0) + 1);
  }
  for (const signer of Object.keys(oracle.versions)) {
    const its = verdicts.filter((verdict) => verdict.signer === signer);
    const agreed = its.filter(({ outcome }) => outcome === 'agree').length;
    const refused = its.filter(({ outcome }) => outcome === 'both refuse').length;
    console.log(
      `${title}: ${its.length} requests, ${signer} ${oracle.versions[signer]} has the same signature for ${agreed}, ` +
        `both refuse ${refused}, and known differences make up for the rest`,
    );
  }
  console.log(Object.fromEntries([...needed].sort()));
  return needed;
}

/**
 * @typedef {object} Verdict
 * @property {string} signer
 * @property {number} index
 * @property {boolean} differs
 * @property {'agree' | 'both refuse' | 'known'} outcome
 * @property {Row[]} rows  that were needed
 */

/**
 * @param {Oracle} oracle
 * @param {Case[]} cases
 * @param {string[]} [signers]
 * @returns {Promise<Verdict[]>}
 */
async function judge(oracle, cases, signers = Object.keys(oracle.versions)) {
  const wires = cases.map(wire);
  const answers = await oracle.ask(wires.map((one) => ({ ...forOthers(one), signers })));
  const ours = await Promise.all(cases.map(sign));
  /** @type {Verdict[]} */
  const verdicts = [];
  /** Those that differ, once with every row that applies and once without each. */
  const again = [];
  for (const signer of signers) {
    for (let index = 0; index < cases.length; index++) {
      const theirs = answers[index][signer];
      const both = ours[index].error !== undefined && theirs.error !== undefined;
      const outcome = agree(ours[index], theirs) ? 'agree' : both ? 'both refuse' : 'known';
      /** @type {Verdict} */
      const verdict = { signer, index, differs: false, outcome, rows: [] };
      verdicts.push(verdict);
      if (outcome !== 'known') continue;
      const rows = applying(wires[index], signer);
      for (const left of rows.length > 1 ? [undefined, ...rows] : [undefined]) {
        const pair = level(
          wires[index],
          rows.filter((row) => row !== left),
        );
        again.push({ verdict, left, only: rows.length === 1 ? rows[0] : undefined, pair });
      }
    }
  }
  const second = await oracle.ask(
    again.map(({ pair, verdict }) => ({ ...forOthers(pair.forThem), signers: [verdict.signer] })),
  );
  const oursAgain = await Promise.all(again.map(({ pair }) => sign(pair.forUs)));
  for (const [i, { verdict, left, only }] of again.entries()) {
    const agrees = agree(oursAgain[i], second[i][verdict.signer]);
    if (left === undefined) {
      verdict.differs = !agrees;
      if (only !== undefined) verdict.rows.push(only);
    } else if (!agrees) verdict.rows.push(left);
  }
  return verdicts;
}

/**
 * @param {Case} one
 * @param {string} signer
 */
function applying(one, signer) {
  /** @type {Row[]} */
  const rows = [];
  for (const row of rowsFor(signer)) {
    const next = change(row, one);
    if (JSON.stringify(next) !== JSON.stringify(one)) rows.push(row);
    one = next;
  }
  return rows;
}

/**
 * @param {Case} one
 * @param {Row[]} rows
 */
function level(one, rows) {
  const pair = { forUs: one, forThem: one };
  for (const row of rows) {
    if (row.both) pair.forUs = change(row, pair.forUs);
    pair.forThem = change(row, pair.forThem);
  }
  return pair;
}

/** @param {Case} one */
function forOthers(one) {
  return { ...one, scheme: one.scheme.replace('ws', 'http') };
}

/**
 * @param {{ signature?: string }} a
 * @param {{ signature?: string }} b
 */
function agree(a, b) {
  return a.signature !== undefined && a.signature === b.signature;
}

/** Signers by credentials, so that their keys are met again. @type {Map<string, Signer>} */
const signers = new Map();

/**
 * @param {Case} one
 * @returns {Promise<{ signature?: string, error?: string }>}
 */
async function sign(one) {
  try {
    const { signer, request, options } = handIn(one);
    if (one.mode === 'presigned') {
      const url =
        one.call === 'sync' ? signer.presignSync(request, options) : await signer.presign(request, options);
      return { signature: /&X-Amz-Signature=([0-9a-f]{64})/.exec(url)?.[1] };
    }
    const signed =
      one.call === 'sync' ? signer.signSync(request, options) : await signer.sign(request, options);
    checkHandedBack(one, signed);
    return { signature: /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization)?.[1] };
  } catch (error) {
    if (error instanceof assert.AssertionError || !(/** @type {any} */ (error).code)) throw error;
    return { error: String(error) };
  }
}

/** @param {Case} one */
function handIn(one) {
  const { accessKeyId, secretAccessKey, sessionToken } = one;
  const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? undefined };
  const key = JSON.stringify(credentials);
  const signer = signers.get(key) ?? new Signer({ credentials });
  signers.set(key, signer);
  const body = Buffer.from(one.bodyHex, 'hex');
  const [, hostname, port] = /** @type {RegExpExecArray} */ (/^(.*?)(?::(\d+))?$/.exec(one.host));
  const target =
    one.form === 'url'
      ? { url: urlOf(one) }
      : {
          protocol: `${one.scheme}:`,
          hostname,
          port: port === undefined ? undefined : Number(port),
          path: one.query === '' ? one.path : `${one.path}?${one.query}`,
          query: one.parameters,
        };
  const isChoice = one.payload === 'signed' || one.payload === 'unsigned' || one.payload === null;
  return {
    signer,
    request: {
      ...target,
      method: one.method,
      headers: one.headers,
      body: one.bodyAs === 'none' ? undefined : one.bodyAs === 'text' ? body.toString() : body,
    },
    options: {
      region: one.infer ? undefined : one.region,
      service: one.infer ? undefined : one.service,
      signedHeaders: one.signedHeaders,
      payload: isChoice ? (one.payload ?? undefined) : { sha256: one.payload },
      contentSha256Header: one.contentSha256Header ?? undefined,
      sessionTokenMode: one.sessionTokenMode ?? undefined,
      headerPlacement: one.headerPlacement,
      pathEncoding: one.pathEncoding ?? undefined,
      date: new Date(one.epochSeconds * 1000),
      ...(one.mode === 'presigned' && { expiresIn: one.expires }),
    },
  };
}

/**
 * What goes on the wire is what others are told.
 *
 * @param {Case} one
 * @param {import('sigv4-wasm').SignedRequest} signed
 */
function checkHandedBack(one, signed) {
  const sent = wire(one);
  const { scheme, host, path, query } = sent;
  // Where the path is encoded once, all of it is sent as it is signed.
  const isSingle = (one.pathEncoding ?? (S3_FAMILY.has(one.service) ? 'single' : 'double')) === 'single';
  const spelled = isSingle ? encode(decode(path)).replaceAll('%2F', '/') : path;
  const [origin, wireQuery] = [`${scheme}://${host}`, query.replaceAll('+', '%20')];
  assert.equal(signed.url.split('?')[0], origin + spelled);
  if (one.form === 'url' && signed.url !== urlOf({ ...sent, path: spelled, query: wireQuery })) {
    assert.ok(isSingle);
    assert.deepEqual(signed.url.split('?')[1].split('&'), spelledPairs(wireQuery));
  }
  for (const [name, value] of sent.headers) {
    if (!REPLACED.has(name)) assert.equal(signed.headers[name], value, name);
  }
}

/**
 * In the one spelling, and in the order in which they are signed.
 *
 * @param {string} query
 */
function spelledPairs(query) {
  const again = (/** @type {string} */ text) => encode(decode(text));
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs
    .map((pair) => /^([^=]*)=?(.*)$/s.exec(pair).slice(1).map(again))
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map((pair) => pair.join('='));
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

const S3_FAMILY = new Set(['s3', 's3express', 's3-object-lambda', 's3-outposts']);
const REPLACED = new Set([
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-s3session-token',
  'x-amz-security-token',
]);

/**
 * Takes away what is not needed for the difference, until nothing is left to take away.
 *
 * @param {Oracle} oracle
 * @param {Case} one
 * @param {string} signer
 */
async function shrink(oracle, one, signer) {
  for (;;) {
    const candidates = smaller(one);
    const verdicts = await judge(oracle, candidates, [signer]);
    const found = verdicts.find(({ differs }) => differs);
    if (found === undefined) return one;
    one = candidates[found.index];
  }
}

/**
 * @param {Oracle} oracle
 * @param {Case} one
 * @param {string} signer
 */
async function describeCase(oracle, one, signer) {
  const rows = applying(wire(one), signer);
  const { forUs, forThem } = level(wire(one), rows);
  const [theirs] = await oracle.ask([{ ...forOthers(forThem), signers: [signer] }]);
  const { signer: us, request, options } = handIn(forUs);
  const ours = await trace(us, request, options).catch(String);
  return [
    `SIGV4_CASE='${JSON.stringify(one).replaceAll("'", String.raw`'\''`)}'`,
    `known differences that apply, and are not all: ${JSON.stringify(rows.map(({ id }) => id))}`,
    `ours: ${JSON.stringify(ours, undefined, 2)}`,
    `${signer}: ${JSON.stringify(theirs[signer], undefined, 2)}`,
    `asked about ${JSON.stringify(forThem)}`,
  ].join('\n');
}
