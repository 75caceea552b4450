/** A plot of bars as SVG text: one panel for each quantity, one row for each format. */

const ROW = 22;
const BAR = 14;
const PANEL = 250;
const NAMES = 190;
const GAP = 70;
const TOP = 86;
const COLORS = { ours: '#d9480f', JavaScript: '#4c78a8', Rust: '#8a8a8a' };
const FONT = 'font-family="system-ui, sans-serif"';

/** @typedef {import('./suite.mjs').Row} Row */

/** @type {{ title: string, of: (row: Row) => number, text: (value: number) => string }[]} */
const PANELS = [
  { title: 'encode, µs', of: ({ encode }) => Math.min(...encode) / 1000, text: (us) => us.toPrecision(3) },
  { title: 'decode, µs', of: ({ decode }) => Math.min(...decode) / 1000, text: (us) => us.toPrecision(3) },
  { title: 'allocated by encode and decode, B', of: (row) => row.encodeBytes + row.decodeBytes, text: (bytes) => bytes.toFixed(0) },
  { title: 'size of the message, B', of: ({ size }) => size, text: String },
];

/** @param {readonly Row[]} rows ours first @param {string} subtitle @returns {string} SVG */
export function plot(rows, subtitle) {
  const width = NAMES + PANELS.length * (PANEL + GAP) + 20;
  const height = TOP + rows.length * ROW + 40;
  const parts = [
    text(20, 28, 'Serialization: time, allocation, size (shorter is better)', 'font-size="18" font-weight="600"'),
    text(20, 48, subtitle, 'font-size="12" fill="#555"'),
    ...rows.map((row, i) =>
      text(NAMES - 8, TOP + i * ROW + BAR - 2, label(row), `font-size="12" text-anchor="end" fill="${color(row, i)}"`),
    ),
    ...PANELS.flatMap((panel, i) => bars(rows, panel, NAMES + i * (PANEL + GAP))),
    ...legend(height - 14),
  ];
  const frame = `<rect width="${width}" height="${height}" fill="#fff"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${FONT}>\n${frame}\n${parts.join('\n')}\n</svg>\n`;
}

/** @param {readonly Row[]} rows @param {(typeof PANELS)[number]} panel @param {number} left */
function bars(rows, { title, of, text: show }, left) {
  const longest = Math.max(...rows.map(of));
  const drawn = rows.flatMap((row, i) => {
    const y = TOP + i * ROW;
    const length = Math.max(1, (of(row) / longest) * PANEL);
    const bar = `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" fill="${color(row, i)}"/>`;
    return [bar, text(left + length + 4, y + BAR - 3, show(of(row)), 'font-size="11" fill="#333"')];
  });
  return [text(left, TOP - 10, title, 'font-size="13" font-weight="600"'), ...drawn];
}

/** @param {number} y */
function legend(y) {
  return Object.entries(COLORS).flatMap(([name, fill], i) => {
    const x = NAMES + i * 120;
    return [
      `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${fill}"/>`,
      text(x + 18, y, name === 'ours' ? 'lanewise' : name, 'font-size="12"'),
    ];
  });
}

/** @param {Row} row */
function label({ name, language }) {
  return language === 'Rust' ? `Rust: ${name}` : name;
}

/** @param {Row} row @param {number} i */
function color({ language }, i) {
  return i === 0 ? COLORS.ours : COLORS[language];
}

/** @param {number} x @param {number} y @param {string} content @param {string} attributes */
function text(x, y, content, attributes) {
  const escaped = content.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped}</text>`;
}
