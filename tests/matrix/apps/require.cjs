// Node.js: as CommonJS.

const axios = require('axios');
const sigv4 = require('sigv4-wasm');
const { sigv4Interceptor } = require('sigv4-wasm/axios');

const { conformance } = require('./suite.cjs');

const check = () => conformance({ ...sigv4, axios, sigv4Interceptor });
module.exports = { check };

if (require.main === module) check().then((outcome) => console.log(JSON.stringify(outcome)));
