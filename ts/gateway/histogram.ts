/*
 * Latencies in buckets of 1 %, as HDR histograms have them; the same as `crates/lanewise-dataplane/src/histogram.rs`: one bucket for each
 * nanosecond at first, then half as many for each power of two.
 */

const LINEAR = 128;
const HALF = LINEAR / 2;
/** An hour: what takes longer counts as that. */
const LATENCY_MAX_NS = 3_600_000_000_000;
const BUCKETS = bucketOf(LATENCY_MAX_NS) + 1;

/** Where a Prometheus histogram is cut, in nanoseconds: twice for each power of two, from 1 us to 69 s. */
export const EDGES_NS: readonly number[] = Array.from({ length: 27 }, (_, i) => 2 ** (i + 10)).flatMap((edge) => [edge, edge * 1.5]);

function bucketOf(ns: number): number {
  if (ns < LINEAR) return ns;
  // The seven highest bits choose within the power of two.
  const shift = Math.floor(Math.log2(ns)) - 6;
  return LINEAR + (shift - 1) * HALF + Math.floor(ns / 2 ** shift) - HALF;
}

/** The largest latency that a bucket counts. */
function bucketEnd(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const shift = Math.floor((bucket - LINEAR) / HALF) + 1;
  return (((bucket - LINEAR) % HALF) + HALF + 1) * 2 ** shift - 1;
}

/** Counts latencies: recording costs no allocation. */
export class Histogram {
  readonly #buckets: Float64Array;
  #sumNs: number;
  #maxNs: number;

  /** Of what has been counted elsewhere, in the same buckets. */
  constructor(buckets: Float64Array = new Float64Array(BUCKETS), sumNs = 0, maxNs = 0) {
    this.#buckets = buckets;
    this.#sumNs = sumNs;
    this.#maxNs = maxNs;
  }

  record(ms: number): void {
    const ns = Math.min(Math.max(1, Math.round(ms * 1e6)), LATENCY_MAX_NS);
    const bucket = bucketOf(ns);
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
    this.#sumNs += ns;
    if (ns > this.#maxNs) this.#maxNs = ns;
  }

  get count(): number {
    return this.#buckets.reduce((sum, count) => sum + count, 0);
  }

  get sumNs(): number {
    return this.#sumNs;
  }

  /** The latency that a share of all do not exceed, within 1 %; 0 when there is none. */
  quantileNs(quantile: number): number {
    const wanted = Math.max(1, Math.ceil(quantile * this.count));
    let seen = 0;
    for (let i = 0; i < this.#buckets.length; i++) {
      seen += this.#buckets[i] as number;
      if (seen >= wanted) return Math.min(bucketEnd(i), this.#maxNs);
    }
    return 0;
  }

  /** How many latencies are below each of these edges, which ascend. */
  below(edges: readonly number[]): number[] {
    let bucket = 0;
    let seen = 0;
    return edges.map((edge) => {
      for (; bucket < this.#buckets.length && bucketEnd(bucket) < edge; bucket++) seen += this.#buckets[bucket] as number;
      return seen;
    });
  }
}
