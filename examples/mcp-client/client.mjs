// A client of an MCP server with IAM authorization: the transport gets a signed fetch, for its requests and its streams alike.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const {
  MCP_URL,
  MCP_SERVICE = 'bedrock-agentcore', // or execute-api, lambda
  AWS_REGION,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
} = process.env;
if (!MCP_URL) throw new Error('set MCP_URL, the URL of the server, which mostly ends in /mcp');

const { origin } = new URL(MCP_URL);
const signedFetch = createSigv4Fetch({
  region: AWS_REGION,
  service: MCP_SERVICE,
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
  match: (url) => url.origin === origin,
});

const client = new Client({ name: 'example', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(MCP_URL), { fetch: signedFetch }));

const { tools } = await client.listTools();
console.log('tools:', tools.map(({ name }) => name).join(', '));
const [name, json = '{}'] = process.argv.slice(2);
if (name) {
  const { content } = await client.callTool({ name, arguments: JSON.parse(json) });
  for (const part of content) console.log(part.type === 'text' ? part.text : part);
}
await client.close();
