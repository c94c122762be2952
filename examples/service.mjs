// A client for an API Gateway with IAM authorization: axios as always, and one line that signs.

import axios from 'axios';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

export class OrderService {
  #client;

  /**
   * @param {object} options
   * @param {string} options.baseURL  such as https://abc123.execute-api.eu-west-1.amazonaws.com/prod
   * @param {string} options.region
   * @param {import('sigv4-wasm').Credentials | import('sigv4-wasm').CredentialsProvider} options.credentials
   */
  constructor({ baseURL, region, credentials }) {
    const { origin } = new URL(baseURL);
    const match = (url) => url.origin === origin; // no other host gets a signature, or a session token
    this.#client = axios.create({ baseURL });
    this.#client.interceptors.request.use(
      sigv4Interceptor({ region, service: 'execute-api', credentials, match }),
    );
  }

  async find(filter) {
    // tag=new&tag=paid rather than tag[]=new&tag[]=paid
    const options = { params: filter, paramsSerializer: { indexes: null } };
    return (await this.#client.get('/orders', options)).data;
  }

  async create(order) {
    return (await this.#client.post('/orders', order)).data;
  }

  async audit() {
    return (await this.#client.get('/audit')).data;
  }

  async remove(id) {
    await this.#client.delete(`/orders/${encodeURIComponent(id)}`);
  }

  /** @param {Uint8Array} photo */
  async putPhoto(id, photo) {
    const headers = { 'content-type': 'image/jpeg' };
    await this.#client.put(`/orders/${encodeURIComponent(id)}/photo`, photo, { headers });
  }

  /** @param {Record<string, string | Blob>} documents  by field name */
  async upload(id, documents) {
    const form = new FormData();
    for (const [name, value] of Object.entries(documents)) form.append(name, value);
    await this.#client.post(`/orders/${encodeURIComponent(id)}/documents`, form);
  }

  /** Posts to a connected client of a WebSocket API. Its id ends in `=`, a character that many signers get wrong. */
  async notify(connectionId, message) {
    await this.#client.post(`/@connections/${connectionId}`, message);
  }
}

/**
 * Temporary credentials from an HTTP endpoint, in the form in which ECS and EKS hand them out
 * (AWS_CONTAINER_CREDENTIALS_FULL_URI). The signer keeps them, and asks again before they expire.
 *
 * @param {string} endpoint
 * @param {string} [token]  AWS_CONTAINER_AUTHORIZATION_TOKEN
 * @returns {import('sigv4-wasm').CredentialsProvider}
 */
export function credentialsFrom(endpoint, token) {
  return async () => {
    const { data } = await axios.get(endpoint, { headers: token ? { authorization: token } : {} });
    return {
      accessKeyId: data.AccessKeyId,
      secretAccessKey: data.SecretAccessKey,
      sessionToken: data.Token,
      expiration: new Date(data.Expiration),
    };
  };
}
