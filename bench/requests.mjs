// What is signed.

export const longTerm = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
/** As long as the tokens that STS issues for an assumed role. */
export const temporary = { ...longTerm, sessionToken: 'IQoJb3JpZ2luX2VjEPT/+'.repeat(42) };

/** @typedef {{ region: string, service: string }} Scope */
export const gateway = { region: 'eu-west-1', service: 'execute-api' };
export const s3 = { region: 'eu-west-1', service: 's3' };

/** @typedef {{ method: string, url: string, headers: Record<string, string>, body?: string | Uint8Array }} Work */

const api = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items';

/** @type {Work} */
export const get = {
  method: 'GET',
  url: `${api}?limit=10&next=abc`,
  headers: { accept: 'application/json' },
};

/** @param {string | Uint8Array} body @returns {Work} */
export function post(body) {
  return { method: 'POST', url: api, headers: { 'content-type': 'application/json' }, body };
}

export const smallBody = JSON.stringify({ text: 'x'.repeat(1012) });

/** @param {number} count @returns {Work[]} */
export function objects(count) {
  return Array.from({ length: count }, (_, n) => ({
    method: 'GET',
    url: `https://my-bucket.s3.eu-west-1.amazonaws.com/photos/2026/${String(n).padStart(6, '0')}.jpg`,
    headers: {},
  }));
}
