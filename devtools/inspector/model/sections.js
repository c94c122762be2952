// The sections of the page: each step of a signature, piece by piece.
//
// Source: "Create a signed AWS API request", IAM user guide, whose steps these are.

import { canonicalSection } from './sections/canonical-request.js';
import { requestSection } from './sections/request.js';
import { signatureSection } from './sections/signature.js';
import { keySection } from './sections/signing-key.js';
import { stringToSignSection } from './sections/string-to-sign.js';

export { CANONICAL } from './sections/parts.js';

/** In order. @type {((inspection: import('./inspection.js').Inspection) => import('./graph.js').Section)[]} */
export const SECTIONS = [requestSection, canonicalSection, stringToSignSection, keySection, signatureSection];
