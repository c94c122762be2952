// Everything that `@types/aws4` declares exists, and behaves as in aws4.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import aws4 from 'aws4';
import { RequestSigner, sign } from 'sigv4-wasm/aws4';

import { assertTypes } from '../support/clients-harness.js';
import { CREDENTIALS } from '../support/wire.js';

const NOW = new Date('2015-08-30T12:36:00Z');
const HOST = 'sqs.us-east-1.amazonaws.com';

/** @typedef {import('aws4').RequestSigner} Signer */

/**
 * One signer of each package, for the same request.
 *
 * @param {any} request
 * @param {any} [credentials]
 * @returns {[theirs: any, ours: any]}
 */
function pair(request, credentials = CREDENTIALS) {
  return [
    new aws4.RequestSigner(structuredClone(request), credentials),
    new RequestSigner(structuredClone(request), credentials),
  ];
}

/**
 * Asserts that what is done with either leaves the same behind.
 *
 * @param {any} request
 * @param {(signer: any) => unknown} use
 */
function assertSame(request, use) {
  const [theirs, ours] = pair(request);
  assert.deepEqual(use(ours), use(theirs), JSON.stringify(request));
  const left = (/** @type {any} */ { request, datetime, service, region, parsedPath }) => {
    const query = parsedPath?.query && { ...parsedPath.query };
    delete query?.['']; // aws4 removes it while it puts the path together
    return { request, datetime, service, region, parsedPath: parsedPath && { ...parsedPath, query } };
  };
  assert.deepEqual(left(ours), left(theirs), JSON.stringify(request));
}

/** What aws4's own tests sign, in kind: one line for each service whose rules they tell apart. */
const PATHS = [
  ...['/', '/?', '/a/b', '/a//b', '/a/../b', '/a/./b', '/a/../../b', '/a b', '/ü%41', '/€ü%41?€ü=%41€ü'],
  ...[
    '/%2f%2f',
    '/++',
    '/%2b%2b',
    '/%20',
    '/a?a=b&a=B&a=b&a-=c',
    '/?a=%41ü',
    '/?=x&=',
    "/?a=!'()*",
    '/?a+b=c+d',
  ],
  ...['/%41', '/:@', '/a;b', '/?X-Amz-Expires=60', '/?X-Amz-Date=20121226T061030Z&a=b'],
];
const SERVICES = ['s3', 'es', 'sqs', 'dynamodb'];

describe('the methods of aws4', () => {
  it('sign the requests of its tests, in headers and in the query', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    for (const service of SERVICES) {
      for (const path of PATHS) {
        for (const signQuery of [false, true]) {
          const request = { service, path, signQuery };
          assertSame(request, (signer) => [signer.canonicalString(), signer.stringToSign(), signer.sign()]);
        }
      }
    }
  });

  it('matchHost tells service and region', () => {
    const hosts = [
      ...['sqs.us-east-1', 'email.us-west-2', 'abc123.execute-api.eu-west-1', 'es.us-west-2', 's3.eu-west-1'],
      ...['bucket.s3.eu-west-1', 's3-us-west-2', 'x.eu-west-1.es', 'x.us-east-1.aoss', 'sns.us-west-2'],
    ].map((name) => `${name}.amazonaws.com`);
    assert.ok(hosts.length > 0);
    for (const host of [...hosts, 'sns.cn-north-1.amazonaws.com.cn']) {
      const [theirs, ours] = pair({ host: HOST });
      const [service, region] = theirs.matchHost(host);
      assert.deepEqual(ours.matchHost(host), [service === 'email' ? 'ses' : service, region], host);
    }
    const [, ours] = pair({ host: HOST });
    for (const host of ['example.com', '', undefined]) assert.deepEqual(ours.matchHost(host), ['', '']);
  });

  it('isSingleRegion and createHost know the hosts without a region', () => {
    for (const service of [
      'cloudfront',
      'ls',
      'route53',
      'iam',
      'importexport',
      'sts',
      's3',
      'sdb',
      'ses',
      'sqs',
    ]) {
      for (const region of ['us-east-1', 'eu-west-1']) {
        assertSame({ service, region }, (signer) => [signer.isSingleRegion(), signer.createHost()]);
      }
    }
  });

  it('parsePath and formatPath take a path apart, and put it together', () => {
    for (const path of PATHS) {
      assertSame({ host: HOST, path }, (signer) => {
        assert.equal(signer.parsedPath, undefined);
        assert.equal(signer.parsePath(), undefined);
        return signer.formatPath();
      });
    }
  });

  it('prepareRequest adds what is signed, but no signature', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    for (const request of [
      { host: HOST },
      { host: HOST, body: 'a' },
      { service: 's3', body: 'a' },
      { host: HOST, headers: { authorization: 'old', 'content-type': 'text/plain' }, body: 'a' },
      { host: HOST, headers: { 'X-Amz-Date': '20121226T061030Z' } },
      { host: HOST, signQuery: true },
      { service: 's3', signQuery: true, path: '/a?X-Amz-Expires=60' },
      { host: HOST, doNotModifyHeaders: true, body: 'a' },
      { service: 'codecommit', host: 'git-codecommit.us-east-1.amazonaws.com', method: 'GIT', path: '/v1' },
    ]) {
      assertSame(request, (signer) => signer.prepareRequest());
      assertSame(request, (signer) => {
        signer.prepareRequest();
        if (!signer.request.signQuery) signer.request.headers['X-Amz-Meta-Later'] = '1';
        return signer.sign();
      });
    }
  });

  it('defaultCredentials are those of the environment, and the default', (t) => {
    const before = { ...process.env };
    t.after(() => (process.env = before));
    process.env = { AWS_ACCESS_KEY: 'a', AWS_SECRET_KEY: 'b', AWS_SESSION_TOKEN: 'c' };
    const [theirs, ours] = [new aws4.RequestSigner({ host: HOST }), new RequestSigner({ host: HOST })];
    assert.deepEqual(ours.defaultCredentials(), theirs.defaultCredentials());
    assert.deepEqual(ours.credentials, theirs.credentials);
    process.env = {};
    assert.deepEqual(ours.credentials, theirs.credentials, 'read once');
    assert.deepEqual(ours.defaultCredentials(), theirs.defaultCredentials());
  });
});

describe('the properties of aws4', () => {
  it('datetime, set before, is the time that is signed', () => {
    for (const request of [{ host: HOST }, { host: HOST, signQuery: true }]) {
      assertSame(request, (signer) => {
        signer.datetime = '20150830T123600Z';
        return [signer.getDateTime(), signer.getDate(), signer.sign()];
      });
    }
    const [, ours] = pair({ host: HOST });
    ours.datetime = 'yesterday';
    assert.throws(() => ours.sign(), { code: 'ERR_SIGV4_DATE_INVALID' });
  });

  it('credentials can be read, and set', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    assertSame({ host: HOST }, (signer) => {
      assert.equal(signer.credentials, CREDENTIALS);
      signer.credentials = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' };
      return signer.sign();
    });
  });

  it('parsedPath can be read, and changed before the signature', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    assertSame({ host: HOST, path: '/a?b=c' }, (signer) => {
      signer.prepareRequest();
      signer.parsedPath.path = '/changed';
      signer.parsedPath.query.d = ['e', 'f'];
      return signer.sign();
    });
    // aws4 adds no headers to a path that was parsed before, so that AWS refuses it.
    const [, ours] = pair({ host: HOST, path: '/a' });
    ours.parsePath();
    ours.parsedPath.path = '/changed';
    const { path, headers } = ours.sign();
    assert.deepEqual(
      [path, headers.Authorization],
      ['/changed', aws4.sign({ host: HOST, path: '/changed' }, CREDENTIALS).headers?.Authorization],
    );
  });

  it('no order of the steps changes the signature', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    const [, expected] = pair({ host: HOST, body: 'a' });
    const { Authorization } = expected.sign().headers;
    const steps = [
      'canonicalHeaders',
      'signedHeaders',
      'parsePath',
      'prepareRequest',
      'authHeader',
      'signature',
    ];
    for (const step of [...steps, 'canonicalString', 'getDate', 'credentialString', 'sign']) {
      const [, signer] = pair({ host: HOST, body: 'a' });
      signer[step]();
      assert.equal(signer.sign().headers.Authorization, Authorization, step);
    }
    const [, presigned] = pair({ host: HOST, signQuery: true });
    const { path } = presigned.sign();
    assert.equal(presigned.sign().path, path, 'signed twice');
  });

  it('none of them shows a secret in a log', () => {
    const signer = new RequestSigner({ host: HOST }, CREDENTIALS);
    signer.sign();
    const shown = inspect(signer, { depth: 9 }) + JSON.stringify(signer);
    assert.equal(shown.includes(CREDENTIALS.secretAccessKey), false);
  });
});

it('a subclass can put methods of its own in place of these', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: NOW });
  const results = [aws4.RequestSigner, RequestSigner].map((Base) => {
    class Custom extends /** @type {any} */ (Base) {
      matchHost() {
        return ['execute-api', 'eu-west-1'];
      }
      createHost() {
        return 'api.example.com';
      }
      defaultCredentials() {
        return CREDENTIALS;
      }
      prepareRequest() {
        super.prepareRequest();
        this.request.headers['X-Amz-Meta-A'] = '1';
      }
      formatPath() {
        return `${super.formatPath()}?x`;
      }
    }
    return new Custom({ path: '/a' }).sign();
  });
  assert.deepEqual(results[1], results[0]);
  assert.match(results[1].headers.Authorization, /eu-west-1.*x-amz-meta-a/);
});

it('the types are those of @types/aws4', () =>
  assertTypes(
    'aws4-surface',
    `import { Agent, request } from 'node:https';
     import * as theirs from 'aws4';
     import ours = require('sigv4-wasm/aws4');
     import { RequestSigner, sign, type Credentials, type Request } from 'sigv4-wasm/aws4';

     // The calls that its own tests make.
     sign(''), sign('', {}), sign({}), sign({}, {});
     new RequestSigner(''), new RequestSigner('', {}), new RequestSigner({}), new RequestSigner({}, {});
     const signer = new ours.RequestSigner({});

     type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
     type Results<S> = { [K in keyof S]: S[K] extends () => infer R ? R : S[K] extends (host: string) => infer R ? R : S[K] };
     type Theirs = Required<Results<theirs.RequestSigner>>;
     type Ours = Required<Results<RequestSigner>>;
     /** What names a type of its own is compared below. */
     type Named = 'request' | 'credentials' | 'sign' | 'defaultCredentials';
     type Plain = Exclude<keyof theirs.RequestSigner, Named>;
     const members: { [K in Plain]: Same<Theirs[K], Exclude<Ours[K], undefined>> } = {
       ${[
         ...['service', 'region', 'isCodeCommitGit', 'parsedPath', 'datetime', 'matchHost', 'isSingleRegion'],
         ...[
           'createHost',
           'authHeader',
           'canonicalHeaders',
           'signedHeaders',
           'credentialString',
           'parsePath',
         ],
         ...[
           'formatPath',
           'prepareRequest',
           'getDateTime',
           'getDate',
           'canonicalString',
           'signature',
           'stringToSign',
         ],
       ]
         .map((name) => `${name}: true`)
         .join()}
     };
     const named: [Request, Credentials, Request, Credentials] = [
       signer.request, signer.credentials, signer.sign(), signer.defaultCredentials(),
     ];

     // Either package takes what the other one's types allow.
     declare const credentials: theirs.Credentials;
     declare const options: theirs.Request;
     const own: Credentials = credentials;
     const back: theirs.Credentials = own;
     const taken: Request = options;
     const given: Omit<theirs.Request, 'body'> = sign(taken, back);
     const signing: typeof theirs.sign = sign;
     const either: string | Request = taken;
     request(sign(either)).end(taken.body);
     request(sign({ host: '${HOST}', agent: new Agent() }, credentials));
     const annotated: Request = { host: '${HOST}', agent: new Agent(), timeout: 1, headers: { a: ['b'], c: 1 } };
     request(new RequestSigner(annotated).sign());
     void [members, named, given, signing];`,
  ));
