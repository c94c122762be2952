// An Express server that accepts signed requests of its own clients, each of them once.

import express from 'express';
import { ReplayCache, verifyMiddleware } from 'sigv4-wasm/verify';

const { CLIENT_SECRET, PORT = '3000' } = process.env;
if (!CLIENT_SECRET) throw new Error('set CLIENT_SECRET, which the client AKIAEXAMPLE signs with');
const clients = new Map([['AKIAEXAMPLE', { secretAccessKey: CLIENT_SECRET, name: 'shop' }]]);

const replays = new ReplayCache({ maxEntries: 100_000 });
const app = express();
app.disable('x-powered-by');

// Before the body is parsed: the signature covers its bytes. It answers refused requests itself.
app.use(
  verifyMiddleware({
    region: 'eu-west-1',
    service: 'orders', // any name, as long as clients sign for the same
    secretAccessKey: (accessKeyId) => clients.get(accessKeyId),
  }),
);
app.use((request, response, next) => {
  if (replays.admit(request.sigv4)) next();
  else response.status(409).json({ message: 'This request was sent before' });
});
app.use(express.json());

app.post('/orders', (request, response) => {
  const { name } = clients.get(request.sigv4.accessKeyId);
  response.status(201).json({ by: name, order: request.body });
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
