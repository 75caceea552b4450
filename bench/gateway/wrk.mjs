/** Runs wrk, the load generator, and reads its summary. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GENERATOR_CORES, pinned } from './machine.mjs';

/** A reply may be late on a busy machine; it is no failure until then. */
const REPLY_SECONDS_MAX = 10;
const SUMMARY = 'summary ';

/**
 * @typedef {object} Load
 * @property {number} requests that were answered
 * @property {number} us how long it ran
 * @property {number} p50 latency, µs
 * @property {number} p99 latency, µs
 * @property {number} failed replies of another status than 2xx or 3xx, and connections that broke
 */

/**
 * Keeps `connections` busy with one request for a time.
 *
 * @param {string} url of the server @param {import('./items.mjs').Item} item
 * @param {number} connections @param {number} seconds @param {readonly number[]} [cores] one thread each
 * @returns {Promise<Load>}
 */
export async function load(url, item, connections, seconds, cores = GENERATOR_CORES) {
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-bench-'));
  try {
    const script = join(folder, 'request.lua');
    writeFileSync(script, lua(item));
    const options = [`-t${cores.length}`, `-c${connections}`, `-d${seconds}s`, '--timeout', `${REPLY_SECONDS_MAX}s`, '-s', script];
    const [program, ...args] = pinned(cores, ['wrk', ...options, new URL(item.path, url).href]);
    const { stdout, stderr } = await promisify(execFile)(/** @type {string} */ (program), args);
    const line = stdout.split('\n').find((text) => text.startsWith(SUMMARY));
    if (line === undefined || stderr !== '') throw new Error(`wrk gave no summary:\n${stdout}${stderr}`);
    return JSON.parse(line.slice(SUMMARY.length));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {import('./items.mjs').Item} item */
function lua({ method, headers, body }) {
  const settings = [
    `wrk.method = ${quoted(method)}`,
    ...Object.entries(headers).map(([name, value]) => `wrk.headers[ ${quoted(name)} ] = ${quoted(value)}`),
    ...(body === '' ? [] : [`wrk.body = ${quoted(body)}`]),
  ];
  return `${settings.join('\n')}
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('${SUMMARY}{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
`;
}

/** A string of Lua in which nothing is special; after a '[' it needs a space. @param {string} text */
function quoted(text) {
  if (text.includes(']==]') || text.startsWith('\n')) throw new RangeError('this text needs other brackets');
  return `[==[${text}]==]`;
}
