//! A plane nested in the loop of Node: its descriptor is one of those that the loop waits for, and JavaScript is called once a turn.
//!
//! One thread does everything. The plane is borrowed while it runs and never while JavaScript does: whatever JavaScript calls, from within a
//! turn or from without, finds it free.
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lanewise_dataplane::{Budget, Counters, Limits, Plane, Room, System, Turn};
use napi::bindgen_prelude::Uint8Array;
use napi::{Result, sys};

use super::bridge::Bridge;
use super::record::{Kind, Page};
use super::replies::{Answer, answers};
use super::routing::Routing;
use super::service::Crossing;
use super::uv::{Handle, Nest, data_of};
use super::{Transport, acts};

/// A gateway whose plane is on the thread of JavaScript.
pub(crate) struct Nested {
    bridge: Bridge,
    /// `None` once it is closed.
    open: RefCell<Option<Open>>,
    /// What the next turn hands over: memory for one page is with the plane, for the other here.
    page: RefCell<Page>,
}

struct Open {
    plane: Plane<System, Crossing>,
    nest: Nest,
    /// When the timer calls, by the clock of the plane; `None` while it is not set.
    timer: Option<u64>,
    has_told_end: bool,
}

impl Nested {
    /// Nests a plane in the loop of the bridge's environment, that of the call under way. `None` on a host without libuv.
    pub(crate) fn open(bridge: Bridge, plane: Plane<System, Crossing>) -> Option<Rc<Self>> {
        let descriptor = plane.driver().descriptor();
        let joint = Rc::new(Self { bridge, open: RefCell::default(), page: RefCell::default() });
        let (env, data) = (joint.bridge.env(), Rc::as_ptr(&joint).cast_mut().cast());
        // SAFETY: the environment is that of the call. The plane, and with it the descriptor, is dropped behind `Nest::close`; until then the
        // table of this thread keeps the joint, or the caller.
        let nest = unsafe { Nest::open(env, descriptor, data, on_ready, on_cleanup) }?;
        *joint.open.borrow_mut() = Some(Open { plane, nest, timer: None, has_told_end: false });
        joint.rest(false);
        Some(joint)
    }

    /// Does something with the plane, whose next turn is seen to; `None` once it is closed.
    fn with<T>(&self, act: impl FnOnce(&mut Plane<System, Crossing>) -> T) -> Option<T> {
        let done = self.open.borrow_mut().as_mut().map(|open| act(&mut open.plane));
        self.rest(false);
        done
    }

    /// Turns of the plane, and what follows for JavaScript.
    fn turn(&self) {
        // Only a host that runs its loop within a call of it would come here.
        if self.bridge.is_crossing() {
            return;
        }
        let turned = match &mut *self.open.borrow_mut() {
            Some(Open { plane, .. }) => turns(plane),
            None => return,
        };
        match turned {
            Ok(turn) => {
                self.cross();
                self.rest(turn.has_more);
            }
            Err(error) => self.fail(&format!("the event queue of the system: {error}")),
        }
    }

    /// Hands over what there is for JavaScript.
    fn cross(&self) {
        let mut page = self.page.take();
        if let Some(Open { plane, .. }) = &mut *self.open.borrow_mut() {
            acts::write_log(plane);
            std::mem::swap(&mut plane.service_mut().page, &mut page);
        }
        self.bridge.cross(&mut page, || self.send());
        self.page.replace(page);
    }

    /// Sends what JavaScript has answered.
    fn send(&self) {
        let mut open = self.open.borrow_mut();
        let Some(Open { plane, .. }) = &mut *open else { return };
        self.bridge.take_answers(|area| answers(area).for_each(|answer| acts::answer(plane, &answer)));
        plane.service_mut().settle();
        plane.flush();
    }

    /// Sees to it that the next turn comes in time.
    fn rest(&self, has_more: bool) {
        let mut open = self.open.borrow_mut();
        let Some(open) = &mut *open else { return };
        if open.plane.is_drained() && !open.has_told_end {
            open.has_told_end = true;
            acts::write_log(&mut open.plane);
            open.plane.service_mut().page.note(Kind::Drained, 0, 0);
        }
        let Crossing { page, journal, .. } = open.plane.service();
        let is_urgent = has_more || page.count() > 0 || journal.as_ref().is_some_and(|journal| journal.has_entries());
        let Some(due) = (if is_urgent { Some(0) } else { open.plane.due() }) else { return };
        // What is set for an earlier time asks again then.
        if open.timer.is_none_or(|timer| due < timer) {
            let wait = if due == 0 { Duration::ZERO } else { open.plane.next_deadline().unwrap_or_default() };
            open.timer = Some(due);
            open.nest.call_in(wait.as_nanos().div_ceil(1_000_000) as u64, on_timer);
        }
    }

    /// Ends the gateway for a fault that is nobody's request, and tells the process.
    fn fail(&self, why: &str) {
        self.close();
        self.bridge.report(why);
    }
}

impl Transport for Nested {
    fn shared(&self) -> Result<Uint8Array> {
        self.bridge.shared()
    }

    fn take_loose(&self, index: usize) -> Vec<u8> {
        self.bridge.take_loose(index)
    }

    fn flush(&self) {
        self.send();
        self.rest(false);
    }

    fn answer(&self, answer: &Answer<'_>) {
        self.send();
        self.with(|plane| {
            acts::answer(plane, answer);
            plane.flush();
        });
    }

    fn begin(&self, answer: &Answer<'_>) -> bool {
        self.send();
        let begun = self.with(|plane| {
            let is_begun = acts::begin(plane, answer);
            plane.flush();
            is_begun
        });
        begun.unwrap_or(false)
    }

    fn write(&self, id: u32, data: &[u8]) -> Room {
        let room = self.with(|plane| {
            let room = acts::write(plane, id, data);
            plane.flush();
            room
        });
        room.unwrap_or(Room::Gone)
    }

    fn finish(&self, id: u32, is_whole: bool) {
        self.with(|plane| {
            acts::finish(plane, id, is_whole);
            plane.flush();
        });
    }

    fn resume(&self, id: u32) {
        self.with(|plane| {
            acts::resume(plane, id);
            plane.flush();
        });
    }

    fn reload(&self, limits: Limits, routing: Routing) -> Option<u32> {
        self.with(|plane| {
            plane.set_limits(limits);
            let generation = plane.service_mut().set_routing(routing);
            plane.service_mut().page.note(Kind::Reloaded, generation, 0);
            generation
        })
    }

    fn drain(&self, grace: Duration) {
        self.with(|plane| {
            plane.drain(grace);
            plane.flush();
        });
    }

    fn close(&self) {
        if let Some(Open { mut plane, nest, .. }) = self.open.take() {
            plane.abort();
            // SAFETY: this is a joint that an `Rc` owns: `open` has made it.
            nest.close(unsafe { share(std::ptr::from_ref(self).cast_mut().cast()) });
        }
        self.bridge.close();
    }

    fn counters(&self) -> Vec<Arc<Counters>> {
        self.with(|plane| vec![Arc::clone(plane.counters())]).unwrap_or_default()
    }
}

/// One turn after the other while something comes that JavaScript has no part in: the loop of Node takes longer for a turn than a plan does, so it has its
/// own when the budget of one ends.
fn turns(plane: &mut Plane<System, Crossing>) -> io::Result<Turn> {
    let (mut left, start) = (Budget::default(), Instant::now());
    loop {
        let turn = plane.turn(Some(Duration::ZERO), left)?;
        left = Budget { events: left.events - turn.events, time: Budget::default().time.saturating_sub(start.elapsed()) };
        let is_over = left.events == 0 || left.time.is_zero() || plane.service().page.count() > 0;
        if turn.events == 0 || turn.has_more || is_over {
            return Ok(turn);
        }
    }
}

/// Runs a turn of the joint that a handle belongs to. No panic reaches libuv.
fn run(handle: Handle, act: impl FnOnce(&Nested)) {
    // SAFETY: libuv calls this for a handle that is open, so its data is the joint, which the table of its thread keeps.
    let joint = unsafe { share(data_of(handle)) };
    let env = joint.bridge.env();
    let mut scope = null_mut();
    // SAFETY: the environment lives: it calls `on_cleanup` before it ends. The scope is closed below.
    unsafe { sys::napi_open_handle_scope(env, &mut scope) };
    if catch_unwind(AssertUnwindSafe(|| act(&joint))).is_err() {
        joint.fail("a panic, which is a fault of lanewise");
    }
    // SAFETY: the scope that was opened above.
    unsafe { sys::napi_close_handle_scope(env, scope) };
}

/// Another owner of the joint that `data` points at, which keeps it whatever is called.
///
/// # Safety
/// `data` is what `Rc::as_ptr` gave of a joint that somebody owns.
unsafe fn share(data: *mut c_void) -> Rc<Nested> {
    let joint: *const Nested = data.cast_const().cast();
    // SAFETY: the caller's promise.
    unsafe {
        Rc::increment_strong_count(joint);
        Rc::from_raw(joint)
    }
}

extern "C" fn on_ready(handle: Handle, _status: c_int, _events: c_int) {
    run(handle, Nested::turn);
}

extern "C" fn on_timer(handle: Handle) {
    run(handle, |joint| {
        if let Some(open) = &mut *joint.open.borrow_mut() {
            open.timer = None;
        }
        joint.turn();
    });
}

/// The environment ends, with a gateway that nobody has closed.
unsafe extern "C" fn on_cleanup(_hook: *mut c_void, data: *mut c_void) {
    // SAFETY: Node calls this while the hook is there. The table of this thread keeps the joint, and then, until the hook is gone, `Nest::close`.
    let joint = unsafe { share(data) };
    _ = catch_unwind(AssertUnwindSafe(|| super::forget(Rc::as_ptr(&joint).cast())));
}
