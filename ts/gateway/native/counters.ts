import type { Counted } from '../stats.ts';

/** The counters before the refusals, in the order of SNAPSHOT_NAMES in `crates/lanewise-dataplane/src/counters.rs`. */
const PLAIN = 15;
const AT = { requests: 0, accepted: 2, closed: 3 } as const;
/** Buckets of a latency, as in `crates/lanewise-dataplane/src/histogram.rs`: one for each nanosecond, then half as many a power of two. */
const LINEAR = 128;
const HALF = LINEAR / 2;

/** What `Counters::snapshot` has written. */
export function readCounters(words: Float64Array): Counted {
  const word = (i: number) => words[i] as number;
  const latencies = PLAIN + 1 + word(PLAIN);
  const buckets = words.subarray(latencies + 3, latencies + 3 + word(latencies + 2));
  const pairs = latencies + 3 + buckets.length;
  const responses = new Map<number, number>();
  for (let i = 0; i < word(pairs); i++) {
    const at = pairs + 1 + 3 * i;
    responses.set(word(at + 1), (responses.get(word(at + 1)) ?? 0) + word(at + 2));
  }
  const maxNs = word(latencies + 1);
  return {
    requests: word(AT.requests),
    accepted: word(AT.accepted),
    closed: word(AT.closed),
    responses,
    latency: {
      count: buckets.reduce((sum, count) => sum + count, 0),
      sumNs: word(latencies),
      quantileNs: (quantile) => Math.min(quantileOf(buckets, quantile), maxNs),
    },
  };
}

function quantileOf(buckets: Float64Array, quantile: number): number {
  const count = buckets.reduce((sum, bucket) => sum + bucket, 0);
  const wanted = Math.max(1, Math.ceil(quantile * count));
  let seen = 0;
  for (let i = 0; i < buckets.length; i++) {
    seen += buckets[i] as number;
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
