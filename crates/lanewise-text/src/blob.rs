//! The bytes of a saved form: a head, then values one after the other.
//!
//! Everything is little-endian and nothing depends on the host, so the same structure gives the same bytes everywhere. A blob may
//! come from anywhere: a [`Reader`] takes no length on trust, and who loads from it checks each index before it is used.
//!
//! | offset | bytes | |
//! | --- | --- | --- |
//! | 0 | 8 | `MAGIC` |
//! | 8 | 4 | `VERSION` |
//! | 12 | 4 | CRC-32 of what follows the head |
//! | 16 | 8 | number of bytes that follow the head |
const MAGIC: [u8; 8] = *b"lanewise";
/// Changes with every change of what follows the head.
const VERSION: u32 = 3;
const HEAD: usize = 24;

/// Appends values to a blob.
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; HEAD] }
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.u8(flag.into());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// The number of `bytes`, and they.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.u64(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// The number of `words`, and they.
    pub(crate) fn words(&mut self, words: &[u32]) {
        self.u64(words.len() as u64);
        self.bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }

    /// The number of `longs`, and they.
    pub(crate) fn longs(&mut self, longs: &[u64]) {
        self.u64(longs.len() as u64);
        self.bytes.extend(longs.iter().flat_map(|long| long.to_le_bytes()));
    }

    /// The blob with its head.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let (head, body) = self.bytes.split_at_mut(HEAD);
        head[..8].copy_from_slice(&MAGIC);
        head[8..12].copy_from_slice(&VERSION.to_le_bytes());
        head[12..16].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
        head[16..].copy_from_slice(&(body.len() as u64).to_le_bytes());
        self.bytes
    }
}

/// Takes values from a blob in the order in which they were written; `None` where it ends early.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The values of `blob`, if its head is what [`Writer::finish`] writes for them.
    pub(crate) fn new(blob: &'a [u8]) -> Option<Self> {
        let mut head = Self { rest: blob };
        let is_ours = head.take(8)? == MAGIC && head.u32()? == VERSION;
        let (checksum, len) = (head.u32()?, head.u64()?);
        let body = head.rest;
        (is_ours && len == body.len() as u64 && checksum == crc32fast::hash(body)).then_some(Self { rest: body })
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        #[cfg(test)]
        changes::note(len);
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// So many values of `size` bytes each as are said to follow.
    fn counted(&mut self, size: usize) -> Option<&'a [u8]> {
        let count = usize::try_from(self.u64()?).ok()?;
        self.take(count.checked_mul(size)?)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        [false, true].get(usize::from(self.u8()?)).copied()
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        self.counted(1)
    }

    pub(crate) fn words(&mut self) -> Option<Vec<u32>> {
        Some(self.counted(4)?.as_chunks().0.iter().map(|&word| u32::from_le_bytes(word)).collect())
    }

    pub(crate) fn longs(&mut self) -> Option<Vec<u64>> {
        Some(self.counted(8)?.as_chunks().0.iter().map(|&long| u64::from_le_bytes(long)).collect())
    }

    /// Whether every value has been taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// What tests change blobs with.
#[cfg(test)]
pub(crate) mod changes {
    use super::*;
    use std::cell::RefCell;
    use std::ops::Range;

    thread_local! {
        static TAKEN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn note(len: usize) {
        TAKEN.with_borrow_mut(|taken| taken.push(len));
    }

    /// Where the numbers and lists of numbers lie in the body that `load` takes from a blob.
    pub(crate) fn fields(load: impl FnOnce()) -> Vec<Range<usize>> {
        TAKEN.take();
        load();
        let mut end = 0;
        let taken = TAKEN.take().into_iter().map(|len| {
            end += len;
            end - len..end
        });
        taken.filter(|field| field.start >= HEAD).map(|field| field.start - HEAD..field.end - HEAD).collect()
    }

    /// What follows the head.
    pub(crate) fn body(blob: &[u8]) -> &[u8] {
        &blob[HEAD..]
    }

    /// The blob that has this body, under a head that is right.
    pub(crate) fn with_body(body: &[u8]) -> Vec<u8> {
        Writer { bytes: [&[0; HEAD], body].concat() }.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob() -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(1);
        writer.u64(u64::MAX - 1);
        writer.bytes(b"abc");
        writer.words(&[1, u32::MAX]);
        writer.longs(&[]);
        writer.flag(true);
        writer.u8(2);
        writer.finish()
    }

    #[test]
    fn values_come_back_as_they_were_written_and_look_the_same_on_every_host() {
        let blob = blob();
        assert_eq!(blob[HEAD..HEAD + 9], [1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        let mut reader = Reader::new(&blob).unwrap();
        assert_eq!((reader.u8(), reader.u64()), (Some(1), Some(u64::MAX - 1)));
        assert_eq!((reader.bytes(), reader.words(), reader.longs()), (Some(&b"abc"[..]), Some(vec![1, u32::MAX]), Some(vec![])));
        assert_eq!((reader.flag(), reader.flag()), (Some(true), None), "two is no flag");
        assert!(reader.is_empty());
        assert_eq!((reader.u8(), reader.u32(), reader.bytes()), (None, None, None));
    }

    #[test]
    fn a_blob_that_was_changed_or_cut_anywhere_is_refused() {
        let blob = blob();
        for at in 0..blob.len() {
            assert!(Reader::new(&blob[..at]).is_none());
            let mut changed = blob.clone();
            changed[at] ^= 0x10;
            assert!(Reader::new(&changed).is_none(), "at {at}");
        }
        assert!(Reader::new(&[&blob[..], &[0]].concat()).is_none());
    }

    #[test]
    fn a_length_beyond_the_end_is_no_length() {
        for count in [3, 1 << 61, u64::MAX] {
            let mut writer = Writer::new();
            writer.u64(count);
            writer.u64(0);
            let blob = writer.finish();
            assert_eq!((Reader::new(&blob).unwrap().words(), Reader::new(&blob).unwrap().longs()), (None, None));
        }
    }
}
