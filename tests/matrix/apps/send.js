// What sends.js sends, by what `import` gives here.

import axios from 'axios';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { sends } from './sends.js';

export const send = (origin) => sends({ axios, createSigv4Fetch, sigv4Interceptor }, origin);
