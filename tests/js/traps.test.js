// After a trap, and after a request that no server accepts, the module continues to work, for every signer.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import { Signer } from 'sigv4-wasm';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const options = {
  credentials,
  region: 'us-east-1',
  service: 'service',
  date: new Date('2015-08-30T12:36:00Z'),
};
/** get-vanilla of the AWS signing test suite. */
const VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
const url = 'https://example.amazonaws.com/';

describe('a request that no server takes is refused, and the next one is signed', () => {
  const signer = new Signer(options);
  const other = new Signer(options);
  const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
  /** @type {Record<string, [any, any?]>} */
  const REQUESTS = {
    'a header of 300 million spaces': [{ url, headers: { 'x-a': `x${' '.repeat(3e8)}x` } }],
    'a header of two million letters': [{ url, headers: { 'x-a': 'a'.repeat(2e6) } }],
    'a path of two million letters': [{ url: `${url}${'a'.repeat(2e6)}` }],
    'three thousand headers': [{ url, headers: many(3000, (i) => [`x-h${i}`, 'a']) }],
    'twenty thousand parameters': [{ url: `${url}?${many(20_000, (i) => `p${i}=`).join('&')}` }],
  };
  for (const [name, [request]] of Object.entries(REQUESTS)) {
    for (const call of ['signSync', 'presignSync']) {
      test(`${name}: ${call}`, () => {
        assert.throws(() => signer[call](request), { name: 'SigV4Error', code: 'ERR_SIGV4_LIMIT_EXCEEDED' });
        for (const one of [signer, other]) {
          assert.ok(one.signSync(url).headers.authorization.endsWith(VANILLA));
        }
      });
    }
  }

  test('a long request that servers may take is signed', () => {
    const { headers } = signer.signSync({
      url,
      headers: many(1000, (i) => [`x-amz-meta-${i}`, 'a'.repeat(500)]),
    });
    assert.match(headers.authorization, /Signature=[0-9a-f]{64}$/);
  });
});

/** @param {string} script @returns {Promise<any>} what it prints, as JSON */
async function run(script) {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

/** Signs with two signers in turn, and says what came of each request. */
const SIGN = `
  const { Signer } = await import('sigv4-wasm');
  const options = ${JSON.stringify({ ...options, date: undefined })};
  options.date = new Date('2015-08-30T12:36:00Z');
  const signers = [new Signer(options), new Signer(options)];
  const outcomeOf = (request, i) => {
    try {
      return signers[i % 2].signSync(request).headers.authorization.slice(-64);
    } catch (error) {
      return error.name + ' ' + error.code;
    }
  };
`;
const FAILED = 'SigV4Error ERR_SIGV4_LIMIT_EXCEEDED';

describe('a trap throws the instance away', () => {
  test('of wasm: every third signature traps', async () => {
    const outcomes = await run(`
      let calls = 0;
      const { Instance, RuntimeError } = WebAssembly;
      WebAssembly.Instance = class {
        constructor(module, imports) {
          const { exports } = new Instance(module, imports);
          const sign = (...args) => {
            if (++calls % 3 === 0) throw new RuntimeError('unreachable');
            return exports.sign(...args);
          };
          this.exports = { ...exports, sign };
        }
      };
      ${SIGN}
      console.log(JSON.stringify(Array.from({ length: 12 }, (_, i) => outcomeOf('${url}', i))));
    `);
    const failed = outcomes.filter((/** @type {string} */ outcome) => outcome === FAILED);
    assert.ok(failed.length >= 3, outcomes.join());
    assert.deepEqual(
      outcomes.filter((/** @type {string} */ outcome) => outcome !== FAILED),
      Array(12 - failed.length).fill(VANILLA),
    );
  });

  test('of plain JavaScript: its memory cannot grow', async () => {
    const outcomes = await run(`
      const Given = ArrayBuffer;
      let initial;
      globalThis.ArrayBuffer = class extends Given {
        constructor(length) {
          if (length >= 1_000_000) {
            initial ??= length;
            if (length > initial) throw new RangeError('Array buffer allocation failed');
          }
          super(length);
        }
      };
      delete globalThis.WebAssembly;
      await import('sigv4-wasm/asmjs');
      ${SIGN}
      const long = { url: '${url}', headers: { 'x-amz-meta-a': 'a'.repeat(900_000) } };
      console.log(JSON.stringify(['${url}', long, '${url}', '${url}', long, '${url}'].map(outcomeOf)));
    `);
    assert.deepEqual(outcomes, [VANILLA, FAILED, VANILLA, VANILLA, FAILED, VANILLA]);
  });
});

test('memory that a long request took is given back', async () => {
  const { instances, first, last } = await run(`
    const memories = [];
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...args) {
        super(...args);
        memories.push(new WeakRef(this.exports.memory));
      }
    };
    const { Signer } = await import('sigv4-wasm');
    const signer = new Signer(${JSON.stringify({ ...options, date: undefined })});
    const url = '${url}';
    signer.signSync(url);
    const first = memories[0].deref().buffer.byteLength;
    signer.signSync({ url, headers: { 'x-amz-meta-a': 'a'.repeat(900_000) } });
    signer.signSync(url);
    console.log(JSON.stringify({ instances: memories.length, first, last: memories.at(-1).deref().buffer.byteLength }));
  `);
  assert.ok(instances >= 2);
  assert.ok(last <= first * 2, `${first} -> ${last}`);
});

test('dispose() and using: the signer signs no more, others do', () => {
  const signer = new Signer(options);
  const other = new Signer(options);
  signer.signSync(url);
  signer.dispose();
  assert.throws(() => signer.signSync(url), { name: 'SigV4Error', code: 'ERR_SIGV4_CREDENTIALS_INVALID' });
  signer.dispose();
  assert.ok(other.signSync(url).headers.authorization.endsWith(VANILLA));
  assert.equal(typeof (/** @type {any} */ (other)[Symbol.dispose]), 'function');
  /** @type {any} */ (other)[Symbol.dispose]();
  assert.throws(() => other.signSync(url), { code: 'ERR_SIGV4_CREDENTIALS_INVALID' });
});
