//! Buffers that are used again. A connection that is idle owns none.

/// The capacities that buffers are made with; one in between counts as the class below it.
const CLASSES: [usize; 6] = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20];
/// What waits for use again, in bytes a plane; what is given back beyond that is freed.
const HELD_MAX: usize = 16 << 20;

/// Buffers by size class. The one that was given back last is given out first, since the caches still hold it.
pub(crate) struct Pool {
    classes: [Vec<Vec<u8>>; CLASSES.len()],
    held: usize,
    /// Given out and not back yet; the tests look at it for leaks.
    out: usize,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self { classes: Default::default(), held: 0, out: 0 }
    }

    /// An empty buffer with room for `size` bytes. Allocates only where the class has none waiting.
    pub(crate) fn take(&mut self, size: usize) -> Vec<u8> {
        self.out += 1;
        let class = CLASSES.iter().position(|&capacity| capacity >= size);
        let Some(class) = class else { return Vec::with_capacity(size) };
        match self.classes[class].pop() {
            Some(buffer) => {
                self.held -= buffer.capacity();
                buffer
            }
            None => Vec::with_capacity(CLASSES[class]),
        }
    }

    /// Takes a buffer back, whatever has become of its capacity; one that never had any was not given out.
    pub(crate) fn give(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() == 0 {
            return;
        }
        self.out -= 1;
        let class = CLASSES.iter().rposition(|&capacity| capacity <= buffer.capacity());
        let Some(class) = class else { return };
        if self.held + buffer.capacity() > HELD_MAX {
            return;
        }
        buffer.clear();
        self.held += buffer.capacity();
        self.classes[class].push(buffer);
    }

    /// Makes room for `more` bytes behind what `buffer` holds, by a buffer of the next class where it has to grow.
    pub(crate) fn reserve(&mut self, buffer: &mut Vec<u8>, more: usize) {
        let size = buffer.len() + more;
        if size <= buffer.capacity() {
            return;
        }
        // Twice the size, or bodies beyond the largest class would be moved for each piece.
        let mut grown = self.take(size.max(2 * buffer.len()));
        grown.extend_from_slice(buffer);
        self.give(std::mem::replace(buffer, grown));
    }

    /// Appends, into a buffer of the pool.
    pub(crate) fn append(&mut self, buffer: &mut Vec<u8>, bytes: &[u8]) {
        self.reserve(buffer, bytes.len());
        buffer.extend_from_slice(bytes);
    }

    /// Buffers that have been given out and not come back.
    pub(crate) fn out(&self) -> usize {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_is_the_next_one_out() {
        let mut pool = Pool::new();
        let mut buffer = pool.take(1);
        pool.append(&mut buffer, b"abc");
        let place = buffer.as_ptr();
        pool.give(buffer);
        let buffer = pool.take(4096);
        assert_eq!((buffer.as_ptr(), buffer.len(), buffer.capacity(), pool.out()), (place, 0, 4096, 1));
        pool.give(buffer);
        assert_eq!((pool.out(), pool.held), (0, 4096));
    }

    #[test]
    fn what_is_appended_stays_when_the_buffer_grows() {
        let mut pool = Pool::new();
        let (mut buffer, mut expected) = (Vec::new(), Vec::new());
        for round in 0..3000usize {
            let bytes = round.to_le_bytes();
            pool.append(&mut buffer, &bytes);
            expected.extend_from_slice(&bytes);
        }
        assert!(buffer == expected && pool.out() == 1);
        pool.give(buffer);
        assert_eq!(pool.out(), 0);
    }

    #[test]
    fn no_more_is_held_than_it_may() {
        let mut pool = Pool::new();
        let buffers: Vec<_> = (0..8).map(|_| pool.take(4 << 20)).collect();
        buffers.into_iter().for_each(|buffer| pool.give(buffer));
        assert_eq!((pool.held, pool.out()), (HELD_MAX, 0));
        let huge = pool.take(100 << 20);
        pool.give(huge);
        assert_eq!((pool.held, pool.out()), (HELD_MAX, 0));
    }
}
