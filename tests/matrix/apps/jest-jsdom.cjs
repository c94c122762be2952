// Jest's jsdom has neither, and no web API works without: its users give them to it.

const { TextDecoder, TextEncoder } = require('node:util');

Object.assign(globalThis, { TextDecoder, TextEncoder });
