//! What an instruction set gives to the kernels: a vector of bytes, and what a comparison of two of them found.
//!
//! The traits have only the operations that some kernel uses. Each method is `unsafe` for one reason above all: the CPU must have
//! the instructions, which the leaf vouches for (see `arch`). What a method asks beyond that is said at the method.

/// A vector of `LANES` bytes.
pub(crate) trait Vector: Copy {
    /// A power of two, 8 to 64.
    const LANES: usize;

    /// The outcome of a comparison, in the form that the ISA makes cheaply.
    type Hits: Hits;

    /// `byte` in every lane.
    unsafe fn splat(byte: u8) -> Self;

    /// The `LANES` bytes at `from`, which must be readable; of any alignment.
    unsafe fn load(from: *const u8) -> Self;

    /// The `len` bytes at `from`, then zeros. `len` must be less than `LANES`; no byte beyond `len` is read.
    unsafe fn load_part(from: *const u8, len: usize) -> Self;

    /// Writes the lanes to `to`, where there must be room for them; of any alignment.
    unsafe fn store(self, to: *mut u8);

    /// The lanes that are equal.
    unsafe fn eq(self, other: Self) -> Self::Hits;
}

/// The lanes of a [`Vector`] for which a comparison held.
pub(crate) trait Hits: Copy {
    /// The lanes that are in one of both.
    unsafe fn or(self, other: Self) -> Self;

    /// The lanes that are in both.
    unsafe fn and(self, other: Self) -> Self;

    /// Whether there is any.
    #[inline(always)]
    unsafe fn any(self) -> bool {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe { self.bits() != 0 }
    }

    /// The lowest lane. There must be one.
    #[inline(always)]
    unsafe fn first(self) -> usize {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe { self.bits().trailing_zeros() as usize }
    }

    /// How many there are.
    #[inline(always)]
    unsafe fn count(self) -> usize {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe { self.bits().count_ones() as usize }
    }

    /// The hits as the low bits of a word, one per lane.
    unsafe fn bits(self) -> u64;

    /// The hits of `N` vectors in a row, which have 64 lanes together, one bit per lane.
    #[inline(always)]
    unsafe fn join<const N: usize>(group: [Self; N]) -> u64 {
        let mut bits = 0;
        let mut nth = 0;
        while nth < N {
            // SAFETY: CPU: vouched for by the leaf.
            bits |= unsafe { group[nth].bits() } << (nth * (64 / N));
            nth += 1;
        }
        bits
    }

    /// Whether any of `N` vectors has a lane, in less time than [`Hits::join`] takes.
    #[inline(always)]
    unsafe fn any_of<const N: usize>(group: [Self; N]) -> bool {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe {
            let mut any = group[0];
            let mut nth = 1;
            while nth < N {
                any = any.or(group[nth]);
                nth += 1;
            }
            any.any()
        }
    }

    /// Writes `base` (wrapping) plus the number of each lane of `N` vectors in a row, which have 64 lanes together, to `to`, ascending; gives how
    /// many there are. There must be room for 64 words: those behind the ones that count may be overwritten. `DENSE` says that most such
    /// groups have more than a hit or two.
    #[inline(always)]
    unsafe fn write_block<const N: usize, const DENSE: bool>(group: [Self; N], base: u32, to: *mut u32) -> usize {
        // SAFETY: the caller has room for a word per lane. CPU: vouched for by the leaf.
        unsafe {
            let bits = Self::join(group);
            if DENSE { write_bits(bits, base, to) } else { write_few_bits(bits, base, to) }
        }
    }
}

/// The further operations of the UTF-8 check and of the filters.
pub(crate) trait Shuffle: Vector {
    /// `table` in each 16 lanes, for [`Shuffle::lookup`].
    unsafe fn table(table: &[u8; 16]) -> Self;

    /// In each lane below 16, the entry of `table` that the lane gives the number of; zero in each lane of 0x80 and more. No other may be there.
    unsafe fn lookup(self, table: Self) -> Self;

    /// In each lane below 0x80, the entry of `table` that its low four bits give the number of; zero in the others.
    #[inline(always)]
    unsafe fn lookup_low_nibble(self, table: Self) -> Self {
        // SAFETY: the indices are nibbles, or have the highest bit. CPU: vouched for by the leaf.
        unsafe { self.and(Self::splat(0x8f)).lookup(table) }
    }

    /// Each lane shifted right by four bits.
    unsafe fn high_nibbles(self) -> Self;

    unsafe fn and(self, other: Self) -> Self;
    unsafe fn or(self, other: Self) -> Self;
    unsafe fn xor(self, other: Self) -> Self;

    /// The difference, or zero where it would be negative.
    unsafe fn saturating_sub(self, other: Self) -> Self;

    /// Of words of 16 bits, little-endian, each in two lanes: the difference, wrapping.
    unsafe fn sub_words(self, other: Self) -> Self;

    /// The words of this vector, then those of `high`, each as one byte: 0xff where it is more than that.
    unsafe fn narrow(self, high: Self) -> Self;

    /// The bytes that stand one place earlier, when `before` is the vector that stands before this one.
    unsafe fn prev1(self, before: Self) -> Self;
    /// The bytes that stand two places earlier.
    unsafe fn prev2(self, before: Self) -> Self;
    /// The bytes that stand three places earlier.
    unsafe fn prev3(self, before: Self) -> Self;

    /// Whether any lane has its highest bit, so is not ASCII.
    unsafe fn any_high(self) -> bool;

    /// Whether any lane is not zero.
    unsafe fn any_set(self) -> bool;
}

/// The `len` bytes at `from`, fewer than 8, as the low bytes of a little-endian word.
///
/// Two loads that overlap make up any length in one branch or two, without a byte loop and without reading beyond `len`.
///
/// # Safety
/// `len` bytes at `from` must be readable.
#[inline(always)]
pub(crate) unsafe fn load_part_u64(from: *const u8, len: usize) -> u64 {
    debug_assert!(len < 8);
    // SAFETY: each load ends at or before `from + len`: 4 bytes are read only where `len >= 4`, and `len / 2 <= len - 1`.
    unsafe {
        if len >= 4 {
            let low = u32::from_le(from.cast::<u32>().read_unaligned());
            let high = u32::from_le(from.add(len - 4).cast::<u32>().read_unaligned());
            u64::from(low) | u64::from(high) << (8 * (len - 4))
        } else if len > 0 {
            let byte = |at: usize| u64::from(from.add(at).read()) << (8 * at);
            byte(0) | byte(len / 2) | byte(len - 1)
        } else {
            0
        }
    }
}

/// The `len` bytes at `from`, fewer than 16, as the low bytes of a little-endian word.
///
/// # Safety
/// `len` bytes at `from` must be readable.
#[inline(always)]
pub(crate) unsafe fn load_part_u128(from: *const u8, len: usize) -> u128 {
    debug_assert!(len < 16);
    // SAFETY: 8 bytes are read only where `len >= 8`, and the second 8 end at `from + len`.
    unsafe {
        if len >= 8 {
            let low = u64::from_le(from.cast::<u64>().read_unaligned());
            let high = u64::from_le(from.add(len - 8).cast::<u64>().read_unaligned());
            u128::from(low) | u128::from(high) << (8 * (len - 8))
        } else {
            u128::from(load_part_u64(from, len))
        }
    }
}

/// Writes `base` (wrapping) plus the number of each set bit to `to`, ascending; gives how many there are.
///
/// Words are written four at a time, whether there are hits for all of them or not: most words have between none and four hits,
/// and a branch for each of them would be mispredicted as often as not.
///
/// # Safety
/// There must be room at `to` for as many words as there are bits, rounded up to a multiple of four, and for four at least.
#[inline(always)]
pub(crate) unsafe fn write_bits(mut bits: u64, base: u32, to: *mut u32) -> usize {
    const BATCH: usize = 4;
    let count = bits.count_ones() as usize;
    let mut written = 0;
    loop {
        for _ in 0..BATCH {
            // SAFETY: `written` is below BATCH or below the number of bits, rounded up.
            unsafe { to.add(written).write(base.wrapping_add(bits.trailing_zeros())) };
            bits &= bits.wrapping_sub(1);
            written += 1;
        }
        if written >= count {
            return count;
        }
    }
}

/// [`write_bits`] for words of which few have more than two bits, such as those of line ends: two words are written, and all again where there
/// are more. Only that branch is left, which is seldom mispredicted.
///
/// # Safety
/// As for [`write_bits`].
#[inline(always)]
pub(crate) unsafe fn write_few_bits(bits: u64, base: u32, to: *mut u32) -> usize {
    let count = bits.count_ones() as usize;
    // SAFETY: there is room for four words at least, and for all bits.
    unsafe {
        to.write(base.wrapping_add(bits.trailing_zeros()));
        to.add(1).write(base.wrapping_add((bits & bits.wrapping_sub(1)).trailing_zeros()));
        if count > 2 { write_bits(bits, base, to) } else { count }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Each operation of [`Vector`] and [`Hits`] against the same lane by lane; `N` vectors have 64 lanes.
    ///
    /// # Safety
    /// The CPU has the instructions of `V`.
    pub(crate) unsafe fn check_vector<V: Vector, const N: usize>() {
        let bytes = noise::<192>();
        // Miri takes seconds for what a CPU does in milliseconds, and alignment means nothing to it.
        let step = if cfg!(miri) { V::LANES / 2 + 1 } else { 1 };
        for from in (0..V::LANES).step_by(step) {
            let window = &bytes[from..from + V::LANES];
            for needle in [0, 0x01, 0x7f, 0x80, 0xff, window[0], window[V::LANES - 1]] {
                // SAFETY: the window has LANES bytes, and the parts are shorter. CPU: vouched for by the caller.
                unsafe {
                    let needles = V::splat(needle);
                    check_hits::<_, N>(V::load(window.as_ptr()).eq(needles), |lane| window[lane] == needle, V::LANES);
                    for len in (0..V::LANES).step_by(step.div_ceil(5)) {
                        // The copy ends where the part ends, so that miri sees a read beyond it.
                        let part = window[..len].to_vec();
                        let expected = |lane| part.get(lane).copied().unwrap_or(0) == needle;
                        check_hits::<_, N>(V::load_part(part.as_ptr(), len).eq(needles), expected, V::LANES);
                    }
                    let other = bytes[from + 64];
                    let either = V::load(window.as_ptr()).eq(needles).or(V::load(window.as_ptr()).eq(V::splat(other)));
                    check_hits::<_, N>(either, |lane| window[lane] == needle || window[lane] == other, V::LANES);
                    let next = &bytes[from + 1..];
                    let both = V::load(window.as_ptr()).eq(needles).and(V::load(next.as_ptr()).eq(V::splat(next[1])));
                    check_hits::<_, N>(both, |lane| window[lane] == needle && next[lane] == next[1], V::LANES);
                }
            }
        }
    }

    unsafe fn check_hits<H: Hits, const N: usize>(hits: H, expected: impl Fn(usize) -> bool, lanes: usize) {
        const BASE: u32 = 1_000_000 / 64 * 64;
        let expected: Vec<u32> = (0..lanes).filter(|&lane| expected(lane)).map(|lane| BASE + lane as u32).collect();
        // SAFETY: `first` is asked only where there is a hit. CPU: vouched for by the caller.
        unsafe {
            assert_eq!(hits.any(), !expected.is_empty());
            assert_eq!(hits.count(), expected.len());
            assert_eq!(hits.bits(), expected.iter().fold(0, |bits, position| bits | 1 << (position - BASE)));
            check_write_block::<H, N, false>(hits, &expected);
            check_write_block::<H, N, true>(hits, &expected);
            if let Some(first) = expected.first() {
                assert_eq!(hits.first(), (first - BASE) as usize);
            }
        }
    }

    /// `hits` as often as they have to be for 64 lanes: `positions` are those of the first ones.
    unsafe fn check_write_block<H: Hits, const N: usize, const DENSE: bool>(hits: H, positions: &[u32]) {
        let base = positions.first().map_or(0, |first| first / 64 * 64);
        let mut written = [0; 64];
        // SAFETY: there is room for 64 words. CPU: vouched for by the caller.
        let count = unsafe { H::write_block::<N, DENSE>([hits; N], base, written.as_mut_ptr()) };
        let expected = (0..N).flat_map(|nth| positions.iter().map(move |position| position + (nth * 64 / N) as u32));
        assert!(expected.eq(written[..count].iter().copied()));
    }

    /// Each operation of [`Shuffle`] against the same lane by lane.
    ///
    /// # Safety
    /// The CPU has the instructions of `V`.
    pub(crate) unsafe fn check_shuffle<V: Shuffle>() {
        let bytes = noise::<192>();
        let (before, after) = bytes[..2 * V::LANES].split_at(V::LANES);
        let table = noise::<16>();
        // SAFETY: `before` and `after` have LANES bytes each; the indices of the look-up are masked. CPU: vouched for by the caller.
        unsafe {
            let (a, b) = (V::load(before.as_ptr()), V::load(after.as_ptr()));
            let word = |bytes: &[u8], nth: usize| u16::from_le_bytes([bytes[2 * nth], bytes[2 * nth + 1]]);
            let check = |vector: V, expected: &dyn Fn(usize) -> u8| {
                let expected: Vec<_> = (0..V::LANES).map(expected).collect();
                assert_eq!(lanes(&vector), expected);
            };
            check(a.and(b), &|lane| before[lane] & after[lane]);
            check(a.or(b), &|lane| before[lane] | after[lane]);
            check(a.xor(b), &|lane| before[lane] ^ after[lane]);
            let low_nibble = |byte: u8| if byte < 0x80 { table[usize::from(byte & 0x0f)] } else { 0 };
            check(a.lookup_low_nibble(V::table(&table)), &|lane| low_nibble(before[lane]));
            check(a.and(V::splat(0x8f)).lookup(V::table(&table)), &|lane| low_nibble(before[lane]));
            check(a.sub_words(b), &|lane| word(before, lane / 2).wrapping_sub(word(after, lane / 2)).to_le_bytes()[lane % 2]);
            let fewer = V::load([0x81, 0, 0xff, 0, 0, 1, 0xff, 0x7f, 0, 0x80, 0xff, 0xff, 0, 0, 0x7f, 0].repeat(4).as_ptr());
            for (low, high) in [(a, b), (a, fewer), (fewer, b)] {
                let words = [lanes(&low), lanes(&high)].concat();
                check(low.narrow(high), &|lane| word(&words, lane).min(0xff) as u8);
            }
            let mut stored = [0; 65];
            a.store(stored.as_mut_ptr().add(1));
            assert_eq!(&stored[1..=V::LANES], before);
            check(a.saturating_sub(b), &|lane| before[lane].saturating_sub(after[lane]));
            check(a.high_nibbles(), &|lane| before[lane] >> 4);
            check(V::table(&table), &|lane| table[lane % 16]);
            check(a.and(V::splat(0x0f)).lookup(V::table(&table)), &|lane| table[usize::from(before[lane] & 0x0f)]);
            check(b.prev1(a), &|lane| bytes[V::LANES + lane - 1]);
            check(b.prev2(a), &|lane| bytes[V::LANES + lane - 2]);
            check(b.prev3(a), &|lane| bytes[V::LANES + lane - 3]);
            assert!(!V::splat(0).any_set() && V::splat(1).any_set() && V::splat(0x80).any_set());
            assert!(!V::splat(0x7f).any_high() && V::splat(0x80).any_high());
            for lane in 0..V::LANES {
                let mut single = [0; 64];
                single[lane] = 0x80;
                assert!(V::load(single.as_ptr()).any_high() && V::load(single.as_ptr()).any_set());
                single[lane] = 0x01;
                assert!(!V::load(single.as_ptr()).any_high() && V::load(single.as_ptr()).any_set());
            }
        }
    }

    fn lanes<V: Vector>(vector: &V) -> &[u8] {
        // SAFETY: a vector is LANES bytes without padding, and any byte is a valid `u8`.
        unsafe { std::slice::from_raw_parts(std::ptr::from_ref(vector).cast(), V::LANES) }
    }

    /// Bytes of all kinds, the same ones in every run (xorshift).
    fn noise<const SIZE: usize>() -> [u8; SIZE] {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        std::array::from_fn(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
    }
}
