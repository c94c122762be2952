// Providers of sigv4-wasm/credentials in a page, which asks other origins: STS and Cognito, played.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { CREDENTIALS, OPTIONS } from '../../support/axios-versions.js';
import { startIamServer } from '../../support/iam-server.js';
import { EXPIRATION, playAws } from '../../support/played-aws.js';

const ROLE = { roleArn: 'arn:aws:iam::123456789012:role/reader', region: 'us-east-1' };

/** What the played pool and the played STS hand out. @param {string} id @param {string} name */
const issued = (id, name) => ({
  accessKeyId: id,
  secretAccessKey: `secret/of+${name}`,
  sessionToken: `token/of+${name}`,
  expiration: EXPIRATION.getTime(),
});
const GUEST = { ...issued('ASIACOGNITO', 'cognito'), identityId: 'eu-west-1:id-1' };

/** @param {import('../browsers.test.js').Place} place */
export function credentialsChecks(place) {
  describe('credentials', () => {
    /** @type {Awaited<ReturnType<typeof playAws>>} */
    let aws;
    /** An API that takes the signatures of guests. @type {import('../../support/iam-server.js').IamServer} */
    let api;
    /** @type {any} */
    let guest;
    before(async () => {
      aws = await playAws({ cors: true });
      const { accessKeyId, secretAccessKey, sessionToken } = GUEST;
      api = await startIamServer({
        credentials: [{ accessKeyId, secretAccessKey, sessionToken }],
        cors: true,
      });
      const pool = { identityPoolId: 'eu-west-1:pool', endpoint: aws.origin };
      guest = { name: 'fromCognitoIdentity', args: [pool] };
      await place.tab.goto(`${place.site.origin}/static/entries.html`);
    });
    after(() => {
      aws.stop();
      return api.close();
    });
    beforeEach(() => {
      aws.asked.length = aws.preflights.length = aws.next.length = 0;
      place.tab.complaints.length = 0;
    });

    const find = (/** @type {any} */ source, callers = 1) => place.tab.call('find', source, callers);

    it('a guest of an identity pool, asked for once', async () => {
      assert.deepEqual(await find(guest, 5), Array(5).fill(GUEST));
      assert.deepEqual(
        aws.asked.map(({ headers }) => headers['x-amz-target']),
        ['GetId', 'GetCredentialsForIdentity'].map((action) => `AWSCognitoIdentityService.${action}`),
      );
      // What Cognito lets pages send.
      for (const names of aws.preflights)
        assert.deepEqual(names.split(/, */).sort(), ['content-type', 'x-amz-target']);
      assert.deepEqual(place.tab.complaints, []);
    });

    it('a guest signs requests that an API accepts', async () => {
      const options = { region: OPTIONS.region, service: OPTIONS.service };
      assert.equal(await place.tab.call('sendWith', guest, `${api.origin}/prod/orders`, options), 200);
      assert.equal(api.requests.length, 1);
    });

    it('a web identity, without a preflight', async () => {
      const source = {
        name: 'fromWebIdentity',
        args: [{ ...ROLE, webIdentityToken: 'eyJ.token', endpoint: aws.origin }],
      };
      const [{ accessKeyId, sessionToken }] = await find(source);
      assert.deepEqual([accessKeyId, sessionToken], ['ASIAREADER', 'token/of+ASIAREADER+&==']);
      assert.equal(aws.asked[0].form.WebIdentityToken, 'eyJ.token');
      assert.deepEqual(aws.preflights, []);
    });

    it('a role, for the credentials of a guest', async () => {
      const source = {
        name: 'assumeRole',
        args: [{ ...ROLE, endpoint: aws.origin }],
        credentials: guest,
      };
      assert.equal((await find(source))[0].accessKeyId, 'ASIAREADER');
      assert.match(
        String(aws.asked[2].headers.authorization),
        /Credential=ASIACOGNITO\/\d{8}\/us-east-1\/sts\//,
      );
    });

    it('a URL that is relative to the page', async () => {
      const [{ expiration, ...found }] = await find({ name: 'fromHttp', args: ['keys.json'] });
      assert.deepEqual(found, CREDENTIALS);
      // Only the driver of Firefox keeps the property of a value that is undefined.
      assert.equal(expiration, undefined);
    });

    it('what a page cannot have', async () => {
      assert.equal(await find({ name: 'fromEnv' }), 'ERR_SIGV4_CREDENTIALS_NOT_FOUND');
      assert.equal(await find({ name: 'fromContainer' }), 'ERR_SIGV4_CREDENTIALS_NOT_FOUND');
      // A redirect is hidden from pages, and is not followed.
      aws.next.push([302, '', { location: '/container' }]);
      const redirected = { name: 'fromHttp', args: [`${aws.origin}/x`] };
      assert.equal(await find(redirected), 'ERR_SIGV4_CREDENTIALS_PROVIDER');
      assert.equal(aws.asked.length, 1);
      // Another name of the site is another origin, which lets no page read.
      const hidden = place.site.origin.replace('127.0.0.1', 'localhost');
      const unreadable = { name: 'fromHttp', args: [`${hidden}/static/keys.json`] };
      assert.equal(await find(unreadable), 'ERR_SIGV4_CREDENTIALS_PROVIDER');
    });
  });
}
