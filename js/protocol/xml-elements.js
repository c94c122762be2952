// Reads the XML of AWS's responses: elements that contain text. It expands no entity that a document defines, and fetches nothing.

/**
 * The elements of an XML document that have only text in them, the first of each name. Entities other than the five of XML,
 * and those that a document defines, stay as they are.
 *
 * @param {string} xml
 */
export function elements(xml) {
  /** @type {Record<string, string>} */
  const found = Object.create(null);
  for (const [, name, text] of xml.matchAll(/<([A-Za-z][\w.-]*)(?:\s[^<>]*)?>([^<]*)<\/\1>/g)) {
    found[name] ??= unescape(text);
  }
  return found;
}

/**
 * Replaces references to the five entities of XML, and to characters.
 *
 * @param {string} text
 */
export function unescape(text) {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (entity, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()];
      const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    },
  );
}

/** @type {Record<string, string>} */
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
