// The parts of a signed request that its signature covers, and ways to change one of them by a byte.

/** What can be changed, and how. */
export function partsOf(request) {
  const [path, query] = request.url.split(/\?(.*)/s);
  const parts = [
    { name: 'method', change: (f) => ({ ...request, method: f(request.method) }) },
    {
      name: 'path',
      change: (f) => ({ ...request, url: f(path) + (query === undefined ? '' : `?${query}`) }),
    },
  ];
  if (query) parts.push({ name: 'query', change: (f) => ({ ...request, url: `${path}?${f(query)}` }) });
  for (const name of ['Credential', 'Date', 'SignedHeaders', 'Signature', 'Expires']) {
    const [before, value, after] = cutParameter(query, name) ?? [];
    if (value) {
      parts.push({
        name: `X-Amz-${name}`,
        change: (f) => ({ ...request, url: `${path}?${before}${f(value)}${after}` }),
      });
    }
  }
  // An unsigned body is no part of what is signed.
  const isSigned = !request.headers.some(([, value]) => value === 'UNSIGNED-PAYLOAD') && !isOfS3Url(request);
  if (isSigned) {
    parts.push({
      name: 'body',
      change: (f) => ({ ...request, body: Buffer.from(f(request.body.toString('latin1')), 'latin1') }),
    });
  }
  const signed = signedNames(request);
  for (const [i, [name, value]] of request.headers.entries()) {
    if (!signed.includes(name) && name !== 'authorization') continue;
    const header = (changed) => ({ ...request, headers: request.headers.with(i, changed) });
    parts.push({ name: `the header ${name}`, change: (f) => header([name, f(value)]) });
    if (name !== 'authorization')
      parts.push({ name: 'the name of a header', change: (f) => header([f(name), value]) });
    for (const field of name === 'authorization' ? ['Credential', 'SignedHeaders', 'Signature'] : []) {
      const found = new RegExp(`^(.*${field}=)([^,]*)(.*)$`).exec(value);
      if (found === null) continue; // an earlier change took the name of the field
      const [, before, text, after] = found;
      parts.push({ name: field, change: (f) => header([name, before + f(text) + after]) });
    }
  }
  return parts;
}

function cutParameter(query, name) {
  return new RegExp(`^(.*X-Amz-${name}=)([^&]*)(.*)$`).exec(query ?? '')?.slice(1);
}

function isOfS3Url({ url }) {
  return /X-Amz-Credential=[^&]*(?:%2F|\/)s3(?:%2F|\/)/.test(url);
}

/** @param {string} text */
export function mutate(text, random) {
  const at = random.below(text.length + 1);
  const byte = () => String.fromCharCode(33 + random.below(94));
  const choice = random.below(10);
  if (choice === 0 || text === '') return text.slice(0, at) + byte() + text.slice(at);
  const of = Math.min(at, text.length - 1);
  if (choice === 1) return text.slice(0, of) + text.slice(of + 1);
  const old = text.charCodeAt(of);
  // A bit of it, the case of a letter, or any other.
  const flipped = String.fromCharCode(old ^ (1 << random.below(7)));
  const others = [flipped, String.fromCharCode(old ^ 32), byte(), byte(), byte()];
  const other = others.find((char) => char.charCodeAt(0) !== old && char >= ' ' && char <= '~') ?? '!';
  const made = random.percent(50) ? other : byte();
  return text.slice(0, of) + (made === text[of] ? other : made) + text.slice(of + 1);
}

function signedNames({ url, headers }) {
  const inQuery = /X-Amz-SignedHeaders=([^&]*)/.exec(url)?.[1];
  const inHeader = headers.map(([, value]) => /SignedHeaders=([^,]*)/.exec(value)?.[1]).find(Boolean);
  return (inQuery ? decodeURIComponent(inQuery) : (inHeader ?? '')).split(';');
}
