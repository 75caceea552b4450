//! Moves the lanes that count together.

use crate::block::BLOCK;

/// How an instruction set moves lanes together: the vector that stands for it implements this.
pub(crate) trait Pack {
    /// Writes the lanes whose bit is set in `counts` to `to`, one behind the other; the bits above those of the lanes mean nothing.
    /// There must be room for all lanes: what is behind those that count may change too.
    unsafe fn pack(self, counts: u64, to: *mut u8);

    /// Writes the `lanes` whose bit is set in `counts` to the front of `to`, each as two bytes in the order of the machine; gives how many
    /// they are. What is behind them in `to` may change too.
    #[inline(always)]
    unsafe fn pack_words(lanes: &[u16; BLOCK], counts: u64, to: &mut [[u8; 2]; BLOCK]) -> usize {
        one_by_one(&lanes.map(u16::to_ne_bytes), counts, to)
    }

    /// [`Pack::pack_words`] of bytes, each made a word.
    #[inline(always)]
    unsafe fn pack_widened(lanes: &[u8; BLOCK], counts: u64, to: &mut [[u8; 2]; BLOCK]) -> usize {
        // SAFETY: passed on.
        unsafe { Self::pack_words(&lanes.map(u16::from), counts, to) }
    }
}

/// For each byte the numbers of its set bits, ascending, one in each byte of a little-endian word: the look-up that packs eight lanes.
/// These are two kilobytes; the same for sixteen lanes would be one megabyte.
pub(crate) static SET_BITS: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let (mut bit, mut nth) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[byte] |= bit << (8 * nth);
                nth += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// One step for each lane that counts.
#[inline(always)]
fn one_by_one<T: Copy>(lanes: &[T; BLOCK], mut counts: u64, to: &mut [T; BLOCK]) -> usize {
    let size = counts.count_ones() as usize;
    for place in &mut to[..size] {
        *place = lanes[counts.trailing_zeros() as usize % BLOCK];
        counts &= counts.wrapping_sub(1);
    }
    size
}
