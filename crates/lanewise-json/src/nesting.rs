//! Which containers are open.

/// A stack of containers, one bit each, so that the depth that a caller allows costs next to nothing.
#[derive(Default)]
pub(crate) struct Nesting {
    /// Bit `i % 64` of word `i / 64` says of the container at depth `i` whether it is an object.
    words: Vec<u64>,
    depth: u32,
}

const WORD_BITS: u32 = u64::BITS;

impl Nesting {
    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    pub(crate) fn push(&mut self, is_object: bool) {
        let bit = self.depth % WORD_BITS;
        if bit == 0 {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word = (*word & !(1 << bit)) | (u64::from(is_object) << bit);
        }
        self.depth += 1;
    }

    /// Closes the innermost container. There must be one.
    pub(crate) fn pop(&mut self) {
        self.depth -= 1;
        if self.depth.is_multiple_of(WORD_BITS) {
            self.words.pop();
        }
    }

    /// Whether the innermost container is an object; `None` outside of all.
    pub(crate) fn in_object(&self) -> Option<bool> {
        let top = self.depth.checked_sub(1)?;
        self.words.last().map(|word| word >> (top % WORD_BITS) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_each_container_over_many_words() {
        let is_object = |depth: u32| depth.is_multiple_of(3) || depth.is_multiple_of(64);
        let mut nesting = Nesting::default();
        for _ in 0..2 {
            assert_eq!(nesting.in_object(), None);
            for depth in 0..300 {
                nesting.push(is_object(depth));
                assert_eq!(nesting.in_object(), Some(is_object(depth)));
                assert_eq!(nesting.depth(), depth + 1);
            }
            for depth in (0..300).rev() {
                assert_eq!(nesting.in_object(), Some(is_object(depth)));
                nesting.pop();
            }
        }
    }
}
