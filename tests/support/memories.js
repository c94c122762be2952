// The memories of the modules, for the tests that look for secrets in them.

/**
 * What any code in the process can see: the memory of each instance, and large buffers for the core in JavaScript. To be called before
 * the package is imported.
 *
 * @param {string} variant  `asmjs`, or any other text for WebAssembly
 * @returns {{ buffer: ArrayBuffer }[]} which grows with each instance
 */
export function collectMemories(variant) {
  const found = [];
  if (variant === 'asmjs') {
    globalThis.ArrayBuffer = new Proxy(ArrayBuffer, {
      construct(target, args) {
        const buffer = new target(...args);
        if (args[0] >= 65_536) found.push({ buffer });
        return buffer;
      },
    });
  } else {
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
      construct(target, args) {
        const instance = new target(...args);
        if (instance.exports.memory) found.push(instance.exports.memory);
        return instance;
      },
    });
  }
  return found;
}
