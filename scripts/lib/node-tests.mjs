/** The TypeScript tests: each file a bundle of its own that imports the package by its name, run by Node's test runner. */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { esbuild } from './bundle.mjs';
import { at } from './paths.mjs';
import { CommandFailed, run } from './process.mjs';
import { Failure, skipped } from './progress.mjs';
import { filesUnder, perform } from './step.mjs';

const OUTPUT = 'build/test';

/** ISAs by processor: what this machine lacks is named as skipped, so that nobody takes it for tested. */
const ISAS = { x64: ['avx512', 'avx2', 'sse4.2', 'scalar'], arm64: ['sve2', 'sve', 'neon', 'scalar'] };
const WASM_ISAS = ['relaxed-simd', 'simd128', 'scalar'];
/** Node 20 has relaxed SIMD behind this option. A version that has it without one refuses the option. */
const RELAXED = '--experimental-wasm-relaxed-simd';

/** Bundles the tests. */
export async function bundleTests() {
  await perform({
    name: 'test bundles',
    stamp: 'build/stamps/tests',
    inputs: ['test', 'ts', 'tsconfig.json', 'package-lock.json'],
    outputs: [OUTPUT],
    run: async () => {
      rmSync(at(OUTPUT), { recursive: true, force: true });
      const entries = filesUnder('test').filter((file) => file.endsWith('.test.ts'));
      await esbuild({
        entryPoints: Object.fromEntries(entries.map((file) => [file.slice('test/'.length, -'.ts'.length), file])),
        outdir: OUTPUT,
        platform: 'node',
        target: 'node20',
        packages: 'external',
        sourcemap: 'linked',
        outExtension: { '.js': '.mjs' },
      });
    },
  });
}

/** Runs every test on the backend that the package chooses by itself. */
export async function testNode() {
  await runTests('node tests', filesUnder(OUTPUT), {});
}

/** Runs the conformance suite on every backend and ISA that this machine has. */
export async function testConformance() {
  const suite = filesUnder(`${OUTPUT}/conformance`);
  const known = ISAS[/** @type {keyof typeof ISAS} */ (process.arch)] ?? ['scalar'];
  for (const [backend, isas] of /** @type {const} */ ([
    ['native', known],
    ['wasm', WASM_ISAS],
  ])) {
    const flags = backend === 'wasm' ? await relaxedFlags() : [];
    const available = await availableIsas(backend, flags);
    for (const isa of isas) {
      const name = `conformance on ${backend}, ${isa}`;
      if (available.includes(isa)) await runTests(name, suite, { LANEWISE_BACKEND: backend, LANEWISE_ISA: isa }, flags);
      else skipped(name, `skipped, ${backend === 'wasm' ? 'this host' : 'this processor'} does not have it`);
    }
  }
}

/** Loads the gateway for three minutes: memory, descriptors and latency stay. */
export async function soak() {
  const name = 'soak of the gateway, 3 minutes';
  if (process.platform !== 'linux') return skipped(name, 'skipped, it reads /proc');
  await perform({
    name,
    run: async () => (await run(process.execPath, ['scripts/soak.mjs'], { secondsMax: 300 })).stdout.trimEnd(),
  });
}

async function relaxedFlags() {
  return await run(process.execPath, [RELAXED, '--version']).then(
    () => [RELAXED],
    () => [],
  );
}

/** @param {string} backend @param {readonly string[]} flags of Node @returns {Promise<string[]>} */
async function availableIsas(backend, flags) {
  const program = "import { runtime } from 'lanewise'; console.log(JSON.stringify(runtime()))";
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    env: { LANEWISE_BACKEND: backend, LANEWISE_ISA: '' },
  });
  const runtime = JSON.parse(stdout);
  if (runtime.backend !== backend) throw new Failure(`LANEWISE_BACKEND=${backend} gave the backend ${runtime.backend}`);
  return runtime.available;
}

/**
 * @param {string} name
 * @param {readonly string[]} files
 * @param {Record<string, string>} env
 * @param {readonly string[]} [nodeFlags]
 */
async function runTests(name, files, env, nodeFlags = []) {
  const tests = files.filter((file) => file.endsWith('.mjs'));
  await perform({
    name,
    run: async () => {
      const flags = [...nodeFlags, '--test', '--test-reporter=tap', `--test-concurrency=${availableParallelism()}`, '--enable-source-maps'];
      const { stdout, output } = await run(process.execPath, [...flags, ...tests], { env, secondsMax: 1800 }).catch(nameFailures);
      if (!/^# pass [1-9]/m.test(stdout)) throw new Failure(`${name}: no test ran`, output);
      return linesLike(/^# (tests|pass|fail|skipped) |# SKIP/, stdout);
    },
  });
}

/**
 * Repeats the names of what failed after a long protocol.
 * @param {unknown} error
 * @returns {never}
 */
function nameFailures(error) {
  if (error instanceof CommandFailed) error.output += `\n${linesLike(/^ *not ok /, error.output)}`;
  throw error;
}

/** @param {RegExp} pattern @param {string} text */
const linesLike = (pattern, text) =>
  text
    .split('\n')
    .filter((line) => pattern.test(line))
    .join('\n');
