//! Lists that cross as one input.

/// In front of each item: four bytes with its size, the low one first, and its kind.
const HEAD_SIZE: usize = 5;

/// Reads the items, each its kind and its bytes: what `packList` in `ts/pack.ts` has written.
pub(crate) struct List<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for List<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let ([size @ .., kind], rest) = self.0.split_first_chunk::<HEAD_SIZE>()?;
        let (item, rest) = rest.split_at_checked(u32::from_le_bytes(*size) as usize)?;
        self.0 = rest;
        Some((*kind, item))
    }
}

/// The units of an item that is UTF-16LE.
pub(crate) fn units(item: &[u8]) -> impl Iterator<Item = u16> {
    item.as_chunks().0.iter().map(|&unit| u16::from_le_bytes(unit))
}
