/**
 * Structured logs, as services write them: one object of 1 KB, and NDJSON of such objects.
 * Origin: generated, the same in every run. Licence: that of this repository.
 */
import { seeded } from './random.mjs';

const LEVELS = ['debug', 'info', 'info', 'info', 'warn', 'error'];
const SERVICES = ['checkout', 'search', 'identity', 'billing', 'gateway'];
const PATHS = ['/v1/orders', '/v1/orders/{id}', '/v1/search', '/v1/users/{id}', '/healthz'];
const NAMES = ['Ada Byron', 'Grace Hopper', 'Alan Turing', 'Barbara Liskov', 'Edsger Dijkstra'];
const WORDS =
  'request completed upstream retry after timeout cache miss for key shard replica connection pool queue depth above limit'.split(' ');
const FIRST_TS = 1_760_000_000_000;
/** The size of the JSON text of `logObject`. */
export const LOG_OBJECT_BYTES = 1024;

/**
 * One record of about 650 bytes; more than 60 % of it is `metadata`, which a reader of logs mostly skips.
 * @param {import('./random.mjs').Random} random @param {number} number its place in the log
 */
export function logRecord(random, number) {
  const name = random.pick(NAMES);
  return {
    id: random.hex(24),
    ts: FIRST_TS + number * 7 + random.below(5),
    level: random.pick(LEVELS),
    service: random.pick(SERVICES),
    message: words(random, 8),
    request: {
      method: random.pick(['GET', 'POST']),
      path: random.pick(PATHS),
      status: random.pick([200, 200, 201, 404, 500]),
      ms: round(random.next() * 250),
    },
    metadata: {
      host: `node-${random.below(64)}.eu-west.example.net`,
      pid: 1000 + random.below(60_000),
      user: {
        id: random.below(1e6),
        name,
        email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
        roles: ['reader', random.pick(['editor', 'admin'])],
      },
      trace: { id: random.hex(32), span: random.hex(16), sampled: random.next() < 0.5, parent: null },
      labels: {
        region: 'eu-west-1',
        version: `4.${random.below(20)}.${random.below(10)}`,
        canary: random.next() < 0.1,
        'app.kubernetes.io/name': random.pick(SERVICES),
      },
      timings: Array.from({ length: 6 }, () => round(random.next() * 40)),
    },
  };
}

/** The 1 KB structured log object: its JSON text has exactly `LOG_OBJECT_BYTES`. */
export function logObject() {
  const random = seeded(1);
  const record = { ...logRecord(random, 0), detail: '' };
  const missing = LOG_OBJECT_BYTES - JSON.stringify(record).length;
  record.detail = words(random, missing)
    .slice(0, missing - 1)
    .padEnd(missing, '.');
  return record;
}

/** An object of about 100 bytes: what a cache or a queue holds. */
export function smallObject() {
  return { id: 48_213, name: 'Ada Byron', active: true, score: 12.75, tags: ['reader', 'editor'], parent: null };
}

/** @param {number} bytes the text has this size or a little more, and ends with a newline @returns {Buffer} */
export function ndjson(bytes) {
  const random = seeded(2);
  const lines = [];
  for (let size = 0; size < bytes; ) {
    /** @type {string} */
    const line = `${JSON.stringify(logRecord(random, lines.length))}\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join(''));
}

/** @param {import('./random.mjs').Random} random @param {number} count */
function words(random, count) {
  return Array.from({ length: count }, () => random.pick(WORDS)).join(' ');
}

/** @param {number} value to three decimals */
function round(value) {
  return Math.round(value * 1000) / 1000;
}
