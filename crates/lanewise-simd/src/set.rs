//! Sets of bytes.

/// A set of bytes, any of the 2^256.
///
/// ```
/// let set: lanewise_simd::ByteSet = b"\t\n\r ".iter().copied().collect();
/// assert!(set.contains(b' ') && !set.contains(b'x'));
/// assert_eq!(lanewise_simd::active().find_in_set(&set, b"two words"), Some(3));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ByteSet {
    /// By the low half of a byte, a bit for each high half: 0 to 7, then 8 to 15.
    pub(crate) rows: [[u8; 16]; 2],
}

impl ByteSet {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        ByteSet { rows: [[0; 16]; 2] }
    }

    /// Adds `byte`.
    pub const fn insert(&mut self, byte: u8) {
        self.rows[(byte >> 7) as usize][(byte & 0x0f) as usize] |= 1 << (byte >> 4 & 7);
    }

    /// Whether `byte` is in the set.
    #[inline(always)]
    #[must_use]
    pub const fn contains(&self, byte: u8) -> bool {
        self.rows[(byte >> 7) as usize][(byte & 0x0f) as usize] >> (byte >> 4 & 7) & 1 == 1
    }

    /// How many bytes are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.as_flattened().iter().map(|row| row.count_ones() as usize).sum()
    }

    /// Whether no byte is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::new()
    }

    /// The bytes of the set, ascending.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        (0..=0xff).filter(|&byte| self.contains(byte))
    }

    /// The bytes of the set, the first one several times where they are fewer than `N`; none when they are more, or there is none.
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    pub(crate) fn at_most<const N: usize>(&self) -> Option<[u8; N]> {
        let mut bytes = self.bytes();
        let first = bytes.next()?;
        let few = core::array::from_fn(|nth| if nth == 0 { first } else { bytes.next().unwrap_or(first) });
        bytes.next().is_none().then_some(few)
    }
}

impl Default for ByteSet {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        let mut set = Self::new();
        bytes.into_iter().for_each(|byte| set.insert(byte));
        set
    }
}

impl core::fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.bytes()).finish()
    }
}
