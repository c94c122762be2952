// examples/mcp-client against a server of the official SDK, behind a verifier.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

import { REGION, runExample } from '../support/examples.js';
import { Refusal, authorize } from '../support/iam-authorizer.js';
import { CREDENTIALS } from '../support/wire.js';

/** @param {string} service */
async function startMcpServer(service) {
  const mcp = new McpServer({ name: 'weather', version: '1.0.0' });
  mcp.registerTool(
    'weather',
    { description: 'The weather of a city', inputSchema: { city: z.string() } },
    async ({ city }) => ({ content: [{ type: 'text', text: `${city}: rain, 7 °C` }] }),
  );
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID() });
  await mcp.connect(transport);

  /** @type {[method: string, url: string, status: number][]} */
  const seen = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', rawHeaders } = request;
    const body = await buffer(request);
    try {
      const settings = { credentials: [CREDENTIALS], region: REGION, service, now: () => new Date() };
      await authorize({ method, url, rawHeaders, body }, settings);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      seen.push([method, url, error.status]);
      response.writeHead(error.status).end(JSON.stringify({ message: error.message }));
      return;
    }
    seen.push([method, url, 200]);
    await transport.handleRequest(
      request,
      response,
      body.length > 0 ? JSON.parse(body.toString()) : undefined,
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  after(async () => {
    await mcp.close();
    await new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, seen };
}

for (const [service, path] of Object.entries({
  'bedrock-agentcore':
    '/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aeu-west-1%3A123456789012%3Aruntime%2Fweather/invocations?qualifier=DEFAULT',
  lambda: '/mcp',
})) {
  test(`${service}: lists the tools, and calls one`, async () => {
    const { origin, seen } = await startMcpServer(service);
    const { code, stdout, stderr } = await runExample(
      'mcp-client',
      { MCP_URL: `${origin}${path}`, MCP_SERVICE: service },
      ['start', '--silent', '--', 'weather', '{"city":"Köln"}'],
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'tools: weather\nKöln: rain, 7 °C\n');
    assert.ok(seen.every(([, url, status]) => url === path && status === 200));
    // The stream of the server, too, is asked for with a signature.
    assert.ok(seen.some(([method]) => method === 'GET'));
    assert.ok(seen.filter(([method]) => method === 'POST').length >= 4);
  });
}

test('a wrong secret is refused', async () => {
  const { origin } = await startMcpServer('lambda');
  const env = { MCP_URL: `${origin}/mcp`, MCP_SERVICE: 'lambda', AWS_SECRET_ACCESS_KEY: 'another' };
  const { code, stderr } = await runExample('mcp-client', env);
  assert.notEqual(code, 0);
  assert.match(stderr, /403/);
});
