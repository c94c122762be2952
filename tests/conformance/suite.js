// The behavior of the package in every runtime and from every bundler, as a list of named checks. Plain modules: they
// import only each other, and use only what browsers, Node.js, Deno, Bun and workers have alike.
//
// Expected signatures are constants of the AWS documentation and of the official test suite, or were made once by
// @smithy/signature-v4. So each runtime is compared with AWS, not with itself.

import { equal, SERVER_CHECKS } from './server-checks.js';
import { bucket, host, plain, PRESIGNED, s3, SUITE, VECTORS } from './vectors.js';

/**
 * The package, as the caller got it: with `import`, `require()`, or out of a bundle.
 *
 * @typedef {typeof import('sigv4-wasm') & {
 *   axios?: import('axios').AxiosStatic,
 *   sigv4Interceptor?: typeof import('sigv4-wasm/axios').sigv4Interceptor,
 *   presignMany: typeof import('sigv4-wasm/batch').presignMany,
 *   eventSigner: typeof import('sigv4-wasm/events').eventSigner,
 *   presignPost: typeof import('sigv4-wasm/s3').presignPost,
 *   signStream: typeof import('sigv4-wasm/s3').signStream,
 *   trace: typeof import('sigv4-wasm/trace').trace,
 *   verifyRequest: typeof import('sigv4-wasm/verify').verifyRequest,
 *   explainResponse: typeof import('sigv4-wasm/explain').explainResponse,
 *   findMismatch: typeof import('sigv4-wasm/explain').findMismatch,
 *   evaluatePolicies: typeof import('sigv4-wasm/policy').evaluatePolicies,
 *   parsePolicy: typeof import('sigv4-wasm/policy').parsePolicy,
 * }} Api
 *
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {string[]} failed  `name: reason`
 * @property {string[]} skipped  `name: reason`; the runtime lacks what the check needs
 */

/**
 * Runs all checks, in their order: the first one wants a package that was not used yet.
 *
 * @param {Api} api
 * @returns {Promise<Outcome>}
 */
export async function conformance(api) {
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: [], skipped: [] };
  for (const { name, needs = [], run } of CHECKS) {
    const missing = needs.filter((need) => !(PROBES[need]?.() ?? (need in globalThis || need in api)));
    if (missing.length > 0) {
      outcome.skipped.push(`${name}: no ${missing.join(', ')}`);
      continue;
    }
    try {
      await run(api);
      outcome.passed += 1;
    } catch (error) {
      outcome.failed.push(`${name}: ${error?.stack ?? error}`);
    }
  }
  return outcome;
}

/** What a check can need that is more than a name. @type {Record<string, () => boolean>} */
const PROBES = {
  // That of jsdom is unknown to the Response of Node.js.
  'FormData in a Response': () =>
    'Response' in globalThis &&
    /^multipart\//.test(new Response(new FormData()).headers.get('content-type') ?? ''),
};

/** Three megabytes: too long to cross into wasm, so hashed before. */
const BIG = new Uint8Array(3_000_000).map((_, i) => i % 251);
const BIG_SIGNATURE = 'daa3ae12b2eef9511f53f181536b332c01028226186b48b65487ebec45766177';

/** @type {[string, string, (api: Api) => unknown][]} */
const ERRORS = [
  [
    'a host that does not tell the region',
    'ERR_SIGV4_REGION_REQUIRED',
    ({ signRequest }) => signRequest('https://api.example.com/', { credentials: SUITE }),
  ],
  ['a relative URL', 'ERR_SIGV4_URL_INVALID', ({ presignUrl }) => presignUrl('/orders', plain)],
  [
    'a key with a newline',
    'ERR_SIGV4_CREDENTIALS_INVALID',
    ({ signRequest }) =>
      signRequest(host, {
        ...plain,
        credentials: { ...SUITE, secretAccessKey: `${SUITE.secretAccessKey}\n` },
      }),
  ],
  [
    'an expiry beyond a week',
    'ERR_SIGV4_EXPIRES_INVALID',
    ({ presignUrl }) => presignUrl(host, { ...plain, expiresIn: 604_801 }),
  ],
  [
    'credentials that must be fetched, at once',
    'ERR_SIGV4_NOT_READY',
    ({ Signer }) => new Signer({ ...plain, credentials: async () => SUITE }).signSync(host),
  ],
  [
    'a body that cannot be read',
    'ERR_SIGV4_BODY_UNSUPPORTED',
    ({ signRequest }) => signRequest({ method: 'POST', url: host, body: new Map() }, plain),
  ],
];

/** @type {{ name: string, needs?: string[], run: (api: Api) => Promise<void> }[]} */
export const CHECKS = [
  {
    name: 'concurrent callers share the first start',
    async run({ Signer, signRequest }) {
      const [, request, options, signature] = VECTORS[0];
      const signed = await Promise.all(Array.from({ length: 20 }, () => signRequest(request, options)));
      for (const one of signed) equal(signatureOf(one), signature);
      equal(signatureOf(new Signer(options).signSync(request)), signature);
    },
  },
  ...VECTORS.map(([name, request, options, signature]) => ({
    name: `signRequest, Signer and signSync: ${name}`,
    async run({ Signer, signRequest }) {
      equal(signatureOf(await signRequest(request, options)), signature);
      equal(signatureOf(await new Signer(options).sign(request)), signature);
      equal(signatureOf(new Signer(options).signSync(request)), signature);
    },
  })),
  {
    name: 'presignUrl: "Authenticating Requests: Using Query Parameters" (Amazon S3 API reference)',
    async run({ presignUrl }) {
      const { request, expiresIn, signature } = PRESIGNED;
      const url = new URL(await presignUrl(request, { ...s3, expiresIn }));
      equal(url.searchParams.get('X-Amz-Signature'), signature);
      equal(url.searchParams.get('X-Amz-Expires'), '86400');
    },
  },
  {
    name: 'presignMany: in order, each as presigned alone',
    async run({ Signer, presignMany }) {
      const signer = new Signer(s3);
      const requests = [PRESIGNED.request, `${bucket}/a`, `${bucket}/ü b`];
      const { expiresIn } = PRESIGNED;
      const urls = await presignMany(signer, requests, { expiresIn });
      equal(new URL(urls[0]).searchParams.get('X-Amz-Signature'), PRESIGNED.signature);
      for (const [i, request] of requests.entries())
        equal(urls[i], signer.presignSync(request, { expiresIn }));
    },
  },
  {
    name: 'presignPost: the policy, signed',
    async run({ Signer, presignPost }) {
      const conditions = [['content-length-range', 0, 1_048_576]];
      const post = await presignPost(new Signer(s3), {
        bucket: 'examplebucket',
        key: 'photos/${filename}',
        conditions,
      });
      equal(
        atob(post.fields.policy),
        '{"expiration":"2013-05-24T01:00:00Z","conditions":[["content-length-range",0,1048576],' +
          '{"bucket":"examplebucket"},{"x-amz-algorithm":"AWS4-HMAC-SHA256"},' +
          '{"x-amz-credential":"AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"},' +
          '{"x-amz-date":"20130524T000000Z"},["starts-with","$key","photos/"]]}',
      );
      equal(
        post.fields['x-amz-signature'],
        '3f64681046ba279f21c6392085ac62c12360de1f1d6882f3d549fdfb8348ca81',
      );
    },
  },
  {
    name: 'trace: what is signed',
    async run({ Signer, trace }) {
      const [, request, options, signature] = VECTORS[3];
      const traced = await trace(new Signer(options), request);
      equal(traced.canonicalRequest.split('\n').slice(0, 3).join(' '), 'GET / max-keys=2&prefix=J');
      equal(traced.scope, '20130524/us-east-1/s3/aws4_request');
      equal(traced.signature, signature);
    },
  },
  {
    name: 'a big body',
    async run({ Signer, signRequest }) {
      const request = { method: 'POST', url: `${host}/big`, body: BIG };
      equal(signatureOf(await signRequest(request, plain)), BIG_SIGNATURE);
      equal(signatureOf(new Signer(plain).signSync(request)), BIG_SIGNATURE);
    },
  },
  {
    name: 'a body as JSON',
    async run({ signRequest }) {
      const signed = await signRequest(
        { method: 'POST', url: host, body: { item: 'grüner Tee', pieces: 3 } },
        plain,
      );
      equal(signed.body, '{"item":"grüner Tee","pieces":3}');
      equal(signatureOf(signed), '6b72f1fd1e7a3e5302543af9960b2bdafcb6ddfffffeb785cbedc88a9e318858');
    },
  },
  {
    name: 'a body as ReadableStream',
    needs: ['ReadableStream'],
    async run({ signRequest }) {
      const body = new ReadableStream({
        start(controller) {
          for (let at = 0; at < BIG.length; at += 100_000) controller.enqueue(BIG.slice(at, at + 100_000));
          controller.close();
        },
      });
      equal(
        signatureOf(await signRequest({ method: 'POST', url: `${host}/big`, body }, plain)),
        BIG_SIGNATURE,
      );
    },
  },
  {
    name: 'a body as async iterable',
    async run({ signRequest }) {
      const body = (async function* () {
        for (let at = 0; at < BIG.length; at += 1_000_000) yield BIG.slice(at, at + 1_000_000);
      })();
      equal(
        signatureOf(await signRequest({ method: 'POST', url: `${host}/big`, body }, plain)),
        BIG_SIGNATURE,
      );
    },
  },
  {
    name: 'a body as Blob',
    needs: ['Blob', 'Response'],
    async run({ signRequest }) {
      const body = new Blob([BIG]);
      equal(
        signatureOf(await signRequest({ method: 'POST', url: `${host}/big`, body }, plain)),
        BIG_SIGNATURE,
      );
    },
  },
  {
    name: 'a body as FormData, serialised once',
    needs: ['FormData in a Response'],
    async run({ signRequest }) {
      const form = new FormData();
      form.append('invoice', new Blob(['%PDF-1.7'], { type: 'application/pdf' }), 'invoice.pdf');
      const signed = await signRequest({ method: 'POST', url: host, body: form }, plain);
      const boundary = /^multipart\/form-data; *boundary="?([^"]+)"?$/.exec(
        signed.headers['content-type'],
      )?.[1];
      const text = new TextDecoder().decode(signed.body);
      equal(text.includes(`--${boundary}\r\n`) && text.includes('%PDF-1.7'), true);
    },
  },
  {
    name: 'a fetch Request',
    needs: ['Request'],
    async run({ signRequest }) {
      const request = new Request(`${host}/orders`, {
        method: 'POST',
        headers: { 'x-amz-a': '1' },
        body: 'tea',
      });
      const signed = await signRequest(request, plain);
      equal(signed.method, 'POST');
      equal(new TextDecoder().decode(signed.body), 'tea');
      // Runtimes differ in the content type that they give such a request.
      const headers = Object.fromEntries(request.headers);
      const same = await signRequest({ method: 'POST', url: request.url, headers, body: 'tea' }, plain);
      equal(signatureOf(signed), signatureOf(same));
    },
  },
  {
    name: 'signStream with a trailer: "Signature calculations … including trailing headers" (Amazon S3 API reference)',
    needs: ['ReadableStream', 'Response'],
    async run({ Signer, signStream }) {
      const request = {
        url: 'https://s3.amazonaws.com/examplebucket/chunkObject.txt',
        headers: { 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      };
      const options = { trailer: 'crc32c', signedHeaders: ['content-encoding'] };
      const signed = await signStream(new Signer(s3), request, 'a'.repeat(66_560), options);
      equal(signatureOf(signed), '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e');
      const sent = await new Response(signed.body).text();
      const chunks = [...sent.matchAll(/chunk-signature=([0-9a-f]{64})/g)].map(([, signature]) => signature);
      equal(
        chunks.join(' '),
        'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2 ' +
          '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7 ' +
          '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
      );
      equal(/x-amz-checksum-crc32c:(.*)\r\n/.exec(sent)?.[1], 'sOO8/Q==');
      equal(String(sent.length), signed.headers['content-length']);
    },
  },
  {
    name: 'eventSigner: aws-c-auth, test_event_signing.c',
    async run({ Signer, eventSigner }) {
      const signer = new Signer({
        credentials: { accessKeyId: 'access', secretAccessKey: 'secret' },
        region: 'us-east-1',
        service: 'demo',
      });
      const events = await eventSigner(
        signer,
        'e1d8e8c8815e60969f2a34765c9a15945ffc0badbaa4b7e3b163ea19131e949b',
      );
      const frame = await events.sign(new TextEncoder().encode('A'), new Date('1981-01-16T06:30:01Z'));
      equal(events.signature, '7aabf85b765e6a4d0d500b6e968657b14726fa3e1eb7e839302728ffd77629a5');
      equal(new DataView(frame.buffer, frame.byteOffset).getUint32(0), frame.length);
    },
  },
  {
    name: 'credentials of a provider are asked for once, and then also at once',
    async run({ Signer }) {
      let asked = 0;
      const provider = async () => ({
        ...SUITE,
        expiration: new Date(Date.now() + 3_600_000),
        asked: ++asked,
      });
      const signer = new Signer({ ...plain, credentials: provider });
      await Promise.all([signer.ready(), signer.ready(), signer.sign(host)]);
      signer.signSync(host);
      equal(asked, 1);
    },
  },
  ...ERRORS.map(([name, code, fail]) => ({
    name: `${code}: ${name}`,
    async run(api) {
      const error = await Promise.resolve()
        .then(() => fail(api))
        .then(
          () => undefined,
          (reason) => reason,
        );
      equal(error?.code, code);
      equal(error instanceof api.SigV4Error && error instanceof Error, true);
      equal(`${error} ${error.stack} ${JSON.stringify(error)}`.includes(SUITE.secretAccessKey), false);
    },
  })),
  ...SERVER_CHECKS,
  {
    name: 'axios: what is sent is signed',
    needs: ['axios', 'sigv4Interceptor'],
    async run({ axios, sigv4Interceptor, Signer }) {
      let sent;
      const client = axios.create({
        baseURL: host,
        adapter: async (config) => {
          sent = config;
          return { status: 200, data: '', headers: {}, config };
        },
      });
      client.interceptors.request.use(sigv4Interceptor(plain));
      await client.post('/orders', { item: 'tea' });
      const expected = new Signer(plain).signSync({
        method: 'POST',
        url: `${host}/orders`,
        headers: { 'content-type': 'application/json' },
        body: '{"item":"tea"}',
      });
      equal(sent.headers.authorization ?? sent.headers.Authorization, expected.headers.authorization);
      equal(
        typeof sent.data === 'string' ? sent.data : new TextDecoder().decode(sent.data),
        '{"item":"tea"}',
      );
    },
  },
];

function signatureOf({ headers }) {
  return /Signature=([0-9a-f]{64})$/.exec(headers.authorization)?.[1];
}
