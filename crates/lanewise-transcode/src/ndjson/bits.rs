//! A set of rows.

/// One bit a row. Words behind the last set bit are not there, so that an empty set costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Bits {
    words: Vec<u32>,
}

impl Bits {
    pub(crate) fn set(&mut self, row: usize) {
        let word = row / 32;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (row % 32);
    }

    pub(crate) fn has(&self, row: usize) -> bool {
        self.words.get(row / 32).is_some_and(|word| word >> (row % 32) & 1 == 1)
    }

    pub(crate) fn words(&self) -> &[u32] {
        &self.words
    }
}
