/** `npm test [-- --only STAGE,…]`: from a fresh clone, sets up what is missing, builds everything and runs every test. */
import './lib/node-version.mjs';
import { parseArgs } from 'node:util';
import { testArm } from './lib/arm.mjs';
import { bundle, declarations } from './lib/bundle.mjs';
import { checkSources, checkTypes } from './lib/check.mjs';
import { buildNative } from './lib/native.mjs';
import { bundleTests, soak, testConformance, testNode } from './lib/node-tests.mjs';
import { Failure, main } from './lib/progress.mjs';
import { testRust } from './lib/rust-tests.mjs';
import { prepare } from './lib/setup.mjs';
import { buildWasm, testWasmKernels } from './lib/wasm.mjs';

/** In an order that fails early. A stage with `built` needs the package. */
const STAGES = [
  { name: 'check', run: checkSources },
  { name: 'rust', run: testRust },
  { name: 'types', built: true, run: checkTypes },
  { name: 'node', built: true, run: testNode },
  { name: 'conformance', built: true, run: testConformance },
  { name: 'soak', built: true, run: soak },
  { name: 'wasm', run: testWasmKernels },
  { name: 'arm', run: testArm },
];

await main(async () => {
  const stages = chosen();
  const rust = await prepare();
  let built = false;
  for (const stage of stages) {
    if (stage.built && !built) await buildAll(rust);
    built ||= stage.built === true;
    await stage.run();
  }
});

function chosen() {
  const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
  const names = only?.split(',') ?? STAGES.map(({ name }) => name);
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown.length > 0) throw new Failure(`there is no stage ${unknown}: --only takes ${STAGES.map(({ name }) => name).join(', ')}`);
  return STAGES.filter(({ name }) => names.includes(name));
}

/** @param {string} rust `rustc -vV` */
async function buildAll(rust) {
  await buildNative(rust);
  await buildWasm(rust);
  await bundle({ wasm: true });
  await declarations();
  await bundleTests();
}
