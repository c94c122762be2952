// Node.js: as CommonJS.

const axios = require('axios');
const sigv4 = require('sigv4-wasm');
const { sigv4Interceptor } = require('sigv4-wasm/axios');
const batch = require('sigv4-wasm/batch');
const events = require('sigv4-wasm/events');
const explain = require('sigv4-wasm/explain');
const policy = require('sigv4-wasm/policy');
const s3 = require('sigv4-wasm/s3');
const trace = require('sigv4-wasm/trace');
const verify = require('sigv4-wasm/verify');

const { conformance } = require('./suite.cjs');

const check = () =>
  conformance({
    ...{ ...sigv4, axios, sigv4Interceptor },
    ...{ ...batch, ...events, ...s3, ...trace },
    ...{ ...explain, ...policy, ...verify },
  });
module.exports = { check };

if (require.main === module) check().then((outcome) => console.log(JSON.stringify(outcome)));
