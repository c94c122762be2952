// The crate beside aws-sigv4, natively: criterion, in bench/native.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url).pathname;
export const CRATE = 'sigv4-wasm';
export const AWS_SIGV4 = 'aws-sigv4';
const NAMES = [CRATE, AWS_SIGV4, 'SHA-256 alone'];

const GROUPS = {
  'get-token': 'GET, temporary credentials',
  get: 'GET, long-term credentials',
  'post-1kb': 'POST 1 kB, temporary credentials',
};

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const target = `${root}target/bench-native`;
  const pace = quick ? ['--quick'] : ['--warm-up-time', '1', '--measurement-time', '3'];
  execFileSync('cargo', ['bench', '--quiet', '--locked', '--bench', 'sign', '--', '--noplot', ...pace], {
    cwd: `${root}bench/native`,
    stdio: 'pipe', // shown where it fails
    env: { ...process.env, CARGO_TARGET_DIR: target },
  });
  return Object.entries(GROUPS).map(([group, title]) => {
    const values = NAMES.map((name) => {
      const file = `${target}/criterion/${group}/${name}/new/estimates.json`;
      return JSON.parse(readFileSync(file, 'utf8')).median.point_estimate / 1000;
    });
    const rows = NAMES.map((name, n) => ({ name, value: values[n], ratio: values[n] / values[0] }));
    return { id: `native-${group}`, title: `Rust, ${title}`, unit: 'us', rows };
  });
}
