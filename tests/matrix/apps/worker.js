// Cloudflare Workers.

import { check } from './check.js';

export default {
  async fetch() {
    return Response.json(await check());
  },
};
