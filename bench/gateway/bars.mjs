/** What the newest iteration is held to, and whether it gets there. */
import { compare } from '../harness/measure.mjs';
import { NEWEST_NODE } from '../harness/other-runtime.mjs';
import { ratioText } from '../harness/table.mjs';
import { cpuOf } from './closed-loop.mjs';

/**
 * @typedef {import('./items.mjs').Work} Work
 * @typedef {import('./closed-loop.mjs').Result} Result
 *
 * @typedef {object} Field who has been measured at one work item
 * @property {Work} work
 * @property {readonly Result[]} results
 * @property {readonly string[]} iterations names, oldest first; the last is the one that is held to the bars
 * @property {{ epoll: string, uring: string }} io the names of its variants by what asks the kernel
 * @property {ReadonlyMap<string, string>} unmeasured why a server was left out, by its name
 * @property {Rest} [rest] of a plan
 * @property {number} [handlerBytes] of heap that the handler takes whoever calls it
 *
 * @typedef {object} Rest what was collected of a server that has come to rest
 * @property {number} seconds under load
 * @property {number | undefined} collections
 */

const NODE = `node:http, Node ${NEWEST_NODE}`;
/** How many times less CPU time a reply than a peer. @type {Readonly<Record<Work, readonly (readonly [string, number])[]>>} */
const CPU = {
  get: [
    ['hyper + sonic-rs', 1.05],
    ['may_minihttp', 1.05],
    ['fasthttp + sonic', 1.25],
    ['Bun', 1.2],
    ['nginx', 1.2],
  ],
  post: [
    ['fasthttp + sonic', 1.35],
    ['Bun', 1.45],
    ['hyper + sonic-rs', 1.15],
    [NODE, 2.3],
  ],
  sync: [
    [NODE, 1.6],
    ['Fastify', 2.1],
    ['Bun', 1.3],
    ['raw epoll', 0.92],
  ],
  async: [
    [NODE, 1.3],
    ['Bun', 1],
  ],
  convert: [['Bun', 3]],
};
/** Against the raw loop, for a plan, by what asks the kernel. A build that knows one way alone is measured by that. */
const AGAINST_RAW = { epoll: 0.97, uring: 1.03 };
/** In QPS, over all iterations. */
const QPS_GAIN = 12;
const P99_US_MAX = 1200;
/** Of its p99 at 70 % load. */
const OPEN_P99_SHARE_MAX = 0.6;
const TAIL_PEER = 'fasthttp + sonic';
/** One to receive, one to send; those that wait for events are shared by the requests of a turn. */
const CALLS_MAX = 2;
/** Connections are opened and closed in the window too, a few calls for each. */
const CALLS_TOLERANCE = 0.05;
const HANDLER_HEAP_BYTES_MAX = 400;
const THREADS_GAIN = 1.8;
const IDLE_BYTES_MAX = 4096;

/** One line a bar. @param {Field} field @returns {string[]} */
export function verdicts(field) {
  const name = /** @type {string} */ (field.iterations.at(-1));
  const ours = resultOf(field, name);
  if (ours === undefined) return [];
  return [
    ...CPU[field.work].flatMap(([peer, least]) => againstPeer(field, ours, peer, least)),
    ...(field.work === 'get' ? againstRaw(field, ours) : []),
    ...(isPlan(field.work) ? [...gains(field, ours), ...tails(field, ours), ...steadyState(field, ours)] : handlerHeap(field, ours)),
  ].map((line) => `  ${name}: ${line}`);
}

/** @param {number | undefined} gain two threads against one @param {string} how it was found, or why it was not */
export function threadsVerdict(gain, how) {
  return gain === undefined
    ? `${THREADS_GAIN}x by two threads: not measured: ${how}`
    : line(`${THREADS_GAIN}x by two threads, ${how}`, `${ratioText(gain)}x`, gain >= THREADS_GAIN);
}

/** @param {number} bytes a connection */
export function memoryVerdict(bytes) {
  return line(`at most ${IDLE_BYTES_MAX} B an idle connection`, `${bytes.toFixed(0)} B`, bytes <= IDLE_BYTES_MAX);
}

/** @param {Field} field @param {Result} ours @returns {string[]} */
function againstRaw(field, ours) {
  const { epoll, uring } = field.io;
  const byEpoll = resultOf(field, epoll);
  return [
    ...againstPeer(field, byEpoll ?? ours, 'raw epoll', AGAINST_RAW.epoll, byEpoll && epoll),
    ...againstPeer(field, resultOf(field, uring), 'raw epoll', AGAINST_RAW.uring, uring),
  ];
}

/**
 * One line; none for a server that was not asked for.
 *
 * @param {Field} field @param {Result | undefined} ours @param {string} peer @param {number} least @param {string} [as] a variant of ours
 * @returns {string[]}
 */
function againstPeer(field, ours, peer, least, as) {
  const bar = `${least}x ${peer}${as === undefined ? '' : `, ${as}`}`;
  const theirs = resultOf(field, peer);
  if (ours === undefined || theirs === undefined) return notMeasured(field, bar, ours === undefined ? (as ?? '') : peer);
  const { ratio, low, high } = compare(cpuOf(ours.rounds), cpuOf(theirs.rounds));
  return [line(bar, `${ratioText(ratio)}x (${ratioText(low)} … ${ratioText(high)})`, ratio >= least)];
}

/** @param {Field} field @param {string} bar @param {string} server @returns {string[]} */
function notMeasured({ unmeasured }, bar, server) {
  const reason = unmeasured.get(server);
  return reason === undefined ? [] : [`${bar}: not measured: ${reason}`];
}

/**
 * QPS over all iterations, and from each to the next; beside it CPU time a reply, since the generator may be the slower side.
 *
 * @param {Field} field @param {Result} ours @returns {string[]}
 */
function gains(field, ours) {
  const results = field.iterations.map((name) => resultOf(field, name)).filter((result) => result !== undefined);
  const [first] = results;
  if (first === undefined || results.length !== field.iterations.length) return [];
  return [
    gainLine(`${QPS_GAIN}x the QPS of ${first.server}`, first, ours, QPS_GAIN),
    ...results
      .slice(1)
      .map((result, i) => gainLine(`${result.server} at least the QPS of the one before`, /** @type {Result} */ (results[i]), result, 1)),
  ];
}

/** @param {string} bar @param {Result} from @param {Result} to @param {number} least */
function gainLine(bar, from, to, least) {
  const gain = qpsOf(to) / qpsOf(from);
  return line(bar, `${ratioText(gain)}x (by CPU time ${ratioText(from.best.cpuUs / to.best.cpuUs)}x)`, gain >= least);
}

/** @param {Field} field @param {Result} ours @returns {string[]} */
function tails(field, ours) {
  const p99 = Math.min(...ours.rounds.map((round) => round.p99));
  const closed = line(`p99 at most ${P99_US_MAX} µs`, `${p99} µs`, p99 <= P99_US_MAX);
  const peer = resultOf(field, TAIL_PEER);
  const bar = `open p99 at most ${OPEN_P99_SHARE_MAX}x that of ${TAIL_PEER}`;
  if (peer === undefined) return [closed, ...notMeasured(field, bar, TAIL_PEER)];
  const share = ours.open.p99 / peer.open.p99;
  return [closed, line(bar, `${ratioText(share)}x`, share <= OPEN_P99_SHARE_MAX)];
}

/** @param {Field} field @param {Result} ours @returns {string[]} */
function steadyState({ rest }, { calls }) {
  const none =
    rest && line(`no garbage collection in ${rest.seconds} s of a server at rest`, `${rest.collections}`, rest.collections === 0);
  const collections = none === undefined ? [] : [none];
  if (calls === undefined) return [...collections, `${CALLS_MAX} system calls a request: not measured`];
  const working = calls.all - calls.waits;
  return [
    ...collections,
    line(`${CALLS_MAX} system calls a request, without those that wait`, working.toFixed(2), working <= CALLS_MAX + CALLS_TOLERANCE),
  ];
}

/** @param {Field} field @param {Result} ours @returns {string[]} */
function handlerHeap({ work, handlerBytes }, ours) {
  if (work === 'convert') return [];
  const bytes = ours.best.heapBytes ?? Number.NaN;
  const own = handlerBytes === undefined ? '' : ` (${handlerBytes} B of them by the handler itself, without a gateway)`;
  return [line(`at most ${HANDLER_HEAP_BYTES_MAX} B of heap a request`, `${bytes.toFixed(0)} B${own}`, bytes <= HANDLER_HEAP_BYTES_MAX)];
}

/** Without JavaScript, and without another format. @param {Work} work */
export function isPlan(work) {
  return work === 'get' || work === 'post';
}

/** @param {Field} field @param {string} name */
function resultOf({ results }, name) {
  return results.find(({ server }) => server === name);
}

/** The most that a server did. @param {Result} result */
function qpsOf({ rounds }) {
  return Math.max(...rounds.map(({ qps }) => qps));
}

/** @param {string} bar @param {string} found @param {boolean} met */
function line(bar, found, met) {
  return `${bar}: ${found}, ${met ? 'met' : 'NOT MET'}`;
}
