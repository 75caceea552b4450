//! Teddy: the candidates of a set of strings by the nibbles of their first units.

use crate::candidates::{CANDIDATES, Candidate, Teddy};

/// The candidates at `from` or later, one place after the other.
pub(crate) fn one_by_one(teddy: &Teddy, haystack: &[u8], from: usize, want: usize, out: &mut [Candidate; CANDIDATES]) -> (usize, usize) {
    let width = teddy.width();
    let units = width.units(haystack);
    let want = want.clamp(1, CANDIDATES);
    let mut count = 0;
    for at in from..(units + 1).saturating_sub(teddy.places()) {
        if count == want {
            return (count, at);
        }
        let buckets = (0..teddy.places()).fold(u16::MAX, |buckets, place| buckets & teddy.buckets(place, width.unit(haystack, at + place)));
        out[count] = Candidate { at: at as u32, buckets: u32::from(buckets) };
        count += usize::from(buckets != 0);
    }
    (count, units)
}
