/** The table of `docs/iterations.md`: made from what was measured, never typed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ratioText } from '../harness/table.mjs';

/** @typedef {import('./closed-loop.mjs').Result} Result */

const DOCUMENT = new URL('../../docs/iterations.md', import.meta.url);
const BEGIN = '<!-- table -->';
const END = '<!-- /table -->';
const US_PER_S = 1e6;
/** What stands of each work: a GET, then a POST. */
const COLUMNS = ['replies/CPU-s', 'against the first', 'QPS', 'against the first', 'p99 µs', 'heap B/request'];

/**
 * @param {readonly string[]} iterations oldest first
 * @param {readonly { name: string, results: readonly Result[] }[]} works
 * @param {string} headline what was measured, and on what
 * @returns {string} Markdown
 */
export function iterationsTable(iterations, works, headline) {
  const tables = works.map(({ name, results }) => {
    const of = (/** @type {string} */ iteration) => results.find(({ server }) => server === iteration);
    const first = of(/** @type {string} */ (iterations[0]));
    const rows = iterations.map((iteration) => {
      const result = of(iteration);
      return result && first ? [iteration, ...cells(result, first)] : [iteration, ...COLUMNS.map(() => '')];
    });
    return `${name}\n\n${markdown(['iteration', ...COLUMNS], rows)}`;
  });
  return `${headline}\n\n${tables.join('\n\n')}`;
}

/** Puts it between the marks of the document. @param {string} table @throws {Error} when the marks are not there */
export function writeTable(table) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/iterations.md has no ${BEGIN} and ${END}`);
  writeFileSync(DOCUMENT, `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${text.slice(end)}`);
}

/** @param {Result} result @param {Result} first */
function cells({ best, rounds }, first) {
  const qps = Math.max(...rounds.map((round) => round.qps));
  const firstQps = Math.max(...first.rounds.map((round) => round.qps));
  return [
    (US_PER_S / best.cpuUs).toFixed(0),
    `${ratioText(first.best.cpuUs / best.cpuUs)}x`,
    qps.toFixed(0),
    `${ratioText(qps / firstQps)}x`,
    Math.min(...rounds.map((round) => round.p99)).toFixed(0),
    best.heapBytes?.toFixed(0) ?? '',
  ];
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function markdown(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(Number(widths[i])) : cell.padStart(Number(widths[i])))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
