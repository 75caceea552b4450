//! lanewise, by the C interface of the library that `../../ours` builds.

use libloading::Library;
use std::ffi::c_void;
use std::path::Path;
use std::{ptr, slice};

type Opaque = *mut c_void;
/// Writes to a buffer, and gives the size of the result and where it is.
type Writer = unsafe extern "C" fn(*const u8, usize, Opaque, &mut *const u8) -> usize;

/// The functions of one build.
#[derive(Clone, Copy)]
pub struct Ours {
    isa: unsafe extern "C" fn(&mut usize) -> *const u8,
    validate: unsafe extern "C" fn(*const u8, usize) -> bool,
    buffer: unsafe extern "C" fn() -> Opaque,
    minify: Writer,
    from_json: Writer,
    to_json: Writer,
    pointer: unsafe extern "C" fn(*const u8, usize) -> Opaque,
    get: unsafe extern "C" fn(*const u8, usize, Opaque, &mut usize) -> usize,
}

/// A buffer or a pointer of a build, which lives as long as the program.
#[derive(Clone, Copy)]
pub struct Handle(Opaque);

impl Ours {
    /// Loads a build, for the rest of the program.
    pub fn load(file: &Path) -> Result<Self, libloading::Error> {
        // SAFETY: the file is a build of `../../ours`, and these are its signatures.
        unsafe {
            let library = Box::leak(Box::new(Library::new(file)?));
            Ok(Self {
                isa: *library.get(b"ours_isa")?,
                validate: *library.get(b"ours_validate")?,
                buffer: *library.get(b"ours_buffer")?,
                minify: *library.get(b"ours_minify")?,
                from_json: *library.get(b"ours_from_json")?,
                to_json: *library.get(b"ours_to_json")?,
                pointer: *library.get(b"ours_pointer")?,
                get: *library.get(b"ours_get")?,
            })
        }
    }

    pub fn isa(&self) -> String {
        let mut size = 0;
        // SAFETY: the name is static, and ASCII.
        let name = unsafe {
            let data = (self.isa)(&mut size);
            slice::from_raw_parts(data, size)
        };
        String::from_utf8_lossy(name).into_owned()
    }

    pub fn validate(&self, text: &[u8]) -> bool {
        // SAFETY: the bytes are lent for the call.
        unsafe { (self.validate)(text.as_ptr(), text.len()) }
    }

    pub fn buffer(&self) -> Handle {
        // SAFETY: it takes nothing.
        Handle(unsafe { (self.buffer)() })
    }

    /// The result is in `buffer` until its next use, as of the two below.
    pub fn minify(&self, text: &[u8], buffer: Handle) -> &[u8] {
        write(self.minify, text, buffer)
    }

    pub fn from_json(&self, text: &[u8], buffer: Handle) -> &[u8] {
        write(self.from_json, text, buffer)
    }

    pub fn to_json(&self, msgpack: &[u8], buffer: Handle) -> &[u8] {
        write(self.to_json, msgpack, buffer)
    }

    pub fn pointer(&self, pointer: &str) -> Handle {
        // SAFETY: the bytes are lent for the call.
        Handle(unsafe { (self.pointer)(pointer.as_ptr(), pointer.len()) })
    }

    pub fn get<'a>(&self, text: &'a [u8], pointer: Handle) -> &'a [u8] {
        let mut start = 0;
        // SAFETY: the handle is a pointer of this build.
        let size = unsafe { (self.get)(text.as_ptr(), text.len(), pointer.0, &mut start) };
        &text[start..start + size]
    }
}

fn write<'a>(writer: Writer, input: &[u8], buffer: Handle) -> &'a [u8] {
    let mut out = ptr::null();
    // SAFETY: the handle is a buffer of the build that the writer is of, used by nobody else at this moment.
    unsafe {
        let size = writer(input.as_ptr(), input.len(), buffer.0, &mut out);
        slice::from_raw_parts(out, size)
    }
}
