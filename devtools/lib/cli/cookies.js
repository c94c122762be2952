// Cookies of `-b` and `-c`, in the files of curl.
//
// Source: "Netscape cookie file format", curl documentation.

import { writeFile } from 'node:fs/promises';

import { CliError } from './exit.js';
import { readText } from './input.js';

/**
 * @typedef {object} CookieOptions
 * @property {string[]} [cookie]  `name=value; …`, or names of files
 * @property {string} [cookieJar]
 * @property {boolean} [junkSessionCookies]
 */

/** @type {typeof import('tough-cookie')} */
let tough;

export class Cookies {
  /** As given. @type {string[]} */
  #literal = [];
  /** Where there is a file to read or to write. @type {import('tough-cookie').CookieJar | undefined} */
  #jar;

  /**
   * @param {CookieOptions} options
   * @returns {Promise<Cookies>}
   */
  static async from({ cookie = [], cookieJar, junkSessionCookies = false }) {
    const cookies = new Cookies();
    const files = cookie.filter((text) => !text.includes('='));
    cookies.#literal = cookie.filter((text) => text.includes('='));
    if (files.length > 0 || cookieJar !== undefined) {
      // With its list of public suffixes, only for those who need it.
      tough = await import('tough-cookie');
      cookies.#jar = new tough.CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true });
    }
    for (const file of files.filter((name) => name !== '')) {
      for (const one of readCookies(await readText(file))) {
        if (junkSessionCookies && one.expires === 'Infinity') continue;
        await cookies.#jar?.setCookie(one, originOf(one), { ignoreError: true });
      }
    }
    return cookies;
  }

  /**
   * @param {string} url
   * @param {boolean} isFirstOrigin  a cookie that was given as text is for no other server
   * @returns {Promise<string>} the value of the header, or an empty text
   */
  async header(url, isFirstOrigin) {
    const kept = (await this.#jar?.getCookieString(url)) ?? '';
    return [kept, ...(isFirstOrigin ? this.#literal : [])].filter((text) => text !== '').join('; ');
  }

  /**
   * @param {string} url
   * @param {[string, string][]} headers  of a response
   */
  async learn(url, headers) {
    for (const [name, value] of headers) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      await this.#jar?.setCookie(value, url, { ignoreError: true });
    }
  }

  /** @param {string} file */
  async write(file) {
    const { cookies = [] } = (await this.#jar?.serialize()) ?? {};
    const lines = cookies.map((json) =>
      lineOf(/** @type {import('tough-cookie').Cookie} */ (tough.Cookie.fromJSON(json))),
    );
    const text = [HEAD, ...lines, ''].join('\n');
    if (file === '-') return void process.stdout.write(text);
    await writeFile(file, text).catch(({ code }) => {
      throw new CliError('write', `cannot write ${file} (${code})`);
    });
  }
}

const HEAD = `# Netscape HTTP Cookie File
# https://curl.se/docs/http-cookies.html
`;

/** @param {string} text @returns {import('tough-cookie').Cookie[]} */
function readCookies(text) {
  return text.split(/\r?\n/).flatMap((line) => {
    const header = /^set-cookie:\s*(.*)$/i.exec(line);
    if (header) return tough.Cookie.parse(header[1], { loose: true }) ?? [];
    const fields = line.replace(/^#HttpOnly_/, '').split('\t');
    if (fields.length < 6 || line.startsWith('# ')) return [];
    const [domain, subdomains, path, secure, expires, key, value = ''] = fields;
    return new tough.Cookie({
      ...{ key, value, path, domain: domain.replace(/^\./, '') },
      ...{
        secure: secure === 'TRUE',
        hostOnly: subdomains !== 'TRUE',
        httpOnly: line.startsWith('#HttpOnly_'),
      },
      expires: expires === '0' ? 'Infinity' : new Date(Number(expires) * 1000),
    });
  });
}

/** @param {import('tough-cookie').Cookie} cookie */
function originOf({ secure, domain, path }) {
  return `${secure ? 'https' : 'http'}://${domain}${path ?? '/'}`;
}

/** @param {import('tough-cookie').Cookie} cookie */
function lineOf({ httpOnly, hostOnly, domain, path, secure, expires, key, value }) {
  const seconds = expires instanceof Date ? Math.floor(expires.getTime() / 1000) : 0;
  const isWide = hostOnly === false;
  return [
    `${httpOnly ? '#HttpOnly_' : ''}${isWide ? '.' : ''}${domain}`,
    ...[isWide ? 'TRUE' : 'FALSE', path ?? '/', secure ? 'TRUE' : 'FALSE', seconds, key, value],
  ].join('\t');
}
