// A client of an AppSync Event API with IAM authorization. The protocol: "Understanding the Event API WebSocket protocol",
// AWS AppSync Events developer guide.

import { once } from 'node:events';

import { Signer } from 'sigv4-wasm';
import { appSyncAuthorization, appSyncConnection } from 'sigv4-wasm/appsync';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import WebSocket from 'ws';

export class EventsApi {
  #signer;
  #signedFetch;
  #http;
  #realtime;
  #socket;
  #waiting = new Map();
  #listeners = new Map();

  /** `http` and `realtime` are the two endpoints of the API: URLs without a path. */
  constructor({ http, realtime, credentials, region }) {
    const options = { credentials, region, service: 'appsync' };
    this.#signer = new Signer(options);
    this.#signedFetch = createSigv4Fetch(options);
    this.#http = http;
    this.#realtime = realtime;
  }

  async connect() {
    // A browser cannot add headers to a WebSocket, so the signed ones travel as a subprotocol.
    const { protocols } = await appSyncConnection(this.#signer, `${this.#http}/event`);
    this.#socket = new WebSocket(`${this.#realtime}/event/realtime`, protocols);
    await once(this.#socket, 'open');
    this.#socket.on('message', (data) => this.#receive(JSON.parse(data)));
    await this.#ask('connection', { type: 'connection_init' });
  }

  /** Calls `listener` with each event that is published to the channel. */
  async subscribe(channel, listener) {
    const id = crypto.randomUUID();
    this.#listeners.set(id, listener);
    const authorization = await this.#authorization({ channel });
    await this.#ask(id, { type: 'subscribe', id, channel, authorization });
  }

  /** Publishes over the connection. */
  async publish(channel, ...events) {
    const id = crypto.randomUUID();
    const message = { channel, events: events.map((event) => JSON.stringify(event)) };
    const authorization = await this.#authorization(message);
    await this.#ask(id, { type: 'publish', id, ...message, authorization });
  }

  /** Publishes without a connection. */
  async publishByHttp(channel, ...events) {
    const response = await this.#signedFetch(`${this.#http}/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel, events: events.map((event) => JSON.stringify(event)) }),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }

  close() {
    this.#socket.close();
  }

  async #authorization(message) {
    return (await appSyncAuthorization(this.#signer, `${this.#http}/event`, message)).authorization;
  }

  #ask(id, message) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify(message));
    });
  }

  #receive({ type, id = 'connection', event, errors }) {
    if (type === 'ka') return; // a sign of life
    if (type === 'data') {
      this.#listeners.get(id)?.(JSON.parse(event));
      return;
    }
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    this.#waiting.delete(id);
    if (type.endsWith('error')) reject?.(new Error(`${errors[0].errorType}: ${errors[0].message ?? ''}`));
    else resolve?.();
  }
}
