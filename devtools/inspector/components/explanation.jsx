// Why a request was refused: the message of the response, and a comparison line by line.

import { explanation, findings } from '../state/diagnosis.js';
import { Panel } from './panel.jsx';
import { Side } from './text-difference.jsx';

export function Explanation() {
  // A proof makes the explanation redundant.
  const found = findings.value.mismatches.length > 0 ? undefined : explanation.value;
  return (
    <div role="status" aria-live="polite">
      {found !== undefined && (
        <Panel id="explanation" title="What the response says">
          <p class="finding">{found.summary}</p>
          <p class="fix">
            <b>Fix:</b> {found.fix}
          </p>
          {found.causes && (
            <ol class="causes">
              {found.causes.map((cause) => (
                <li key={cause}>{cause}</li>
              ))}
            </ol>
          )}
          {found.diff && <Diff lines={found.diff} />}
          <p class="note">
            <code>{found.code}</code>
            {found.serverTime && ` · server time ${found.serverTime.toISOString()}`}
          </p>
        </Panel>
      )}
    </div>
  );
}

/** @param {{ lines: import('sigv4-wasm/explain').DiffLine[] }} props */
function Diff({ lines }) {
  const different = lines.filter(({ isEqual }) => !isEqual).length;
  return (
    <div
      class="table-box"
      tabIndex={0}
      role="region"
      aria-label="The canonical requests of the server and of this page"
    >
      <table class="diff">
        <caption>
          {different === 0
            ? 'No line differs, so the secret access key is wrong.'
            : `${different} of ${lines.length} lines differ.`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Server</th>
            <th scope="col">This page</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ label, server, client, isEqual }) => (
            <tr key={label} class={isEqual ? undefined : 'is-different'}>
              <th scope="row">
                {!isEqual && <span class="sr">differs: </span>}
                {label}
              </th>
              <td data-side="Server">
                {isEqual ? server : <Side texts={[server, client]} side="removed" />}
              </td>
              <td data-side="This page">
                {isEqual ? client : <Side texts={[server, client]} side="added" />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
