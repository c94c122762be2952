// Runs in Jest: the gateway as a test suite of users has it. See gateway.commonjs.test.js.

/* global beforeAll, afterAll, test, expect */
const { startGateway } = require('sigv4-wasm-devtools/gateway');
const { createSigv4Fetch } = require('sigv4-wasm/fetch');

const policies = [{ Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' } }];
const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('text/plain');
  stream.write('streamed ');
  stream.end('from a thread');
});`;
const config = {
  region: 'eu-west-1',
  roles: { shop: { policies }, guest: {} },
  functions: { f: { code } },
  routes: [{ route: 'GET /f', function: 'f' }, { route: 'ANY /orders' }],
};

let gateway;
beforeAll(async () => {
  gateway = await startGateway({ config });
});
afterAll(() => gateway.close());

/** Sends requests as a role. */
function as(role, options) {
  const credentials = () => gateway.credentials(role);
  return createSigv4Fetch({ credentials, region: 'eu-west-1', service: 'execute-api', ...options });
}

test('who may call, who may not, and whose signature is wrong', async () => {
  expect((await as('shop')(`${gateway.url}/orders`)).status).toBe(200);
  expect((await as('guest')(`${gateway.url}/orders`)).status).toBe(403);
  expect((await as('shop', { region: 'us-east-1' })(`${gateway.url}/orders`)).status).toBe(403);
  const [wrong, denied, allowed] = await gateway.requests();
  expect(wrong.mismatches[0].code).toBe('wrong-region');
  expect(denied.refusal.code).toBe('ERR_GATEWAY_REFUSED');
  expect(allowed).toMatchObject({ number: 1, allowed: true });
});

test('a Lambda function, in a thread', async () => {
  expect(await (await as('shop')(`${gateway.url}/f`)).text()).toBe('streamed from a thread');
});
