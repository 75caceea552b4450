import { REFUSALS } from '../../generated/failures.ts';
import { Histogram } from '../histogram.ts';
import type { Counted } from '../stats.ts';

/** The counters before the refusals, in the order of SNAPSHOT_NAMES in `crates/lanewise-dataplane/src/counters.rs`. */
const PLAIN = 16;
const AT = {
  requests: 0,
  accepted: 2,
  closed: 3,
  shed: 4,
  bytesIn: 6,
  bytesOut: 7,
  unlogged: 11,
  new: 12,
  active: 13,
  idle: 14,
  closing: 15,
} as const;
/** More than there are statuses. */
const STATUSES = 1024;

/** The parts of what `Counters::snapshot` has written. */
interface Snapshot {
  readonly plain: Float64Array;
  readonly refusals: Float64Array;
  readonly latencySumNs: number;
  readonly latencyMaxNs: number;
  readonly buckets: Float64Array;
  /** Route, status, count; route, status, count … */
  readonly responses: Float64Array;
}

/**
 * What `Counters::snapshot` has written, of each plane one behind the other: the sums.
 *
 * @param nameOf the name of the route that has a counter
 */
export function readCounters(words: Float64Array, nameOf: (counter: number) => string): Counted {
  const snapshots = Array.from(split(words));
  const plain = sum(snapshots.map((snapshot) => snapshot.plain));
  const refusals = sum(snapshots.map((snapshot) => snapshot.refusals));
  const sumNs = snapshots.reduce((sum, { latencySumNs }) => sum + latencySumNs, 0);
  const maxNs = snapshots.reduce((max, { latencyMaxNs }) => Math.max(max, latencyMaxNs), 0);
  const word = (i: number) => plain[i] ?? 0;
  return {
    requests: word(AT.requests),
    accepted: word(AT.accepted),
    closed: word(AT.closed),
    shed: word(AT.shed),
    bytesIn: word(AT.bytesIn),
    bytesOut: word(AT.bytesOut),
    unlogged: word(AT.unlogged),
    states: { new: word(AT.new), active: word(AT.active), idle: word(AT.idle), closing: word(AT.closing) },
    refused: new Map(REFUSALS.map((reason, i) => [reason, refusals[i] ?? 0] as const).filter(([, count]) => count > 0)),
    responses: sumResponses(snapshots).map(({ counter, status, count }) => ({ route: nameOf(counter), status, count })),
    latency: new Histogram(sum(snapshots.map((snapshot) => snapshot.buckets)), sumNs, maxNs),
  };
}

function* split(words: Float64Array): Generator<Snapshot> {
  for (let at = 0; at < words.length; ) {
    const list = (start: number, step = 1) => words.subarray(start + 1, start + 1 + step * (words[start] as number));
    const plain = words.subarray(at, at + PLAIN);
    const refusals = list(at + PLAIN);
    const latencies = at + PLAIN + 1 + refusals.length;
    const buckets = list(latencies + 2);
    const pairs = latencies + 3 + buckets.length;
    const responses = list(pairs, 3);
    yield { plain, refusals, latencySumNs: words[latencies] as number, latencyMaxNs: words[latencies + 1] as number, buckets, responses };
    at = pairs + 1 + responses.length;
  }
}

function sum(lists: readonly Float64Array[]): Float64Array {
  const [first, ...others] = lists;
  const sums = new Float64Array(first ?? []);
  for (const list of others) for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (list[i] as number);
  return sums;
}

function sumResponses(snapshots: readonly Snapshot[]): { counter: number; status: number; count: number }[] {
  const sums = new Map<number, number>();
  for (const { responses } of snapshots) {
    for (let i = 0; i < responses.length; i += 3) {
      const key = (responses[i] as number) * STATUSES + (responses[i + 1] as number);
      sums.set(key, (sums.get(key) ?? 0) + (responses[i + 2] as number));
    }
  }
  return Array.from(sums, ([key, count]) => ({ counter: Math.floor(key / STATUSES), status: key % STATUSES, count }));
}
