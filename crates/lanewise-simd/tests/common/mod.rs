//! What the tests of the kernels share: guarded memory, and how much of a test a slow machine runs.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::ops::Range;

use guard::Memory;

/// One of three values, by what runs the test: the CPU, qemu (fifty times slower; whoever runs this on 64-bit ARM is taken for it) or
/// miri (slower by another factor of a hundred). The CPU tries all lengths and alignments; the others try small lengths exhaustively
/// and sample the larger ones, so that a run takes seconds, or minutes under miri.
pub(crate) const fn by_machine<T: Copy>(cpu: T, qemu: T, miri: T) -> T {
    if cfg!(miri) {
        miri
    } else if cfg!(target_arch = "aarch64") {
        qemu
    } else {
        cpu
    }
}

/// A page of memory at which every access outside stops the process: it lies between two inaccessible pages where there are pages,
/// and is an allocation of its own for miri, which checks every access.
pub(crate) struct Guarded {
    memory: Memory,
}

impl Guarded {
    pub(crate) fn new() -> Self {
        Guarded { memory: Memory::new() }
    }

    /// The page, of at least 4096 bytes.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        self.memory.bytes()
    }

    /// `bytes` moved to the very end of the page, and handed out from there.
    pub(crate) fn at_end(&mut self, bytes: &[u8]) -> &[u8] {
        let room = self.bytes().len() - bytes.len();
        let end = &mut self.bytes()[room..];
        end.copy_from_slice(bytes);
        end
    }
}

/// Every way in which a slice of `len` bytes lies in `room` bytes: `offset` bytes behind their start, and `offset` bytes before their end.
pub(crate) fn placements(room: usize, len: usize, offset: usize) -> [Range<usize>; 2] {
    [offset..offset + len, room - offset - len..room - offset]
}

/// Distances from a guard: every alignment to a cache line.
pub(crate) fn offsets() -> impl Iterator<Item = usize> {
    const SAMPLE: &[usize] = &[0, 1, 2, 7, 8, 15, 31, 33, 63, 64];
    (0..=64).filter(|offset| by_machine(true, SAMPLE.contains(offset), [0, 9].contains(offset)))
}

/// 0 to 260, and some that fill several turns of the widest unrolled loop.
pub(crate) fn lengths() -> impl Iterator<Item = usize> {
    let dense_max = by_machine(260, 80, 1);
    let stride = by_machine(1, 9, 130);
    let long: &[usize] = by_machine(&[319, 320, 321, 511, 512, 513, 700, 1023, 1024, 1025, 1300], &[320, 513, 1023, 1024, 1300], &[330]);
    (0..=260).filter(move |len| *len <= dense_max || len % stride == 0).chain(long.iter().copied())
}

/// The places of one needle in `len` bytes: all where the bytes are few enough, else those at both ends and some between.
pub(crate) fn places(len: usize) -> impl Iterator<Item = usize> {
    let all = len <= by_machine(260, 20, 3);
    (0..len).filter(move |place| all || *place < 2 || place + 2 >= len || place % by_machine(29, 29, 61) == 3)
}

#[cfg(all(unix, not(miri)))]
mod guard {
    use std::ptr::{NonNull, null_mut};

    pub(crate) struct Memory {
        map: NonNull<u8>,
        page: usize,
    }

    impl Memory {
        pub(crate) fn new() -> Self {
            // SAFETY: `sysconf` has no duties. The mapping is a fresh one of three pages, which nobody else has; the one in the middle is
            // made accessible before anyone can see it.
            unsafe {
                let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).expect("there is a page size");
                let map = libc::mmap(null_mut(), 3 * page, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANON, -1, 0);
                assert_ne!(map, libc::MAP_FAILED);
                let map = NonNull::new(map.cast::<u8>()).expect("a mapping is not at zero");
                assert_eq!(libc::mprotect(map.add(page).as_ptr().cast(), page, libc::PROT_READ | libc::PROT_WRITE), 0);
                Memory { map, page }
            }
        }

        pub(crate) fn bytes(&mut self) -> &mut [u8] {
            // SAFETY: the page in the middle is readable and writable (see `new`), zeroed by the kernel, and ours alone.
            unsafe { std::slice::from_raw_parts_mut(self.map.add(self.page).as_ptr(), self.page) }
        }
    }

    impl Drop for Memory {
        fn drop(&mut self) {
            // SAFETY: the mapping is the one of `new`, and no slice of it outlives `self`.
            let outcome = unsafe { libc::munmap(self.map.as_ptr().cast(), 3 * self.page) };
            assert_eq!(outcome, 0);
        }
    }
}

#[cfg(any(not(unix), miri))]
mod guard {
    pub(crate) struct Memory(Box<[u8]>);

    impl Memory {
        pub(crate) fn new() -> Self {
            Memory(vec![0; 4096].into())
        }

        pub(crate) fn bytes(&mut self) -> &mut [u8] {
            &mut self.0
        }
    }
}
