// Written by the build from src/record_flags.rs. Do not edit.

/** The bits of `flags`. */
export const FLAG = /** @type {const} */ ({
  signedHeadersAll: 0x1,
  pathDouble: 0x4,
  pathSingle: 0x8,
  contentSha256Yes: 0x10,
  contentSha256No: 0x20,
  tokenSigned: 0x40,
  tokenAppended: 0x80,
  payloadSigned: 0x100,
  payloadUnsigned: 0x200,
  webSocket: 0x400,
  trace: 0x800,
  hasSecret: 0x1000,
  presign: 0x2000,
  bodyHash: 0x4000,
  keepHeaders: 0x8000,
  platformHash: 0x10000,
  signatureOnly: 0x20000,
  keep: 0x40000,
});
