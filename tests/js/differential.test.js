// Random requests, signed by us and by botocore and the AWS Common Runtime: the signatures must be the same.
//
// Environment variables as in tests/differential.rs: SIGV4_SEED, SIGV4_CASES, SIGV4_CASE.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';

import { Random, randomCase } from '../differential/case.js';
import { change, rowsFor } from '../differential/known.js';
import { findPython, Oracle } from '../differential/oracle.js';
import { shrunk, wire } from '../differential/wire.js';

/** @typedef {import('../differential/case.js').Case} Case */
