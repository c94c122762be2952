// Runs a program of a reader, whose requests to AWS end at a server that verifies them:
//
//   node run-against-aws.js FILE
//
// It prints what arrived, as JSON. The credentials are those of the environment.

import { pathToFileURL } from 'node:url';

import { startAwsNetwork } from './aws-network.js';
import { CREDENTIALS } from './wire.js';

const network = await startAwsNetwork(CREDENTIALS);
try {
  await import(pathToFileURL(process.argv[2]).href);
  console.log(
    JSON.stringify(network.takeRequests().map(({ method, url, status }) => ({ method, url, status }))),
  );
} finally {
  await network.close();
}
