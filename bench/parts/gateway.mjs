// The local gateway under load: with verification and policies, and without. It needs the devtools (`make devtools`).

import { existsSync } from 'node:fs';

export const VERIFIED = 'with verification and policies';
export const OPEN = 'without';

/** @returns {Promise<import('../harness.mjs').Table[]>} none without the devtools */
export async function run({ quick }) {
  if (!existsSync(new URL('../../devtools/node_modules', import.meta.url))) return [];
  const { compare } = await import('../gateway-load.mjs');
  const { speeds, isFine } = await compare(3, quick ? 2 : 6);
  if (!isFine) throw new Error('the gateway refused a good request');
  const rows = [
    { name: VERIFIED, value: Math.max(...speeds.iam) },
    { name: OPEN, value: Math.max(...speeds.none) },
  ];
  return [{ id: 'gateway', title: 'The gateway, two processes on one machine', unit: '1/s', rows }];
}
