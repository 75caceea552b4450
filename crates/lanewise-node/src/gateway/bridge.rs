//! The border: records are handed over to JavaScript, answers are taken from memory that both sides know.
use std::cell::{Cell, RefCell};
use std::ptr::null_mut;

use napi::bindgen_prelude::Uint8Array;
use napi::{Result, check_status, sys};

use super::memory::{Arenas, Control, Shared};
use super::record::Page;

/// How often JavaScript is called for what a turn has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crossings {
    /// Once for each record.
    Each,
    /// Once for all of them.
    Turn,
}

/// The way to the function of one gateway. Nothing of it is borrowed while JavaScript runs.
pub(crate) struct Bridge {
    env: sys::napi_env,
    /// The function that takes records, what it is called on, and the context that it is called in.
    deliver: sys::napi_ref,
    receiver: sys::napi_ref,
    context: sys::napi_async_context,
    crossings: Crossings,
    /// `None` once it is given back.
    memory: RefCell<Option<(Shared, Arenas)>>,
    /// What is being handed over.
    handed: RefCell<Page>,
    is_crossing: Cell<bool>,
    is_closed: Cell<bool>,
}

impl Bridge {
    /// A bridge to `deliver`; both arguments are those of the call under way.
    pub(crate) fn new(env: sys::napi_env, deliver: sys::napi_value, crossings: Crossings) -> Result<Self> {
        let (mut function, mut receiver, mut object, mut name, mut context) = (null_mut(), null_mut(), null_mut(), null_mut(), null_mut());
        // SAFETY: the environment and the function are those of the call under way, and every pointer is to a local variable.
        unsafe {
            check_status!(sys::napi_create_reference(env, deliver, 1, &mut function))?;
            check_status!(sys::napi_create_object(env, &mut object))?;
            check_status!(sys::napi_create_reference(env, object, 1, &mut receiver))?;
            check_status!(sys::napi_create_string_utf8(env, c"lanewise.gateway".as_ptr(), -1, &mut name))?;
            check_status!(sys::napi_async_init(env, object, name, &mut context))?;
        }
        Ok(Self {
            env,
            deliver: function,
            receiver,
            context,
            crossings,
            memory: RefCell::new(Some((Shared::new(env)?, Arenas::default()))),
            handed: RefCell::default(),
            is_crossing: Cell::new(false),
            is_closed: Cell::new(false),
        })
    }

    pub(crate) fn env(&self) -> sys::napi_env {
        self.env
    }

    /// Whether JavaScript is being called.
    pub(crate) fn is_crossing(&self) -> bool {
        self.is_crossing.get()
    }

    /// The block of numbers and answers.
    pub(crate) fn shared(&self) -> Result<Uint8Array> {
        match &*self.memory.borrow() {
            Some((shared, _)) => shared.view(self.env),
            None => Err(napi::Error::from_reason("the gateway is closed")),
        }
    }

    /// Gives the answers that have been written to `take`.
    pub(crate) fn take_answers(&self, take: impl FnOnce(&[u8])) {
        if let Some((shared, _)) = &mut *self.memory.borrow_mut() {
            take(shared.take_answers());
        }
    }

    /// Bytes that were too many to be copied with the records; to be taken while the records are handed over, once.
    pub(crate) fn take_loose(&self, index: usize) -> Vec<u8> {
        self.handed.borrow_mut().take_loose(index)
    }

    /// Hands records over, and calls `answered` behind each call of JavaScript. A page without any comes back in the place of `page`.
    pub(crate) fn cross(&self, page: &mut Page, answered: impl Fn()) {
        if page.count() == 0 {
            return;
        }
        std::mem::swap(&mut *self.handed.borrow_mut(), page);
        let mut start = 0;
        loop {
            let (size, count) = match self.crossings {
                Crossings::Each => self.handed.borrow().first(start),
                Crossings::Turn => self.handed.borrow().all(start),
            };
            if count == 0 || self.is_closed.get() {
                break;
            }
            self.call(start, size, count);
            answered();
            start += size;
        }
        self.handed.borrow_mut().clear();
        std::mem::swap(&mut *self.handed.borrow_mut(), page);
        if self.is_closed.get() {
            self.release();
        }
    }

    /// Calls JavaScript for `count` records, of `size` bytes.
    fn call(&self, start: usize, size: usize, count: usize) {
        let mut scope = null_mut();
        // SAFETY: the environment lives: gateways are closed before it ends. The scope is closed below.
        unsafe { sys::napi_open_handle_scope(self.env, &mut scope) };
        match self.place(start, size, count) {
            Ok(arena) => {
                self.is_crossing.set(true);
                self.call_back(arena);
                self.is_crossing.set(false);
            }
            Err(error) => self.report(&error.reason),
        }
        if let Some((shared, _)) = &mut *self.memory.borrow_mut() {
            shared.set(Control::Crossing, 0);
        }
        // SAFETY: the scope that was opened above.
        unsafe { sys::napi_close_handle_scope(self.env, scope) };
    }

    /// Copies records to where JavaScript finds them; the arena, where it is another one than before.
    fn place(&self, start: usize, size: usize, count: usize) -> Result<Option<sys::napi_value>> {
        let mut memory = self.memory.borrow_mut();
        let Some((shared, arenas)) = &mut *memory else { return Ok(None) };
        let placed = arenas.place(self.env, &self.handed.borrow().bytes()[start..start + size])?;
        shared.set(Control::Start, placed.start);
        shared.set(Control::Count, count);
        shared.set(Control::Crossing, 1);
        Ok(placed.arena)
    }

    fn call_back(&self, arena: Option<sys::napi_value>) {
        let (mut function, mut receiver, mut result) = (null_mut(), null_mut(), null_mut());
        let arguments = arena.as_slice();
        // SAFETY: the environment and its references live (see `call`), a handle scope is open, and pointers are to local variables. Nothing of
        // this bridge is borrowed.
        unsafe {
            sys::napi_get_reference_value(self.env, self.receiver, &mut receiver);
            sys::napi_get_reference_value(self.env, self.deliver, &mut function);
            let (count, arguments) = (arguments.len(), arguments.as_ptr());
            let status = sys::napi_make_callback(self.env, self.context, receiver, function, count, arguments, &mut result);
            if status != sys::Status::napi_ok {
                pass_on(self.env);
            }
        }
    }

    /// Tells the process of a fault that is nobody's request.
    pub(crate) fn report(&self, why: &str) {
        // SAFETY: the environment lives, and a handle scope is open: this is called within a turn, or from JavaScript.
        unsafe {
            let (mut text, mut error) = (null_mut(), null_mut());
            let why = format!("lanewise gateway: {why}");
            sys::napi_create_string_utf8(self.env, why.as_ptr().cast(), why.len() as isize, &mut text);
            if sys::napi_create_error(self.env, null_mut(), text, &mut error) == sys::Status::napi_ok {
                sys::napi_fatal_exception(self.env, error);
            }
        }
    }

    /// Hands nothing over any more, and gives back what it has of the environment: at once, or when the crossing under way has ended.
    pub(crate) fn close(&self) {
        self.is_closed.set(true);
        if !self.is_crossing.get() {
            self.release();
        }
    }

    fn release(&self) {
        let Some((shared, mut arenas)) = self.memory.borrow_mut().take() else { return };
        shared.release(self.env);
        arenas.release(self.env);
        // SAFETY: the environment lives, and there was memory: this happens once.
        unsafe {
            sys::napi_delete_reference(self.env, self.deliver);
            sys::napi_delete_reference(self.env, self.receiver);
            sys::napi_async_destroy(self.env, self.context);
        }
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.release();
    }
}

/// Passes on what a callback has thrown as nobody's: the process ends unless it listens to `uncaughtException`.
///
/// # Safety
/// A call into `env` has just failed.
unsafe fn pass_on(env: sys::napi_env) {
    let mut thrown = null_mut();
    // SAFETY: the caller's promise.
    unsafe {
        if sys::napi_get_and_clear_last_exception(env, &mut thrown) == sys::Status::napi_ok {
            sys::napi_fatal_exception(env, thrown);
        }
    }
}
