// The errors and responses of clients: errors of the AWS SDK, streams, network failures, and other values.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import axios from 'axios';
import axios027 from 'axios-0.27';
import got from 'got';
import OpenAI from 'openai';
import * as undici from 'undici';

import { Signer, signRequest } from 'sigv4-wasm';
import { explainResponse, formatExplanation } from 'sigv4-wasm/explain';
import { trace } from 'sigv4-wasm/trace';

import { REFUSALS, TOKEN } from '../support/refusals.js';

/** @type {import('node:http').Server} */
let server;
let origin = '';
/** What the server answers. @type {{ status: number, headers: Record<string, string>, body: string }} */
let next;
before(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(next.status, next.headers).end(request.method === 'HEAD' ? undefined : next.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  origin = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`;
});
after(() => server.close());

const caught = (/** @type {Promise<unknown>} */ promise) =>
  promise.then(
    () => assert.fail('was accepted'),
    (error) => error,
  );
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: TOKEN };

describe('AWS SDK', () => {
  const settings = () => ({ region: 'eu-west-1', endpoint: origin, credentials, maxAttempts: 1 });
  const get = () => {
    const client = new S3Client({ ...settings(), forcePathStyle: true });
    return caught(client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })));
  };

  for (const name of Object.keys(REFUSALS).filter((one) => one.startsWith('S3: '))) {
    const { answer, code, summary, skew, secret } = REFUSALS[name];
    test(`client-s3: ${name}`, { skip: answer.status === 301 && 'follows it' }, async () => {
      next = answer;
      const explanation = await explainResponse(await get());
      assert.equal(explanation.code, code, formatExplanation(explanation));
      assert.equal(explanation.service, 's3');
      assert.equal(explanation.status, answer.status);
      if (summary) assert.match(explanation.summary, summary);
      if (skew) assert.equal(explanation.clockSkewSeconds, skew);
      if (secret) assert.ok(!JSON.stringify(explanation).includes(secret));
    });
  }

  test('client-s3: the canonical request, which it keeps, beside the one that was signed', async () => {
    const signer = new Signer({ credentials, region: 'eu-west-1', service: 's3' });
    const signed = await trace(signer, { url: 'https://my-bucket.s3.eu-west-1.amazonaws.com/a' });
    const seen = signed.canonicalRequest.replace('/a\n', '/b\n').replace(/(?<=token:).*/, TOKEN);
    next = {
      ...REFUSALS['S3: mismatch'].answer,
      body: `<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match</Message><CanonicalRequest>${seen}</CanonicalRequest><StringToSign>${signed.stringToSign}</StringToSign></Error>`,
    };
    const explanation = await explainResponse(await get(), { signed });
    assert.match(explanation.summary, /path \/b, but you signed \/a\./);
    assert.ok(!JSON.stringify(explanation).includes(TOKEN));
  });

  test('client-s3: HEAD, which has no body', async () => {
    next = { ...REFUSALS['S3: access denied'].answer, body: '' };
    const client = new S3Client({ ...settings(), forcePathStyle: true });
    const error = await caught(client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' })));
    const { code, status, service } = await explainResponse(error);
    assert.deepEqual([code, status, service], ['no-reason', 403, 's3']);
  });

  test('client-dynamodb', async () => {
    const type = 'com.amazon.coral.service#UnrecognizedClientException';
    const message = 'The security token included in the request is invalid.';
    next = { status: 400, headers: {}, body: JSON.stringify({ __type: type, message }) };
    const error = await caught(new DynamoDBClient(settings()).send(new ListTablesCommand({})));
    const explanation = await explainResponse(error);
    assert.equal(explanation.code, 'token-invalid');
    assert.equal(explanation.type, 'UnrecognizedClientException');
    assert.equal((await explainResponse(next)).type, 'UnrecognizedClientException');
    assert.match(explanation.detail, /^status 400: .*security token/);
  });

  test('client-sqs, whose errors are of JSON and of the query protocol', async () => {
    next = {
      status: 403,
      headers: { 'x-amzn-query-error': 'InvalidClientTokenId;Sender', 'x-amzn-requestid': 'abc' },
      body: '{"__type":"com.amazonaws.sqs#InvalidSecurity","message":"The request was denied."}',
    };
    const error = await caught(new SQSClient(settings()).send(new ListQueuesCommand({})));
    for (const given of [error, next]) {
      const { code, requestId } = await explainResponse(given);
      assert.deepEqual([code, requestId], ['token-invalid', 'abc']);
    }
  });
});

describe('bodies', () => {
  const refused = REFUSALS['REST API: no policy allows'].answer;

  test('a Response is left to be read; of one that was read, it says so', async () => {
    next = refused;
    const response = await fetch(origin);
    assert.equal((await explainResponse(response)).code, 'not-allowed');
    assert.equal(await response.text(), refused.body);
    const { code, detail, type } = await explainResponse(response);
    assert.equal(type, 'AccessDeniedException', 'the header is still there');
    assert.equal(code, 'access-denied');
    assert.match(detail, /read already/);
  });

  for (const adapter of /** @type {const} */ (['http', 'fetch'])) {
    test(`axios, ${adapter}: a stream is read, and stays to be read`, async () => {
      next = refused;
      const error = await caught(axios.get(origin, { responseType: 'stream', adapter }));
      for (let i = 0; i < 2; i++) assert.equal((await explainResponse(error)).code, 'not-allowed');
      assert.equal((await explainResponse(error.response)).code, 'not-allowed');
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of error.response.data) text += decoder.decode(chunk, { stream: true });
      assert.equal(text, refused.body);
    });
  }

  for (const [what, headers, encode] of /** @type {const} */ ([
    ['compressed', { 'content-encoding': 'gzip' }, gzipSync],
    ['long', {}, (/** @type {string} */ body) => Buffer.from(body.padEnd(300_000))],
    ['in two parts', { 'transfer-encoding': 'chunked' }, Buffer.from],
    ['empty', {}, () => Buffer.alloc(0)],
  ])) {
    test(`axios: a stream that is ${what}`, async () => {
      const bytes = encode(refused.body);
      const own = createServer((_, response) => {
        response.writeHead(403, { ...refused.headers, ...headers }).write(bytes.subarray(0, 20));
        setImmediate(() => response.end(bytes.subarray(20)));
      });
      await new Promise((resolve) => own.listen(0, '127.0.0.1', () => resolve(undefined)));
      const url = `http://127.0.0.1:${/** @type {any} */ (own.address()).port}`;
      const error = await caught(axios.get(url, { responseType: 'stream' }));
      const { code } = await explainResponse(error);
      assert.equal(code, what === 'empty' ? 'access-denied' : 'not-allowed');
      const chunks = [];
      for await (const chunk of error.response.data) chunks.push(chunk);
      const read = Buffer.concat(chunks).toString();
      assert.equal(read.trim(), what === 'empty' ? '' : refused.body);
      own.close();
    });
  }

  test('axios: a stream can be piped afterwards, and listened to', async () => {
    next = refused;
    /** @type {((data: any) => Promise<string>)[]} */
    const readers = [
      (data) =>
        new Promise((resolve) => {
          let text = '';
          data.on('data', (/** @type {Buffer} */ chunk) => (text += chunk)).on('end', () => resolve(text));
        }),
      async (data) => Buffer.concat(await data.pipe(new PassThrough()).toArray()).toString(),
    ];
    for (const read of readers) {
      const error = await caught(axios.get(origin, { responseType: 'stream' }));
      assert.equal((await explainResponse(error)).code, 'not-allowed');
      assert.equal(await read(error.response.data), refused.body);
    }
  });

  test('a stream that somebody reads already is left alone', async () => {
    next = refused;
    const error = await caught(axios.get(origin, { responseType: 'stream' }));
    let text = '';
    error.response.data.on('data', (/** @type {Buffer} */ chunk) => (text += chunk));
    const { code, detail } = await explainResponse(error);
    assert.equal(code, 'access-denied');
    assert.match(detail, /is a stream/);
    await new Promise((resolve) => error.response.data.on('end', resolve));
    assert.equal(text, refused.body);
  });

  test('streams of undici, which cannot be put back, are left alone', async () => {
    next = refused;
    const answer = await undici.request(origin);
    assert.match((await explainResponse(answer)).detail, /is a stream/);
    assert.equal(await answer.body.text(), refused.body);
  });

  test('undici: ResponseError', async () => {
    next = refused;
    const dispatcher = new undici.Agent().compose(undici.interceptors.responseError());
    const error = await caught(undici.request(origin, { dispatcher }));
    assert.equal((await explainResponse(error)).code, 'not-allowed');
  });

  test('what is endless is not read to its end', async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000).fill(120 + 0 * sent++)),
    });
    const { code } = await explainResponse(new Response(body, { status: 403 }));
    assert.equal(code, 'unknown');
    assert.ok(sent < 100, `${sent} chunks`);
    const endless = new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    assert.equal((await explainResponse(endless)).code, 'no-failure', 'what succeeded is not read');
  });

  test('what never ends is not waited for longer than 10 s', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"message":"Forbidden"}')),
    });
    const explained = explainResponse(new Response(body, { status: 403 }));
    await new Promise(setImmediate);
    t.mock.timers.tick(10_000);
    const { code, detail } = await explained;
    assert.equal(code, 'forbidden', 'by what it has said so far');
    assert.equal(detail, 'status 403: Forbidden');
  });

  test('a canonical request with the same header ten thousands of times', async () => {
    const lines = 'host:a\n'.repeat(50_000);
    const message =
      'The request signature we calculated does not match the signature you provided.\n\n' +
      `The Canonical String for this request should have been\n'${lines}'\n\nThe String-to-Sign should have been\n''\n`;
    const startedAt = performance.now();
    const { diff } = await explainResponse(
      { status: 403, body: JSON.stringify({ message }) },
      { signed: `GET\n/\n\n${lines}` },
    );
    assert.ok(diff.length > 40_000);
    assert.ok(performance.now() - startedAt < 5000, `${performance.now() - startedAt} ms`);
  });

  test('a character that comes in two chunks', async () => {
    const bytes = new TextEncoder().encode('{"message":"größe"}');
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(bytes.slice(0, 14));
        controller.enqueue(bytes.slice(14));
        controller.close();
      },
    });
    assert.match((await explainResponse(new Response(body, { status: 403 }))).detail, /größe$/);
  });

  test('openai, which keeps the body, or its text in the message, or nothing of it', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: origin, maxRetries: 0 });
    /** @type {[string, { status: number, headers: Record<string, string>, body: string }][]} */
    const cases = [
      ['not-allowed', refused],
      ['signature-mismatch', REFUSALS['S3: mismatch'].answer],
      ['signature-expired', REFUSALS['clock behind'].answer],
      ['model-access', REFUSALS['Bedrock: model access'].answer],
      ['no-reason', { status: 403, headers: {}, body: '' }],
      [
        'not-allowed',
        {
          ...refused,
          body: JSON.stringify({ error: { ...JSON.parse(refused.body), type: 'x', code: null } }),
        },
      ],
    ];
    for (const [code, answer] of cases) {
      next = answer;
      const explanation = await explainResponse(await caught(client.models.list()));
      assert.equal(explanation.code, code, formatExplanation(explanation));
      assert.equal(explanation.status, answer.status);
    }
  });

  test('where the error is wrapped', async () => {
    next = refused;
    const inner = await caught(axios.get(origin));
    const error = new Error('loading failed', { cause: new Error('again', { cause: inner }) });
    assert.equal((await explainResponse(error)).code, 'not-allowed');
    assert.equal(
      (await explainResponse({ meta: { statusCode: 403, headers: {}, body: JSON.parse(refused.body) } }))
        .code,
      'not-allowed',
      'the OpenSearch client',
    );
  });
});

describe('no answer', () => {
  const closedOrigin = async () => {
    const closed = createServer();
    await new Promise((resolve) => closed.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {any} */ (closed.address());
    await new Promise((resolve) => closed.close(resolve));
    return `http://127.0.0.1:${port}/`;
  };

  /** @type {Record<string, [string, () => Promise<unknown>]>} */
  const FAILURES = {
    'axios: refused': ['connection-failed', () => caught(axios.get('http://127.0.0.1:1/'))],
    'axios 0.27: refused': ['connection-failed', () => caught(axios027.get('http://127.0.0.1:1/'))],
    'fetch: refused': ['connection-failed', async () => caught(fetch(await closedOrigin()))],
    'got: refused': ['connection-failed', () => caught(got('http://127.0.0.1:1/', { retry: { limit: 0 } }))],
    'axios: no such host': ['host-unknown', () => caught(axios.get('http://name.invalid/'))],
    'axios: timeout': [
      'timeout',
      async () => {
        const silent = createServer(() => {});
        await new Promise((resolve) => silent.listen(0, '127.0.0.1', () => resolve(undefined)));
        const url = `http://127.0.0.1:${/** @type {any} */ (silent.address()).port}`;
        const error = await caught(axios.get(url, { timeout: 50 }));
        silent.closeAllConnections();
        silent.close();
        return error;
      },
    ],
    'a certificate': [
      'certificate',
      async () =>
        new TypeError('fetch failed', {
          cause: Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }),
        }),
    ],
    'axios in a browser, CORS': [
      'no-answer',
      async () => new axios.AxiosError('Network Error', 'ERR_NETWORK'),
    ],
    'Chromium, fetch': ['no-answer', async () => new TypeError('Failed to fetch')],
    'Firefox, fetch': [
      'no-answer',
      async () => new TypeError('NetworkError when attempting to fetch resource.'),
    ],
    'Safari, fetch': ['no-answer', async () => new TypeError('Load failed')],
    'ws: the handshake': ['websocket-refused', async () => new Error('Unexpected server response: 403')],
    'this package: not signed': [
      'not-sent',
      () => caught(signRequest('https://api.example.com/', { credentials })),
    ],
  };
  for (const [name, [code, fail]] of Object.entries(FAILURES)) {
    test(name, async () => {
      const explanation = await explainResponse(await fail());
      assert.equal(explanation.code, code, formatExplanation(explanation));
      assert.equal(explanation.status, undefined);
      assert.doesNotMatch(explanation.summary + explanation.fix, /[{}]|undefined/);
    });
  }

  test('says what a browser hides', async () => {
    const { fix } = await explainResponse(new TypeError('Failed to fetch'));
    assert.match(fix, /Access-Control-Allow-Origin .*DEFAULT_4XX/);
  });
});

describe('clocks that no message is about', () => {
  const forbidden = REFUSALS['HTTP API: whatever'].answer;
  const at = (/** @type {number} */ minutes) => ({
    ...forbidden,
    headers: { ...forbidden.headers, date: new Date(Date.now() + minutes * 60_000).toUTCString() },
  });

  test('an HTTP API whose Date is another one', async () => {
    for (const minutes of [12, -12]) {
      const { code, clockSkewSeconds, summary, serverTime } = await explainResponse(at(minutes));
      assert.equal(code, 'clock-skew');
      assert.ok(Math.abs(Number(clockSkewSeconds) - minutes * 60) <= 1);
      assert.match(summary, minutes > 0 ? /12 minutes ahead of/ : /12 minutes behind/);
      assert.ok(serverTime instanceof Date);
    }
    assert.equal((await explainResponse(at(4))).code, 'forbidden');
    assert.equal(
      (await explainResponse(at(12), { now: new Date(Date.now() + 12 * 60_000) })).code,
      'forbidden',
    );
  });

  test('the time of the signature counts, where it is known', async () => {
    const signer = new Signer({ credentials, region: 'us-east-1', service: 'execute-api' });
    const request = { url: 'https://abc.execute-api.us-east-1.amazonaws.com/' };
    const old = await trace(signer, request, { date: new Date(Date.now() - 10 * 60_000) });
    assert.equal((await explainResponse(at(0), { signed: old })).code, 'clock-skew');
    assert.equal((await explainResponse(at(0), { signed: await trace(signer, request) })).code, 'forbidden');
  });

  test('headers alone, of an answer to HEAD', async () => {
    const { code, status, service } = await explainResponse('HTTP/2 403\napigw-requestid: abc');
    assert.deepEqual([code, status, service], ['no-reason', 403, 'http-api']);
  });

  test('a text may be old', async () => {
    const raw = 'HTTP/1.1 403 Forbidden\ndate: Thu, 01 Jan 2026 00:00:00 GMT\n\n{"message":"Forbidden"}';
    assert.equal((await explainResponse(raw)).code, 'forbidden');
  });
});

describe('services', () => {
  const forbidden = (/** @type {string} */ url) => ({
    status: 403,
    headers: {},
    url,
    body: '{"message":"Forbidden"}',
  });
  /** url: [service, code] */
  const HOSTS = {
    'https://abc.lambda-url.eu-west-1.on.aws/': ['lambda-url', 'function-url-permission'],
    'wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt': ['iot', 'iot-refused'],
    'https://abc.eu-west-1.aoss.amazonaws.com/_search': ['opensearch-serverless', 'data-access-policy'],
    'https://search-a.eu-west-1.es.amazonaws.com/_search': ['opensearch', 'forbidden'],
    'https://abc.execute-api.eu-west-1.amazonaws.com/prod': ['api-gateway', 'forbidden'],
    'https://sqs.eu-west-1.amazonaws.com/': ['sqs', 'forbidden'],
    'https://my-bucket.s3.eu-west-1.amazonaws.com/': ['s3', 'forbidden'],
    'https://abc.appsync-api.eu-west-1.amazonaws.com/graphql': ['appsync', 'forbidden'],
    'https://a-0123.7d67968.vpc-lattice-svcs.eu-west-1.on.aws/': ['vpc-lattice', 'forbidden'],
    'https://bedrock-runtime.eu-west-1.amazonaws.com/': ['bedrock', 'forbidden'],
    'https://db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182/status': ['neptune', 'forbidden'],
    'https://0123456789abcdef.r2.cloudflarestorage.com/my-bucket/a': ['r2', 'forbidden'],
    'https://0123456789abcdef.eu.r2.cloudflarestorage.com/my-bucket/a': ['r2', 'forbidden'],
    'https://my-bucket.s3.us-west-004.backblazeb2.com/a': ['b2', 'forbidden'],
    'https://s3.eu-central-1.wasabisys.com/my-bucket/a': ['wasabi', 'forbidden'],
    'https://my-bucket.s3.eu-de.cloud-object-storage.appdomain.cloud/a': ['ibm-cos', 'forbidden'],
    'https://my-bucket.fra1.digitaloceanspaces.com/a': ['spaces', 'forbidden'],
  };
  for (const [url, expected] of Object.entries(HOSTS)) {
    test(url, async () => {
      const { service, code } = await explainResponse(forbidden(url));
      assert.deepEqual([service, code], expected);
      const { url: _, ...without } = forbidden(url);
      assert.equal((await explainResponse(without, { request: { url } })).service, expected[0]);
      assert.equal((await explainResponse(without)).service, undefined);
    });
  }

  test('the service of the scope, where no host tells', async () => {
    const { url: _, ...answer } = forbidden('');
    const signer = new Signer({ credentials, region: 'us-east-1', service: 'lambda' });
    const signed = await trace(signer, { url: 'https://api.example.com/' });
    assert.equal((await explainResponse(answer, { signed })).service, 'lambda');
  });
});

describe('scopes that no message is about', () => {
  /** host: [region, service], which are right */
  const HOSTS = {
    'abc.execute-api.eu-west-1.amazonaws.com': ['eu-west-1', 'execute-api'],
    'abc.lambda-url.eu-west-1.on.aws': ['eu-west-1', 'lambda'],
    'search-a.eu-west-1.es.amazonaws.com': ['eu-west-1', 'es'],
    'abc.eu-west-1.aoss.amazonaws.com': ['eu-west-1', 'aoss'],
  };
  for (const [host, [region, service]] of Object.entries(HOSTS)) {
    test(host, async () => {
      const url = `https://${host}/a`;
      const explained = async (/** @type {object} */ scope) => {
        const signer = new Signer({ credentials, region, service, ...scope });
        const signed = await trace(signer, { url });
        const { answer } = REFUSALS['HTTP API: whatever'];
        return explainResponse({ ...answer, headers: {} }, { signed });
      };
      assert.doesNotMatch((await explained({})).code, /^wrong/);
      const { code, summary, fix } = await explained({ region: 'us-east-1' });
      assert.equal(code, 'wrong-region');
      assert.ok(
        summary.includes(
          `signed for ${service} in us-east-1, and the host belongs to ${service} in eu-west-1`,
        ),
        summary,
      );
      assert.equal(fix, `Sign with service: '${service}' and region: 'eu-west-1'.`);
      assert.equal((await explained({ service: 's3' })).code, 'wrong-service');
    });
  }

  test('SigV4a has no region in its scope', async () => {
    const signed = {
      scope: '20260203/execute-api/aws4_request',
      canonicalRequest: 'GET\n/\n\nhost:abc.execute-api.eu-west-1.amazonaws.com\n\nhost\nabc',
    };
    const { code } = await explainResponse(REFUSALS['HTTP API: whatever'].answer, {
      signed: /** @type {any} */ (signed),
    });
    assert.equal(code, 'forbidden');
  });
});

describe('what is not known', () => {
  test('is told as it was seen', async () => {
    const body = '{"__type":"SomethingNewException","message":"the moon is full"}';
    const { code, detail, summary, type } = await explainResponse({ status: 418, headers: {}, body });
    assert.deepEqual([code, type], ['unknown', 'SomethingNewException']);
    assert.match(summary, /does not know this response: SomethingNewException\./);
    assert.equal(detail, 'status 418: SomethingNewException: the moon is full');
  });

  test('entities of XML; those that a document defines stay as they are', async () => {
    const said = async (/** @type {string} */ message) =>
      (
        await explainResponse(
          `<!DOCTYPE a [<!ENTITY b "c">]><Error><Code>New</Code><Message>${message}</Message></Error>`,
        )
      ).detail;
    assert.equal(
      await said('&lt;a&gt; &amp;quot; &apos;b&apos; &#65;&#x42;&#x1F600;'),
      `New: <a> &quot; 'b' AB\u{1F600}`,
    );
    assert.equal(
      await said('&b; &#0; &#x110000; &#1114112; &nbsp;'),
      'New: &b; &#0; &#x110000; &#1114112; &nbsp;',
    );
    // aws-sdk-js#896
    assert.equal(await said('x-amz-server-side&#11;-encryption'), 'New: x-amz-server-side?-encryption');
  });

  test('what is deeper in JSON comes after what is not, and what is too deep does not count', async () => {
    const type = async (/** @type {object} */ body) => (await explainResponse(JSON.stringify(body))).type;
    assert.equal(await type({ a: { code: 'Inner' }, code: 'Outer' }), 'Outer');
    assert.equal(await type({ a: [{ code: 'Inner' }] }), 'Inner');
    assert.equal(await type({ a: { b: { c: { d: { e: { code: 'Deep' } } } } } }), undefined);
  });

  test('nothing throws', async () => {
    const cyclic = /** @type {any} */ ({ status: 403, headers: {}, data: {} });
    cyclic.data.self = cyclic;
    const looped = /** @type {any} */ (new Error('looped'));
    looped.cause = looped;
    const trap = new Proxy({}, { get: () => assert.fail('trapped') });
    const broken = new Response(
      new ReadableStream({ pull: (controller) => controller.error(new Error('cut off')) }),
      { status: 403 },
    );
    const strange = [
      undefined,
      null,
      0,
      1n,
      Symbol('s'),
      true,
      '',
      ' ',
      [],
      {},
      () => {},
      cyclic,
      looped,
      trap,
      broken,
      new Map(),
      new Date(NaN),
      '<Error>',
      '<Code',
      '{"message":',
      '{"message":{}}',
      '[[[[1]]]]',
      'null',
      '"\\"a\\""',
      '{"__proto__":{"message":"x"}}',
      { status: 'abc' },
      { status: NaN, body: 5 },
      { status: 403, headers: 5, body: Symbol('s') },
      { response: 5 },
      { response: {} },
      { $metadata: {} },
    ];
    for (const given of strange) {
      for (const signed of [undefined, '', 'GET', { canonicalRequest: '\n\n' }, 5]) {
        const explanation = await explainResponse(given, /** @type {any} */ ({ signed }));
        assert.equal(typeof explanation.code, 'string');
        assert.equal(typeof formatExplanation(explanation, { color: true }), 'string');
      }
    }
  });

  test('hostile answers cost little, and write nothing to a terminal', async () => {
    const long = 1_000_000;
    const texts = [
      '<a'.repeat(long / 2),
      `<a ${'x'.repeat(long)}`,
      '<a>'.repeat(long / 3),
      `${'<a>x</a>'.repeat(long / 8)}`,
      '&#'.repeat(long / 2),
      'User: '.repeat(long / 6),
      `User: ${'a'.repeat(long)}`,
      'User: a is not authorized to perform: a:b'.repeat(long / 41),
      'no permissions for ['.repeat(long / 20),
      "Authorization header requires 'a' parameter.".repeat(long / 44),
      "'".repeat(long),
      "the region '".repeat(long / 12),
      'Signature expired: '.repeat(long / 19),
      'x-amz-security-token:'.repeat(long / 21),
      'a-'.repeat(long / 2),
      `The Canonical String for this request should have been\n'${'a&'.repeat(long / 2)}'\n\nThe String-to-Sign should have been\n'`,
      `{"message":${'['.repeat(long)}`,
      JSON.stringify({ message: ' '.repeat(long) }),
      'eyJ'.repeat(long / 3),
      'incorrect service '.repeat(long / 18),
      'Bearer '.repeat(long / 7),
    ];
    for (const text of texts) {
      const start = performance.now();
      const explanation = await explainResponse(text, { signed: 'GET\n/\n\nhost:a\n\nhost\nabc' });
      const took = performance.now() - start;
      assert.ok(took < 3000, `${text.slice(0, 30)}… took ${took} ms`);
      assert.ok(explanation.detail.length < 20_000);
    }
    const message = 'Forbidden\x1b]0;title\x07\x1b[2J\u202e';
    const explanation = await explainResponse({
      status: 403,
      headers: { 'x-amzn-requestid': '\x1b[1m' },
      body: { message },
    });
    assert.doesNotMatch(formatExplanation(explanation), /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
  });
});

describe('formatExplanation', () => {
  test('has cause, fix, causes, and what was seen', async () => {
    const { answer } = REFUSALS['REST API: no route, or no signature'];
    const explanation = await explainResponse(answer);
    const text = formatExplanation(explanation);
    const lines = text.split('\n');
    assert.equal(lines[0], explanation.summary);
    assert.equal(lines[1], `Fix: ${explanation.fix}`);
    assert.equal(lines[2], `  1. ${explanation.causes?.[0]}`);
    assert.ok(lines.includes('code:        signature-missing'));
    assert.ok(lines.includes('service:     rest-api'));
    assert.match(
      text,
      /\nSeen:\n {2}status 403: MissingAuthenticationTokenException: Missing Authentication Token$/,
    );
    const colored = formatExplanation(explanation, { color: true });
    assert.notEqual(colored, text);
    assert.equal(colored.replace(/\x1b\[\d+m/g, ''), text);
  });

  test('the lines that differ, and the clock', async () => {
    const { answer } = REFUSALS['S3: mismatch'];
    const signed = 'GET\n/firmware.bin\n\nhost:localhost\n\nhost\nabc';
    const text = formatExplanation(await explainResponse(answer, { signed }));
    assert.match(
      text,
      /\n {2}header host\n {4}server {2}esp-data-exchange\.s3\.amazonaws\.com\n {4}signed {2}localhost\n/,
    );
    assert.match(
      text,
      /\n {2}header content-type\n {4}server {2}application\/octet-stream\n {4}signed {2}\(none\)\n/,
    );
    const clock = async (/** @type {string} */ name) =>
      formatExplanation(await explainResponse(REFUSALS[name].answer));
    assert.match(await clock('clock behind'), /\nclock: {7}328 s behind the server\n/);
    assert.match(await clock('clock ahead'), /\nclock: {7}360 s ahead of the server\n/);
    assert.match(await clock('clock behind'), /\nserver time: 2015-04-11T06:46:35\.000Z\n/);
  });
});
