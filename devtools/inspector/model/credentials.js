// Credentials in the forms in which people copy them.

/** @typedef {{ accessKeyId: string, secretAccessKey: string, sessionToken: string, region?: string }} FoundCredentials */

/**
 * `export AWS_…` of a shell (also `set` and `$Env:`), a profile of `~/.aws/credentials`, the JSON of AWS STS or of a
 * `credential_process`, or what the access portal offers to copy.
 *
 * @param {string} text
 * @returns {FoundCredentials | undefined}  `undefined` for any other text
 */
export function credentialsIn(text) {
  const found = /^\s*\{/.test(text) ? inJson(text) : inLines(text);
  const accessKeyId = found.get('accesskeyid');
  const secretAccessKey = found.get('secretaccesskey');
  if (!accessKeyId || !secretAccessKey) return undefined;
  const region = found.get('region') ?? found.get('defaultregion');
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken: found.get('sessiontoken') ?? found.get('securitytoken') ?? '',
    ...(region && { region }),
  };
}

/** @param {string} text @returns {Map<string, string>} by name, without `aws` and separators */
function inLines(text) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const [, name, value] of text.matchAll(ASSIGNMENT)) {
    const key = plainName(name);
    // The first profile of a file.
    if (!found.has(key)) found.set(key, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return found;
}

/**
 * What is left of a text without the lines that set credentials: a script may go on with the request.
 *
 * @param {string} text
 */
export function withoutCredentials(text) {
  return /^\s*\{/.test(text)
    ? ''
    : text
        .replace(ASSIGNMENT, '\n')
        .replace(/^\s*\[.*\]\s*$/gm, '')
        .trim();
}

/** @param {string} text @returns {Map<string, string>} */
function inJson(text) {
  try {
    const json = JSON.parse(text);
    const credentials = json?.Credentials ?? json?.credentials ?? json?.roleCredentials ?? json;
    return new Map(
      Object.entries(credentials ?? {})
        .filter(([, value]) => typeof value === 'string')
        .map(([name, value]) => [plainName(name), /** @type {string} */ (value)]),
    );
  } catch {
    return new Map();
  }
}

/** @param {string} name */
function plainName(name) {
  return name
    .toLowerCase()
    .replace(/^aws_?/, '')
    .replaceAll('_', '');
}

const ASSIGNMENT =
  /(?:^|[\n;])[ \t]*(?:export\s+|set\s+|\$env:)?(aws_\w+|region)[ \t]*=[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s;]*)[ \t]*(?=[\r\n;]|$)/gi;
