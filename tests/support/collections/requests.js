// Requests as Postman and Bruno keep them, for the tests that compare how we read them with what Newman and the Bruno CLI send.

/** A server that nobody calls: {@link ./record.mjs} puts its own in place of it. */
export const ORIGIN = 'http://127.0.0.1:1';

const raw = (/** @type {string} */ text, /** @type {string} */ language) => ({
  mode: 'raw',
  raw: text,
  options: { raw: { language } },
});

/** @type {Record<string, { request: any, variable?: { key: string, value: string }[] }>} by what they show */
export const POSTMAN = {
  'a parameter and a header that are switched off': {
    request: {
      method: 'GET',
      url: url('/a/b?x=1&y=2', [
        { key: 'x', value: '1' },
        { key: 'y', value: '2' },
        { key: 'z', value: '3', disabled: true },
      ]),
      header: [
        { key: 'X-Kind', value: 'full' },
        { key: 'X-Off', value: '2', disabled: true },
      ],
    },
  },
  'spaces and characters beyond ASCII': {
    request: {
      method: 'GET',
      url: url('/a b?q=a b&e=ü+%2B', [
        { key: 'q', value: 'a b' },
        { key: 'e', value: 'ü+%2B' },
      ]),
    },
  },
  'characters of a query': {
    request: { method: 'GET', url: url(`/p?q='!*()~|^[]{}$,;@`, [{ key: 'q', value: `'!*()~|^[]{}$,;@` }]) },
  },
  'a parameter of the path': {
    request: { method: 'GET', url: { ...url('/users/:id/orders'), variable: [{ key: 'id', value: '4 2' }] } },
  },
  JSON: { request: { method: 'POST', url: url('/json'), body: raw('{\n  "a": 1\n}', 'json') } },
  'a content type of its own': {
    request: {
      method: 'PUT',
      url: url('/text'),
      header: [{ key: 'Content-Type', value: 'text/csv' }],
      body: raw('a,b\n1,2', 'text'),
    },
  },
  'text without a language': {
    request: { method: 'POST', url: url('/text'), body: { mode: 'raw', raw: 'plain' } },
  },
  'a form': {
    request: {
      method: 'POST',
      url: url('/form'),
      body: {
        mode: 'urlencoded',
        urlencoded: [
          { key: 'a', value: '1 2' },
          { key: 'b', value: `ü&=+'!*()~` },
          { key: 'c', value: 'x', disabled: true },
        ],
      },
    },
  },
  GraphQL: {
    request: {
      method: 'POST',
      url: url('/graphql'),
      body: { mode: 'graphql', graphql: { query: '{ a }', variables: '{"x": 1}' } },
    },
  },
  'GraphQL without variables': {
    request: { method: 'POST', url: url('/graphql'), body: { mode: 'graphql', graphql: { query: '{ a }' } } },
  },
  variables: {
    request: { method: 'GET', url: url('/{{name}}'), header: [{ key: 'X-Name', value: '{{name}}' }] },
    variable: [{ key: 'name', value: 'ana' }],
  },
  'a body that is switched off': {
    request: { method: 'POST', url: url('/off'), body: { ...raw('gone', 'text'), disabled: true } },
  },
};

/** @type {Record<string, string>} the blocks besides `meta`, by what they show */
export const BRUNO = {
  'a parameter and a header that are switched off': `get {
  url: ${ORIGIN}/a/b?x=1&y=2
  body: none
  auth: none
}

params:query {
  x: 1
  y: 2
  ~z: 3
}

headers {
  X-Kind: full
  ~X-Off: 2
}
`,
  'spaces and characters beyond ASCII': `get {
  url: ${ORIGIN}/s p?q=a b&e=ü
  body: none
  auth: none
}

params:query {
  q: a b
  e: ü
}
`,
  'a parameter of the path': `get {
  url: ${ORIGIN}/users/:id/orders
  body: none
  auth: none
}

params:path {
  id: 42
}
`,
  JSON: `post {
  url: ${ORIGIN}/json
  body: json
  auth: none
}

body:json {
  {
    "a": 1
  }
}
`,
  'a content type of its own': `put {
  url: ${ORIGIN}/text
  body: text
  auth: none
}

headers {
  Content-Type: text/csv
}

body:text {
  a,b
  1,2
}
`,
  XML: `post {
  url: ${ORIGIN}/xml
  body: xml
  auth: none
}

body:xml {
  <a>
    <b/>
  </a>
}
`,
  'a form': `post {
  url: ${ORIGIN}/form
  body: formUrlEncoded
  auth: none
}

body:form-urlencoded {
  a: 1 2
  b: ü&=+'!*()~
  ~c: x
}
`,
  GraphQL: `post {
  url: ${ORIGIN}/graphql
  body: graphql
  auth: none
}

body:graphql {
  { a }
}

body:graphql:vars {
  {"x": 1}
}
`,
  variables: `get {
  url: ${ORIGIN}/{{name}}
  body: none
  auth: none
}

headers {
  X-Name: {{name}}
}

vars:pre-request {
  name: ana
}
`,
};

/**
 * @param {string} target
 * @param {object[]} [query]
 */
function url(target, query) {
  const { hostname, port } = new URL(ORIGIN);
  const [path] = target.split('?');
  return {
    raw: `${ORIGIN}${target}`,
    protocol: 'http',
    host: hostname.split('.'),
    port,
    path: path.slice(1).split('/'),
    ...(query && { query }),
  };
}

/** @param {string} name */
export function postmanCollection(name) {
  const { request, variable } = POSTMAN[name];
  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
  return { info: { name: 'test', schema }, item: [{ name, request }], ...(variable && { variable }) };
}

/** @param {string} name */
export function brunoFile(name) {
  return `meta {\n  name: test\n  type: http\n  seq: 1\n}\n\n${BRUNO[name]}`;
}
