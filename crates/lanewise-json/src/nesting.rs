//! Which containers are open.

/// A stack of words, of which the heap is asked only beyond the nesting that is allowed by default.
pub(crate) struct Words {
    first: [u64; FIRST],
    rest: Vec<u64>,
    size: usize,
}

/// Enough for [`DEPTH_MAX`](crate::DEPTH_MAX) containers, one bit each, and a word of them elsewhere.
const FIRST: usize = 16;

impl Words {
    pub(crate) fn new() -> Self {
        Self { first: [0; FIRST], rest: Vec::new(), size: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.size
    }

    pub(crate) fn push(&mut self, word: u64) {
        match self.first.get_mut(self.size) {
            Some(place) => *place = word,
            None => self.rest.push(word),
        }
        self.size += 1;
    }

    pub(crate) fn pop(&mut self) -> Option<u64> {
        self.size = self.size.checked_sub(1)?;
        self.first.get(self.size).copied().or_else(|| self.rest.pop())
    }
}

/// A stack of containers, one bit each, so that the depth that a caller allows costs next to nothing.
pub(crate) struct Nesting {
    /// Of the innermost ones, back to the last depth that fills words: a bit for each, set for an object, the lowest for the innermost.
    open: u64,
    /// Full words around it.
    outer: Words,
    depth: u32,
}

const WORD_BITS: u32 = u64::BITS;

impl Nesting {
    pub(crate) fn new() -> Self {
        Self { open: 0, outer: Words::new(), depth: 0 }
    }

    #[inline]
    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    #[inline]
    pub(crate) fn push(&mut self, is_object: bool) {
        if self.fills_words() {
            self.outer.push(self.open);
        }
        self.open = self.open << 1 | u64::from(is_object);
        self.depth += 1;
    }

    /// Closes the innermost container. There must be one.
    #[inline]
    pub(crate) fn pop(&mut self) {
        self.depth -= 1;
        self.open >>= 1;
        if self.fills_words() {
            self.open = self.outer.pop().unwrap_or_default();
        }
    }

    /// Whether the innermost container is an object; `None` outside of all.
    #[inline]
    pub(crate) fn in_object(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.open & 1 == 1)
    }

    /// Whether a container that is opened now starts a word, and there is one before it.
    #[inline]
    fn fills_words(&self) -> bool {
        self.depth > 0 && self.depth.is_multiple_of(WORD_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_each_container_over_many_words() {
        let is_object = |depth: u32| depth.is_multiple_of(3) || depth.is_multiple_of(64);
        let mut nesting = Nesting::new();
        for _ in 0..2 {
            assert_eq!(nesting.in_object(), None);
            for depth in 0..3000 {
                nesting.push(is_object(depth));
                assert_eq!(nesting.in_object(), Some(is_object(depth)));
                assert_eq!(nesting.depth(), depth + 1);
            }
            for depth in (0..3000).rev() {
                assert_eq!(nesting.in_object(), Some(is_object(depth)));
                nesting.pop();
            }
        }
    }
}
