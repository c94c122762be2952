// Handlers of undici, which get the events of a request and pass them on.

import { isRefusal } from '../shared/status.js';

/**
 * The methods of a handler that matter here. `at` is where their own arguments begin.
 *
 * @typedef {{ connect: string, start: string, data: string, end: string, at: number }} Form
 */

/** Since undici 7; a controller comes before all other arguments. @type {Form} */
const CURRENT = {
  connect: 'onRequestStart',
  start: 'onResponseStart',
  data: 'onResponseData',
  end: 'onResponseEnd',
  at: 1,
};

/** In undici 6, and in the `fetch` of Node.js 20 and 22. @type {Form} */
const LEGACY = {
  connect: 'onConnect',
  start: 'onHeaders',
  data: 'onData',
  end: 'onComplete',
  at: 0,
};

/**
 * Notifies a handler that its request failed before it was sent.
 *
 * @param {any} handler
 * @param {unknown} error
 */
export function fail(handler, error) {
  if (formOf(handler) === CURRENT) handler.onResponseError(null, error);
  else handler.onError(error);
}

/**
 * A handler that passes everything on to another handler, but passes on a refusal only once it is known that the request is not
 * sent again. AWS's messages about a clock or a token are short: a longer response is passed on as it arrives.
 *
 * @param {any} handler
 * @param {object} watch
 * @param {() => unknown} watch.onRedirect  returns the error for a redirect inside the dispatcher
 * @param {(answer: import('../../protocol/clock-skew.js').ServerResponse) => boolean | Promise<boolean>} watch.onAnswer whether
 *   the request is sent again, which happens only after a refusal
 * @returns {any}
 */
export function watched(handler, { onRedirect, onAnswer }) {
  const form = formOf(handler);
  const decoder = new TextDecoder();
  /** A refusal. @type {{ status: number, headers: any, text: string, calls: [string, any[]][] } | undefined} */
  let held;

  const pass = (/** @type {string} */ name, /** @type {any[]} */ args) => handler[name]?.(...args);
  const release = () => {
    const { calls } = /** @type {NonNullable<typeof held>} */ (held);
    held = undefined;
    for (const [name, args] of calls) pass(name, args);
  };

  /** @type {Record<string, (...args: any[]) => any>} */
  const methods = {
    [form.connect](...args) {
      const [connection, context] = args;
      if (!context?.history?.length) return pass(form.connect, args);
      // An interceptor between us and the socket follows a redirect; nothing is sent yet.
      if (form === CURRENT) connection.abort(onRedirect());
      else connection(onRedirect());
    },
    [form.start](...args) {
      const [status, headers] = args.slice(form.at);
      if (!isRefusal(status)) {
        onAnswer({ status, headers: { get: (name) => headerOf(headers, name) } });
        return pass(form.start, args);
      }
      held = { status, headers, text: '', calls: [[form.start, args]] };
      return true;
    },
    [form.data](...args) {
      if (!held) return pass(form.data, args);
      held.text += decoder.decode(args[form.at], { stream: true });
      held.calls.push([form.data, args]);
      if (held.text.length > MAX_HELD) release();
      return true;
    },
    [form.end](...args) {
      if (!held) return pass(form.end, args);
      const { status, headers, text } = held;
      const goOn = (/** @type {boolean} */ isSentAgain) => {
        if (isSentAgain) return;
        release();
        pass(form.end, args);
      };
      const get = (/** @type {string} */ name) => headerOf(headers, name);
      const isSentAgain = onAnswer({ status, headers: { get }, body: text });
      if (typeof isSentAgain === 'boolean') goOn(isSentAgain);
      else isSentAgain.then(goOn).catch((error) => fail(handler, error));
    },
  };
  // A handler may keep its own state private, so that it must be `this` in its methods.
  return new Proxy(handler, {
    get(target, name) {
      const method = methods[/** @type {string} */ (name)] ?? target[name];
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}

/** In characters. */
const MAX_HELD = 64 * 1024;

/** @param {any} handler */
function formOf(handler) {
  return typeof handler.onRequestStart === 'function' ? CURRENT : LEGACY;
}

/**
 * @param {any} headers  a record or, in the older form, names and values in turn, as bytes
 * @param {string} wanted
 */
function headerOf(headers, wanted) {
  if (!Array.isArray(headers)) return headers[wanted];
  const at = headers.findIndex((name, i) => i % 2 === 0 && String(name).toLowerCase() === wanted);
  return at === -1 ? undefined : String(headers[at + 1]);
}
