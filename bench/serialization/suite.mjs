/** One object by many formats: time, allocation and size, in JavaScript and in Rust, as a table and as a plot. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logObject } from '../data/logs.mjs';
import { describe, headline } from '../harness/environment.mjs';
import { toMeasurements } from '../harness/records.mjs';
import { build, runLines } from '../harness/rust.mjs';
import { OURS, runCase } from '../harness/suite.mjs';
import { ratioText, table, timeText } from '../harness/table.mjs';
import { FLAGS } from './allocation.mjs';
import { plot } from './plot.mjs';

const PLOT = fileURLToPath(new URL('../../build/bench/serialization.svg', import.meta.url));
const FULL = ['9', '40'];
const QUICK = ['3', '10'];
const HEAD = ['format', 'size B', 'encode', 'spread', 'B alloc', 'against ours', 'decode', 'spread', 'B alloc', 'against ours'];

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {'JavaScript' | 'Rust'} language
 * @property {number} size of the message in bytes
 * @property {number[]} encode ns a call, for each round
 * @property {number[]} decode
 * @property {number} encodeBytes allocated a call
 * @property {number} decodeBytes
 */

/** @type {import('../harness/suite.mjs').Runner} */
export async function runSerialization(options, facade) {
  const javascript = await measureJavaScript(options);
  const rust = await measureRust(options.quick);
  const ours = /** @type {Row} */ (javascript[0]);
  const rows = [...javascript, ...rust];
  process.stdout.write(
    `${table(
      HEAD,
      rows.map((each) => cells(each, ours)),
    )}\n`,
  );
  const picture = plot(rows, `One structured log object of 1 KB · ${headline(describe(facade.runtime()))}`);
  mkdirSync(dirname(PLOT), { recursive: true });
  writeFileSync(PLOT, picture);
  process.stdout.write(`\nplot: ${PLOT}\n`);
  return ['encode', 'decode'].flatMap((work) => {
    const contenders = rows.map((each) => ({ name: each.name, rounds: /** @type {any} */ (each)[work] }));
    return toMeasurements(options.suite, work, { size: ours.size, contenders }).map((measurement, i) => ({
      ...measurement,
      bytes: rows[i]?.size,
      allocated: /** @type {any} */ (rows[i])[`${work}Bytes`],
      language: rows[i]?.language,
    }));
  });
}

/** @param {import('../harness/options.mjs').Options} options @returns {Promise<Row[]>} ours first */
async function measureJavaScript(options) {
  const [encode] = await runCase(options, 0);
  process.stderr.write('  encode\n');
  const [decode] = await runCase(options, 1);
  process.stderr.write('  decode\n');
  const child = fork(new URL('allocation.mjs', import.meta.url), [options.dist], { execArgv: FLAGS });
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])]);
  if (!Array.isArray(message)) throw new Error('the count of allocations failed');
  process.stderr.write('  allocations\n');
  return message.map((/** @type {import('./allocation.mjs').Allocation} */ allocation) => ({
    ...allocation,
    language: 'JavaScript',
    encode: roundsOf(encode, allocation.name),
    decode: roundsOf(decode, allocation.name),
  }));
}

/** @param {import('../harness/suite.mjs').Cell | undefined} cell @param {string} name */
function roundsOf(cell, name) {
  const rounds = cell?.contenders.find((contender) => contender.name === name)?.rounds;
  if (rounds === undefined) throw new Error(`${name} was not measured`);
  return rounds;
}

/** @param {boolean} quick @returns {Promise<Row[]>} */
async function measureRust(quick) {
  const program = join(
    build('serialization-peers', ['-C', 'target-cpu=native']),
    process.platform === 'win32' ? 'serialization-peers.exe' : 'serialization-peers',
  );
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-bench-'));
  try {
    const file = join(folder, 'log.json');
    writeFileSync(file, JSON.stringify(logObject()));
    const rows = await runLines([program, file, ...(quick ? QUICK : FULL)], () => {});
    process.stderr.write('  Rust\n');
    return rows.map((row) => ({ ...row, language: 'Rust' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Row} row @param {Row} ours @returns {string[]} */
function cells(row, ours) {
  const name = row.name === OURS ? `${row.name} (MessagePack)` : row.language === 'Rust' ? `Rust: ${row.name}` : row.name;
  return [name, `${row.size}`, ...work(row.encode, row.encodeBytes, ours.encode), ...work(row.decode, row.decodeBytes, ours.decode)];
}

/** @param {number[]} rounds @param {number} bytes @param {number[]} ours */
function work(rounds, bytes, ours) {
  const best = Math.min(...rounds);
  const versus = `${ratioText(best / Math.min(...ours))}x`;
  return [timeText(best), `… ${timeText(Math.max(...rounds))}`, bytes.toFixed(0), rounds === ours ? '' : versus];
}
