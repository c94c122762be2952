// Node.js: as CommonJS.

const axios = require('axios');
const sigv4 = require('sigv4-wasm');
const { sigv4Interceptor } = require('sigv4-wasm/axios');
const explain = require('sigv4-wasm/explain');
const policy = require('sigv4-wasm/policy');
const verify = require('sigv4-wasm/verify');

const { conformance } = require('./suite.cjs');

const check = () => conformance({ ...sigv4, axios, sigv4Interceptor, ...explain, ...policy, ...verify });
module.exports = { check };

if (require.main === module) check().then((outcome) => console.log(JSON.stringify(outcome)));
