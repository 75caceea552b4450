//! A plane nested in the loop of Node: its descriptor is one of those that the loop waits for, and JavaScript is called once a turn.
//!
//! One thread does everything. The plane is borrowed while it runs and never while JavaScript does: whatever JavaScript calls, from within a
//! turn or from without, finds it free.
use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;
use std::time::{Duration, Instant};

use lanewise_dataplane::{Budget, Epoll, Plane, Room};
use napi::bindgen_prelude::Uint8Array;
use napi::{Result, check_status, sys};

use super::memory::{Arenas, Control, Shared};
use super::record::{Kind, Page};
use super::replies::{Answer, answers};
use super::service::Crossing;
use super::uv::{Handle, Nest, data_of};

/// How often JavaScript is called for what a turn has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crossings {
    /// Once for each record.
    Each,
    /// Once for all of them.
    Turn,
}

/// One gateway of this thread.
pub(crate) struct Joint {
    env: sys::napi_env,
    /// The function that takes what a turn has brought, what it is called on, and the context that it is called in.
    deliver: sys::napi_ref,
    receiver: sys::napi_ref,
    context: sys::napi_async_context,
    crossings: Crossings,
    state: RefCell<State>,
    /// What is being handed over; what comes meanwhile goes to the page of the service.
    handed: RefCell<Page>,
    is_crossing: Cell<bool>,
}

struct State {
    /// `None` once it is closed.
    open: Option<Open>,
    /// `None` once its memory is given back.
    memory: Option<(Shared, Arenas)>,
}

struct Open {
    plane: Plane<Epoll, Crossing>,
    nest: Nest,
    /// When the timer calls; `None` while it is not set.
    timer: Option<Instant>,
    has_told_end: bool,
}

impl Joint {
    /// Nests the plane that `make` gives in the loop of `env`, the environment of the call under way. `None` on a host without libuv.
    pub(crate) fn open(
        env: sys::napi_env,
        deliver: sys::napi_value,
        crossings: Crossings,
        plane: Plane<Epoll, Crossing>,
    ) -> Result<Option<Rc<Self>>> {
        let (mut function, mut receiver, mut object, mut name, mut context) = (null_mut(), null_mut(), null_mut(), null_mut(), null_mut());
        // SAFETY: `env` and `deliver` are those of the call under way, and every pointer is to a local variable.
        unsafe {
            check_status!(sys::napi_create_reference(env, deliver, 1, &mut function))?;
            check_status!(sys::napi_create_object(env, &mut object))?;
            check_status!(sys::napi_create_reference(env, object, 1, &mut receiver))?;
            check_status!(sys::napi_create_string_utf8(env, c"lanewise.gateway".as_ptr(), -1, &mut name))?;
            check_status!(sys::napi_async_init(env, object, name, &mut context))?;
        }
        let memory = Some((Shared::new(env)?, Arenas::default()));
        let descriptor = plane.driver().descriptor();
        let joint = Rc::new(Self {
            env,
            deliver: function,
            receiver,
            context,
            crossings,
            state: RefCell::new(State { open: None, memory }),
            handed: RefCell::default(),
            is_crossing: Cell::new(false),
        });
        // SAFETY: the environment is that of the call. The plane, and with it the descriptor, is dropped behind `Nest::close`; until then the
        // table of this thread keeps the joint (see `close`).
        let Some(nest) = (unsafe { Nest::open(env, descriptor, Rc::as_ptr(&joint).cast_mut().cast(), on_ready, on_cleanup) }) else {
            joint.release();
            return Ok(None);
        };
        joint.state.borrow_mut().open = Some(Open { plane, nest, timer: None, has_told_end: false });
        joint.rest(false);
        Ok(Some(joint))
    }

    /// The block of numbers and answers.
    pub(crate) fn shared(&self) -> Result<Uint8Array> {
        match &self.state.borrow().memory {
            Some((shared, _)) => shared.view(self.env),
            None => Err(napi::Error::from_reason("the gateway is closed")),
        }
    }

    /// Does something with the plane; `None` once it is closed.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Plane<Epoll, Crossing>) -> T) -> Option<T> {
        self.state.borrow_mut().open.as_mut().map(|open| act(&mut open.plane))
    }

    /// A turn of the plane, and what follows for JavaScript.
    fn turn(&self) {
        // Only a host that runs its loop within a call of it would come here.
        if self.is_crossing.get() {
            return;
        }
        let has_more = self.with(|plane| plane.turn(Some(Duration::ZERO), Budget::default()));
        match has_more {
            None => {}
            Some(Ok(turn)) => {
                self.cross();
                self.rest(turn.has_more);
            }
            Some(Err(error)) => self.fail(&format!("the event queue of the system: {error}")),
        }
    }

    /// Hands over what there is for JavaScript.
    fn cross(&self) {
        self.with(|plane| std::mem::swap(&mut plane.service_mut().page, &mut self.handed.borrow_mut()));
        let mut start = 0;
        loop {
            let (size, count) = match self.crossings {
                Crossings::Each => self.handed.borrow().first(start),
                Crossings::Turn => self.handed.borrow().all(start),
            };
            if count == 0 {
                break;
            }
            self.call(start, size, count);
            start += size;
        }
        self.handed.borrow_mut().clear();
    }

    /// Calls JavaScript for `size` bytes of records, and takes what it has answered until then.
    fn call(&self, start: usize, size: usize, count: usize) {
        let mut scope = null_mut();
        // SAFETY: the environment lives: it calls `on_cleanup` before it ends. The scope is closed below.
        unsafe { sys::napi_open_handle_scope(self.env, &mut scope) };
        match self.place(start, size, count) {
            Ok(arena) => {
                self.is_crossing.set(true);
                self.call_back(arena);
                self.is_crossing.set(false);
            }
            Err(error) => self.fail(&error.reason),
        }
        if let Some((shared, _)) = &mut self.state.borrow_mut().memory {
            shared.set(Control::Crossing, 0);
        }
        self.flush();
        // SAFETY: the scope that was opened above.
        unsafe { sys::napi_close_handle_scope(self.env, scope) };
        if self.state.borrow().open.is_none() {
            self.release();
        }
    }

    /// Copies records to where JavaScript finds them; the arena, where it is another one than before.
    fn place(&self, start: usize, size: usize, count: usize) -> Result<Option<sys::napi_value>> {
        let mut state = self.state.borrow_mut();
        let Some((shared, arenas)) = &mut state.memory else { return Ok(None) };
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
        // this joint is borrowed.
        unsafe {
            sys::napi_get_reference_value(self.env, self.receiver, &mut receiver);
            sys::napi_get_reference_value(self.env, self.deliver, &mut function);
            let (count, arguments) = (arguments.len(), arguments.as_ptr());
            let status = sys::napi_make_callback(self.env, self.context, receiver, function, count, arguments, &mut result);
            if status != sys::Status::napi_ok {
                report(self.env);
            }
        }
    }

    /// Sends what JavaScript has answered.
    pub(crate) fn flush(&self) {
        let mut state = self.state.borrow_mut();
        let State { open: Some(Open { plane, .. }), memory: Some((shared, _)) } = &mut *state else { return };
        for answer in answers(shared.take_answers()) {
            reply(plane, &answer);
        }
        plane.service_mut().settle();
        plane.flush();
    }

    /// As `flush`, when no turn is under way.
    pub(crate) fn flush_between(&self) {
        self.flush();
        self.rest(false);
    }

    /// Answers with a body that does not fit the answers.
    pub(crate) fn answer(&self, answer: &Answer<'_>) {
        self.flush();
        self.with(|plane| {
            reply(plane, answer);
            plane.flush();
        });
        self.rest(false);
    }

    /// Begins a streamed answer. False when there is nobody to answer any more, or it cannot be written.
    pub(crate) fn begin(&self, answer: &Answer<'_>) -> bool {
        self.flush();
        let begun = self.with(|plane| {
            let service = plane.service();
            let Some((token, pending)) = service.token(answer.id).zip(service.pending(answer.id)) else { return false };
            let mut is_written = false;
            let is_begun = plane.begin(token, None, |reply| is_written = answer.write_chunked(reply, pending.route));
            plane.flush();
            is_begun && is_written
        });
        self.rest(false);
        begun.unwrap_or(false)
    }

    /// Goes on with a streamed answer.
    pub(crate) fn write(&self, id: u32, data: &[u8]) -> Room {
        let room = self.with(|plane| {
            let Some(token) = plane.service().token(id) else { return Room::Gone };
            let room = plane.write(token, data);
            plane.flush();
            room
        });
        self.rest(false);
        room.unwrap_or(Room::Gone)
    }

    /// Ends a streamed answer, as a whole or not.
    pub(crate) fn finish(&self, id: u32, is_whole: bool) {
        self.with(|plane| {
            let Some(token) = plane.service_mut().release(id).and_then(|pending| pending.token) else { return };
            if is_whole {
                plane.finish(token);
            } else {
                plane.cut(token);
            }
            plane.flush();
        });
        self.rest(false);
    }

    /// More of a streamed body is wanted.
    pub(crate) fn resume(&self, id: u32) {
        self.with(|plane| {
            if let Some(token) = plane.service_mut().resume(id) {
                plane.resume(token);
                plane.flush();
            }
        });
        self.rest(false);
    }

    /// Bytes that were too many to be copied with the records; to be taken while the records are handed over, once.
    pub(crate) fn take_loose(&self, index: usize) -> Vec<u8> {
        self.handed.borrow_mut().take_loose(index)
    }

    pub(crate) fn drain(&self, grace: Duration) {
        self.with(|plane| plane.drain(grace));
        self.rest(false);
    }

    /// Cuts every connection and ends the calls. The joint must be kept until a call that is under way has returned.
    pub(crate) fn close(&self) {
        let open = self.state.borrow_mut().open.take();
        if let Some(Open { mut plane, nest, .. }) = open {
            plane.abort();
            nest.close();
        }
        if !self.is_crossing.get() {
            self.release();
        }
    }

    /// Sees to it that the next turn comes in time.
    fn rest(&self, has_more: bool) {
        let mut state = self.state.borrow_mut();
        let Some(open) = &mut state.open else { return };
        if open.plane.is_drained() && !open.has_told_end {
            open.has_told_end = true;
            open.plane.service_mut().page.note(Kind::Drained, 0, 0);
        }
        let wait = if has_more || open.plane.service().page.count() > 0 { Some(Duration::ZERO) } else { open.plane.next_deadline() };
        let Some(wait) = wait else { return };
        let due = Instant::now() + wait;
        // What is set for an earlier time asks again then.
        if open.timer.is_none_or(|timer| due < timer) {
            open.timer = Some(due);
            open.nest.call_in(wait.as_nanos().div_ceil(1_000_000) as u64, on_timer);
        }
    }

    /// Ends the gateway for a fault that is nobody's request, and tells the process.
    fn fail(&self, why: &str) {
        self.close();
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

    /// Gives back what the joint has of the environment.
    fn release(&self) {
        let Some((shared, mut arenas)) = self.state.borrow_mut().memory.take() else { return };
        shared.release(self.env);
        arenas.release(self.env);
        // SAFETY: the environment lives, and `memory` was there: this happens once.
        unsafe {
            sys::napi_delete_reference(self.env, self.deliver);
            sys::napi_delete_reference(self.env, self.receiver);
            sys::napi_async_destroy(self.env, self.context);
        }
    }
}

/// Answers a request, whose id is free then.
fn reply(plane: &mut Plane<Epoll, Crossing>, answer: &Answer<'_>) {
    let Some(pending) = plane.service_mut().release(answer.id) else { return };
    if let Some(token) = pending.token.filter(|_| answer.status != 0) {
        plane.answer(token, |reply| answer.write(reply, pending.route));
    }
}

/// Passes on what a callback has thrown as nobody's: the process ends unless it listens to `uncaughtException`.
///
/// # Safety
/// A call into `env` has just failed.
unsafe fn report(env: sys::napi_env) {
    let mut thrown = null_mut();
    // SAFETY: the caller's promise.
    unsafe {
        if sys::napi_get_and_clear_last_exception(env, &mut thrown) == sys::Status::napi_ok {
            sys::napi_fatal_exception(env, thrown);
        }
    }
}

/// Runs a turn of the joint that a handle belongs to. No panic reaches libuv.
fn run(handle: Handle, act: impl FnOnce(&Joint)) {
    // SAFETY: libuv calls this for a handle that is open, so the joint is in the table of its thread, by an `Rc` (see `Joint::open`); another
    // one keeps it for as long as this runs.
    let joint = unsafe {
        let joint: *const Joint = data_of(handle).cast_const().cast();
        Rc::increment_strong_count(joint);
        Rc::from_raw(joint)
    };
    let mut scope = null_mut();
    // SAFETY: the environment lives: it calls `on_cleanup` before it ends. The scope is closed below.
    unsafe { sys::napi_open_handle_scope(joint.env, &mut scope) };
    if catch_unwind(AssertUnwindSafe(|| act(&joint))).is_err() {
        joint.is_crossing.set(false);
        joint.fail("a panic, which is a fault of lanewise");
    }
    // SAFETY: the scope that was opened above.
    unsafe { sys::napi_close_handle_scope(joint.env, scope) };
}

extern "C" fn on_ready(handle: Handle, _status: c_int, _events: c_int) {
    run(handle, Joint::turn);
}

extern "C" fn on_timer(handle: Handle) {
    run(handle, |joint| {
        if let Some(open) = &mut joint.state.borrow_mut().open {
            open.timer = None;
        }
        joint.turn();
    });
}

/// The environment ends, with a gateway that nobody has closed.
unsafe extern "C" fn on_cleanup(_hook: *mut c_void, data: *mut c_void) {
    // SAFETY: Node calls this while the hook is there, which goes with the nest: the joint is in the table of its thread (see `run`).
    let joint = unsafe {
        let joint: *const Joint = data.cast_const().cast();
        Rc::increment_strong_count(joint);
        Rc::from_raw(joint)
    };
    _ = catch_unwind(AssertUnwindSafe(|| super::forget(&joint)));
}
