// The verifier knows the same rules of services as the signer.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Signer } from 'sigv4-wasm';
import { verifyRequest } from 'sigv4-wasm/verify';

import { findPython } from '../differential/oracle.js';

const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//////////',
};
/** Where the rules differ: normalised or not, encoded once or twice, with a body to sign or not. */
const REQUEST = { method: 'PUT', url: 'https://example.com/a//b/../c%2Fd%20e/', body: 'text' };

/** Signing names that botocore's service models do not have. */
const OTHERS = [
  'iotdevicegateway',
  's3express',
  's3-object-lambda',
  's3-outposts',
  'vpc-lattice-svcs',
  'aoss',
];

const SIGNING_NAMES = `
import botocore.session
session = botocore.session.get_session()
models = (session.get_service_model(name) for name in session.get_available_services())
print(' '.join(sorted({model.signing_name for model in models})))`;

const python = findPython();
if (python === undefined && process.env.CI === 'true') throw new Error('there is no Python with botocore');

test(
  'every service that AWS has',
  { skip: python === undefined && 'there is no Python with botocore' },
  async () => {
    const { stdout } = await promisify(execFile)(python, ['-c', SIGNING_NAMES]);
    const services = [...stdout.trim().split(' '), ...OTHERS];
    assert.ok(services.length > 300, `${services.length} services`);

    const signer = new Signer({ credentials: CREDENTIALS, region: 'eu-west-1' });
    const options = { secretAccessKey: () => CREDENTIALS, region: 'eu-west-1' };
    for (const service of services) {
      const { method, url, headers, body } = await signer.sign(REQUEST, { service });
      const arrived = { method, url, headers: { ...headers, host: 'example.com' }, body };
      const verified = await verifyRequest(arrived, { ...options, service });
      assert.equal(verified.service, service);

      const presigned = await signer.presign(REQUEST, { service, expiresIn: 60 });
      const used = { method, url: presigned, headers: { host: 'example.com' }, body };
      await verifyRequest(used, { ...options, service }).catch((error) => {
        throw new Error(`${service}, presigned: ${error.message}`);
      });
    }
  },
);
