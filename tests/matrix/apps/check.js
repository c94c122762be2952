// The conformance suite over what `import` gives here.

import axios from 'axios';
import * as sigv4 from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { conformance } from './suite.js';

export const check = () => conformance({ ...sigv4, axios, sigv4Interceptor });
