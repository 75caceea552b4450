//! The operations on blocks, on every ISA that runs here, byte by byte.

mod common;

use common::by_machine;
use lanewise_simd::{BLOCK, Block, Isa, NibbleSet, Task, Utf8, available};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SET: NibbleSet = NibbleSet::new(b" \n\r\t{~");

/// Everything that can be asked of a block.
#[derive(Debug, PartialEq, Eq)]
struct Answers {
    eq: u64,
    eq_with_bits: u64,
    eq_both: u64,
    any_both: bool,
    at_most: u64,
    in_set: u64,
    any_high: bool,
}

struct Ask<'a>(&'a [u8; BLOCK], u8);

impl Task for Ask<'_> {
    type Output = Answers;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Answers {
        let block = isa.load(self.0);
        let mut next = *self.0;
        next.rotate_left(1);
        Answers {
            eq: block.eq(self.1),
            eq_with_bits: block.with_bits(0x20).eq(self.1 | 0x20),
            eq_both: block.eq_both(self.1, isa.load(&next), self.1 ^ 0x55),
            any_both: block.any_both(self.1, isa.load(&next), self.1 ^ 0x55),
            at_most: block.at_most(self.1),
            in_set: block.in_set(&SET),
            any_high: block.any_high(),
        }
    }
}

fn naive(bytes: &[u8; BLOCK], byte: u8) -> Answers {
    let places = |holds: &dyn Fn(usize) -> bool| (0..BLOCK).filter(|&nth| holds(nth)).fold(0, |bits, nth| bits | 1 << nth);
    let bits = |holds: &dyn Fn(u8) -> bool| places(&|nth| holds(bytes[nth]));
    let eq_both = places(&|nth| bytes[nth] == byte && bytes[(nth + 1) % BLOCK] == byte ^ 0x55);
    Answers {
        eq: bits(&|each| each == byte),
        eq_with_bits: bits(&|each| each | 0x20 == byte | 0x20),
        eq_both,
        any_both: eq_both != 0,
        at_most: bits(&|each| each <= byte),
        in_set: bits(&|each| b" \n\r\t{~".contains(&each)),
        any_high: !bytes.is_ascii(),
    }
}

struct PrefixXor(u64);

impl Task for PrefixXor {
    type Output = u64;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> u64 {
        isa.prefix_xor(self.0)
    }
}

struct IsUtf8<'a>(&'a [[u8; BLOCK]]);

impl Task for IsUtf8<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> bool {
        let mut utf8 = isa.utf8();
        for block in self.0 {
            utf8.push(isa.load(block));
        }
        utf8.is_valid()
    }
}

#[test]
fn every_byte_at_every_place_is_answered_for() {
    for kernels in available() {
        for byte in (0..=255_u8).step_by(by_machine(1, 5, 51)) {
            for nth in (0..BLOCK).step_by(by_machine(1, 7, 21)) {
                let mut bytes = [byte ^ 0x55; BLOCK];
                bytes[nth] = byte;
                for asked in [byte, byte ^ 0x55, byte.wrapping_add(1), byte.wrapping_sub(1), 0x7f, 0xff] {
                    assert_eq!(kernels.run(Ask(&bytes, asked)), naive(&bytes, asked), "{} {byte:#x} at {nth}", kernels.name());
                }
            }
        }
    }
}

#[test]
fn a_prefix_xor_is_set_from_each_odd_bit_to_the_next() {
    let naive = |bits: u64| (0..64).fold(0, |all, nth| all | u64::from((bits << (63 - nth)).count_ones() % 2) << nth);
    for kernels in available() {
        for bits in [0, 1, 3, 1 << 63, u64::MAX, 0x8000_0000_0000_0001, 0x0123_4567_89ab_cdef, 0xaaaa_aaaa_5555_5555] {
            assert_eq!(kernels.run(PrefixXor(bits)), naive(bits), "{} {bits:#x}", kernels.name());
        }
    }
}

#[test]
fn sequences_are_checked_across_blocks() {
    for sequence in ["é", "€", "😀"] {
        for length in 1..=sequence.len() {
            for at in BLOCK - 4..=BLOCK {
                let mut bytes = [b'a'; 3 * BLOCK];
                bytes[at..at + length].copy_from_slice(&sequence.as_bytes()[..length]);
                let blocks = bytes.as_chunks().0;
                for (kernels, count) in available().flat_map(|kernels| (0..=3).map(move |count| (kernels, count))) {
                    let expected = core::str::from_utf8(&bytes[..count * BLOCK]).is_ok();
                    assert_eq!(kernels.run(IsUtf8(&blocks[..count])), expected, "{} {length} bytes at {at}", kernels.name());
                }
            }
        }
    }
}

#[cfg(not(target_family = "wasm"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: by_machine(256, 32, 2), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_answered_for(low: [u8; 32], high: [u8; 32], byte: u8) {
            let mut block = [0; BLOCK];
            block[..32].copy_from_slice(&low);
            block[32..].copy_from_slice(&high);
            for kernels in available() {
                prop_assert_eq!(kernels.run(Ask(&block, byte)), naive(&block, byte), "{}", kernels.name());
                prop_assert_eq!(kernels.run(IsUtf8(&[block])), core::str::from_utf8(&block).is_ok(), "{}", kernels.name());
            }
        }
    }
}

/// Appends bytes behind others twice, and packs words made of them.
struct Packed<'a>(&'a [u8; BLOCK], u64);

impl Task for Packed<'_> {
    type Output = (Vec<u8>, Vec<u16>, Vec<u16>);

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let words = self.0.map(|byte| u16::from_be_bytes([byte, !byte]));
        let (mut bytes, mut packed, mut widened) = (b"before".to_vec(), [[0; 2]; BLOCK], [[0; 2]; BLOCK]);
        isa.load(self.0).append(self.1, &mut bytes);
        isa.load(self.0).append(self.1, &mut bytes);
        let units = |packed: &[[u8; 2]]| packed.iter().copied().map(u16::from_ne_bytes).collect();
        let sizes = [isa.pack_words(&words, self.1, &mut packed), isa.pack_widened(self.0, self.1, &mut widened)];
        (bytes, units(&packed[..sizes[0]]), units(&widened[..sizes[1]]))
    }
}

#[test]
fn packs_the_lanes_that_count() {
    let bytes: [u8; BLOCK] = std::array::from_fn(|lane| lane as u8 + 100);
    let mut counts = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..by_machine(2000, 200, 20) {
        counts = counts.rotate_left(7).wrapping_mul(0x5851_f42d_4c95_7f2d) ^ round as u64;
        // Few lanes, many, and runs of both.
        for counts in [counts, counts & counts.rotate_left(9), counts | counts >> 5, counts << (round % 64), 0, u64::MAX, 1 << (round % 64)]
        {
            let expected: Vec<u8> = bytes.iter().enumerate().filter(|(lane, _)| counts >> lane & 1 == 1).map(|(_, byte)| *byte).collect();
            let words: Vec<u16> = expected.iter().map(|&byte| u16::from_be_bytes([byte, !byte])).collect();
            let widened: Vec<u16> = expected.iter().copied().map(u16::from).collect();
            let appended = [b"before", &expected[..], &expected].concat();
            for kernels in available() {
                assert_eq!(
                    kernels.run(Packed(&bytes, counts)),
                    (appended.clone(), words.clone(), widened.clone()),
                    "{} {counts:x}",
                    kernels.name()
                );
            }
        }
    }
}
