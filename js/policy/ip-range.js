// IP addresses and ranges of them (RFC 4632, RFC 4291).

/**
 * @typedef {object} Range
 * @property {4 | 6} family
 * @property {bigint} bits  those that all addresses of the range share
 * @property {bigint} rest  how many bits differ
 */

/**
 * An address is a range of one. IPv4 written as IPv6 (`::ffff:192.0.2.1`), as dual-stack servers see it, is IPv4.
 *
 * @param {string} text
 * @returns {Range | undefined} undefined if it is neither
 */
export function parseRange(text) {
  const [, address, length] = /^([\da-f.:]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/i.exec(text) ?? [];
  if (address === undefined) return undefined;
  const size = address.includes(':') ? 128 : 32;
  const shared = Number(length ?? size);
  const value = size === 32 ? parseV4(address) : parseV6(address);
  if (value === undefined || shared > size) return undefined;
  const rest = BigInt(size - shared);
  const isMapped = size === 128 && shared >= 96 && value >> 32n === 0xffffn;
  if (isMapped) return { family: 4, bits: (value & 0xffffffffn) >> rest, rest };
  return { family: size === 32 ? 4 : 6, bits: value >> rest, rest };
}

/**
 * @param {string} text
 * @returns {Range | undefined} undefined if it is no address, such as one with a port or a whole range
 */
export function parseAddress(text) {
  const range = parseRange(text);
  return range?.rest === 0n ? range : undefined;
}

/**
 * @param {Range} range
 * @param {Range} address  one only
 */
export function contains({ family, bits, rest }, address) {
  return family === address.family && bits === address.bits >> rest;
}

/** @param {string} text */
function parseV4(text) {
  const parts = text.split('.');
  const isValid =
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isValid ? parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) : undefined;
}

/** @param {string} text */
function parseV6(text) {
  const [head, tail, ...more] = text.split('::').map(groupsOf);
  if (more.length > 0 || head === undefined) return undefined;
  const groups = tail
    ? [...head, ...Array(Math.max(1, 8 - head.length - tail.length)).fill('0'), ...tail]
    : head;
  const isValid = groups.length === 8 && groups.every((group) => /^[\da-f]{1,4}$/i.test(group));
  return isValid ? groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) : undefined;
}

/** @param {string} text  groups of an IPv6 address, of which the last two may be written as IPv4 */
function groupsOf(text) {
  const groups = text === '' ? [] : text.split(':');
  const last = groups.at(-1);
  const v4 = last?.includes('.') ? parseV4(last) : undefined;
  return v4 === undefined
    ? groups
    : [...groups.slice(0, -1), (v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16)];
}
