/** `npm start [-- ARGUMENTS]`: from a fresh clone to a running gateway. The arguments are those of `lanewise gateway`. */
import './lib/node-version.mjs';
import { bundle } from './lib/bundle.mjs';
import { buildNative } from './lib/native.mjs';
import { at } from './lib/paths.mjs';
import { runLive } from './lib/process.mjs';
import { main } from './lib/progress.mjs';
import { prepare } from './lib/setup.mjs';
import { buildWasm, hasWasm } from './lib/wasm.mjs';

await main(async () => {
  const rust = await prepare();
  await buildNative(rust);
  // The addon is enough, unless the gateway was asked to do without it.
  if (process.env.LANEWISE_BACKEND === 'wasm') await buildWasm(rust);
  await bundle({ wasm: hasWasm(rust) });
  return runLive(process.execPath, [at('dist/cli.js'), 'gateway', ...process.argv.slice(2)], (line) => {
    const url = /^listening on (https?:\/\/\S+)/.exec(line)?.[1];
    if (url) process.stdout.write(invitation(url.replace(/\/$/, '')));
  });
});

/** @param {string} url */
function invitation(url) {
  return `Try:
  curl ${url}/echo
  curl ${url}/echo -H 'content-type: application/json' -d '{"message":"hello","lanes":64}'
  curl ${url}/search -H 'content-type: text/plain' -d 'an error after a warning'
Ctrl-C ends it.
`;
}
