// The verdict of the page: it checks only what it can, shows how long a signature is valid, and stays in view.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

import { inspectorTests } from '../support/inspector-page.js';

const { withPage } = inspectorTests({ before, after });

const CREDENTIALS = {
  accessKeyId: 'AKIAVERDICTVERDICT00',
  secretAccessKey: 'secret/of+the+verdict/0123456789abcdefgh',
};
const HOST = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
const SOURCE = '.source';
const SECRET = '#field-secretAccessKey';
const ANSWER = '[aria-label="The response of the server"]';

/** As raw HTTP, signed by AWS's own signer. */
async function signed({ body = '{"a":1}', sent = body, date = new Date(), headers = {} } = {}) {
  const signer = new SignatureV4({
    ...{ credentials: CREDENTIALS, region: 'us-east-1', service: 'execute-api', sha256: Sha256 },
    applyChecksum: false,
  });
  const request = await signer.sign(
    new HttpRequest({
      ...{ method: 'POST', hostname: HOST, path: '/prod/orders', body },
      headers: { host: HOST, 'content-type': 'application/json', ...headers },
    }),
    { signingDate: date },
  );
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  return ['POST /prod/orders HTTP/1.1', ...lines, '', sent].join('\n');
}

/** @param {{ accessKeyId: string, secretAccessKey: string }} credentials */
const exportsOf = ({ accessKeyId, secretAccessKey }) =>
  `export AWS_ACCESS_KEY_ID=${accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`;

describe('a signature of another key', () => {
  test('is not judged with the secret at hand, and the page says whose that is', () =>
    withPage({}, async ({ page, paste, says }) => {
      await paste(SOURCE, await signed());
      await says('.verdict', /Signed with AKIAVERDICTVERDICT00\. Enter the secret access key to check/);
      await says('.verdict', /The secret that you entered belongs to AKIDEXAMPLE/);
      assert.equal(
        await page.$eval(SECRET, (field) => field.value),
        '',
        'and it does not stand in the field',
      );
      await page.locator(SECRET).fill(CREDENTIALS.secretAccessKey);
      await says('.verdict', /The signature is right/);
    }));

  test('is not judged after the text was edited to have it, either', () =>
    withPage({}, async ({ page, paste, says }) => {
      await paste(SOURCE, exportsOf(CREDENTIALS));
      await paste(SOURCE, await signed());
      await says('.verdict', /The signature is right/);
      await page.$eval(SOURCE, (box) => {
        box.value = box.value.replace('AKIAVERDICTVERDICT00', 'AKIAANOTHERANOTHER00');
        box.dispatchEvent(new InputEvent('input', { bubbles: true }));
      });
      await says('.verdict', /Signed with AKIAANOTHERANOTHER00\. Enter the secret access key/);
    }));
});

test('a body that was cut off is not called wrong', () =>
  withPage({}, async ({ paste, says }) => {
    await paste(SOURCE, exportsOf(CREDENTIALS));
    const body = '{"a":"long enough"}';
    await paste(SOURCE, await signed({ body, sent: '{"a":"long', headers: { 'content-length': '19' } }));
    await says('.verdict', /cannot be checked.*10 of 19 bytes/);
  }));

test('a signature that covers the hash of another body is not called right', () =>
  withPage({}, async ({ paste, says }) => {
    await paste(SOURCE, exportsOf(CREDENTIALS));
    // SHA-256 of {"a":1}, by sha256sum.
    const hash = '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862';
    const headers = { 'x-amz-content-sha256': hash };
    await paste(SOURCE, await signed({ headers }));
    await says('.verdict', /The signature is right/);
    await paste(SOURCE, await signed({ headers, sent: '{"a":2}' }));
    await says('.verdict', /The body is not the one that was signed/);
  }));

describe('for how long it is good', () => {
  test('now', () =>
    withPage({}, async ({ paste, says }) => {
      await paste(SOURCE, exportsOf(CREDENTIALS));
      const date = new Date(Math.floor(Date.now() / 1000) * 1000);
      await paste(SOURCE, await signed({ date }));
      const until = new Date(date.getTime() + 300_000).toISOString().slice(0, 19).replace('T', ' ');
      await says('.verdict', new RegExp(`signature is right\\. It is valid until ${until} UTC`));
      await says('[aria-labelledby=copy-title]', /With this signature, which is valid until/);
    }));

  test('of 2015: expired', () =>
    withPage({}, async ({ page, paste, says, press }) => {
      await paste(SOURCE, exportsOf(CREDENTIALS));
      await paste(SOURCE, await signed({ date: new Date('2015-08-30T12:36:00Z') }));
      await says('.verdict', /is right, but has expired.*until 2015-08-30 12:41:00 UTC, \d+ years ago/);
      await says(
        '[aria-labelledby=copy-title]',
        /expired at 2015-08-30 12:41:00 UTC: AWS refuses the request/,
      );
      assert.doesNotMatch(await page.$eval('body', (body) => body.textContent), /five minutes/);
      await paste(SOURCE, `curl https://${HOST}/prod/unsigned`);
      await page.locator('#field-date').fill('2015-08-30T12:36:00Z');
      await says('.verdict', /Signed, but expired/);
      await press('Sign now');
      await says('.verdict', /AWS accepts this signature until/);
    }));

  test('of the future', () =>
    withPage({}, async ({ paste, says }) => {
      await paste(SOURCE, exportsOf(CREDENTIALS));
      await paste(SOURCE, await signed({ date: new Date(Date.now() + 3_600_000) }));
      await says('.verdict', /is right, but dated in the future/);
    }));
});

test('a right signature that AWS refused is not called good', () =>
  withPage({}, async ({ page, paste, says }) => {
    await paste(SOURCE, exportsOf(CREDENTIALS));
    await paste(SOURCE, await signed());
    await says('.verdict', /The signature is right/);
    await paste(
      ANSWER,
      '{"message":"User: arn:aws:iam::111122223333:user/ada is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********3333:a1b2c3d4e5/prod/POST/orders"}',
    );
    await says('.verdict', /is right, but AWS refused the request\. .+/);
    assert.ok(await page.$('.band.is-bad'));
  }));

describe('a paste', () => {
  test('is a new base also where it is not pasted over everything', () =>
    withPage({}, async ({ page, partIs }) => {
      await page.evaluate(
        (text) => navigator.clipboard.writeText(text),
        `curl 'https://${HOST}/prod/pasted'`,
      );
      await page.focus(SOURCE);
      await page.$eval(SOURCE, (box) => box.setSelectionRange(5, 5));
      await page.keyboard.down('Control');
      await page.keyboard.press('KeyV');
      await page.keyboard.up('Control');
      await partIs('request.path', '/prod/pasted');
      assert.equal(await page.$eval(SOURCE, (box) => box.value), `curl 'https://${HOST}/prod/pasted'`);
      assert.equal(await page.$('.part.is-changed, .changed'), null);
    }));

  test('of a piece is a change', () =>
    withPage({}, async ({ page, says }) => {
      await page.evaluate(() => navigator.clipboard.writeText('saucers'));
      await page.focus(SOURCE);
      await page.$eval(SOURCE, (box) =>
        box.setSelectionRange(box.value.indexOf('cups'), box.value.indexOf('cups') + 4),
      );
      await page.keyboard.down('Control');
      await page.keyboard.press('KeyV');
      await page.keyboard.up('Control');
      await says('.changed', /changed 5 parts/);
    }));

  for (const [what, text] of Object.entries({
    'curl commands': `curl 'https://${HOST}/prod/one'\ncurl -X DELETE 'https://${HOST}/prod/two'`,
    'calls of fetch': `fetch('https://${HOST}/prod/one');\nfetch('https://${HOST}/prod/two');`,
    'raw requests': `GET /prod/one HTTP/1.1\nHost: ${HOST}\n\nGET /prod/two HTTP/1.1\nHost: ${HOST}\n\n`,
  })) {
    test(`of two ${what} is said to be two`, () =>
      withPage({}, async ({ paste, partIs, says }) => {
        await paste(SOURCE, text);
        await partIs('request.path', '/prod/one');
        await says('#request-state', /the text has 2 requests, and this is the first/);
      }));
  }

  test('of one command whose body has another in it is one', () =>
    withPage({}, async ({ page, paste, partIs }) => {
      await paste(SOURCE, `curl 'https://${HOST}/prod/one' -d 'a\ncurl b'`);
      await partIs('request.path', '/prod/one');
      assert.doesNotMatch(await page.$eval('#request-state', (state) => state.textContent), /requests/);
    }));

  test('of a raw request whose body has requests in it is one', () =>
    withPage({}, async ({ page, paste, partIs }) => {
      const body = '--b\nContent-Type: application/http\n\nGET /inner HTTP/1.1\n\n--b--';
      await paste(
        SOURCE,
        `POST /prod/batch HTTP/1.1\nHost: ${HOST}\nContent-Type: multipart/mixed; boundary=b\n\n${body}`,
      );
      await partIs('request.path', '/prod/batch');
      assert.doesNotMatch(await page.$eval('#request-state', (state) => state.textContent), /requests/);
    }));

  test('of a canonical request gives the same canonical request', () =>
    withPage({}, async ({ page, paste, says, partIs, press }) => {
      // "Create a signed AWS API request" and the official test suite, get-utf8: the path is encoded twice.
      const canonical = [
        'GET',
        '/%25E1%2588%25B4',
        'Param1=value1',
        'host:example.execute-api.us-east-1.amazonaws.com',
        'x-amz-date:20150830T123600Z',
        '',
        'host;x-amz-date',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      ].join('\n');
      await paste(SOURCE, canonical);
      await says('#request-state', /Read as a canonical request/);
      await partIs('request.path', '/%E1%88%B4');
      await partIs('time', '20150830T123600Z');
      await partIs('canonical.signed-headers', 'host;x-amz-date');
      await press('Copy: Canonical request');
      await says('[role=status].sr', /copied/);
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), canonical);
    }));

  test('of a 403 goes where answers go, and the request that the server saw is read from it', () =>
    withPage({}, async ({ page, paste, says, partIs }) => {
      const canonical = `POST\n/prod/seen\n\nhost:${HOST}\nx-amz-date:20260203T040506Z\n\nhost;x-amz-date\n${'0'.repeat(64)}`;
      const message = `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260203T040506Z\n20260203/us-east-1/execute-api/aws4_request\n${'1'.repeat(64)}'\n`;
      await paste(SOURCE, JSON.stringify({ message }));
      await partIs('request.path', '/prod/seen');
      await says('#request-state', /Read as a canonical request/);
      assert.match(await page.$eval(ANSWER, (box) => box.value), /The Canonical String/);
      // With a request of one's own, only the answer is taken.
      await paste(SOURCE, `curl https://${HOST}/prod/mine`);
      await partIs('request.path', '/prod/mine');
      await paste(SOURCE, JSON.stringify({ message }));
      await partIs('request.path', '/prod/mine');
      assert.match(await page.$eval(ANSWER, (box) => box.value), /The Canonical String/);
    }));
});

describe('differences are shown as characters', () => {
  test('of a body that was serialized again', () =>
    withPage({}, async ({ page, paste, says }) => {
      await paste(SOURCE, exportsOf(CREDENTIALS));
      await paste(SOURCE, await signed({ body: '{"a":1,"b":"x y"}', sent: '{"a": 1, "b": "x y"}' }));
      await says('.difference', /The server received.*The client signed/);
      const marks = (/** @type {string} */ side) =>
        page.$$eval(`.difference mark.is-${side}`, (all) => all.map((mark) => mark.textContent));
      assert.deepEqual(await marks('removed'), ['·', '·', '·']);
      assert.deepEqual(await marks('added'), []);
      await says('.difference', /\{"a":1,"b":"x y"\}/);
    }));

  test('of the server and the client', () =>
    withPage({}, async ({ page, paste, says }) => {
      await paste(SOURCE, exportsOf(CREDENTIALS));
      await paste(SOURCE, `GET /prod/a%20b HTTP/1.1\nHost: ${HOST}\n\n`);
      await says('.verdict', /Signed/);
      const date = await page.$eval('[data-part=time]', (part) => part.textContent.slice(-16));
      const canonical = `GET\n/prod/a%20b\n\nhost:${HOST}\nx-amz-date:${date}\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`;
      await paste(
        ANSWER,
        JSON.stringify({
          message: `The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\n`,
        }),
      );
      await page.waitForSelector('.diff .is-different mark');
      const row = await page.$eval('.diff .is-different', (row) => row.innerHTML);
      assert.match(row, /<mark class="is-added">25<\/mark>/);
    }));
});

for (const view of [{}, { width: 390, height: 844 }]) {
  test(`the verdict and its reason stay in view, ${view.width ?? 1280} px wide`, () =>
    withPage(view, async ({ page, paste, says }) => {
      await paste(SOURCE, exportsOf(CREDENTIALS));
      await paste(SOURCE, await signed({ sent: '{"a": 1}' }));
      await says('.verdict', /The signature is wrong\. .*JSON/);
      for (const id of ['step-canonical', 'copy']) {
        await page.$eval(`#${id}`, (panel) => panel.scrollIntoView({ behavior: 'instant' }));
        const { top, bottom, covers, heading } = await page.evaluate((id) => {
          const box = document.querySelector('.verdict').getBoundingClientRect();
          const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          const { top } = document.querySelector(`#${id} h2`).getBoundingClientRect();
          const { bottom } = document.querySelector('.band').getBoundingClientRect();
          return {
            ...box.toJSON(),
            covers: document.querySelector('.verdict').contains(found),
            heading: top - bottom,
          };
        }, id);
        assert.ok(top >= 0 && bottom <= 200 && covers, `${id}: ${top} to ${bottom}`);
        assert.ok(heading >= 0, `${id}: its heading is not under the verdict`);
      }
    }));
}
