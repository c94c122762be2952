// Serves the page, and signs its uploads.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

import { Signer } from 'sigv4-wasm';
import { presignPost, signStream } from 'sigv4-wasm/s3';

const {
  BUCKET,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
  AWS_ENDPOINT_URL_S3: endpoint, // of a server that is not Amazon S3
  PORT = '8080',
} = process.env;
if (!BUCKET || !region) throw new Error('set BUCKET and AWS_REGION');
const bucketUrl = endpoint ? `${endpoint}/${BUCKET}` : `https://${BUCKET}.s3.${region}.amazonaws.com`;
const MAX_BYTES = 50_000_000;

const signer = new Signer({
  region,
  service: 's3',
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
});

/** In a real server: only for a user who has signed in, and below a prefix of that user. */
const keyOf = (name) => `uploads/${name}`;
const urlOf = (name) => `${bucketUrl}/uploads/${encodeURIComponent(name)}`;

const ROUTES = {
  'GET /': async () => new Response(await page('index.html'), { headers: { 'content-type': 'text/html' } }),
  'GET /page.js': async () =>
    new Response(await page('page.js'), { headers: { 'content-type': 'text/javascript' } }),

  'POST /presigned-url': async (request) => {
    const { name, type } = await json(request);
    // What is signed must be sent: S3 refuses a file of another type.
    const headers = { 'content-type': type || 'application/octet-stream' };
    const url = await signer.presign({ method: 'PUT', url: urlOf(name), headers }, { expiresIn: 300 });
    return Response.json({ url, headers });
  },

  'POST /form': async (request) => {
    const { name, type } = await json(request);
    return Response.json(
      await presignPost(signer, {
        bucket: BUCKET,
        key: keyOf(name),
        fields: { 'Content-Type': type || 'application/octet-stream' },
        conditions: [['content-length-range', 0, MAX_BYTES]],
        expiresIn: 300,
        ...(endpoint && { endpoint }),
      }),
    );
  },

  'PUT /stream': async (request, { searchParams }) => {
    const upload = await signStream(signer, urlOf(searchParams.get('name')), request, {
      length: Number(request.headers['content-length']),
      trailer: 'crc32',
    });
    const { status, body } = await fetch(upload.url, upload);
    return new Response(body, { status });
  },
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const route =
    ROUTES[`${request.method} ${url.pathname}`] ?? (async () => new Response(null, { status: 404 }));
  const { status, headers, body } = await route(request, url).catch((error) => {
    console.error(error);
    return new Response(null, { status: 500 });
  });
  response.writeHead(status, Object.fromEntries(headers));
  for await (const piece of body ?? []) response.write(piece);
  response.end();
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

/** @param {string} name */
function page(name) {
  return readFile(new URL(name, import.meta.url));
}
