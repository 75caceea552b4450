//! Hyperscan, by the part of its C interface that searches for literals in a block. Where it was not found everything here is absent.

/// As `5.4.0 2021-01-01`; none where the program was built without it.
pub fn version() -> Option<String> {
    #[cfg(hyperscan)]
    return Some(library::version());
    #[cfg(not(hyperscan))]
    None
}

#[cfg(hyperscan)]
pub use library::Database;

#[cfg(hyperscan)]
mod library {
    use std::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong, c_void};
    use std::ptr;

    const MODE_BLOCK: c_uint = 1;
    const FLAG_CASELESS: c_uint = 1;
    const FLAG_SOM_LEFTMOST: c_uint = 256;
    const SUCCESS: c_int = 0;

    type OnMatch = unsafe extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

    #[repr(C)]
    struct CompileError {
        message: *const c_char,
        expression: c_int,
    }

    unsafe extern "C" {
        safe fn hs_version() -> *const c_char;
        fn hs_compile_lit_multi(
            expressions: *const *const u8,
            flags: *const c_uint,
            ids: *const c_uint,
            sizes: *const usize,
            count: c_uint,
            mode: c_uint,
            platform: *const c_void,
            database: &mut *mut c_void,
            error: &mut *mut CompileError,
        ) -> c_int;
        fn hs_free_compile_error(error: *mut CompileError) -> c_int;
        fn hs_alloc_scratch(database: *const c_void, scratch: &mut *mut c_void) -> c_int;
        fn hs_database_size(database: *const c_void, size: &mut usize) -> c_int;
        fn hs_scan(
            database: *const c_void,
            data: *const u8,
            size: c_uint,
            flags: c_uint,
            scratch: *mut c_void,
            on_match: OnMatch,
            context: *mut c_void,
        ) -> c_int;
        fn hs_free_scratch(scratch: *mut c_void) -> c_int;
        fn hs_free_database(database: *mut c_void) -> c_int;
    }

    pub fn version() -> String {
        // SAFETY: a static C string.
        unsafe { CStr::from_ptr(hs_version()) }.to_string_lossy().into_owned()
    }

    /// A compiled set with its scratch.
    pub struct Database {
        database: *mut c_void,
        scratch: *mut c_void,
    }

    impl Database {
        /// None where Hyperscan refuses the set: it has a limit, and `spans` (`HS_FLAG_SOM_LEFTMOST`) one of its own.
        pub fn new(patterns: &[String], ignore_ascii_case: bool, spans: bool) -> Option<Self> {
            let flag = if ignore_ascii_case { FLAG_CASELESS } else { 0 } | if spans { FLAG_SOM_LEFTMOST } else { 0 };
            // It wants what a C string has at its end, though it is told the sizes.
            let terminated: Vec<Vec<u8>> = patterns.iter().map(|pattern| [pattern.as_bytes(), b"\0"].concat()).collect();
            let expressions: Vec<*const u8> = terminated.iter().map(|pattern| pattern.as_ptr()).collect();
            let sizes: Vec<usize> = patterns.iter().map(String::len).collect();
            let flags = vec![flag; patterns.len()];
            let ids: Vec<c_uint> = (0..patterns.len() as c_uint).collect();
            let (mut database, mut error, mut scratch) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
            // SAFETY: the four lists have as many elements as it is told, and live during the call.
            unsafe {
                let code = hs_compile_lit_multi(
                    expressions.as_ptr(),
                    flags.as_ptr(),
                    ids.as_ptr(),
                    sizes.as_ptr(),
                    patterns.len() as c_uint,
                    MODE_BLOCK,
                    ptr::null(),
                    &mut database,
                    &mut error,
                );
                if code != SUCCESS {
                    hs_free_compile_error(error);
                    return None;
                }
                assert_eq!(hs_alloc_scratch(database, &mut scratch), SUCCESS, "Hyperscan has no memory for its scratch");
            }
            Some(Self { database, scratch })
        }

        pub fn memory_bytes(&self) -> usize {
            let mut size = 0;
            // SAFETY: the database is valid as long as `self`.
            assert_eq!(unsafe { hs_database_size(self.database, &mut size) }, SUCCESS);
            size
        }

        /// Appends id, start and end of each occurrence. Starts are 0 where the set was compiled without spans.
        pub fn find_all(&mut self, text: &[u8], words: &mut Vec<u32>) {
            unsafe extern "C" fn push(id: c_uint, start: c_ulonglong, end: c_ulonglong, _: c_uint, words: *mut c_void) -> c_int {
                // SAFETY: the context below.
                unsafe { (*words.cast::<Vec<u32>>()).extend([id, start as u32, end as u32]) };
                0
            }
            self.scan(text, push, ptr::from_mut(words).cast());
        }

        fn scan(&mut self, text: &[u8], on_match: OnMatch, context: *mut c_void) {
            // SAFETY: database and scratch belong together, the text is lent for the call, and the context is what `on_match` takes.
            let code = unsafe { hs_scan(self.database, text.as_ptr(), text.len() as c_uint, 0, self.scratch, on_match, context) };
            assert_eq!(code, SUCCESS, "Hyperscan fails");
        }
    }

    impl Drop for Database {
        fn drop(&mut self) {
            // SAFETY: nobody else has them.
            unsafe {
                hs_free_scratch(self.scratch);
                hs_free_database(self.database);
            }
        }
    }
}
