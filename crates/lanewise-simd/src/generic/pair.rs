//! The candidates of one string by two of its units.

use crate::candidates::{CANDIDATES, Candidate, Pair};

/// The candidates at `from` or later, one place after the other. `span` is that of `pair`.
pub(crate) fn one_by_one(
    pair: &Pair,
    span: usize,
    haystack: &[u8],
    from: usize,
    want: usize,
    out: &mut [Candidate; CANDIDATES],
) -> (usize, usize) {
    let width = pair.width();
    let units = width.units(haystack);
    let want = want.clamp(1, CANDIDATES);
    let mut count = 0;
    for at in from..(units + 1).saturating_sub(span) {
        if count == want {
            return (count, at);
        }
        let probe = |probe: crate::Probe| probe.matches(width.unit(haystack, at + probe.offset));
        out[count] = Candidate { at: at as u32, buckets: 1 };
        count += usize::from(probe(pair.first) && probe(pair.second));
    }
    (count, units)
}
