//! The few functions of libuv and Node that a descriptor needs to be nested in Node's loop.
//!
//! They are looked up when a gateway starts: a host without them (Bun, Deno, another platform) loads the addon as well.
use std::any::Any;
use std::ffi::{c_int, c_void};
use std::ptr::{NonNull, null_mut};
use std::rc::Rc;
use std::sync::OnceLock;

use napi::sys;

/// A `uv_poll_t` or a `uv_timer_t`.
pub(crate) type Handle = *mut c_void;
pub(crate) type OnPoll = extern "C" fn(handle: Handle, status: c_int, events: c_int);
pub(crate) type OnTimer = extern "C" fn(handle: Handle);
pub(crate) type OnClose = extern "C" fn(handle: Handle);
/// What Node calls before an environment ends; it waits for the hook to be removed.
pub(crate) type OnCleanup = unsafe extern "C" fn(hook: *mut c_void, data: *mut c_void);
type Loop = *mut c_void;

/// `UV_POLL` and `UV_TIMER` of `uv_handle_type`, and `UV_READABLE`: part of the ABI of libuv.
const POLL: c_int = 8;
const TIMER: c_int = 13;
const READABLE: c_int = 1;

macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)+) => {
        /// The functions, all of them there.
        #[derive(Clone, Copy)]
        pub(crate) struct Uv { $($name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)+ }

        impl Uv {
            fn find() -> Option<Self> {
                Some(Self {
                    $($name: {
                        let symbol = symbol(concat!(stringify!($name), "\0"))?;
                        // SAFETY: what has this name is this function: the declarations are those of uv.h and node_api.h.
                        unsafe { std::mem::transmute::<NonNull<c_void>, unsafe extern "C" fn($($argument),*) $(-> $result)?>(symbol) }
                    },)+
                })
            }
        }
    };
}

functions! {
    napi_get_uv_event_loop: fn(sys::napi_env, *mut Loop) -> sys::napi_status;
    napi_add_async_cleanup_hook: fn(sys::napi_env, OnCleanup, *mut c_void, *mut *mut c_void) -> sys::napi_status;
    napi_remove_async_cleanup_hook: fn(*mut c_void) -> sys::napi_status;
    uv_handle_size: fn(c_int) -> usize;
    uv_handle_set_data: fn(Handle, *mut c_void);
    uv_handle_get_data: fn(Handle) -> *mut c_void;
    uv_poll_init: fn(Loop, Handle, c_int) -> c_int;
    uv_poll_start: fn(Handle, c_int, OnPoll) -> c_int;
    uv_timer_init: fn(Loop, Handle) -> c_int;
    uv_timer_start: fn(Handle, OnTimer, u64, u64) -> c_int;
    uv_unref: fn(Handle);
    uv_close: fn(Handle, OnClose);
}

impl Uv {
    /// `None` on a host that lacks one of them.
    pub(crate) fn get() -> Option<Self> {
        static FOUND: OnceLock<Option<Uv>> = OnceLock::new();
        *FOUND.get_or_init(Self::find)
    }
}

#[cfg(unix)]
fn symbol(name: &str) -> Option<NonNull<c_void>> {
    // SAFETY: the name ends with a zero byte. This handle stands for the program and all that it has loaded.
    NonNull::new(unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr().cast()) })
}

#[cfg(not(unix))]
fn symbol(_: &str) -> Option<NonNull<c_void>> {
    None
}

/// Calls of one loop when a descriptor is readable and when a time has come.
///
/// Its two handles are memory that libuv knows until they are closed, which takes a turn of the loop: `close` must be called before the
/// value is dropped.
pub(crate) struct Nest {
    uv: Uv,
    poll: Box<[u64]>,
    timer: Box<[u64]>,
    hook: *mut c_void,
}

/// What a closing nest leaves to the callbacks of libuv.
struct Closing {
    uv: Uv,
    hook: *mut c_void,
    /// What the hook may still be called with: an environment may end before the loop comes to the callbacks.
    _data: Rc<dyn Any>,
    handles: u32,
    _memory: [Box<[u64]>; 2],
}

impl Nest {
    /// Watches `descriptor` on the loop of `env`. `data` is what [`data_of`] gives to the callbacks, and what `on_cleanup` is called with
    /// when the environment ends before `close`.
    ///
    /// # Safety
    /// - `env` is the environment of the call under way.
    /// - `descriptor` stays open until `close`.
    /// - The callbacks may be called with `data` until `close`, `on_cleanup` for as long as what `close` gets lives.
    pub(crate) unsafe fn open(
        env: sys::napi_env,
        descriptor: c_int,
        data: *mut c_void,
        on_poll: OnPoll,
        on_cleanup: OnCleanup,
    ) -> Option<Self> {
        let uv = Uv::get()?;
        let (mut uv_loop, mut hook) = (null_mut(), null_mut());
        // SAFETY: the environment is the caller's, the pointers are to local variables; the handles have the size and the alignment that libuv
        // asks for, stay where they are, and are closed before they are freed (see `Closing`).
        unsafe {
            if (uv.napi_get_uv_event_loop)(env, &mut uv_loop) != sys::Status::napi_ok {
                return None;
            }
            let mut nest = Self { uv, poll: memory(uv, POLL), timer: memory(uv, TIMER), hook };
            if (uv.uv_poll_init)(uv_loop, nest.poll.as_mut_ptr().cast(), descriptor) != 0 {
                return None;
            }
            (uv.uv_handle_set_data)(nest.poll.as_mut_ptr().cast(), data);
            (uv.uv_timer_init)(uv_loop, nest.timer.as_mut_ptr().cast());
            (uv.uv_handle_set_data)(nest.timer.as_mut_ptr().cast(), data);
            // Whether the process stays is for the listener to say.
            (uv.uv_unref)(nest.timer.as_mut_ptr().cast());
            (uv.uv_poll_start)(nest.poll.as_mut_ptr().cast(), READABLE, on_poll);
            (uv.napi_add_async_cleanup_hook)(env, on_cleanup, data, &mut hook);
            nest.hook = hook;
            Some(nest)
        }
    }

    /// Calls `on_timer` in `ms` milliseconds, in place of what was asked for before.
    pub(crate) fn call_in(&mut self, ms: u64, on_timer: OnTimer) {
        // SAFETY: the handle has been initialized and is not closed, which consumes this.
        unsafe { (self.uv.uv_timer_start)(self.timer.as_mut_ptr().cast(), on_timer, ms, 0) };
    }

    /// Ends the calls, but for that of `on_cleanup`: `data`, which it is called with, lives until it is not called any more.
    pub(crate) fn close(self, data: Rc<dyn Any>) {
        let Self { uv, mut poll, mut timer, hook } = self;
        let handles = [poll.as_mut_ptr(), timer.as_mut_ptr()];
        let closing = Box::into_raw(Box::new(Closing { uv, hook, _data: data, handles: 2, _memory: [poll, timer] }));
        for handle in handles {
            // SAFETY: the handles are initialized, and their memory, which does not move, is freed by the callback of the last one.
            unsafe {
                (uv.uv_handle_set_data)(handle.cast(), closing.cast());
                (uv.uv_close)(handle.cast(), on_close);
            }
        }
    }
}

/// The `data` of the nest that a handle belongs to.
///
/// # Safety
/// `handle` is the argument of a callback under way.
pub(crate) unsafe fn data_of(handle: Handle) -> *mut c_void {
    // SAFETY: the caller's promise. A handle exists, so the functions do.
    Uv::get().map_or(null_mut(), |uv| unsafe { (uv.uv_handle_get_data)(handle) })
}

/// Zeroed memory for a handle of that type.
///
/// # Safety
/// `uv` are the functions of this process, and `kind` is a type of handle.
unsafe fn memory(uv: Uv, kind: c_int) -> Box<[u64]> {
    // SAFETY: the caller's promise.
    let size = unsafe { (uv.uv_handle_size)(kind) };
    vec![0; size.div_ceil(size_of::<u64>())].into_boxed_slice()
}

extern "C" fn on_close(handle: Handle) {
    // SAFETY: libuv calls this once for each of the two handles, whose data `close` has set; the last call frees it.
    unsafe {
        let closing: *mut Closing = data_of(handle).cast();
        (*closing).handles -= 1;
        if (*closing).handles == 0 {
            let closing = Box::from_raw(closing);
            (closing.uv.napi_remove_async_cleanup_hook)(closing.hook);
        }
    }
}
