// An API with IAM authorization, as an injectable client.

import { HttpException, Injectable } from '@nestjs/common';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const {
  API_URL,
  AWS_REGION,
  AWS_ACCESS_KEY_ID = '',
  AWS_SECRET_ACCESS_KEY = '',
  AWS_SESSION_TOKEN,
} = process.env;
if (API_URL === undefined || AWS_REGION === undefined) throw new Error('set API_URL and AWS_REGION');

@Injectable()
export class OrdersApi {
  readonly #fetch = createSigv4Fetch({
    region: AWS_REGION,
    service: 'execute-api',
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
    },
  });

  async create(order: unknown): Promise<unknown> {
    const response = await this.#fetch(`${API_URL}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    if (!response.ok) throw new HttpException('the API refused', 502);
    return response.json();
  }
}
