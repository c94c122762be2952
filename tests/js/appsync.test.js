// The authorization of AppSync's WebSockets, compared with the result of AWS's own signer for the same request.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { Signer } from 'sigv4-wasm';
import { appSyncAuthorization, appSyncConnection } from 'sigv4-wasm/appsync';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/key', sessionToken: 'to/ke+n==' };
const date = new Date('2026-01-02T03:04:05Z');
const signer = new Signer({ credentials, region, date });
const HOST = 'abc123.appsync-api.eu-west-1.amazonaws.com';

/** @param {string} host @param {string} path @param {string} body */
async function theirs(host, path, body) {
  const headers = {
    host,
    accept: 'application/json, text/javascript',
    'content-encoding': 'amz-1.0',
    'content-type': 'application/json; charset=UTF-8',
  };
  const request = new HttpRequest({ method: 'POST', hostname: host, path, headers, body });
  const options = { credentials, region, service: 'appsync', sha256: Sha256, applyChecksum: false };
  return (await new SignatureV4(options).sign(request, { signingDate: date })).headers;
}

/** [API, URL of the WebSocket, subprotocol, what is signed]; hosts and paths as the developer guides have them. @type {string[][]} */
const CONNECTIONS = [
  [
    `https://${HOST}/graphql`,
    'wss://abc123.appsync-realtime-api.eu-west-1.amazonaws.com/graphql',
    'graphql-ws',
    '/graphql/connect',
  ],
  [
    `https://${HOST}/event`,
    'wss://abc123.appsync-realtime-api.eu-west-1.amazonaws.com/event/realtime',
    'aws-appsync-event-ws',
    '/event',
  ],
  [
    'https://api.example.com/graphql',
    'wss://api.example.com/graphql/realtime',
    'graphql-ws',
    '/graphql/connect',
  ],
  ['https://api.example.com/event', 'wss://api.example.com/event/realtime', 'aws-appsync-event-ws', '/event'],
];
for (const [api, url, name, path] of CONNECTIONS) {
  test(`a connection to ${api}`, async () => {
    const connection = await appSyncConnection(signer, api);
    assert.equal(connection.url, url);
    const [protocol, header] = connection.protocols;
    assert.equal(protocol, name);
    // A token of RFC 9110, as a subprotocol must be.
    assert.match(header, /^header-[\w-]+$/);
    const headers = JSON.parse(Buffer.from(header.slice('header-'.length), 'base64url').toString());
    assert.deepEqual(headers, await theirs(new URL(api).host, path, '{}'));
  });
}

test('messages', async () => {
  const message = { channel: '/default/größe', events: ['{"a":1}'] };
  const { data, authorization } = await appSyncAuthorization(
    signer,
    new URL(`https://${HOST}/event`),
    message,
  );
  assert.deepEqual(JSON.parse(data), message);
  assert.deepEqual(authorization, await theirs(HOST, '/event', JSON.stringify(message)));
  const query = { query: 'subscription { orders { id } }', variables: { a: 1 } };
  const start = await appSyncAuthorization(signer, `https://${HOST}/graphql`, query);
  assert.deepEqual(start.authorization, await theirs(HOST, '/graphql', start.data));
});

test('a URL that is none of theirs', async () => {
  for (const api of [
    `https://${HOST}/`,
    `wss://${HOST}/event`,
    `https://${HOST}/event?x`,
    `https://${HOST}/constructor`,
  ]) {
    await assert.rejects(appSyncConnection(signer, api), { code: 'ERR_SIGV4_URL_INVALID' });
  }
});
