//! The entries of a tape, from a text that is known to be JSON, 64 bytes at a time.
//!
//! ```text
//! token  = string, scalar (number or literal) or bracket
//! start  = opening quotes, first bytes of scalars, brackets
//! end    = the bytes behind closing quotes, scalars and brackets
//! ```
//!
//! 1. Tokens do not overlap and none is empty, so that the nth start and the nth end belong to the same token: joined, they are its
//!    entry, and nobody has asked what the token is. As the text is valid, what is in no string, no white space and no punctuation is a scalar.
//! 2. What is left are the second words of brackets. How many ends stand before that of a bracket is the number of its entry.
//! 3. How many values a container has comes from numbers of entries: it has as many tokens inside as there are entries between its brackets,
//!    less those inside of inner containers. In an object a member has two tokens.
//! 4. Blocks are taken in batches, so that the loops over entries and over brackets, whose end nothing foretells, end once a batch.
//!
//! Tried: brackets without a branch on what they are. Where they are random that is 0.40 instead of 0.35 GB/s, but 1.7 instead of 2.1 where
//! they enclose pairs of numbers, as it takes twice the instructions and has to wait for what has just been stored.

use crate::grammar::Strings;
use crate::output;
use lanewise_error::Error;
use lanewise_simd::{BLOCK, Block, Isa, NibbleSet, Task, index_bits};

/// What may stand between tokens, but for the colon, which has the low four bits of `\n`.
const BETWEEN: NibbleSet = NibbleSet::new(b" \t\n\r,");
/// Set in `{` and `}`, clear in `[` and `]`, which are the same bytes otherwise.
const BRACE: u8 = 0x20;
/// All brackets, when [`BRACE`] is set in them.
const BRACKET: NibbleSet = NibbleSet::new(b"{}");
/// The last bit of a word.
const LAST: u32 = BLOCK as u32 - 1;
/// Blocks of a batch.
const BATCH: usize = 16;
/// What a batch gives at most, and what a block may overwrite behind that.
const ROOM: usize = BATCH * BLOCK + BLOCK;

/// Puts the entries of `input`, which must be JSON and smaller than 4 GiB, in the place of `entries`.
pub(crate) struct Index<'a> {
    pub(crate) input: &'a [u8],
    pub(crate) entries: &'a mut Vec<[u32; 2]>,
}

impl Task for Index<'_> {
    /// `LW_SIZE`, without a place, when there is no memory for the entries.
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let mut scan = Scan::new(isa, self.input);
        let mut batch = Batch::new();
        let (blocks, rest) = self.input.as_chunks::<BLOCK>();
        // White space behind the text ends every token.
        let mut last = [b' '; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        self.entries.clear();
        for blocks in blocks.chunks(BATCH).chain([[last].as_slice()]) {
            scan.batch(blocks, &mut batch, self.entries)?;
        }
        Ok(())
    }
}

/// Where tokens start and end in a block.
struct Words {
    start: u64,
    end: u64,
    /// The ends of brackets.
    bracket_end: u64,
}

/// What is known of a batch; kept from batch to batch.
struct Batch {
    /// Where tokens start: first the one that has started in an earlier batch, if there is one.
    starts: [u32; ROOM + 1],
    /// Where tokens end.
    ends: [u32; ROOM],
    /// The entries of brackets.
    brackets: [u32; ROOM],
}

impl Batch {
    fn new() -> Self {
        Self { starts: [0; ROOM + 1], ends: [0; ROOM], brackets: [0; ROOM] }
    }
}

/// The way through a text. A field that is a carry holds bit 0 of the next block.
struct Scan<'a, I> {
    isa: I,
    input: &'a [u8],
    /// Offset of the batch.
    base: usize,
    strings: Strings,
    /// Carry: behind a byte of a scalar.
    behind_scalar: u64,
    /// Carry: behind a bracket.
    behind_bracket: u64,
    /// Carry: behind a closing quote.
    behind_string: u64,
    /// How many tokens have started and not ended before the batch: one or none.
    unended: usize,
    containers: Containers,
}

impl<'a, I: Isa> Scan<'a, I> {
    #[inline(always)]
    fn new(isa: I, input: &'a [u8]) -> Self {
        Self {
            isa,
            input,
            base: 0,
            strings: Strings::default(),
            behind_scalar: 0,
            behind_bracket: 0,
            behind_string: 0,
            unended: 0,
            containers: Containers::default(),
        }
    }

    /// Takes up to [`BATCH`] blocks: makes an entry of each token that ends there.
    #[inline(always)]
    fn batch(&mut self, blocks: &[[u8; BLOCK]], batch: &mut Batch, entries: &mut Vec<[u32; 2]>) -> Result<(), Error> {
        let (mut starts, mut ends, mut brackets) = (self.unended, 0, 0);
        for bytes in blocks {
            let offset = self.base as u32;
            let Words { start, end, bracket_end } = self.classify(bytes);
            let first = (entries.len() + ends) as u32;
            brackets += rank_bits(bracket_end, end, first, room(&mut batch.brackets, brackets));
            starts += index_bits(start, offset, room(&mut batch.starts, starts));
            ends += index_bits(end, offset, room(&mut batch.ends, ends));
            self.base += BLOCK;
        }
        output::grow(entries, ends)?;
        entries.extend(batch.starts.iter().zip(&batch.ends[..ends]).map(|(&start, &end)| [start, end]));
        self.unended = starts - ends;
        batch.starts[0] = batch.starts[ends];
        self.containers.link(self.input, &batch.brackets[..brackets], entries);
        Ok(())
    }

    #[inline(always)]
    fn classify(&mut self, bytes: &[u8; BLOCK]) -> Words {
        let block = self.isa.load(bytes);
        let quote = block.eq(b'"') & !self.strings.escaped(block.eq(b'\\'));
        let inside = self.strings.inside(self.isa.prefix_xor(quote));
        let string = inside | quote;
        let bracket = block.with_bits(BRACE).in_set(&BRACKET) & !string;
        let scalar = !(string | bracket | block.in_set(&BETWEEN) | block.eq(b':'));
        let behind_scalar = behind(scalar, &mut self.behind_scalar);
        let string_end = behind(quote & !inside, &mut self.behind_string);
        let bracket_end = behind(bracket, &mut self.behind_bracket);
        Words {
            start: quote & inside | scalar & !behind_scalar | bracket,
            end: string_end | behind_scalar & !scalar | bracket_end,
            bracket_end,
        }
    }
}

/// The bytes behind those of `bits`.
#[inline(always)]
fn behind(bits: u64, carry: &mut u64) -> u64 {
    let behind = bits << 1 | *carry;
    *carry = bits >> LAST;
    behind
}

/// The place for what a block gives.
#[inline(always)]
fn room(list: &mut [u32], from: usize) -> &mut [u32; BLOCK] {
    list[from..].first_chunk_mut().expect("a batch has room for one more block")
}

/// Writes for each of `bits`, ascending, `base` plus how many of `all` are below it, where `all` has the bits of `bits` as well; gives how
/// many there are. Words behind them may be overwritten.
#[inline(always)]
fn rank_bits(mut bits: u64, all: u64, base: u32, to: &mut [u32; BLOCK]) -> usize {
    let count = bits.count_ones() as usize;
    for (nth, ranks) in to.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        for rank in ranks {
            let up_to_lowest = bits ^ bits.wrapping_sub(1);
            *rank = base.wrapping_add((all & up_to_lowest).count_ones()).wrapping_sub(1);
            bits &= !up_to_lowest;
        }
        if (nth + 1) * 4 >= count {
            break;
        }
    }
    count
}

/// The containers that are open.
#[derive(Default)]
struct Containers {
    /// For each the number of its entry, and `hidden` at its start. What is behind the first `depth` has no meaning.
    open: Vec<[u32; 2]>,
    depth: usize,
    /// The number of the next entry less how many tokens stand before it, when a container that has closed is taken for one token.
    hidden: u32,
}

impl Containers {
    /// Writes the second words of `brackets`, which are numbers of entries. It uses no vectors: one copy is enough.
    #[inline(never)]
    fn link(&mut self, input: &[u8], brackets: &[u32], entries: &mut [[u32; 2]]) {
        let room = self.depth + brackets.len();
        if self.open.len() < room {
            self.open.resize(room, [0; 2]);
        }
        let open = self.open.as_mut_slice();
        let (mut depth, mut hidden) = (self.depth, self.hidden);
        for &entry in brackets {
            let words = &mut entries[entry as usize];
            let byte = input[words[0] as usize];
            if matches!(byte, b'{' | b'[') {
                open[depth] = [entry, hidden];
                depth += 1;
                continue;
            }
            depth -= 1;
            let [start, hidden_before] = open[depth];
            let hidden_behind = entry - start + hidden_before;
            let tokens = hidden_behind - hidden - 1;
            words[1] = if byte == b'}' { tokens / 2 } else { tokens };
            entries[start as usize][1] = entry;
            hidden = hidden_behind;
        }
        (self.depth, self.hidden) = (depth, hidden);
    }
}
