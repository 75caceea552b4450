//! Moves the lanes that count together.

use crate::block::BLOCK;

/// How an instruction set moves lanes together: the vector that stands for it implements this.
pub(crate) trait Pack {
    /// Writes the `lanes` whose bit is set in `counts` to the front of `to`; gives how many they are. What is behind them in `to` may
    /// change too.
    #[inline(always)]
    unsafe fn pack_bytes(lanes: &[u8; BLOCK], counts: u64, to: &mut [u8; BLOCK]) -> usize {
        one_by_one(lanes, counts, to)
    }

    /// The same for words of 16 bits, each as two bytes in the order of the machine.
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
