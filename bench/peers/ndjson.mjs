/** The ways to take two members of every record of NDJSON into columns. */
import { parseBuffer } from './json.mjs';

/** @typedef {{ ids: string[], ts: Float64Array }} Columns */
/** @typedef {{ id: string, ts: number }} Row */

/** Only Bun has it: see https://bun.com/docs. @type {((bytes: Uint8Array) => Row[]) | undefined} */
const bunParse = /** @type {any} */ (globalThis).Bun?.JSONL?.parse;

/** @type {Readonly<Record<string, (bytes: Buffer) => Columns>>} */
export const columns = {
  'split + JSON.parse': (bytes) => {
    const lines = bytes.toString().split('\n');
    if (lines.at(-1) === '') lines.pop();
    return toColumns(lines.map((line) => JSON.parse(line)));
  },
  'lines of bytes + JSON.parse': (bytes) => {
    const records = [];
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(10, start);
      const end = newline === -1 ? bytes.length : newline;
      records.push(parseBuffer(bytes.subarray(start, end)));
      start = end + 1;
    }
    return toColumns(records);
  },
  ...(bunParse && { 'Bun.JSONL.parse': (bytes) => toColumns(bunParse(bytes)) }),
};

/** @param {Row[]} records @returns {Columns} */
function toColumns(records) {
  return { ids: records.map(({ id }) => id), ts: Float64Array.from(records, ({ ts }) => ts) };
}
