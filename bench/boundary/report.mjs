/** The report of the boundary: one line a call, one ratio a size. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { toMeasurements } from '../harness/records.mjs';
import { choose, loadSuite, OURS, runCase } from '../harness/suite.mjs';
import { line, ratioText, sizeText, timeText } from '../harness/table.mjs';
import { SIZES } from './sizes.mjs';

/** The promise: no call is slower than this share of the speed of the best plain-JS way. */
const PROMISE = 0.95;
const CELL_WIDTH = 7;
const CROSSINGS = new URL('./crossings.mjs', import.meta.url);
/** The wrapper of a call takes some nanoseconds, which is much of a call of ten; what is lost beyond this is counted apart. */
const NOTICED_NS = 50;
/** So many of the cells that break the promise are named. */
const NAMED_MAX = 40;

/** @typedef {import('../harness/records.mjs').Measurement} Measurement */

/**
 * @param {import('../harness/options.mjs').Options} options @param {import('../harness/suite.mjs').Facade} facade
 * @returns {Promise<Measurement[]>}
 */
export async function reportBoundary(options, facade) {
  const chosen = choose(await loadSuite('boundary'), facade, options);
  const widths = [Math.max(...chosen.map(({ case: { name } }) => name.length)), ...SIZES.map(() => CELL_WIDTH), CELL_WIDTH];
  print(
    'plain-JS time / our time; ! below .95, | from here on the call leaves JavaScript, "wins from": at no size above does plain JS win\n',
  );
  print(line(['call', ...SIZES.map(sizeText), 'wins from'], widths));
  const crossings = await findCrossings(
    options.dist,
    chosen.map(({ index }) => index),
  );
  const measurements = [];
  for (const { index, case: entry } of chosen) {
    const cells = await runCase(options, index);
    const found = cells.map((cell) => toMeasurements('boundary', entry.name, cell));
    print(
      line(
        [
          entry.name,
          ...ratios(
            found.map(([, peer]) => /** @type {Measurement} */ (peer)),
            crossings.get(index),
          ),
        ],
        widths,
      ),
    );
    measurements.push(...found.flat());
  }
  print(closing(measurements.filter(({ contender }) => contender !== OURS)));
  return measurements;
}

/** @param {Measurement[]} peers one a size @param {number | undefined} crossing the first size that leaves JavaScript */
function ratios(peers, crossing) {
  const cells = SIZES.map((size) => {
    const found = peers.find((peer) => peer.size === size);
    if (found === undefined) return '';
    return `${size === crossing ? '|' : ''}${ratioText(found.ratio)}${found.ratio < PROMISE ? '!' : ''}`;
  });
  const lastLoss = peers.findLastIndex(({ ratio }) => ratio < 1);
  const firstWin = peers[lastLoss + 1];
  return [...cells, firstWin === undefined ? '-' : sizeText(firstWin.size)];
}

/**
 * Asks which calls leave JavaScript, and from which size on.
 *
 * @param {string} dist @param {number[]} indices of the cases
 * @returns {Promise<Map<number, number>>} sizes by index; a call that stays in JavaScript has none
 */
async function findCrossings(dist, indices) {
  const child = fork(CROSSINGS, [JSON.stringify({ dist, indices })]);
  const crossings = new Map();
  child.on('message', (found) => {
    const { index, size } = /** @type {{ index: number, size: number }} */ (found);
    crossings.set(index, size);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the search for crossings ended with exit code ${code}`);
  return crossings;
}

/** @param {Measurement[]} peers */
function closing(peers) {
  const sorted = [...peers].sort((a, b) => a.ratio - b.ratio);
  const [lowest] = sorted;
  const broken = sorted.filter(({ ratio }) => ratio < PROMISE);
  const costly = broken.filter(({ ns, ratio }) => ns / ratio - ns > NOTICED_NS);
  const head = `\n${peers.length} cells; the lowest is ${lowest === undefined ? '-' : describe(lowest)}; ${broken.length} below ${PROMISE}x plain JS, ${costly.length} of them by more than ${NOTICED_NS} ns a call`;
  const rest = broken.length > NAMED_MAX ? [`  … and ${broken.length - NAMED_MAX} more`] : [];
  broken.sort((a, b) => Number(costly.includes(b)) - Number(costly.includes(a)));
  return [head, ...broken.slice(0, NAMED_MAX).map((cell) => `  ${describe(cell)}`), ...rest].join('\n');
}

/** @param {Measurement} peer */
function describe({ case: name, size, contender, ns, ratio, low, high }) {
  const times = `${timeText(ns / ratio)} against ${timeText(ns)} by ${contender}`;
  return `${ratioText(ratio)}x (${ratioText(low)} … ${ratioText(high)}): ${name}, ${sizeText(size)}: ${times}`;
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}
