/** Libraries that search for several literals at once. All give `id, start, end` of the leftmost matches. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import AhoCorasick from 'modern-ahocorasick';
import { build } from '../harness/rust.mjs';
import { alternatives, idOf } from './search.mjs';

/** @typedef {Readonly<Record<string, (haystack: any) => ArrayLike<number>>>} FindAll */

const WASM = 'wasm32-unknown-unknown';

/**
 * The package's second entry, `/fast`, is left out: its time grows with the square of the text.
 *
 * @param {readonly string[]} patterns @param {'leftmost-first' | 'leftmost-longest'} strategy @returns {FindAll} on strings
 */
export function byModernAhoCorasick(patterns, strategy) {
  const searcher = new AhoCorasick([...patterns]);
  const findAll = (/** @type {string} */ haystack) => {
    const words = [];
    for (const { patternIndex, start, end } of searcher.search(haystack, { strategy })) words.push(patternIndex, start, end);
    return words;
  };
  return { 'modern-ahocorasick': findAll };
}

/**
 * Where it was compiled for this Node, see README.md; else nothing.
 *
 * @param {readonly string[]} patterns @param {import('./search.mjs').Folding} folding
 * @returns {FindAll} on strings and on Buffers, with offsets in their unit
 */
export function byRe2(patterns, folding) {
  const Re2 = loadRe2();
  if (Re2 === undefined) return {};
  const every = new Re2(alternatives(patterns), folding === 'none' ? 'g' : 'gi');
  const id = idOf(patterns, folding);
  const findAll = (/** @type {string | Buffer} */ haystack) => {
    const words = [];
    every.lastIndex = 0;
    for (let match = every.exec(haystack); match !== null; match = every.exec(haystack)) {
      words.push(id(String(match[0])), match.index, match.index + match[0].length);
    }
    return words;
  };
  return { re2: findAll };
}

function loadRe2() {
  try {
    return createRequire(import.meta.url)('re2');
  } catch {
    return undefined;
  }
}

/**
 * The crate aho-corasick, compiled for WebAssembly with SIMD; nothing where Rust cannot do that.
 *
 * @param {readonly string[]} patterns without line ends @param {import('./search.mjs').Folding} folding none or ASCII's
 * @returns {FindAll} on bytes
 */
export function byAhoCorasickInWasm(patterns, folding) {
  if (!knowsWasm()) return {};
  const file = join(build('wasm-peers', ['-C', 'target-feature=+simd128'], WASM), 'wasm_peers.wasm');
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)));
  const wasm = /** @type {Record<string, Function> & { memory: WebAssembly.Memory }} */ (/** @type {unknown} */ (exports));
  const source = Buffer.from(patterns.join('\n'));
  const data = wasm.allocate?.(source.length);
  new Uint8Array(wasm.memory.buffer, data, source.length).set(source);
  const searcher = wasm.compile?.(data, source.length, folding === 'none' ? 0 : 1);
  const findAll = (/** @type {Uint8Array} */ haystack) => {
    const start = wasm.haystack?.(searcher, haystack.length);
    new Uint8Array(wasm.memory.buffer, start, haystack.length).set(haystack);
    const count = wasm.find_all?.(searcher);
    return new Uint32Array(wasm.memory.buffer, wasm.words?.(searcher), count).slice();
  };
  return { 'aho-corasick in WASM': findAll };
}

function knowsWasm() {
  try {
    const folder = execFileSync('rustc', ['--print', 'target-libdir', '--target', WASM], { encoding: 'utf8' });
    return existsSync(folder.trim());
  } catch {
    return false;
  }
}
