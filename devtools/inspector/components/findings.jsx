// The mistakes of the client that its signature proves.

import { findings, proof, signedBody } from '../state/diagnosis.js';
import { inspection } from '../state/store.js';
import { Panel } from './panel.jsx';
import { TextDifference } from './text-difference.jsx';

export function Findings() {
  const { mismatches, hint } = findings.value;
  const found = mismatches.length > 0 ? mismatches : hint === undefined ? [] : [hint];
  if (found.length === 0) return null;
  const isProved = proof.value !== undefined && mismatches.some(({ code }) => code !== 'none');
  return (
    <Panel
      id="proof"
      title={isProved ? 'The mistake, proved' : 'What the gateway found'}
      about={
        isProved &&
        `With ${mismatches.length === 1 ? 'this mistake' : 'these mistakes'}, signing gives exactly the signature in the request.`
      }
    >
      <ul class="proof">
        {found.map((one) => (
          <Finding key={one.summary} {...one} />
        ))}
      </ul>
    </Panel>
  );
}

/**
 * @typedef {{ expected?: string, signed?: string }} Detail
 *
 * @param {{ summary: string, fix: string, part?: string, detail?: Detail }} props
 */
function Finding({ summary, fix, part, detail }) {
  return (
    <li>
      <p class="finding">{summary}</p>
      <p class="fix">
        <b>Fix:</b> {fix}
      </p>
      {detail && <TextDifference labels={LABELS} texts={textsOf(part, detail)} />}
    </li>
  );
}

/**
 * For a body, its text instead of its hash.
 *
 * @param {string | undefined} part
 * @param {Detail} detail
 * @returns {[string | undefined, string | undefined]}
 */
function textsOf(part, { expected, signed }) {
  const body = inspection.value?.request.body;
  const isText = part === 'body' && signedBody.value !== undefined && typeof body === 'string';
  return isText ? [body, signedBody.value] : [expected, signed];
}

/** @type {[string, string]} */
const LABELS = ['The server received', 'The client signed'];
