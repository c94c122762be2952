// Credentials, scope and time.

import { AMZ_DATE, DATE, REGION } from '../verify-requests.js';
import { CREDENTIALS } from '../wire.js';
import { escape, hexKey, signByHand } from './by-hand.js';
import { API, presigned, S3, sentTo, withAws4, withAws4fetch, withSecret, withSmithy } from './peers.js';

/** @type {import('./cases.js').Cases} */
export const CREDENTIALS_CASES = {
  none: {
    'nothing is wrong': async ({ send }) => send(withAws4({ path: '/prod/orders?b=1&a=2', body: 'x' })),
  },
  'token-not-signed': {
    'the token is added to what aws4 signed': async ({ send }) => {
      const signed = withAws4({ path: '/prod/orders' }, { ...CREDENTIALS, sessionToken: undefined });
      await send({ ...signed, headers: { ...signed.headers, 'x-amz-security-token': TOKEN } });
    },
    'the token is added to what is signed, and to SignedHeaders': async ({ send }) =>
      send(signByHand({ url: `${API}/prod/orders` }, { names: withoutToken, listed: withoutToken })),
    'the token is added to a URL of smithy': async ({ send }) => {
      const url = await presigned({ url: `${S3}/a.txt` }, { ...CREDENTIALS, sessionToken: undefined });
      await send(sentTo(S3, `${url}&X-Amz-Security-Token=${escape(TOKEN)}`));
      return { service: 's3' };
    },
  },
  'token-signed': {
    'smithy signs the token of a URL for IoT': async ({ send }) => {
      const iot = 'https://abc-ats.iot.eu-west-1.amazonaws.com';
      await send(sentTo(iot, await presigned({ url: `${iot}/mqtt`, service: 'iotdevicegateway' })));
      return { service: 'iotdevicegateway' };
    },
  },
  'token-lost': {
    'a client drops the header': async ({ send }) => {
      const { headers, ...signed } = withAws4({ path: '/prod/orders' });
      const { 'X-Amz-Security-Token': _, ...kept } = headers;
      await send({ ...signed, headers: kept });
    },
    'a URL is cut': async ({ send }) => {
      const url = await presigned({ url: `${S3}/a.txt` });
      await send(sentTo(S3, url.replace(/X-Amz-Security-Token=[^&]*&/, '')));
      return { service: 's3' };
    },
  },
  'token-missing': {
    'aws4 is not given the token': async ({ send }) =>
      send(withAws4({ path: '/prod/orders' }, { ...CREDENTIALS, sessionToken: undefined })),
  },
  'token-other': {
    'credentials are refreshed between signing and sending': async ({ send }) => {
      const signed = withAws4({ path: '/prod/orders' });
      await send({ ...signed, headers: { ...signed.headers, 'X-Amz-Security-Token': 'refreshed' } });
    },
    'the token of another session, signed': async ({ send }) =>
      send(withAws4({ path: '/prod/orders' }, { ...CREDENTIALS, sessionToken: 'of-another-session' })),
  },
  'credentials-expired': {
    'aws4 is given what was good an hour ago': async ({ send }) => {
      await send(withAws4({ path: '/prod' }));
      return { secretAccessKey: { ...CREDENTIALS, expiration: new Date(DATE.getTime() - 3_600_000) } };
    },
  },
  'token-encoded': {
    'aws4 is given the token escaped': async ({ send }) => {
      const signed = withAws4({ path: '/prod' }, { ...CREDENTIALS, sessionToken: encodeURIComponent(TOKEN) });
      await send({ ...signed, headers: { ...signed.headers, 'X-Amz-Security-Token': TOKEN } });
    },
    'a URL is signed with the token escaped twice': async ({ send }) => {
      const url = await presigned({ url: `${S3}/a.txt` }, { ...CREDENTIALS, sessionToken: escape(TOKEN) });
      await send(sentTo(S3, url.replace(escape(escape(TOKEN)), escape(TOKEN))));
      return { service: 's3' };
    },
  },
  'wrong-region': {
    'of an upload whose body is not signed': async ({ send }) => {
      const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const request = { url: `${S3}/a`, service: 's3', method: 'PUT', body: 'x', headers };
      await send(await withSmithy({ ...request, region: 'us-east-1' }));
      return { service: 's3' };
    },
    'aws4 is told another': async ({ send }) => send(withAws4({ path: '/prod', region: 'us-east-1' })),
    'by hand, the key is made for another': async ({ send }) =>
      send(
        signByHand({ url: `${API}/prod` }, { keyScope: ([day, _, ...rest]) => [day, 'us-east-1', ...rest] }),
      ),
    'by hand, the credential names the region of a configuration': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod` },
          {
            keyScope: ([day, _, ...rest]) => [day, 'ap-southeast-4', ...rest],
            scope: ([day, _, ...rest]) => [day, 'ap-southeast-4', ...rest],
          },
        ),
      ),
  },
  'wrong-service': {
    'of an upload whose body is not signed': async ({ send }) => {
      const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      await send(await withSmithy({ url: `${S3}/a`, method: 'PUT', body: 'x', headers }));
      return { service: 's3' };
    },
    'of the same, where the host says so': async ({ send }) => {
      const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      await send(await withSmithy({ url: `${S3}/a%20b`, method: 'PUT', body: 'x', headers }));
      return { service: undefined, region: undefined };
    },
    'aws4 is told another': async ({ send }) => send(withAws4({ path: '/prod', service: 'lambda' })),
    'by hand, the key is made for another': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod` },
          { keyScope: ([day, region, _, end]) => [day, region, 'apigateway', end] },
        ),
      ),
  },
  'scope-swapped': {
    'by hand': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { keyScope: ([day, a, b, end]) => [day, b, a, end] })),
  },
  'scope-case': {
    'by hand': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod` },
          { keyScope: (names) => names.map((name) => name.replace('eu-west-1', 'EU-WEST-1')) },
        ),
      ),
  },
  'scope-end': {
    'by hand, the last step of the key is forgotten': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod` },
          { keyScope: ([day, region, service]) => [day, region, service, ''] },
        ),
      ),
    'by hand, left out of the scope': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { scope: (names) => names.slice(0, 3) })),
  },
  'scope-terminator': {
    'by hand, the version of tomorrow': async ({ send }) => {
      const { headers, ...signed } = signByHand({ url: `${API}/prod` }, {});
      const authorization = headers.authorization.replace('aws4_request', 'aws5_request');
      await send({ ...signed, headers: { ...headers, authorization } });
    },
  },
  'scope-of-another-day': {
    'by hand, the day of local time': async ({ send }) => {
      const names = (days) => days.map((name) => name.replace('20260203', '20260204'));
      const amzDate = '20260203T233000Z';
      const { headers, ...signed } = signByHand(
        { url: `${API}/prod`, amzDate },
        { scope: names, keyScope: names },
      );
      const authorization = headers.authorization.replace('/20260203/', '/20260204/');
      await send({ ...signed, headers: { ...headers, authorization } });
      return { now: new Date('2026-02-03T23:30:00Z') };
    },
  },
  'key-of-another-day': {
    'by hand, a key is kept past midnight': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { keyScope: ([_, ...rest]) => ['20260202', ...rest] })),
  },
  'key-of-time': {
    'by hand': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { keyScope: ([_, ...rest]) => [AMZ_DATE, ...rest] })),
  },
  'date-differs': {
    'by hand, the clock is read twice': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { time: () => '20260203T040507Z' })),
    'a client sets x-amz-date anew': async ({ send }) => {
      const signed = withAws4({ path: '/prod' });
      await send({ ...signed, headers: { ...signed.headers, 'X-Amz-Date': '20260203T040508Z' } });
    },
  },
  'date-format': {
    'by hand, toISOString': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { time: () => DATE.toISOString() })),
  },
  'clock-in-local-time': {
    'aws4 is given the time of Kolkata': async ({ send }) => {
      await send(withAws4({ path: '/prod' }));
      return { now: new Date(DATE.getTime() - 5.5 * 3_600_000 + 2000) };
    },
  },
  'signature-expired': {
    'a retry sends the headers of before': async ({ send }) => {
      await send(withAws4({ path: '/prod' }));
      return { now: new Date(DATE.getTime() + 437_000) };
    },
  },
  'clock-ahead': {
    'the clock of the client': async ({ send }) => {
      await send(withAws4({ path: '/prod' }));
      return { now: new Date(DATE.getTime() - 437_000) };
    },
  },
  'url-expired': {
    'a link is opened the next day': async ({ send }) => {
      await send(sentTo(S3, await presigned({ url: `${S3}/a.txt` })));
      return { service: 's3', now: new Date(DATE.getTime() + 86_400_000) };
    },
  },
  'secret-white-space': {
    'read from a file': async ({ send }) => send(withAws4({ path: '/prod' }, withSecret(`${SECRET}\n`))),
    'copied with a space, aws4fetch': async ({ send }) => send(await withAws4fetch(withSecret(` ${SECRET}`))),
  },
  'secret-quoted': {
    'an env file of Docker': async ({ send }) => send(withAws4({ path: '/prod' }, withSecret(`"${SECRET}"`))),
  },
  'secret-url-encoded': {
    'out of a URL': async ({ send }) =>
      send(withAws4({ path: '/prod' }, withSecret(encodeURIComponent(SECRET)))),
    'out of a form': async ({ send }) =>
      send(withAws4({ path: '/prod' }, withSecret(new URLSearchParams(`secret=${SECRET}`).get('secret')))),
  },
  'secret-base64': {
    'a secret of Kubernetes': async ({ send }) =>
      send(withAws4({ path: '/prod' }, withSecret(Buffer.from(SECRET).toString('base64')))),
    'decoded by mistake': async ({ send }) =>
      send(withAws4({ path: '/prod' }, withSecret(Buffer.from(SECRET, 'base64').toString()))),
  },
  'secret-cut': {
    'copied by hand': async ({ send }) => send(withAws4({ path: '/prod' }, withSecret(SECRET.slice(0, -1)))),
  },
  'secret-cut-at-slash': {
    'copied with a double click': async ({ send }) =>
      send(withAws4({ path: '/prod' }, withSecret(SECRET.split('/')[0]))),
  },
  'secret-case': {
    'a form field of a phone': async ({ send }) =>
      send(withAws4({ path: '/prod' }, withSecret(SECRET.toLowerCase()))),
  },
  'secret-is-another-field': {
    'arguments in another order': async ({ send }) =>
      send(withAws4({ path: '/prod' }, withSecret(CREDENTIALS.accessKeyId))),
  },
  'secret-missing': {
    'an environment variable that is not there': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { secret: () => process.env.NOT_THERE })),
  },
  'key-prefix': {
    'by hand': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { secret: () => `AWS4${SECRET}` })),
  },
  'key-in-hex': {
    'by hand': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod` },
          { key: () => hexKey(SECRET, [AMZ_DATE.slice(0, 8), REGION, 'execute-api', 'aws4_request']) },
        ),
      ),
  },
  'key-not-derived': {
    'by hand': async ({ send }) => send(signByHand({ url: `${API}/prod` }, { key: () => SECRET })),
  },
};

const { secretAccessKey: SECRET, sessionToken: TOKEN } = CREDENTIALS;

function withoutToken(names) {
  return names.filter((name) => name !== 'x-amz-security-token');
}
