// The conformance suite over what `import` gives here.

import axios from 'axios';
import * as sigv4 from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import * as explain from 'sigv4-wasm/explain';
import * as policy from 'sigv4-wasm/policy';
import * as verify from 'sigv4-wasm/verify';

import { conformance } from './suite.js';

export const check = () =>
  conformance({ ...sigv4, axios, sigv4Interceptor, ...explain, ...policy, ...verify });
