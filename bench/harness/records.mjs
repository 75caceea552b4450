/** Results as they are kept. */
import { writeFileSync } from 'node:fs';
import { compare, median } from './measure.mjs';

/**
 * @typedef {object} Measurement
 * @property {string} suite
 * @property {string} case
 * @property {number} size in the unit of the input
 * @property {string} contender
 * @property {number} ns per call, the best round's mean
 * @property {number} nsMedian per call, the median round's mean
 * @property {number} ratio this contender's time / ours; 1 for ours
 * @property {number} low the smallest ratio of a single round
 * @property {number} high the largest ratio of a single round
 * @property {number} [memory] bytes that what it keeps between calls takes
 *
 * @typedef {Measurement & import('./environment.mjs').Environment} Record
 */

/**
 * One record a contender, ours first.
 *
 * @param {string} suite @param {string} name of the case @param {import('./suite.mjs').Cell} cell
 * @returns {[Measurement, ...Measurement[]]}
 */
export function toMeasurements(suite, name, { size, contenders }) {
  const ours = contenders[0]?.rounds ?? [];
  return /** @type {[Measurement, ...Measurement[]]} */ (
    contenders.map((contender) => ({
      suite,
      case: name,
      size,
      contender: contender.name,
      ns: Math.min(...contender.rounds),
      nsMedian: median(contender.rounds),
      ...compare(ours, contender.rounds),
      ...(contender.memory !== undefined && { memory: contender.memory }),
    }))
  );
}

/**
 * @param {string | undefined} file nothing is written without one
 * @param {readonly object[]} measurements @param {import('./environment.mjs').Environment} environment
 */
export function writeRecords(file, measurements, environment) {
  if (file === undefined) return;
  const lines = measurements.map((measurement) => JSON.stringify({ ...measurement, ...environment }, rounded));
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
}

/** Five digits are more than any round knows. @param {string} _key @param {unknown} value */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
