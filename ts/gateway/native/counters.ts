import { REFUSALS } from '../../generated/failures.ts';
import { Histogram } from '../histogram.ts';
import type { Counted } from '../stats.ts';

/** The counters before the refusals, in the order of SNAPSHOT_NAMES in `crates/lanewise-dataplane/src/counters.rs`. */
const PLAIN = 15;
const AT = { requests: 0, accepted: 2, closed: 3, shed: 4, bytesIn: 6, bytesOut: 7, new: 11, active: 12, idle: 13, closing: 14 } as const;

/**
 * What `Counters::snapshot` has written.
 *
 * @param nameOf the name of the route that has a counter
 */
export function readCounters(words: Float64Array, nameOf: (counter: number) => string): Counted {
  const word = (i: number) => words[i] as number;
  const refusals = words.subarray(PLAIN + 1, PLAIN + 1 + word(PLAIN));
  const latencies = PLAIN + 1 + refusals.length;
  const buckets = words.subarray(latencies + 3, latencies + 3 + word(latencies + 2));
  const pairs = latencies + 3 + buckets.length;
  return {
    requests: word(AT.requests),
    accepted: word(AT.accepted),
    closed: word(AT.closed),
    shed: word(AT.shed),
    bytesIn: word(AT.bytesIn),
    bytesOut: word(AT.bytesOut),
    states: { new: word(AT.new), active: word(AT.active), idle: word(AT.idle), closing: word(AT.closing) },
    refused: new Map(REFUSALS.map((reason, i) => [reason, refusals[i] ?? 0] as const).filter(([, count]) => count > 0)),
    responses: Array.from({ length: word(pairs) }, (_, i) => {
      const at = pairs + 1 + 3 * i;
      return { route: nameOf(word(at)), status: word(at + 1), count: word(at + 2) };
    }),
    latency: new Histogram(buckets, word(latencies), word(latencies + 1)),
  };
}
