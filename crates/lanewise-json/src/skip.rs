//! Over a container without looking at what is in it.

use crate::grammar::Strings;
use lanewise_simd::{BLOCK, Block, Isa, Task};

/// The offset behind the bracket that closes the container inside which `start` is, outside of strings: there one more bracket of its kind
/// has closed than opened.
///
/// A block of 64 bytes with fewer closing brackets than containers are open cannot be the last one: it is left behind by counting its
/// bits, and only the last ones are looked at bit by bit.
pub(crate) struct Skip<'a> {
    pub(crate) input: &'a [u8],
    pub(crate) start: usize,
    pub(crate) open: u8,
    pub(crate) close: u8,
}

impl Task for Skip<'_> {
    /// `None` when the input ends before.
    type Output = Option<usize>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<usize> {
        let mut at = self.start;
        let (mut strings, mut depth) = (Strings::default(), 1);
        let (blocks, rest) = self.input[at..].as_chunks::<BLOCK>();
        for block in blocks {
            if let Some(end) = self.block(isa, block, 0, &mut strings, &mut depth) {
                return Some(at + end);
            }
            at += BLOCK;
        }
        let end = match self.input.last_chunk() {
            _ if rest.is_empty() => None,
            Some(last) => self.block(isa, last, (BLOCK - rest.len()) as u32, &mut strings, &mut depth),
            None => {
                let mut last = [0; BLOCK];
                last[..rest.len()].copy_from_slice(rest);
                self.block(isa, &last, 0, &mut strings, &mut depth)
            }
        };
        end.map(|end| at + end)
    }
}

impl Skip<'_> {
    /// The offset behind the bracket, counted from the byte number `first` of the block, before which nothing is looked at.
    #[inline(always)]
    fn block<I: Isa>(&self, isa: I, bytes: &[u8; BLOCK], first: u32, strings: &mut Strings, depth: &mut u64) -> Option<usize> {
        let block = isa.load(bytes);
        let quote = (block.eq(b'"') >> first) & !strings.escaped(block.eq(b'\\') >> first);
        let string = quote | strings.inside(isa.prefix_xor(quote));
        let open = (block.eq(self.open) >> first) & !string;
        let mut close = (block.eq(self.close) >> first) & !string;
        let closes = u64::from(close.count_ones());
        if closes < *depth {
            *depth = *depth + u64::from(open.count_ones()) - closes;
            return None;
        }
        for closed in 0..closes {
            let end = close.trailing_zeros();
            let opened = u64::from((open & ((1 << end) - 1)).count_ones());
            if *depth + opened == closed + 1 {
                return Some(end as usize + 1);
            }
            close &= close - 1;
        }
        *depth = *depth + u64::from(open.count_ones()) - closes;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan;
    use lanewise_simd::available;
    use proptest::prelude::*;

    fn assert_agrees(input: &[u8]) {
        let Some(start) = input.iter().position(|byte| b"[{".contains(byte)) else { return };
        let open = input[start];
        let start = start + 1;
        let skip = || Skip { input, start, open, close: open + 2 };
        for kernels in available() {
            let expected = scan::container(input, start, open, open + 2);
            assert_eq!(kernels.run(skip()), expected, "{}: {}", kernels.name(), input.escape_ascii());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn skips_as_a_loop_over_the_bytes_does(
            pieces in prop::collection::vec(prop::sample::select(vec!["[", "]", "{", "}", "\"", "\\", "x", "][", "\"[\"", "          ", "]]]"]), 0..150),
            pad in 0..70_usize,
        ) {
            let input = " ".repeat(pad) + &pieces.concat();
            assert_agrees(input.as_bytes());
            assert_agrees(("[".repeat(pad) + &pieces.concat() + &"]".repeat(pad)).as_bytes());
        }
    }
}
