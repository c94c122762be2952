// Workers of the editor are loaded as they are: what Vite bundles ahead cannot name them.

export default {
  optimizeDeps: { exclude: ['graphiql/setup-workers/vite', '@graphiql/react/setup-workers/vite'] },
};
