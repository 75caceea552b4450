//! The frame: memory that both sides know, so that a call carries nothing.
//!
//! Its head holds the numbers of a call, the input follows, the second half is for output. Inputs too large for it are lent.

use lanewise_error::{Error, ErrorCode};

/// Bytes of the frame.
pub const FRAME_SIZE: usize = 1 << 16;
/// Where the input begins: behind the words of the head.
const INPUT_START: usize = HEAD_WORDS * size_of::<u32>();
/// Where the half for output begins.
const OUT_START: usize = FRAME_SIZE / 2;
const HEAD_WORDS: usize = 16;
/// The size of an input that was lent.
const LENT: u32 = u32::MAX;

/// One call: its numbers, its inputs, and where its output goes.
pub struct Call<'a> {
    pub(crate) depth_max: u32,
    pub(crate) memory_max: u32,
    pub(crate) flags: u32,
    pub(crate) form: u32,
    pub(crate) handle: u32,
    pub(crate) from: u32,
    /// A JSON Pointer in UTF-16LE units, where the call takes one.
    pub(crate) pointer: &'a [u8],
    pub(crate) input: &'a [u8],
    pub(crate) out: &'a mut [u8],
}

impl<'a> Call<'a> {
    /// Reads what `ts/backend/frame.ts` has written into `frame`; `lent` has the inputs that are not in it, in order.
    ///
    /// A pointer counts for one call: its size is put back to zero. What is not there, which the facade never asks for, is empty.
    pub fn new(frame: &'a mut [u8; FRAME_SIZE], mut lent: impl Iterator<Item = &'a [u8]>) -> Self {
        let (front, out) = frame.split_at_mut(OUT_START);
        let (head, rest) = front.split_at_mut(INPUT_START);
        let mut rest = &*rest;
        let mut words = head.as_chunks_mut().0.iter_mut();
        let pointer_size = words.next().map_or(0, |word| u32::from_ne_bytes(std::mem::take(word)));
        let mut word = || words.next().map_or(0, |word| u32::from_ne_bytes(*word));
        let mut next = |size: u32| {
            if size == LENT {
                return lent.next().unwrap_or_default();
            }
            let (input, behind) = rest.split_at((size as usize).min(rest.len()));
            rest = behind;
            input
        };
        // The order of the words is that of `HEAD` in `ts/backend/frame.ts`.
        Self {
            pointer: next(pointer_size),
            input: next(word()),
            depth_max: word(),
            memory_max: word(),
            flags: word(),
            form: word(),
            handle: word(),
            from: word(),
            out,
        }
    }
}

/// A call that owns its inputs and writes to no frame, so that it can wait and be made on another thread.
pub(crate) struct OwnedCall {
    /// The numbers of the call. INVARIANT: its inputs and its output are empty.
    numbers: Call<'static>,
    pointer: Vec<u8>,
    input: Vec<u8>,
}

impl OwnedCall {
    /// Copies `call`.
    ///
    /// # Errors
    /// `LW_SIZE` when there is no memory for it.
    pub(crate) fn new(call: &Call<'_>) -> Result<Self, Error> {
        let &Call { depth_max, memory_max, flags, form, handle, from, pointer, input, .. } = call;
        let numbers = Call { depth_max, memory_max, flags, form, handle, from, pointer: &[], input: &[], out: &mut [] };
        Ok(Self { numbers, pointer: copy_of(pointer)?, input: copy_of(input)? })
    }

    pub(crate) fn as_call(&self) -> Call<'_> {
        let Call { depth_max, memory_max, flags, form, handle, from, .. } = self.numbers;
        Call { depth_max, memory_max, flags, form, handle, from, pointer: &self.pointer, input: &self.input, out: &mut [] }
    }
}

fn copy_of(input: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(input.len()).map_err(|_| Error::new(ErrorCode::Size, input.len()))?;
    copy.extend_from_slice(input);
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_lie_behind_each_other_or_are_lent() {
        let mut frame = [0; FRAME_SIZE];
        frame[..4].copy_from_slice(&2_u32.to_ne_bytes());
        frame[4..8].copy_from_slice(&3_u32.to_ne_bytes());
        frame[8..12].copy_from_slice(&7_u32.to_ne_bytes());
        frame[INPUT_START..INPUT_START + 5].copy_from_slice(b"abcde");
        let call = Call::new(&mut frame, std::iter::empty());
        assert_eq!((call.pointer, call.input, call.depth_max, call.out.len()), (&b"ab"[..], &b"cde"[..], 7, FRAME_SIZE / 2));
        assert_eq!(Call::new(&mut frame, std::iter::empty()).pointer, b"", "a pointer counts once");
        frame[..4].copy_from_slice(&2_u32.to_ne_bytes());
        frame[4..8].copy_from_slice(&LENT.to_ne_bytes());
        let call = Call::new(&mut frame, [&b"lent"[..]].into_iter());
        assert_eq!((call.pointer, call.input), (&b"ab"[..], &b"lent"[..]));
        assert_eq!(Call::new(&mut frame, std::iter::empty()).input, b"");
        frame[..4].copy_from_slice(&(LENT - 1).to_ne_bytes());
        assert_eq!(Call::new(&mut frame, std::iter::empty()).pointer.len(), OUT_START - INPUT_START);
    }
}
