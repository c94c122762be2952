import { render } from 'preact';

import { App } from './app.jsx';
import { follow } from './state/gateway.js';

render(<App />, /** @type {HTMLElement} */ (document.getElementById('app')));
follow();
