// A Fastify server that accepts signed requests of its own clients.

import Fastify from 'fastify';
import { verifyRequest } from 'sigv4-wasm/verify';

const { CLIENT_SECRET, PORT = '3000' } = process.env;
if (!CLIENT_SECRET) throw new Error('set CLIENT_SECRET, which the client AKIAEXAMPLE signs with');
const clients = new Map([['AKIAEXAMPLE', { secretAccessKey: CLIENT_SECRET, name: 'shop' }]]);
const options = {
  region: 'eu-west-1',
  service: 'orders', // any name, as long as clients sign for the same
  secretAccessKey: (accessKeyId) => clients.get(accessKeyId),
};

const app = Fastify();
app.decorateRequest('sigv4', null);
// Before the body is parsed: the signature covers its bytes.
app.addHook('preParsing', async (request) => {
  request.sigv4 = await verifyRequest(request, options);
});
app.setErrorHandler((error, request, reply) => {
  // A refusal has AWS's status and message. Anything else is a mistake of the server.
  if (error.code?.startsWith('ERR_SIGV4_') && error.status) {
    return reply.code(error.status).send({ message: error.message });
  }
  return reply.send(error);
});

app.post('/orders', async (request, reply) => {
  const { name } = clients.get(request.sigv4.accessKeyId);
  return reply.code(201).send({ by: name, order: request.body });
});

console.log(await app.listen({ port: Number(PORT), host: '127.0.0.1' }));
