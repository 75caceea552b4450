//! One pass over a JSON text that checks it and writes MessagePack.

use super::headers::{Container, write_long};
use super::number;
use super::string::{self, Fault};
use crate::copy::block_at;
use lanewise_msgpack::writer::Float32;
use lanewise_simd::{BLOCK, Block, Isa, NibbleSet, Task};

const WHITESPACE: NibbleSet = NibbleSet::new(b" \t\n\r");

/// Memory of a conversion, used again from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The open containers but for the innermost, outermost first.
    outer: Vec<Container>,
    /// The containers whose headers take more than one byte, in the order of their ends.
    long: Vec<Container>,
    /// Empty but while those are written.
    waiting: Vec<Container>,
}

/// Why a conversion has ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text is not JSON, or too deep.
    NotJson,
    /// What is at this offset is more than MessagePack can hold, if the text is JSON.
    TooLarge(usize),
}

/// Appends the MessagePack of a JSON text that is known to be UTF-8. On an error `out` may have more than it had.
pub(super) struct Conversion<'a, 'o> {
    pub(super) input: &'a [u8],
    pub(super) depth_max: u32,
    pub(super) float32: Float32,
    pub(super) scratch: &'o mut Scratch,
    pub(super) out: &'o mut Vec<u8>,
}

impl Task for Conversion<'_, '_> {
    type Output = Result<(), Stop>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let Self { input, depth_max, float32, scratch, out } = self;
        scratch.outer.clear();
        scratch.long.clear();
        let mut text = Text { isa, input, at: 0, depth_max, float32, open: OUTSIDE, scratch, out };
        text.value()?;
        text.end()?;
        if !scratch.long.is_empty() {
            write_long(&mut scratch.long, &mut scratch.waiting, out);
        }
        Ok(())
    }
}

/// What stands for the innermost container outside of all.
const OUTSIDE: Container = Container { start: 0, children: 0, is_object: false };

struct Text<'a, 'o, I> {
    isa: I,
    input: &'a [u8],
    at: usize,
    depth_max: u32,
    float32: Float32,
    /// The innermost open container. Around it are those of `scratch`, [`OUTSIDE`] first when there is one.
    open: Container,
    scratch: &'o mut Scratch,
    out: &'o mut Vec<u8>,
}

impl<I: Isa> Text<'_, '_, I> {
    /// Converts the value and all in it.
    #[inline(always)]
    fn value(&mut self) -> Result<(), Stop> {
        let mut byte = self.token()?;
        loop {
            match byte {
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b'{' => {
                    self.enter(true)?;
                    byte = self.token()?;
                    if byte != b'}' {
                        byte = self.member(byte)?;
                        continue;
                    }
                }
                b'[' => {
                    self.enter(false)?;
                    byte = self.token()?;
                    if byte != b']' {
                        self.count()?;
                        continue;
                    }
                }
                b't' => self.literal(*b"true", 0xc3)?,
                b'n' => self.literal(*b"null", 0xc0)?,
                b'f' => {
                    self.at += 1;
                    self.literal(*b"alse", 0xc2)?;
                }
                _ => return Err(Stop::NotJson),
            }
            match self.next()? {
                Some(first) => byte = first,
                None => return Ok(()),
            }
        }
    }

    /// Goes from behind a value to the next one, out of the containers that end there, and gives its first byte; `None` outside of all.
    #[inline(always)]
    fn next(&mut self) -> Result<Option<u8>, Stop> {
        while !self.scratch.outer.is_empty() {
            let byte = self.token()?;
            self.at += 1;
            if byte == b',' {
                let byte = self.token()?;
                if self.open.is_object {
                    return self.member(byte).map(Some);
                }
                self.count()?;
                return Ok(Some(byte));
            }
            if byte != if self.open.is_object { b'}' } else { b']' } {
                return Err(Stop::NotJson);
            }
            self.leave();
        }
        Ok(None)
    }

    /// Goes over the key that begins with `byte` and its colon to the value, and gives its first byte.
    #[inline(always)]
    fn member(&mut self, byte: u8) -> Result<u8, Stop> {
        if byte != b'"' {
            return Err(Stop::NotJson);
        }
        self.count()?;
        self.string()?;
        if self.token()? != b':' {
            return Err(Stop::NotJson);
        }
        self.at += 1;
        self.token()
    }

    /// Counts the child that begins here.
    #[inline(always)]
    fn count(&mut self) -> Result<(), Stop> {
        self.open.children = self.open.children.checked_add(1).ok_or(Stop::TooLarge(self.at))?;
        Ok(())
    }

    #[inline(always)]
    fn enter(&mut self, is_object: bool) -> Result<(), Stop> {
        if self.scratch.outer.len() >= self.depth_max as usize {
            return Err(Stop::NotJson);
        }
        self.scratch.outer.push(self.open);
        self.open = Container { start: self.out.len(), children: 0, is_object };
        self.out.push(0);
        self.at += 1;
        Ok(())
    }

    #[inline(always)]
    fn leave(&mut self) {
        if !self.open.write_short(self.out) {
            self.scratch.long.push(self.open);
        }
        self.open = self.scratch.outer.pop().unwrap_or(OUTSIDE);
    }

    #[inline(always)]
    fn string(&mut self) -> Result<(), Stop> {
        let start = self.at + 1;
        match string::write(self.isa, self.input, start, self.out) {
            Ok(quote) => self.at = quote + 1,
            Err(Fault::NotJson) => return Err(Stop::NotJson),
            Err(Fault::TooLarge) => return Err(Stop::TooLarge(start)),
        }
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self) -> Result<(), Stop> {
        self.at = number::write(self.input, self.at, self.float32, self.out).ok_or(Stop::NotJson)?;
        Ok(())
    }

    /// Goes over `name`, or what is left of it, and appends `byte`.
    #[inline(always)]
    fn literal(&mut self, name: [u8; 4], byte: u8) -> Result<(), Stop> {
        if self.input[self.at..].first_chunk() != Some(&name) {
            return Err(Stop::NotJson);
        }
        self.at += name.len();
        self.out.push(byte);
        Ok(())
    }

    /// Goes over white space to the next byte.
    #[inline(always)]
    fn token(&mut self) -> Result<u8, Stop> {
        let byte = *self.input.get(self.at).ok_or(Stop::NotJson)?;
        if byte > b' ' {
            return Ok(byte);
        }
        self.skip_space();
        self.input.get(self.at).copied().ok_or(Stop::NotJson)
    }

    #[inline(always)]
    fn skip_space(&mut self) {
        if !I::HAS_VECTORS {
            let rest = self.input.get(self.at..).unwrap_or_default();
            self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            return;
        }
        loop {
            let mut copy = None;
            let block = self.isa.load(block_at(self.input, self.at, &mut copy));
            let size = block.in_set(&WHITESPACE).trailing_ones() as usize;
            self.at += size;
            if size < BLOCK {
                return;
            }
        }
    }

    /// Checks that nothing but white space is left.
    #[inline(always)]
    fn end(&mut self) -> Result<(), Stop> {
        self.skip_space();
        if self.at < self.input.len() { Err(Stop::NotJson) } else { Ok(()) }
    }
}
