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
    matcher: unsafe extern "C" fn(*const u8, *const usize, usize, u8, bool) -> Opaque,
    matcher_free: unsafe extern "C" fn(Opaque),
    matcher_memory: unsafe extern "C" fn(Opaque) -> usize,
    matcher_count: unsafe extern "C" fn(Opaque, *const u8, usize, bool) -> usize,
    matcher_find_all: unsafe extern "C" fn(Opaque, *const u8, usize, bool, Opaque, &mut *const u32) -> usize,
    words: unsafe extern "C" fn() -> Opaque,
    line_starts: unsafe extern "C" fn(*const u8, usize, Opaque) -> usize,
}

/// A buffer or a pointer of a build, which lives as long as the program.
#[derive(Clone, Copy)]
pub struct Handle(Opaque);

/// Which occurrences are matches, in the order in which `../../ours` numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Semantics {
    LeftmostFirst,
    LeftmostLongest,
    All,
}

/// A text in one of the forms in which it is searched.
#[derive(Clone, Copy)]
pub enum Haystack<'a> {
    Bytes(&'a [u8]),
    /// Two bytes a unit, the low one first.
    Utf16(&'a [u8]),
}

impl Haystack<'_> {
    fn parts(&self) -> (*const u8, usize, bool) {
        match self {
            Self::Bytes(bytes) => (bytes.as_ptr(), bytes.len(), false),
            Self::Utf16(bytes) => (bytes.as_ptr(), bytes.len(), true),
        }
    }
}

/// A compiled set of patterns, with the memory for its results.
pub struct Matcher {
    ours: Ours,
    compiled: Opaque,
    words: Opaque,
}

impl Matcher {
    pub fn memory_bytes(&self) -> usize {
        // SAFETY: the matcher is of this build, as in the two below.
        unsafe { (self.ours.matcher_memory)(self.compiled) }
    }

    pub fn count(&self, haystack: Haystack<'_>) -> usize {
        let (data, size, is_utf16) = haystack.parts();
        // SAFETY: the bytes are lent for the call.
        unsafe { (self.ours.matcher_count)(self.compiled, data, size, is_utf16) }
    }

    /// Id, start and end of each match.
    pub fn find_all(&mut self, haystack: Haystack<'_>) -> &[u32] {
        let (data, size, is_utf16) = haystack.parts();
        let mut out = ptr::null();
        // SAFETY: the bytes are lent for the call, and the words live until the next one.
        unsafe {
            let count = (self.ours.matcher_find_all)(self.compiled, data, size, is_utf16, self.words, &mut out);
            slice::from_raw_parts(out, count * 3)
        }
    }
}

impl Drop for Matcher {
    fn drop(&mut self) {
        // SAFETY: nobody else has it.
        unsafe { (self.ours.matcher_free)(self.compiled) }
    }
}

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
                matcher: *library.get(b"ours_matcher")?,
                matcher_free: *library.get(b"ours_matcher_free")?,
                matcher_memory: *library.get(b"ours_matcher_memory")?,
                matcher_count: *library.get(b"ours_matcher_count")?,
                matcher_find_all: *library.get(b"ours_matcher_find_all")?,
                words: *library.get(b"ours_words")?,
                line_starts: *library.get(b"ours_line_starts")?,
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

    /// Compiles a set; `patterns` stand one behind the other in `set`.
    pub fn matcher(&self, set: &Set, semantics: Semantics, ignore_ascii_case: bool) -> Matcher {
        // SAFETY: the patterns are lent for the call.
        let compiled =
            unsafe { (self.matcher)(set.bytes.as_ptr(), set.sizes.as_ptr(), set.sizes.len(), semantics as u8, ignore_ascii_case) };
        assert!(!compiled.is_null(), "lanewise refuses the patterns");
        // SAFETY: it takes nothing.
        Matcher { ours: *self, compiled, words: unsafe { (self.words)() } }
    }

    pub fn words(&self) -> Handle {
        // SAFETY: it takes nothing.
        Handle(unsafe { (self.words)() })
    }

    /// The number of lines; `words` receives where they start.
    pub fn line_starts(&self, text: &[u8], words: Handle) -> usize {
        // SAFETY: the handle is one of `words`, and the bytes are lent for the call.
        unsafe { (self.line_starts)(text.as_ptr(), text.len(), words.0) }
    }
}

/// Patterns as the C interface takes them.
pub struct Set {
    bytes: Vec<u8>,
    sizes: Vec<usize>,
}

impl Set {
    pub fn new(patterns: &[String]) -> Self {
        Self { bytes: patterns.concat().into_bytes(), sizes: patterns.iter().map(String::len).collect() }
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
