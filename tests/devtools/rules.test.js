// The same rules as in tests/js/rules.test.js, through the command, the gateway and the model of the inspector.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { findPython } from '../differential/oracle.js';
import { BARE, sigv4 } from '../support/cli.js';
import { exchangeBytes, gatewayFor, REGION } from '../support/gateway.js';
import {
  CREDENTIALS,
  RULES,
  sentHeaders,
  staleUrlOf,
  truths,
  urlOf,
  withoutToken,
} from '../support/rules.js';

const python = findPython();
if (python === undefined && process.env.CI === 'true') throw new Error('there is no Python with botocore');

/** The page is built from the sources, of which the package has none: this folder is target/devtools. */
const model = new URL('../../../../devtools/inspector/model/inspection.js', import.meta.url);
const { inspect } = await import(pathToFileURL(model.pathname).href);

describe('rules', { skip: python === undefined && 'there is no Python with botocore' }, async () => {
  const right = python === undefined ? [] : await truths(python, RULES, 'header');

  RULES.forEach((rule, i) => {
    test(rule.rule, async (t) => {
      const { region, service, headers, stale, token, tellsScope } = rule;
      const { signature, canonicalRequest } = right[i];

      await t.test('command', async () => {
        const args = ['sign', staleUrlOf(rule), '--date', rule.date, '--format', 'json'];
        if (!tellsScope) args.push('--region', region, '--service', service);
        for (const header of [...headers, ...stale]) args.push('--header', header.join(': '));
        const env = {
          ...BARE,
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
          ...(token && { AWS_SESSION_TOKEN: token }),
        };
        const { stdout, stderr } = await sigv4(args, { env, showsToken: true });
        assert.ok(stdout.includes(`Signature=${signature}`), stdout + stderr);
      });

      const date = rule.date;
      const isSigned = rule.staleQuery !== '' && 'a URL with a signature is shown as it was signed';
      await t.test('inspector: a request to sign', { skip: isSigned }, async () => {
        const pasted = { method: 'GET', url: staleUrlOf(rule), headers: [...headers, ...stale.slice(1)] };
        const chosen = {
          ...CREDENTIALS,
          sessionToken: token ?? '',
          date,
          placement: 'headers',
          expiresIn: 300,
        };
        const scope = tellsScope ? { region: '', service: '' } : { region, service };
        const { trace } = await inspect(pasted, { ...chosen, ...scope });
        assert.equal(trace.canonicalRequest, withoutToken(canonicalRequest, token));
        assert.equal(trace.signature, signature);
      });

      await t.test('inspector: a signed request', async () => {
        const pasted = {
          method: 'GET',
          url: urlOf(rule),
          headers: Object.entries(sentHeaders(rule, right[i])),
        };
        const settings = {
          ...CREDENTIALS,
          sessionToken: '',
          region: '',
          service: '',
          date: '',
        };
        const { trace, authorization } = await inspect(pasted, {
          ...settings,
          placement: 'headers',
          expiresIn: 300,
        });
        assert.deepEqual(
          [authorization.accessKeyId, authorization.region, authorization.service, authorization.signature],
          [CREDENTIALS.accessKeyId, region, service, signature],
        );
        assert.equal(trace.signature, signature);
      });
    });
  });

  test('gateway', async (t) => {
    const gateway = await gatewayFor();
    const { accessKeyId, secretAccessKey, sessionToken } = await gateway.credentials();
    const host = new URL(gateway.origin).host;
    const date = `${new Date().toISOString().slice(0, 19)}Z`;
    const asked = RULES.filter(({ service, tellsScope }) => service === 'execute-api' && !tellsScope).map(
      (rule) => ({
        ...rule,
        ...{ host, region: REGION, path: `/prod${rule.path}`, date, token: sessionToken },
      }),
    );
    const keys = { accessKeyId, secretAccessKey };
    const signed = python === undefined ? [] : await truths(python, asked, 'header', keys);
    for (const [i, rule] of asked.entries()) {
      await t.test(rule.rule, async () => {
        const lines = Object.entries(sentHeaders(rule, signed[i], keys)).map(
          ([name, value]) => `${name}: ${value}\r\n`,
        );
        const target = urlOf(rule).slice(`https://${host}`.length);
        const send = (/** @type {string} */ head) =>
          exchangeBytes(gateway.origin, `GET ${target} HTTP/1.1\r\n${head}connection: close\r\n\r\n`);
        assert.match(await send(lines.join('')), /^HTTP\/1.1 200 /);
        const wrong = lines.join('').replace(/(Signature=).{4}/, '$1beef');
        const refused = await send(wrong);
        assert.match(refused, /^HTTP\/1.1 403 /);
        assert.match(refused, /The request signature we calculated does not match/);
      });
    }
  });
});
