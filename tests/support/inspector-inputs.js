// What the tests of the inspector paste.

import aws4 from 'aws4';

export const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'secret/of+the+tests/0123456789abcdefghijk',
  sessionToken: 'token/of+the+tests==',
};
export const HOST = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
export const SOURCE = '.source';

export const JSON_OF_STS = JSON.stringify({
  Credentials: {
    ...{ AccessKeyId: CREDENTIALS.accessKeyId, SecretAccessKey: CREDENTIALS.secretAccessKey },
    ...{ SessionToken: CREDENTIALS.sessionToken, Expiration: '2030-01-01T00:00:00Z' },
  },
});

/** Signed by aws4, as HTTP writes it. */
export function signedByAws4(change = {}) {
  const options = aws4.sign(
    {
      ...{ host: HOST, path: '/prod/orders?a=1', method: 'POST', body: '{"a":1}', region: 'us-east-1' },
      ...{ service: 'execute-api', headers: { 'Content-Type': 'application/json' } },
    },
    CREDENTIALS,
  );
  const { method, path, headers, body } = { ...options, ...change };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, ...lines, '', body].join('\r\n');
}
