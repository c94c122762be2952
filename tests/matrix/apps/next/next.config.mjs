// node_modules lies above this folder.
export default { turbopack: { root: new URL('../..', import.meta.url).pathname } };
