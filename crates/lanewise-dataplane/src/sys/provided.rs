//! Buffers that the system takes for what it receives, one for each stretch of bytes, and gets back when they have been read.

use io_uring::Submitter;
use io_uring::types::BufRingEntry;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicU16, Ordering::Release};

/// How many there are: as many connections as bring something at the same moment. A power of two.
const COUNT: usize = 256;
/// Larger than most requests; a large body takes several.
const SIZE: usize = 8 << 10;
/// A page holds the ring: the entries of all buffers, of which the first has the tail in its last two bytes.
const RING_SIZE: usize = 4096;
/// From one buffer to the next. Were it a power of two, the starts of all buffers, which small requests fill, would compete for a few sets of the caches.
const STRIDE: usize = SIZE + 192;
const MAP_SIZE: usize = RING_SIZE + COUNT * STRIDE;

/// The buffers of one io_uring, in one mapping: the ring by which they are given to the system, then themselves.
pub(super) struct Provided {
    /// INVARIANT: MAP_SIZE bytes, mapped until `drop`, unless they were leaked.
    map: *mut u8,
    /// How often a buffer was given.
    tail: u16,
    is_leaked: bool,
}

impl Provided {
    /// The number that receives name this group by.
    pub(super) const GROUP: u16 = 0;

    /// Maps the buffers and gives all of them to the system. They have to live longer than the requests that name them.
    pub(super) fn new(submitter: &Submitter<'_>) -> io::Result<Self> {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, of no file, at a place that the system chooses.
        let map = unsafe { libc::mmap(ptr::null_mut(), MAP_SIZE, protection, flags, -1, 0) };
        if map == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let mut this = Self { map: map.cast(), tail: 0, is_leaked: false };
        // SAFETY: the ring is page-aligned, holds COUNT entries, and stays mapped until `drop`, before which the requests have ended.
        unsafe { submitter.register_buf_ring_with_flags(this.map as u64, COUNT as u16, Self::GROUP, 0)? };
        (0..COUNT as u16).for_each(|buffer| this.give(buffer));
        Ok(this)
    }

    /// The first `count` bytes of a buffer that the system has filled, and that has not been given back.
    pub(super) fn bytes(&self, buffer: u16, count: usize) -> &[u8] {
        assert!((buffer as usize) < COUNT && count <= SIZE);
        // SAFETY: the buffer lies in the mapping, by the line above. The system does not write to it before it is given again, which takes `&mut self`.
        unsafe { std::slice::from_raw_parts(self.place(buffer), count) }
    }

    /// Gives a buffer to the system.
    pub(super) fn give(&mut self, buffer: u16) {
        assert!((buffer as usize) < COUNT);
        let ring = self.map.cast::<BufRingEntry>();
        // SAFETY: the index is below COUNT. The system reads an entry only when the tail is behind it, which is set below.
        let entry = unsafe { &mut *ring.add(self.tail as usize % COUNT) };
        entry.set_addr(self.place(buffer) as u64);
        entry.set_len(SIZE as u32);
        entry.set_bid(buffer);
        self.tail = self.tail.wrapping_add(1);
        // SAFETY: the tail lies in the first entry of the ring; it is aligned and shared with the system alone, which reads it atomically.
        unsafe { AtomicU16::from_ptr(BufRingEntry::tail(ring).cast_mut()) }.store(self.tail, Release);
    }

    /// Leaves the memory to the system for good.
    pub(super) fn leak(&mut self) {
        self.is_leaked = true;
    }

    fn place(&self, buffer: u16) -> *mut u8 {
        // SAFETY: `buffer` is below COUNT, so the place lies in the mapping.
        unsafe { self.map.add(RING_SIZE + buffer as usize * STRIDE) }
    }
}

impl Drop for Provided {
    fn drop(&mut self) {
        if !self.is_leaked {
            // SAFETY: the mapping is ours, and nothing of it is borrowed. Whoever drops this has seen the end of all requests that name it.
            unsafe { libc::munmap(self.map.cast(), MAP_SIZE) };
        }
    }
}
