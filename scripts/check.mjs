/** `npm run check`: format, lints, generated sources and types, without running a test. */
import './lib/node-version.mjs';
import { declarations } from './lib/bundle.mjs';
import { checkSources, checkTypes } from './lib/check.mjs';
import { buildNative } from './lib/native.mjs';
import { main } from './lib/progress.mjs';
import { prepare } from './lib/setup.mjs';
import { buildWasm } from './lib/wasm.mjs';

await main(async () => {
  const rust = await prepare();
  await checkSources();
  // The types of the bindings are those of what was built.
  await buildNative(rust);
  await buildWasm(rust);
  await declarations();
  await checkTypes();
});
