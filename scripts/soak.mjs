/** `node scripts/soak.mjs [--minutes 30] [--iteration v0.6] [--io uring]`: loads a gateway for long, and says whether memory, descriptors and latency stay. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { at } from './lib/paths.mjs';

/** Memory may grow by this much after the warm-up: a heap that is not full yet, and no more. */
const GROWTH_MAX = 1.1;
const GROWTH_BYTES_MAX = 16 << 20;
/** On a machine that does other things besides. */
const P99_FACTOR_MAX = 2;
const CLIENTS = 50;
const WINDOWS = 10;
/** The first sixth is the warm-up: 5 minutes of 30. */
const WARM_UP = 1 / 6;

const options = /** @type {const} */ ({ minutes: { type: 'string', default: '3' }, iteration: { type: 'string' }, io: { type: 'string' } });
const { values } = parseArgs({ options });
const ms = Number(values.minutes) * 60_000;
if (process.platform !== 'linux') throw new Error('memory and descriptors of a process are read as Linux has them');
if (!(ms > 0)) throw new Error('--minutes is a number');

const body = JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}`, tags: ['a', 'b'] })) });
const REQUESTS = [
  'GET /echo HTTP/1.1\r\nHost: a\r\n\r\n',
  `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAccept: application/msgpack\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  `POST /search HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  'GET /none HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
];

const passed = [
  ['--iteration', values.iteration],
  ['--io', values.io],
]
  .filter(([, value]) => value !== undefined)
  .flat();
const parameters = /** @type {string[]} */ (['gateway', '--no-config', '--port', '0', ...passed]);
const child = spawn(process.execPath, [at('dist/cli.js'), ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = await once(child.stdout, 'data');
console.log(String(line).trim());
const port = Number(new URL(/http:\/\/\S+/.exec(String(line))?.[0] ?? '').port);

/** Milliseconds that answers of this window took. @type {number[]} */
let latencies = [];
let isOver = false;
let failures = 0;

const idle = descriptors();
const clients = Array.from({ length: CLIENTS }, (_, i) => client(i));
await pause(ms * WARM_UP);
const windows = [];
for (let i = 0; i < WINDOWS; i++) {
  latencies = [];
  await pause((ms * (1 - WARM_UP)) / WINDOWS);
  windows.push({ answers: latencies.length, p99: p99(), rss: residentBytes() });
  const { answers, p99: latency, rss } = windows[i] ?? { answers: 0, p99: 0, rss: 0 };
  console.log(`${i + 1}/${WINDOWS}: ${answers} answers, p99 ${latency.toFixed(2)} ms, ${(rss / 2 ** 20).toFixed(1)} MiB`);
}
isOver = true;
await Promise.all(clients);
await pause(500);
const left = descriptors() - idle;
child.kill('SIGTERM');
const [code] = await once(child, 'exit');

const [first, last] = [windows[0], windows[WINDOWS - 1]];
if (first === undefined || last === undefined) throw new Error('there is no window');
const faults = [
  last.rss > Math.max(first.rss * GROWTH_MAX, first.rss + GROWTH_BYTES_MAX) && `memory grew from ${first.rss} to ${last.rss} bytes`,
  median(windows.slice(-3).map(({ p99 }) => p99)) > P99_FACTOR_MAX * median(windows.slice(0, 3).map(({ p99 }) => p99)) && 'p99 rose',
  left !== 0 && `${left} descriptors are left over`,
  failures > 0 && `${failures} requests failed`,
  windows.some(({ answers }) => answers === 0) && 'a window had no answer',
  code !== 0 && `it ended with ${code}`,
].filter((fault) => fault !== false);
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);

/** One request after the other; after an answer that closes, on a new connection. @param {number} i */
async function client(i) {
  for (let n = i; !isOver; ) {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    n += await talk(socket, n).catch(() => {
      failures++;
      return 1;
    });
  }
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} start which request is the first
 * @returns {Promise<number>} how many were answered
 */
function talk(socket, start) {
  return new Promise((resolve, reject) => {
    let received = '';
    let answered = 0;
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      socket.write(REQUESTS[(start + answered) % REQUESTS.length] ?? '', 'latin1');
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => (received === '' && answered > 0 ? resolve(answered) : reject(new Error('an answer broke off'))));
    socket.on('data', (text) => {
      received += text;
      const end = received.indexOf('\r\n\r\n');
      const size = Number(/^content-length: (\d+)/im.exec(received)?.[1]);
      if (end < 0 || received.length < end + 4 + size) return;
      latencies.push(performance.now() - sentAt);
      const isLast = /^connection: close/im.test(received);
      received = '';
      answered++;
      if (isOver || isLast) socket.end();
      else send();
    });
  });
}

function p99() {
  latencies.sort((a, b) => a - b);
  return latencies[Math.floor(latencies.length * 0.99)] ?? 0;
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function residentBytes() {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024;
}

function descriptors() {
  return readdirSync(`/proc/${child.pid}/fd`).length;
}

/** @param {number} duration */
function pause(duration) {
  return new Promise((resolve) => setTimeout(resolve, duration));
}
