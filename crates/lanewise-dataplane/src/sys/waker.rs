//! A descriptor that other threads make readable.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::sync::Arc;

/// Wakes one driver from any thread. Wakes that the driver has not seen yet are one.
#[derive(Clone, Debug)]
pub struct Waker(Arc<File>);

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes no pointers.
        let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the system has just made the descriptor, and nobody else owns it.
        Ok(Self(Arc::new(unsafe { File::from_raw_fd(descriptor) })))
    }

    /// Makes the driver's `wait` return.
    pub fn wake(&self) {
        // It fails when the counter is full: then it is readable, which is all that is wanted.
        _ = (&*self.0).write(&1u64.to_ne_bytes());
    }

    /// Sees all wakes until now.
    pub(crate) fn clear(&self) {
        _ = (&*self.0).read(&mut [0; 8]);
    }

    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
