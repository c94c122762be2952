import { check } from '../../../check.js';
import { send } from '../../../send.js';

export const dynamic = 'force-dynamic';

/** With `?to=`, requests go to that server; otherwise nothing is sent. */
export async function GET(request) {
  const to = new URL(request.url).searchParams.get('to');
  return Response.json(await (to === null ? check() : send(to)));
}
