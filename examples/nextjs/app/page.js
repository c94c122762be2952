// A page that is rendered on the server, with data of the API.

import { signedFetch, apiUrl } from '../lib/api.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  const response = await signedFetch()(`${apiUrl()}/orders?status=open`);
  return <pre>{await response.text()}</pre>;
}
