import { render } from 'preact';
import { init } from 'sigv4-wasm';

import { App } from './app.jsx';
import { follow } from './state/gateway.js';
import { openLink } from './state/share.js';

// If it cannot start, the page says why.
init()
  .catch(() => {})
  .finally(() => {
    openLink();
    addEventListener('hashchange', openLink);
    render(<App />, /** @type {HTMLElement} */ (document.getElementById('app')));
    follow();
  });
