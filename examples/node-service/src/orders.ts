// A client of an API with IAM authorization: axios, and credentials from a provider.

import axios, { type AxiosInstance } from 'axios';
import type { CredentialsProvider } from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

export interface Order {
  id: string;
  item: string;
  pieces: number;
}

export interface OrdersOptions {
  /** Such as https://abc123.execute-api.eu-west-1.amazonaws.com/prod */
  baseURL: string;
  /** Default: from the host, if it belongs to AWS. */
  region?: string;
  credentials: CredentialsProvider;
}

export class Orders {
  readonly #client: AxiosInstance;

  constructor({ baseURL, region, credentials }: OrdersOptions) {
    const { origin } = new URL(baseURL);
    this.#client = axios.create({ baseURL, timeout: 10_000 });
    this.#client.interceptors.request.use(
      sigv4Interceptor({
        credentials,
        service: 'execute-api',
        ...(region !== undefined && { region }),
        // No other host gets a signature, or the session token.
        match: (url) => url.origin === origin,
      }),
    );
  }

  async list(filter: { status?: string; tag?: readonly string[] }): Promise<Order[]> {
    const { data } = await this.#client.get<Order[]>('/orders', { params: filter });
    return data;
  }

  async create(order: Omit<Order, 'id'>): Promise<Order> {
    const { data } = await this.#client.post<Order>('/orders', order);
    return data;
  }
}
