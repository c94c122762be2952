// The path.

/** @typedef {import('../signing-inputs.js').Step} Step */

/** @type {import('../search.js').Cause[]} */
export const PATH_CAUSES = [
  {
    code: 'path-encoded-once',
    part: 'path',
    summary:
      'The client signed the path encoded once, as S3 requires; this service requires it encoded twice.',
    fix: 'Encode the path twice in the canonical request, which is the default of signers for every service except S3.',
    changes: ({ rules }) =>
      rules.path.encoding === 'double'
        ? [
            { 'path.spell': ['segments'] },
            { 'path.spell': ['single'] },
            { 'path.spell': ['single'], 'path.tidy': [] },
          ]
        : [],
  },
  {
    code: 'path-normalized',
    part: 'path',
    summary:
      'The client signed the path without its dot segments or double slashes, which belong to the key in S3.',
    fix: 'Turn off path normalization in the signer: S3 does not normalize paths.',
    changes: ({ rules }) =>
      rules.path.normalizes ? [] : [{ 'path.tidy': ['normalize'] }, { 'path.tidy': ['mergeSlashes'] }],
  },
  {
    code: 'path-escaped-otherwise',
    part: 'path',
    summary: 'Different characters are escaped in the path that arrived than in the path that was signed.',
    fix: 'Sign the URL as the HTTP client writes it: parse it with `new URL` first.',
    changes: ({ received: { path } }) =>
      /** @type {Step[]} */ ([
        'segments',
        ['decode', "!$&'()*+,;=:@"],
        ['decode', "!'()*"],
        ['decode', "!'()*~"],
        ['replace', '~', '%7E'],
        ['encode', "!'()*"],
        DECODED,
      ]).map((step) => wire(path, step)),
  },
  {
    code: 'path-encoded-twice',
    part: 'path',
    summary: 'The client signed the path encoded twice; this service requires it encoded once.',
    fix: 'Turn off double encoding of the path in the signer (uriEscapePath, doubleURLEncode): S3 encodes once.',
    changes: ({ rules }) =>
      rules.path.encoding === 'single'
        ? [
            { 'path.spell': ['double'], 'path.tidy': ['normalize'] },
            { 'path.spell': ['double'] },
            { 'path.spell': ['single', 'double'] },
          ]
        : [],
  },
  {
    code: 'path-encoded-thrice',
    part: 'path',
    summary:
      'The client signed the path encoded once too often: it was already encoded when the signer received it.',
    fix: 'Encode the path of the URL once, and leave the rest to the signer.',
    changes: ({ rules }) =>
      rules.path.encoding === 'double' ? [{ 'path.spell': ['double', 'double'] }] : [],
  },
  {
    code: 'path-not-encoded',
    part: 'path',
    summary: 'The client signed the path as it stands in the URL, without any encoding.',
    fix: 'Encode each segment of the path when you sign: once more than in the URL, or exactly once for S3.',
    changes: () => [{ 'path.spell': [] }, { 'path.spell': [], 'path.tidy': [] }],
  },
  {
    code: 'path-decoded',
    part: 'path',
    summary: 'The client signed the decoded path, as a router or a file system shows it.',
    fix: 'Sign the path of the URL that is sent, with its escapes.',
    changes: () => [{ 'path.spell': [DECODED] }],
  },
  {
    code: 'path-dots-kept',
    part: 'path',
    summary: 'The client signed the path with its dot segments, which this service removes first.',
    fix: 'Resolve "." and ".." in the URL before you sign and send it.',
    changes: ({ rules, received: { path } }) =>
      rules.path.normalizes && /\/\.\.?(?:\/|$)/.test(path)
        ? [{ 'path.tidy': [] }, { 'path.tidy': ['mergeSlashes'] }]
        : [],
  },
  {
    code: 'path-slashes-kept',
    part: 'path',
    summary: 'The client signed the path with its double slashes, which this service merges first.',
    fix: 'Remove empty segments from the URL before you sign and send it.',
    changes: ({ rules }) =>
      rules.path.normalizes ? [{ 'path.tidy': ['urlPath'] }, { 'path.tidy': [] }] : [],
  },
  {
    code: 'stage-missing',
    part: 'path',
    summary:
      'The client signed the path without its beginning, such as the stage, which the URL that arrived contains.',
    fix: 'Sign the URL with the stage or base path that the server receives.',
    changes: ({ received, known: { stage } }) => [
      ...(stage && received.path.startsWith(`/${stage}`)
        ? [wire(received.path.slice(stage.length + 1))]
        : []),
      ...withoutStart(received.path).map((it) => wire(it)),
    ],
  },
  {
    code: 'stage-extra',
    part: 'path',
    summary:
      'The client signed the path with a beginning, such as the stage, that was gone when the path arrived.',
    fix: 'Sign the path that the server receives, or configure the proxy to forward the whole path.',
    changes: ({ received, known: { stage } }) =>
      [stage, received.headers.get('x-forwarded-prefix'), ...STAGES]
        .filter((name) => name)
        .flatMap((name) => {
          const start = `/${String(name).replace(/^\/|\/$/g, '')}`;
          return received.path === '/' ? [wire(start), wire(`${start}/`)] : [wire(start + received.path)];
        }),
  },
  {
    code: 'path-trailing-slash',
    part: 'path',
    summary: 'The client signed the path with a slash at its end and sent it without, or the reverse.',
    fix: 'Sign exactly the path that is sent: check whether a router or proxy adds or removes slashes.',
    changes: ({ received: { path } }) => [wire(path.endsWith('/') ? path.slice(0, -1) : `${path}/`)],
  },
  {
    code: 'path-slash-decoded',
    part: 'path',
    summary: 'The client signed the path with %2F where a slash arrived, or the reverse.',
    fix: 'Do not let a proxy decode the path (in nginx, proxy_pass without a path), or avoid slashes in names.',
    changes: ({ received: { path } }) => [
      ...(/%2f/i.test(path) ? [wire(path.replaceAll(/%2f/gi, '/'))] : []),
      ...slashes(path).map((at) => wire(`${path.slice(0, at)}%2F${path.slice(at + 1)}`)),
    ],
  },
  {
    code: 'path-escape-case',
    part: 'path',
    summary: 'The escapes in the path were signed in one case and arrived in the other, such as %c3 for %C3.',
    fix: 'Write escapes with upper-case digits before you sign and send.',
    changes: ({ received: { path } }) => [wire(path, 'lowerEscapes'), wire(path, 'upperEscapes')],
  },
  {
    code: 'path-plus',
    part: 'path',
    summary: 'The client signed a space in the path as "+", or a plus as a space.',
    fix: 'Write a space in a path as %20: "+" stands for a space only in forms.',
    changes: ({ received: { path } }) => [
      wire(path, ['replace', '%20', '+']),
      wire(path, ['replace', '+', '%20']),
      wire(path, ['replace', '+', '%2B']),
      wire(path, ['replace', '%2B', '+'], ['replace', '%2b', '+']),
    ],
  },
  {
    code: 'path-unicode-form',
    part: 'path',
    summary:
      'Accented letters in the path were signed in one Unicode form (NFC or NFD) and arrived in the other.',
    fix: 'Normalize names with String.prototype.normalize() before you put them into a URL.',
    changes: ({ received: { path } }) =>
      ['NFC', 'NFD'].map((form) => wire(path.replace(LETTERS, (text) => inUnicodeForm(text, form)))),
  },
  {
    code: 'path-lower-case',
    part: 'path',
    summary: 'The client signed the path in lower case.',
    fix: 'Sign the path as it is sent: case matters.',
    changes: ({ received: { path } }) => [wire(path.toLowerCase())],
  },
  {
    code: 'path-is-url',
    part: 'path',
    summary: 'The client signed the whole URL instead of the path.',
    fix: 'Sign the path of the URL, without scheme, host and query.',
    changes: ({ received: { path, search, headers } }) =>
      ['https', 'http'].flatMap((scheme) => {
        const url = `${scheme}://${headers.get('host') ?? ''}${path}`;
        const text = search === '' ? url : `${url}?${search}`;
        return [url, text].flatMap((written) => [
          { ...wire(written), 'path.tidy': [], 'path.spell': [] },
          { ...wire(`/${written}`), 'path.tidy': [] },
        ]);
      }),
  },
  {
    code: 'path-with-query',
    part: 'path',
    summary: 'The client signed the path with the query appended.',
    fix: 'Pass the path and the query to the signer separately.',
    changes: ({ received: { path, search } }) =>
      search === ''
        ? []
        : [wire(`${path}?${search}`), { ...wire(`${path}?${search}`), 'path.spell': [] }].flatMap(
            (change) => [{ ...change, 'query.change': 'empty' }, change],
          ),
  },
  {
    code: 'path-left-out',
    part: 'path',
    summary: 'The client signed "/" or an empty path instead of the path.',
    fix: 'Pass the path to the signer as well.',
    changes: () => [wire('/'), { ...wire(''), 'path.tidy': [], 'path.spell': [] }],
  },
  {
    code: 'path-without-slash',
    part: 'path',
    summary: 'The client signed the path without its leading slash.',
    fix: 'Begin the path with a slash before you sign.',
    changes: ({ base }) => [{ 'path.spell': [...base['path.spell'], 'cutFirst'] }],
  },
];

/** Every escape is the character that it stands for. @type {Step} */
export const DECODED = ['decode', ''];

/** API Gateway's own, and those that people call theirs. */
const STAGES = [
  ...['prod', 'dev', 'test', 'staging', 'stage', 'v1', 'api', '$default', 'default', 'Prod', 'Stage'],
  ...['production', 'development', 'live', 'beta', 'qa', 'uat', 'v2', 'demo', 'sandbox', 'latest', 'local'],
];

/**
 * @param {string} path
 * @param {...Step} steps  that spell it
 * @returns {import('../signing-inputs.js').Pieces}
 */
function wire(path, ...steps) {
  return { 'path.wire': [path, ...steps] };
}

/**
 * Without its first segment, then its first two.
 *
 * @param {string} path
 */
function withoutStart(path) {
  const ends = slashes(path).slice(0, 2);
  return [...ends.map((at) => path.slice(at)), ...(ends.length < 2 ? ['/'] : [])];
}

/**
 * Where they are, except for that at the start; the first ten.
 *
 * @param {string} path
 */
function slashes(path) {
  const found = [];
  for (let at = path.indexOf('/', 1); at > 0 && found.length < 10; at = path.indexOf('/', at + 1))
    found.push(at);
  return found;
}

/**
 * @param {string} text
 * @param {string} form
 */
function inUnicodeForm(text, form) {
  try {
    return encodeURIComponent(decodeURIComponent(text).normalize(form));
  } catch {
    return text; // No UTF-8.
  }
}

/** Escaped UTF-8, with the letter before it, which a mark may belong to. */
const LETTERS = /[A-Za-z]?(?:%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2})+/gi;
