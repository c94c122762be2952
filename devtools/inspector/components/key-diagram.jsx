// How the signing key is derived, as a chain: each link is an HMAC of the key before and a word of the scope.

import { keySteps } from '../model/sections/signing-key.js';
import { inspection } from '../state/store.js';
import { Part, Reference } from './part.jsx';

/** @param {{ section: import('../model/graph.js').Section, isRevealed: boolean }} props */
export function KeyDiagram({ section, isRevealed }) {
  if (inspection.value === undefined) return null;
  const { isSigV4a, secretAccessKey } = inspection.value;
  return (
    <div class="chain">
      <div class="node">
        <span class="node-name">secret</span>
        {secretAccessKey === '' ? (
          <span class="node-value">not given</span>
        ) : (
          <span class="node-value">
            "{isSigV4a ? 'AWS4A' : 'AWS4'}" + <Reference id="secret" text="••••" />
          </span>
        )}
      </div>
      {keySteps(inspection.value).map(({ key, input }, i) => {
        const part = section.lines[i].parts[0];
        return (
          <div class="link" key={key}>
            <div class="operation">
              <span class="function">{isSigV4a ? 'KDF' : 'HMAC'}</span>
              <Reference id={input} />
            </div>
            <div class="node">
              <span class="node-name">{key}</span>
              <Part part={part} isRevealed={isRevealed} isFirst={i === 0} />
              <span class="sr">{part.how}</span>
            </div>
          </div>
        );
      })}
    </div>
  );
}
