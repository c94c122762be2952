// examples/iam-api: each of its templates, as CloudFormation would take it, and as the gateway runs it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const folder = fileURLToPath(new URL('../../examples/iam-api/', import.meta.url));
const region = 'eu-west-1';

/** By template: the stage in the path. */
const TEMPLATES = { 'http-api.yaml': '', 'openapi.yaml': '', 'sam.yaml': '', 'rest-api.yaml': '/prod' };

const ACCESS = {
  Shop: { 'GET /orders': 200, 'POST /orders': 200, 'DELETE /orders/7': 200 },
  Report: { 'GET /orders': 200, 'POST /orders': 403, 'DELETE /orders/7': 403 },
};

for (const [template, stage] of Object.entries(TEMPLATES)) {
  describe(template, () => {
    test('its roles may do what their policies say', async () => {
      const gateway = await startGateway({ config: `${folder}${template}`, settings: { region } });
      try {
        assert.deepEqual(gateway.settings.warnings, []);
        for (const [role, access] of Object.entries(ACCESS)) {
          const credentials = gateway.credentials(role);
          assert.ok(credentials);
          const signedFetch = createSigv4Fetch({ credentials, region, service: 'execute-api' });
          for (const [request, status] of Object.entries(access)) {
            const [method, path] = request.split(' ');
            const response = await signedFetch(`${gateway.origin}${stage}${path}`, { method });
            assert.equal(response.status, status, `${role}: ${request}`);
          }
        }
        assert.equal((await fetch(`${gateway.origin}${stage}/orders`)).status, 403, 'no signature');
      } finally {
        await gateway.close();
      }
    });

    const { error } = spawnSync('cfn-lint', ['--version'], { stdio: 'ignore' });
    test(
      'cfn-lint has no complaints',
      { skip: error && 'there is no cfn-lint: pip install cfn-lint' },
      () => {
        const { status, stdout } = spawnSync('cfn-lint', [`${folder}${template}`], { encoding: 'utf8' });
        assert.equal(status, 0, stdout);
      },
    );
  });
}
