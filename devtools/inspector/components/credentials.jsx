// The credentials and the scope of the signature.

import { useState } from 'preact/hooks';

import { isToken } from '../model/authorization.js';
import { isoNow, isoOf } from '../model/dates.js';
import {
  authorization,
  change,
  failure,
  giveCredential,
  inspection,
  loadCredentials,
  settings,
} from '../state/store.js';
import { Panel } from './panel.jsx';

export function Credentials() {
  const fixed = fixedBy(authorization.value);
  const isSigned = authorization.value !== undefined;
  const { region = '', service = '' } = inspection.value ?? {};
  return (
    <Panel
      id="credentials"
      title="Signing"
      about="Kept in memory only. Paste export AWS_… lines, a profile or the JSON of AWS STS into any field."
    >
      <div class="fields" onPaste={paste}>
        <Field label="Access key ID" name="accessKeyId" isWide fixed={fixed.accessKeyId} />
        <Field label="Secret access key" name="secretAccessKey" isSecret />
        <Field label="Session token" name="sessionToken" isSecret fixed={fixed.sessionToken} />
        <Field label="Region" name="region" placeholder={region} fixed={fixed.region} />
        <Field label="Service" name="service" placeholder={service} fixed={fixed.service} />
        <Field
          label="Time"
          name="date"
          isWide
          fixed={fixed.date}
          action={
            <button type="button" disabled={isSigned} onClick={() => change({ date: isoNow() })}>
              Now
            </button>
          }
        />
        <Placement isFixed={isSigned} />
      </div>
      {isSigned && (
        <p class="note">
          The request is already signed: the access key ID, time, region and service are read from it.
        </p>
      )}
      {failure.value !== undefined && (
        <p class="note is-bad" role="alert">
          {failure.value}
        </p>
      )}
    </Panel>
  );
}

/**
 * The values in a signed request.
 *
 * @param {import('../model/authorization.js').Authorization | undefined} authorization
 * @returns {Partial<Record<Name, string>>}
 */
function fixedBy(authorization) {
  if (authorization === undefined) return {};
  const { accessKeyId, region, service, amzDate, sessionToken } = authorization;
  const isHidden = sessionToken !== undefined && !isToken(sessionToken);
  return {
    accessKeyId,
    region: region ?? authorization.regionSet?.join(','),
    service,
    date: isoOf(amzDate),
    ...(!isHidden && { sessionToken: sessionToken ?? '' }),
  };
}

/**
 * @typedef {'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'region' | 'service' | 'date'} Name
 *
 * @param {{ label: string, name: Name, placeholder?: string, isSecret?: boolean, fixed?: string, isWide?: boolean, action?:
 *   import('preact').ComponentChildren }} props
 */
function Field({ label, name, placeholder, isSecret = false, fixed, isWide = false, action }) {
  const [isShown, setShown] = useState(false);
  const id = `field-${name}`;
  return (
    <div class={isSecret || isWide ? 'field is-wide' : 'field'}>
      <label for={id}>{label}</label>
      <div class="row is-tight">
        <input
          id={id}
          type={/** @type {any} */ (isSecret && !isShown ? 'password' : 'text')}
          value={fixed ?? valueOf(name)}
          placeholder={placeholder}
          disabled={fixed !== undefined}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          data-1p-ignore
          data-lpignore="true"
          onInput={(event) => {
            const value = event.currentTarget.value.trim();
            if (name === 'secretAccessKey' || name === 'sessionToken') giveCredential(name, value);
            else change({ [name]: value });
          }}
        />
        {isSecret && (
          <button
            type="button"
            aria-pressed={isShown}
            aria-label={`Show the ${label.toLowerCase()}`}
            onClick={() => setShown(!isShown)}
          >
            {isShown ? 'Hide' : 'Show'}
          </button>
        )}
        {action}
      </div>
    </div>
  );
}

/** Of another key, there is none to show. @param {Name} name */
function valueOf(name) {
  const { accessKeyId } = authorization.value ?? settings.value;
  const isOther = name === 'secretAccessKey' || name === 'sessionToken';
  return isOther && accessKeyId !== settings.value.accessKeyId ? '' : settings.value[name];
}

/** @param {{ isFixed: boolean }} props */
function Placement({ isFixed }) {
  const { expiresIn } = settings.value;
  const isPresigned = authorization.value?.expiresIn !== undefined;
  const placement = isFixed ? (isPresigned ? 'query' : 'headers') : settings.value.placement;
  return (
    <fieldset class="field is-wide" disabled={isFixed}>
      <legend>Signature in</legend>
      <div class="row">
        {
          /** @type {const} */ (['headers', 'query']).map((where) => (
            <label key={where} class="choice">
              <input
                type="radio"
                name="placement"
                checked={placement === where}
                onChange={() => change({ placement: where })}
              />
              {where === 'headers' ? 'headers' : 'the URL (presigned)'}
            </label>
          ))
        }
        {placement === 'query' && !isFixed && (
          <label class="choice">
            for
            <input
              class="is-short"
              type="number"
              min="1"
              max="604800"
              value={expiresIn}
              onInput={(event) => change({ expiresIn: event.currentTarget.valueAsNumber })}
            />
            seconds
          </label>
        )}
      </div>
    </fieldset>
  );
}

/** @param {ClipboardEvent} event */
function paste(event) {
  if (loadCredentials(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
}
