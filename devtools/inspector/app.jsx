// The page: the input on one side, the signature on the other.

import { Announcer } from './components/announcer.jsx';
import { Copy } from './components/copy.jsx';
import { Credentials } from './components/credentials.jsx';
import { Explanation } from './components/explanation.jsx';
import { Findings } from './components/findings.jsx';
import { Flow } from './components/flow.jsx';
import { Gateway } from './components/gateway.jsx';
import { Refusal } from './components/refusal.jsx';
import { RequestInput } from './components/request-input.jsx';
import { Top } from './components/top.jsx';
import { Trail } from './components/trail.jsx';
import { Verdict } from './components/verdict.jsx';

export function App() {
  return (
    <>
      <a class="skip" href="#steps">
        Skip to the signature
      </a>
      <Top />
      <Verdict />
      <main class="columns">
        <div class="inputs">
          <Gateway />
          <RequestInput />
          <Credentials />
          <Refusal />
        </div>
        <section class="results" id="steps" aria-label="The signature, step by step" tabIndex={-1}>
          <div class="findings" id="why" tabIndex={-1}>
            <Findings />
            <Explanation />
          </div>
          <Flow />
          <Copy />
        </section>
      </main>
      <Trail />
      <Announcer />
    </>
  );
}
