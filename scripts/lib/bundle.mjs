/** The bundles under `dist/`: JavaScript by esbuild, declarations by tsc. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BROWSER_ENTRIES, NODE_ENTRIES, WASM_ENTRIES } from './entries.mjs';
import { copyNative, nativeFiles } from './native.mjs';
import { at, commandOf, ROOT } from './paths.mjs';
import { run } from './process.mjs';
import { Failure } from './progress.mjs';
import { perform } from './step.mjs';
import { WASM_MODULES } from './wasm.mjs';

/** What the package has as optional peers is the user's copy, never ours. */
const OPTIONAL_PEERS = ['express', 'fast-check'];
const SOURCES = ['ts', 'package.json', 'package-lock.json', 'tsconfig.json'];

/**
 * Bundles all entries that this build can have.
 * @param {{ wasm: boolean }} parts whether the WebAssembly module is there: a first `npm start` does without it
 */
export async function bundle({ wasm }) {
  await perform({
    name: wasm ? 'bundles' : 'bundles (native alone)',
    stamp: 'build/stamps/bundle',
    inputs: [...SOURCES, 'scripts/lib/bundle.mjs', 'scripts/lib/entries.mjs'],
    facts: [String(wasm)],
    outputs: [
      'dist/node',
      'dist/wasm',
      'dist/browser',
      'dist/cli.js',
      ...Object.keys(WASM_MODULES).map((file) => `dist/${file}`),
      ...nativeFiles().map((file) => `dist/${file}`),
    ],
    run: async () => {
      for (const path of ['node', 'wasm', 'browser', ...Object.keys(WASM_MODULES)]) {
        rmSync(at(`dist/${path}`), { recursive: true, force: true });
      }
      await esbuild({
        entryPoints: NODE_ENTRIES,
        outdir: 'dist',
        splitting: true,
        chunkNames: 'node/[name]-[hash]',
        platform: 'node',
        target: 'node20',
        external: OPTIONAL_PEERS,
        plugins: wasm ? [] : [withoutWasm],
      });
      chmodSync(at('dist/cli.js'), 0o755);
      copyNative('dist');
      if (!wasm) return;
      await esbuild({ entryPoints: WASM_ENTRIES, outdir: 'dist', platform: 'node', target: 'node20' });
      await esbuild({
        entryPoints: BROWSER_ENTRIES,
        outdir: 'dist',
        splitting: true,
        chunkNames: 'browser/[name]-[hash]',
        external: OPTIONAL_PEERS,
        platform: 'browser',
        target: 'es2022',
      });
      for (const [file, module] of Object.entries(WASM_MODULES)) copyFileSync(at(module), at(`dist/${file}`));
    },
  });
}

/** Emits the declarations, and so checks the types of the facade. */
export async function declarations() {
  await perform({
    name: 'declarations (tsc)',
    stamp: 'build/stamps/declarations',
    inputs: [...SOURCES, 'tsconfig.build.json'],
    outputs: ['dist/types'],
    run: async () => {
      rmSync(at('dist/types'), { recursive: true, force: true });
      await run(process.execPath, [commandOf('typescript', 'tsc'), '-p', 'tsconfig.build.json']);
    },
  });
}

/**
 * Bundles ES modules.
 * @param {import('esbuild').BuildOptions} options paths are from the root
 */
export async function esbuild(options) {
  // Installed by the step before, so not to be imported at the top.
  const { build, formatMessages } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      ...{ bundle: true, format: 'esm', logLevel: 'silent' },
      ...options,
      plugins: [versionAlone, ...(options.plugins ?? [])],
      absWorkingDir: ROOT,
      write: false,
    });
    for (const { path, text } of outputFiles) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, withRequire(text));
    }
  } catch (error) {
    const { errors } = /** @type {import('esbuild').BuildFailure} */ (error);
    if (!errors) throw error;
    throw new Failure('repair what esbuild names above', (await formatMessages(errors, { kind: 'error' })).join(''));
  }
}

/**
 * A CommonJS package inside an ES module asks for Node's modules by `require`, which esbuild keeps but no ES module has.
 * @param {string} code
 */
function withRequire(code) {
  const shim = /^var __require = /m.exec(code);
  if (!shim) return code;
  const declaration = "import { createRequire as __createRequire } from 'node:module';\nvar require = __createRequire(import.meta.url);\n";
  return code.slice(0, shim.index) + declaration + code.slice(shim.index);
}

/**
 * Of a manifest, the library only asks its version: what it was built with is nobody's concern.
 * @type {import('esbuild').Plugin}
 */
const versionAlone = {
  name: 'version-alone',
  setup(build) {
    build.onLoad({ filter: /[/\\]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** @type {import('esbuild').Plugin} */
const withoutWasm = {
  name: 'without-wasm',
  setup(build) {
    build.onResolve({ filter: /\/generated\/wasm\/lanewise_wasm\.js$/ }, () => ({ path: 'absent', namespace: 'wasm' }));
    build.onLoad({ filter: /.*/, namespace: 'wasm' }, () => ({
      contents: `export function initSync() { throw new Error('this build is without WebAssembly: run "npm run build"'); } export default initSync;`,
    }));
  },
};
