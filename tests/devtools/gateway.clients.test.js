// The gateway accepts the requests of real clients, byte for byte.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { describe, test } from 'node:test';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import aws4 from 'aws4';
import axios from 'axios';
import { presignUrl } from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { findPython } from '../differential/oracle.js';
import { answerOf, gatewayFor } from '../support/gateway.js';

const ORDER = { item: 'smørrebrød', pieces: 3 };

describe('REST and HTTP APIs accept', async () => {
  for (const [type, stage] of [
    ['rest', '/prod'],
    ['http', ''],
  ]) {
    const { origin, options } = await gatewayFor({ type });
    const { credentials } = options;
    const base = origin + stage;
    const arn = 'arn:aws:sts::123456789012:assumed-role/developer/local';

    test(`${type}: axios with the interceptor`, async () => {
      const client = axios.create({ baseURL: base });
      client.interceptors.request.use(sigv4Interceptor(options));
      const { data } = await client.post('/orders/a%2Fb', ORDER, {
        params: { tag: ['ü', "it's"], q: '1+1 = 2' },
      });
      assert.equal(data.path, '/orders/a/b');
      assert.deepEqual(JSON.parse(data.body), ORDER);
      assert.equal(data.identity.userArn, arn);
    });

    test(`${type}: aws4 with http.request`, async () => {
      const { hostname, port } = new URL(origin);
      const path = `${stage}/orders/42?status=open&limit=2`;
      const host = `${hostname}:${port}`;
      const body = JSON.stringify(ORDER);
      const signed = aws4.sign(
        { host, path, method: 'PUT', body, region: options.region, service: options.service },
        credentials,
      );
      const answer = await new Promise((resolve, reject) => {
        http
          .request({ ...signed, hostname, port }, resolve)
          .on('error', reject)
          .end(body);
      });
      assert.equal(answer.statusCode, 200);
      assert.equal((await json(answer)).query, 'status=open&limit=2');
    });

    test(`${type}: @smithy/signature-v4 with fetch`, async () => {
      const { hostname, port, host } = new URL(base);
      const signer = new SignatureV4({ ...options, sha256: Sha256 });
      const signed = await signer.sign(
        new HttpRequest({
          method: 'DELETE',
          protocol: 'http:',
          hostname,
          port: Number(port),
          path: `${stage}/orders/42`,
          query: { reason: 'größe' },
          headers: { host },
        }),
      );
      const response = await fetch(`${base}/orders/42?reason=gr%C3%B6%C3%9Fe`, signed);
      assert.equal(response.status, 200);
    });

    test(`${type}: a presigned URL, and HEAD`, async () => {
      const url = await presignUrl(`${base}/a%20b?c=d`, { ...options, expiresIn: 60 });
      const { status, body } = await answerOf(await fetch(url));
      assert.equal(status, 200);
      assert.equal(body.query, 'c=d', 'the integration sees no signature');
      const head = await presignUrl({ method: 'HEAD', url: `${base}/a` }, { ...options, expiresIn: 60 });
      const response = await fetch(head, { method: 'HEAD' });
      assert.equal(response.status, 200);
      assert.ok(Number(response.headers.get('content-length')) > 0);
      assert.equal(await response.text(), '');
    });

    const python = findPython();
    test(
      `${type}: botocore`,
      { skip: python === undefined && 'there is no Python with botocore' },
      async () => {
        const given = JSON.stringify({
          ...credentials,
          region: options.region,
          url: `${base}/orders/a b?x=1&a=%2B`,
        });
        const { stdout } = await promisify(execFile)(python, ['-c', BOTOCORE, given]);
        const { status, body } = JSON.parse(stdout);
        assert.equal(status, 200, body);
        assert.equal(JSON.parse(body).body, '{"a":"é"}');
      },
    );
  }
});

const BOTOCORE = `
import json, sys
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

given = json.loads(sys.argv[1])
url = given["url"].replace(" ", "%20")
request = AWSRequest(method="POST", url=url, data='{"a":"é"}'.encode(), headers={"content-type": "application/json"})
credentials = Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])
SigV4Auth(credentials, "execute-api", given["region"]).add_auth(request)
response = URLLib3Session().send(request.prepare())
print(json.dumps({"status": response.status_code, "body": response.text}))
`;
