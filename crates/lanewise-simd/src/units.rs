//! What an instruction set gives to the conversions between UTF-8, Latin-1 and UTF-16.

use crate::pack::Pack;
use crate::vector::Shuffle;

/// The further operations of the conversions. Words are 16 bits in the order of the machine.
pub(crate) trait Units: Shuffle + Pack {
    /// Each lane shifted left by `BITS`, below 8; what leaves a lane is lost.
    unsafe fn shl<const BITS: i32>(self) -> Self;

    /// Each lane shifted right by `BITS`, below 8; what leaves a lane is lost.
    unsafe fn shr<const BITS: i32>(self) -> Self;

    /// The wrapping sum of each two lanes.
    unsafe fn add(self, other: Self) -> Self;

    /// 0xff in each lane that is `bound` or more, as unsigned numbers; 0 in the others.
    unsafe fn at_least(self, bound: Self) -> Self;

    /// 0xff in each lane that equals that of `other`; 0 in the others.
    unsafe fn equal(self, other: Self) -> Self;

    /// The larger of each two lanes.
    unsafe fn max(self, other: Self) -> Self;

    /// In each lane `yes` where the highest bit of `self` is set, else `no`.
    unsafe fn select_high(self, yes: Self, no: Self) -> Self;

    /// The highest bit of each lane, as the bits of a word; those above the lanes are 0.
    unsafe fn high_bits(self) -> u64;

    /// Writes each lane as a word to `to`, where there must be room for all.
    unsafe fn write_widened(self, to: *mut u8);

    /// Writes the words that `low` and `high` are the bytes of, those whose bit is set in `counts`, to `to`, one behind the other. There
    /// must be room for all lanes: what is behind those that count may change too. The bits above those of the lanes mean nothing.
    unsafe fn pack_pairs(low: Self, high: Self, counts: u64, to: *mut u8);

    /// The same of the words whose lowest six bits, or seven, are `low`, and those above six are `high`, below 0x20; not both have the seventh bit.
    #[inline(always)]
    unsafe fn pack_short(low: Self, high: Self, counts: u64, to: *mut u8) {
        // SAFETY: the duties are passed on.
        unsafe { Self::pack_pairs(low.or(high.shl::<6>()), high.shr::<2>(), counts, to) }
    }

    /// The low and the high bytes of as many words at `from` as there are lanes, which must be readable.
    unsafe fn split_words(from: *const u8) -> (Self, Self);

    /// Writes of each lane the byte of `first` and, unless its bit is set in `singles`, that of `second`; gives how many bytes they are.
    /// There must be room for two bytes a lane: what is behind those that count may change too.
    unsafe fn pack_twos(first: Self, second: Self, singles: u64, to: *mut u8) -> usize;

    /// Writes the UTF-8 of as many words at `from` as there are lanes, which must be readable, and gives how many bytes it is, if all words are
    /// below U+0800. There must be room for two bytes a lane: what is behind those that count may change too, and all of it where some word is more.
    #[inline(always)]
    unsafe fn write_short_words(from: *const u8, to: *mut u8) -> Option<usize> {
        // SAFETY: the duties are passed on.
        unsafe { crate::generic::encode::short_words::<Self>(from, to) }
    }

    /// Writes of each lane the byte of the first of `bytes`, that of the second where its bit is set in `twos`, and that of the third where
    /// it is set in `threes`, which are among them; gives how many bytes they are. There must be room for [`THREES_ROOM`] bytes a lane.
    unsafe fn pack_threes(bytes: [Self; 3], twos: u64, threes: u64, to: *mut u8) -> usize;
}

/// Bytes of room a lane that [`Units::pack_threes`] needs: four lanes are written as 16 bytes.
pub(crate) const THREES_ROOM: usize = 4;

/// For each byte, whose bits say which of eight pairs of bytes count for one, the places of the bytes that count: the look-up that packs pairs.
pub(crate) static PAIRS: [[u8; 16]; 256] = {
    let mut table = [[0; 16]; 256];
    let mut byte = 0;
    while byte < table.len() {
        let (mut bit, mut nth) = (0, 0);
        while bit < 8 {
            table[byte][nth] = 2 * bit;
            nth += 1;
            if byte >> bit & 1 == 0 {
                table[byte][nth] = 2 * bit + 1;
                nth += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// For each byte, whose low four bits say which of four groups of four bytes count for two and whose high ones which count for three, the places
/// of the bytes that count.
pub(crate) static TRIPLES: [[u8; 16]; 256] = {
    let mut table = [[0; 16]; 256];
    let mut byte = 0;
    while byte < table.len() {
        let (mut bit, mut nth) = (0, 0);
        while bit < 4 {
            let size = 1 + (byte >> bit & 1) + (byte >> (bit + 4) & 1);
            let mut place = 0;
            while place < size {
                table[byte][nth] = (4 * bit + place) as u8;
                nth += 1;
                place += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// For each byte the numbers of its set bits, ascending, as the places of words in eight of them: the look-up that packs eight words.
pub(crate) static SET_WORDS: [[u8; 16]; 256] = {
    let mut table = [[0; 16]; 256];
    let mut byte = 0;
    while byte < table.len() {
        let (mut bit, mut nth) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[byte][2 * nth] = 2 * bit;
                table[byte][2 * nth + 1] = 2 * bit + 1;
                nth += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};
