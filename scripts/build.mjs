/** `npm run build`: everything that the package holds: addon, WebAssembly module, bundles, declarations. */
import './lib/node-version.mjs';
import { bundle, declarations } from './lib/bundle.mjs';
import { buildNative } from './lib/native.mjs';
import { main } from './lib/progress.mjs';
import { prepare } from './lib/setup.mjs';
import { buildWasm } from './lib/wasm.mjs';

await main(async () => {
  const rust = await prepare();
  await buildNative(rust);
  await buildWasm(rust);
  await bundle({ wasm: true });
  await declarations();
});
