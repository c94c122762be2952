// `Fn::Cidr`: blocks of addresses within a block. Source: "Fn::Cidr", CloudFormation template reference.

import { isIPv4, isIPv6 } from 'node:net';

/**
 * @param {string} block  such as `10.0.0.0/16`
 * @param {number} count  1 to 256
 * @param {number} [bits]  of a block's addresses; IPv6 needs it
 * @returns {string[]}
 * @throws {RangeError}
 */
export function cidrBlocks(block, count, bits) {
  const [address, prefix] = block.split('/');
  const family = isIPv4(address) ? IPV4 : isIPv6(address) ? IPV6 : undefined;
  const length = Number(prefix);
  if (family === undefined || !/^\d+$/.test(prefix ?? '') || length > family.bits)
    throw new RangeError(`${block} is not a block of addresses`);
  if (!Number.isInteger(count) || count < 1 || count > MAX_BLOCKS)
    throw new RangeError(`the count must be from 1 to ${MAX_BLOCKS}, not ${count}`);
  const size = bits ?? family.defaultBits;
  if (size === undefined || !Number.isInteger(size) || size < 0 || size > family.bits - length)
    throw new RangeError(`a block of ${block} cannot have ${size} bits`);
  const step = 1n << BigInt(size);
  const start = (family.read(address) >> BigInt(family.bits - length)) << BigInt(family.bits - length);
  if (BigInt(count) * step > 1n << BigInt(family.bits - length))
    throw new RangeError(`${block} has no room for ${count} blocks of ${size} bits`);
  return Array.from(
    { length: count },
    (_, i) => `${family.write(start + BigInt(i) * step)}/${family.bits - size}`,
  );
}

const MAX_BLOCKS = 256;

const IPV4 = {
  bits: 32,
  // "If not specified, the CidrBits parameter defaults to 8."
  defaultBits: 8,
  /** @param {string} text */
  read: (text) => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n),
  /** @param {bigint} value */
  write: (value) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.'),
};

const IPV6 = {
  bits: 128,
  defaultBits: undefined,
  /** @param {string} text */
  read: (text) => {
    // `::` stands for as many groups of zeros as are missing.
    const [head, tail] = text.split('::').map((part) => part.split(':').filter(Boolean));
    const zeros = tail === undefined ? [] : Array(8 - head.length - tail.length).fill('0');
    return [...head, ...zeros, ...(tail ?? [])].reduce(
      (sum, part) => sum * 65_536n + BigInt(`0x${part}`),
      0n,
    );
  },
  /** @param {bigint} value */
  write: (value) => {
    const groups = Array.from({ length: 8 }, (_, i) =>
      ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
    );
    // The URL parser writes addresses in the form of RFC 5952, with `::`.
    return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  },
};
