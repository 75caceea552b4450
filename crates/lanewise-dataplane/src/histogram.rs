//! Latencies in buckets of 1 %, as HDR histograms have them.

use crate::counters::Counter;

/// Up to here each value has a bucket of its own; beyond, each power of two has half as many buckets.
const LINEAR: u64 = 128;
const HALF: u64 = LINEAR / 2;
/// An hour in nanoseconds: what takes longer counts as that.
pub const LATENCY_MAX_NS: u64 = 3_600_000_000_000;

/// How many buckets there are.
pub const BUCKETS: usize = bucket_of(LATENCY_MAX_NS) + 1;

/// The bucket of a latency in nanoseconds.
pub const fn bucket_of(ns: u64) -> usize {
    let ns = if ns > LATENCY_MAX_NS { LATENCY_MAX_NS } else { ns };
    if ns < LINEAR {
        return ns as usize;
    }
    // The seven highest bits choose within the power of two.
    let shift = (u64::BITS - ns.leading_zeros()) as u64 - 7;
    (LINEAR + (shift - 1) * HALF + (ns >> shift) - HALF) as usize
}

/// The largest latency, in nanoseconds, that a bucket counts.
pub const fn bucket_end(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < LINEAR {
        return bucket;
    }
    let shift = (bucket - LINEAR) / HALF + 1;
    let high = (bucket - LINEAR) % HALF + HALF;
    ((high + 1) << shift) - 1
}

/// Counts latencies. Recording costs two additions and no allocation.
pub(crate) struct Histogram {
    pub(crate) buckets: Box<[Counter]>,
    pub(crate) sum: Counter,
    pub(crate) max: Counter,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { buckets: (0..BUCKETS).map(|_| Counter::default()).collect(), sum: Counter::default(), max: Counter::default() }
    }

    /// `count` answers took `ns` each.
    pub(crate) fn record(&self, ns: u64, count: u64) {
        self.buckets[bucket_of(ns)].add(count);
        self.sum.add(ns.saturating_mul(count));
        self.max.raise(ns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_follow_each_other_without_gaps() {
        let mut next = 0;
        for bucket in 0..BUCKETS {
            assert_eq!((bucket_of(next), bucket_of(bucket_end(bucket).min(LATENCY_MAX_NS))), (bucket, bucket));
            next = bucket_end(bucket) + 1;
        }
        assert!(next > LATENCY_MAX_NS);
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    proptest! {
        #[test]
        fn a_bucket_is_true_within_two_percent(ns in 0..LATENCY_MAX_NS) {
            let bucket = bucket_of(ns);
            let start = if bucket == 0 { 0 } else { bucket_end(bucket - 1) + 1 };
            let width = bucket_end(bucket) - start;
            // The middle of a bucket is within 1 % of all that it counts.
            prop_assert!(start <= ns && ns <= bucket_end(bucket) && width * 64 <= start.max(width * 64));
        }
    }
}
