/** Columns that line up: the first to the left, the others to the right. */

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 * @returns {string}
 */
export function table(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, widths.map((width) => '─'.repeat(width)), ...rows].map((row) => line(row, widths)).join('\n');
}

/** @param {readonly string[]} cells @param {readonly number[]} widths */
export function line(cells, widths) {
  return widths
    .map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width)))
    .join('  ')
    .trimEnd();
}

/** @param {number} ratio @returns {string} three digits that count */
export function ratioText(ratio) {
  return ratio >= 99.5 ? ratio.toFixed(0) : ratio >= 9.95 ? ratio.toFixed(1) : ratio.toFixed(2);
}

/** @param {number} bytes @returns {string} */
export function sizeText(bytes) {
  if (bytes >= 1 << 20) return `${trim(bytes / (1 << 20))}M`;
  return bytes >= 1 << 10 ? `${trim(bytes / (1 << 10))}K` : `${bytes}`;
}

/** @param {number} ns @returns {string} */
export function timeText(ns) {
  if (ns < 999.5) return `${ns.toPrecision(3)} ns`;
  if (ns < 999.5e3) return `${(ns / 1e3).toPrecision(3)} µs`;
  return ns < 999.5e6 ? `${(ns / 1e6).toPrecision(3)} ms` : `${(ns / 1e9).toPrecision(3)} s`;
}

/** @param {number} value */
function trim(value) {
  return Number(value.toFixed(1)).toString();
}
