/** `npm run bench -- SUITE [--quick] [--json FILE] [--node 24|26]`: sets up the benchmarks on their first run, and runs them. */
import './lib/node-version.mjs';
import { bundle } from './lib/bundle.mjs';
import { aptInstall } from './lib/cross.mjs';
import { buildNative } from './lib/native.mjs';
import { at } from './lib/paths.mjs';
import { find, runLive } from './lib/process.mjs';
import { main } from './lib/progress.mjs';
import { npm, prepare } from './lib/setup.mjs';
import { perform } from './lib/step.mjs';
import { hasWasm } from './lib/wasm.mjs';

await main(async () => {
  const rust = await prepare();
  await buildNative(rust);
  await bundle({ wasm: hasWasm(rust) });
  await perform({
    name: 'npm packages of the benchmarks',
    stamp: 'build/stamps/bench',
    inputs: ['bench/package-lock.json'],
    facts: [process.version, process.platform, process.arch],
    outputs: ['bench/node_modules/.package-lock.json'],
    run: () => npm(['ci'], at('bench')),
  });
  const args = process.argv.slice(2);
  if (args.includes('json-rust') && !find('cmake')) await aptInstall(['cmake', 'g++']);
  if (args.includes('gateway') && !find('wrk')) await aptInstall(['wrk']);
  return runLive(process.execPath, [at('bench/main.mjs'), ...args]);
});
