/**
 * Finds the size from which on each call leaves JavaScript: a process of its own, so that nothing that is measured is touched.
 *
 * The addon is loaded before the facade and every function of it is replaced by one that counts, so what is found is what the facade does,
 * whatever its constants say. The WebAssembly module is inside the bundle, where it cannot be watched: with that backend nothing is found.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadFacade } from '../harness/environment.mjs';
import suite from './suite.mjs';

/** @type {{ dist: string, indices: number[] }} */
const { dist, indices } = JSON.parse(process.argv[2] ?? '');
let crossings = 0;

const addon = readdirSync(dist).find((name) => name.endsWith('.node'));
if (addon !== undefined) watch(createRequire(import.meta.url)(join(dist, addon)));
const cases = suite.cases(await loadFacade(dist), false);
for (const index of indices) {
  const size = firstCrossing(/** @type {import('../harness/suite.mjs').Case} */ (cases[index]));
  if (size !== undefined) process.send?.({ index, size });
}
process.disconnect?.();

/** @param {import('../harness/suite.mjs').Case} entry @returns {number | undefined} */
function firstCrossing({ sizes, prepare }) {
  return sizes.find((size) => {
    const { inputs, ours } = prepare(size);
    const before = crossings;
    try {
      ours(inputs[0]);
    } catch {
      // Whether the result is right is asserted where it is measured.
    }
    return crossings > before;
  });
}

/** Counts the calls of an object's functions; of a class those of its methods. @param {any} target */
function watch(target) {
  for (const name of Object.getOwnPropertyNames(target)) {
    const member = target[name];
    if (typeof member !== 'function' || name === 'constructor') continue;
    if (/^[A-Z]/.test(name)) watch(member.prototype);
    else target[name] = counted(member);
  }
}

/** @param {Function} call */
function counted(call) {
  /** @this {unknown} @param {unknown[]} args */
  return function (...args) {
    crossings++;
    return call.apply(this, args);
  };
}
