// The conformance suite over what `import` gives here.

import axios from 'axios';
import * as sigv4 from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import * as batch from 'sigv4-wasm/batch';
import * as events from 'sigv4-wasm/events';
import * as explain from 'sigv4-wasm/explain';
import * as policy from 'sigv4-wasm/policy';
import * as s3 from 'sigv4-wasm/s3';
import * as trace from 'sigv4-wasm/trace';
import * as verify from 'sigv4-wasm/verify';

import { conformance } from './suite.js';

export const check = () =>
  conformance({
    ...{ ...sigv4, axios, sigv4Interceptor },
    ...{ ...batch, ...events, ...s3, ...trace },
    ...{ ...explain, ...policy, ...verify },
  });
