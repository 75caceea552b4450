import type { Counted } from '../stats.ts';

/** The counters before the refusals, in the order of SNAPSHOT_NAMES in `crates/lanewise-dataplane/src/counters.rs`. */
const PLAIN = 15;
const AT = { requests: 0, accepted: 2, closed: 3 } as const;
/** Buckets of a latency, as in `crates/lanewise-dataplane/src/histogram.rs`: one for each nanosecond, then half as many a power of two. */
const LINEAR = 128;
const HALF = LINEAR / 2;

/** What `Counters::snapshot` has written, once for each thread: the sums. */
export function readCounters(words: Float64Array): Counted {
  const sums = { requests: 0, accepted: 0, closed: 0, responses: new Map<number, number>(), sumNs: 0, maxNs: 0 };
  const buckets: number[] = [];
  for (let at = 0; at < words.length; ) at += add(words.subarray(at), sums, buckets);
  const { requests, accepted, closed, responses, sumNs, maxNs } = sums;
  const count = buckets.reduce((sum, bucket) => sum + bucket, 0);
  const quantileNs = (quantile: number) => Math.min(quantileOf(buckets, quantile * count), maxNs);
  return { requests, accepted, closed, responses, latency: { count, sumNs, quantileNs } };
}

interface Sums {
  requests: number;
  accepted: number;
  closed: number;
  readonly responses: Map<number, number>;
  sumNs: number;
  maxNs: number;
}

/** Adds one snapshot; how many words it has. */
function add(words: Float64Array, sums: Sums, buckets: number[]): number {
  const word = (i: number) => words[i] as number;
  sums.requests += word(AT.requests);
  sums.accepted += word(AT.accepted);
  sums.closed += word(AT.closed);
  const latencies = PLAIN + 1 + word(PLAIN);
  sums.sumNs += word(latencies);
  sums.maxNs = Math.max(sums.maxNs, word(latencies + 1));
  const first = latencies + 3;
  const count = word(latencies + 2);
  for (let i = 0; i < count; i++) buckets[i] = (buckets[i] ?? 0) + word(first + i);
  const pairs = first + count;
  const end = pairs + 1 + 3 * word(pairs);
  for (let pair = pairs + 1; pair < end; pair += 3) {
    const status = word(pair + 1);
    sums.responses.set(status, (sums.responses.get(status) ?? 0) + word(pair + 2));
  }
  return end;
}

/** The end of the bucket that the latency of this rank is in. */
function quantileOf(buckets: readonly number[], rank: number): number {
  const wanted = Math.max(1, Math.ceil(rank));
  let seen = 0;
  for (const [i, count] of buckets.entries()) {
    seen += count;
    if (seen >= wanted) return bucketEnd(i);
  }
  return 0;
}

/** The largest latency that a bucket counts. */
function bucketEnd(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const shift = Math.floor((bucket - LINEAR) / HALF) + 1;
  return (((bucket - LINEAR) % HALF) + HALF + 1) * 2 ** shift - 1;
}
