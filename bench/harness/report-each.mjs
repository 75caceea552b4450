/** The report of a suite whose peers each get a ratio. */
import { toMeasurements } from './records.mjs';
import { choose, loadSuite, OURS, runCase } from './suite.mjs';
import { ratioText, sizeText, table, timeText } from './table.mjs';

const HEAD = ['case', 'size', 'contender', 'best round', 'median', 'M/s', 'ours is faster by', 'spread'];
/** Units of the input per ns, in millions a second. */
const M_PER_S = 1e3;

/**
 * @param {import('./options.mjs').Options} options @param {import('./suite.mjs').Facade} facade
 * @returns {Promise<import('./records.mjs').Measurement[]>}
 */
export async function reportEach(options, facade) {
  const measurements = [];
  for (const { index, case: entry } of choose(await loadSuite(options.suite), facade, options)) {
    process.stderr.write(`  ${entry.name}\n`);
    for (const cell of await runCase(options, index)) measurements.push(...toMeasurements(options.suite, entry.name, cell));
  }
  process.stdout.write(`${tableOf(measurements)}\n`);
  return measurements;
}

/** @param {readonly import('./records.mjs').Measurement[]} measurements @returns {string} */
export function tableOf(measurements) {
  // The column stands only where a contender says how much it takes.
  const memories = measurements.some(({ memory }) => memory !== undefined) ? ['memory'] : [];
  const rows = measurements.map((measurement) => [
    ...row(measurement),
    ...memories.map(() => (measurement.memory === undefined ? '' : sizeText(measurement.memory))),
  ]);
  return table([...HEAD, ...memories], rows);
}

/** @param {import('./records.mjs').Measurement} measurement @returns {string[]} */
function row({ case: name, size, contender, ns, nsMedian, ratio, low, high }) {
  const ours = contender === OURS;
  const speed = ((size / ns) * M_PER_S).toFixed(0);
  const versus = ours ? ['', ''] : [`${ratioText(ratio)}x`, `${ratioText(low)} … ${ratioText(high)}`];
  return [ours ? name : '', ours ? sizeText(size) : '', contender, timeText(ns), timeText(nsMedian), speed, ...versus];
}
