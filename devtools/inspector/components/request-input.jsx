// Where a request is pasted, dropped, and changed.

import { useRef, useState } from 'preact/hooks';

import { bytesOf } from '../../lib/requests/bytes.js';
import { credentialsIn } from '../model/credentials.js';
import { isRequest } from '../model/paste.js';
import { chooseEntry, entry, load, parsed, pin, pinned, request, source, unpin } from '../state/store.js';
import { Legend } from './legend.jsx';
import { Panel } from './panel.jsx';
import { SourceEditor } from './source-editor.jsx';

export function RequestInput() {
  const [isOver, setOver] = useState(false);
  const file = useRef(/** @type {HTMLInputElement | null} */ (null));
  const isChanged = pinned.value !== undefined && pinned.value.source !== source.value;
  return (
    <Panel
      id="request"
      title="Request"
      about="Paste a command, code, a URL, a HAR, raw HTTP, a canonical request or a 403."
      actions={
        <>
          <button type="button" onClick={() => file.current?.click()}>
            Open file
          </button>
          <input
            ref={file}
            type="file"
            hidden
            aria-label="A file with a request"
            onChange={(event) => readFile(event.currentTarget.files?.[0])}
          />
        </>
      }
    >
      <SourceEditor
        value={source.value}
        isOver={isOver}
        attributes={{
          ...{ id: 'source', 'aria-label': 'The request, as text', 'aria-describedby': 'request-state' },
          ...{ 'aria-invalid': parsed.value.error !== undefined, spellcheck: false },
          ...{ autocomplete: 'off', autocapitalize: 'off' },
          onInput: (event) => (source.value = event.currentTarget.value),
          onPaste: paste,
          onDragOver: (event) => {
            event.preventDefault();
            setOver(true);
          },
          onDragLeave: () => setOver(false),
          onDrop: (event) => {
            event.preventDefault();
            setOver(false);
            const { files } = /** @type {DataTransfer} */ (event.dataTransfer);
            if (files.length > 0) readFile(files[0]);
            else load(/** @type {DataTransfer} */ (event.dataTransfer).getData('text/plain'));
          },
        }}
      />
      <Legend />
      <State />
      <Entries />
      {isChanged && (
        <div class="row">
          <button type="button" onClick={unpin}>
            Undo the changes
          </button>
          <button type="button" onClick={pin}>
            Compare from here
          </button>
        </div>
      )}
    </Panel>
  );
}

/** The parsed request, or the error. */
function State() {
  const { error } = parsed.value;
  if (error !== undefined) {
    return (
      <p id="request-state" class="note is-bad" role="alert">
        {error}
      </p>
    );
  }
  if (request.value === undefined) return <p id="request-state" class="note" />;
  const { format, body, notes } = request.value;
  return (
    <div id="request-state" class="note">
      <p>
        Read as {FORMATS[format] ?? format}
        {format === 'canonical'
          ? ''
          : body === undefined
            ? ', without a body'
            : `, with a body of ${bytesOf(body).length} bytes`}
        .
      </p>
      {notes.map((note) => (
        <p key={note}>Note: {note}.</p>
      ))}
    </div>
  );
}

/** Which of an archive. */
function Entries() {
  const { requests } = parsed.value;
  if (requests.length < 2) return null;
  return (
    <label class="field">
      <span>Entry of the archive</span>
      <select
        id="entry"
        value={String(entry.value)}
        onChange={(event) => chooseEntry(Number(event.currentTarget.value))}
      >
        {requests.map(({ method, url, response }, i) => (
          <option key={i} value={String(i)}>
            {`${i + 1}. ${response?.status ?? ''} ${method} ${shortUrl(url)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

/**
 * A text that is a request by itself is a new one, wherever it is pasted; other texts are changes.
 *
 * @param {ClipboardEvent & { currentTarget: HTMLTextAreaElement }} event
 */
function paste(event) {
  const text = event.clipboardData?.getData('text/plain') ?? '';
  const { selectionStart, selectionEnd, value } = event.currentTarget;
  const replacesAll = value.trim() === '' || selectionEnd - selectionStart >= value.trimEnd().length;
  if (replacesAll || credentialsIn(text) || isRequest(text)) {
    // Not through the box, which would turn CR LF into LF.
    event.preventDefault();
    load(text);
  }
}

/** @param {File | undefined} file */
async function readFile(file) {
  if (file !== undefined) load(await file.text());
}

/** @param {string} url */
function shortUrl(url) {
  const { host, pathname } = new URL(url);
  const short = `${host}${pathname}`;
  return short.length > 60 ? `${short.slice(0, 59)}…` : short;
}

/** @type {Record<string, string>} */
const FORMATS = {
  ...{ curl: 'a curl command', fetch: 'a fetch call', har: 'HAR', http: 'HTTP/1.1' },
  ...{
    axios: 'an axios call',
    powershell: 'a PowerShell command',
    url: 'a URL',
    httpie: 'an HTTPie command',
  },
  ...{ postman: 'a Postman request', bruno: 'a Bruno request', wget: 'a wget command' },
  ...{ awscurl: 'an awscurl command', canonical: 'a canonical request' },
};
