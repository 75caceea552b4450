//! Planes on threads of their own. What they have for JavaScript comes in batches, with one wake-up for all that waits; what it answers goes back
//! the same way.
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use lanewise_dataplane::{Counters, Inbox, Io, Limits, Listener, Outbox, Plane, Room, System, Threads, Worker, mail};
use napi::bindgen_prelude::Uint8Array;
use napi::{Result, check_status, sys};

use super::bridge::Bridge;
use super::names::Names;
use super::record::{Kind, Page};
use super::replies::{Answer, Media, answers, id_of, records};
use super::routing::Routing;
use super::service::Crossing;
use super::{Transport, acts};

/// What JavaScript has for a plane. Ids are those of the plane.
pub(crate) enum Letter {
    /// Records of answers.
    Answers(Vec<u8>),
    Begin {
        id: u32,
        status: u16,
        media: Media,
        fields: Vec<u8>,
    },
    Write {
        id: u32,
        data: Vec<u8>,
    },
    Finish {
        id: u32,
        is_whole: bool,
    },
    Resume {
        id: u32,
    },
    Routing(Routing),
}

/// What the planes have for JavaScript: the number of the thread, and its records.
type Batch = (usize, Page);

/// The way of one plane to JavaScript.
pub(crate) struct Post {
    thread: usize,
    outbox: Outbox<Batch>,
}

impl Post {
    /// Sends the records of a turn.
    fn send(&self, page: &mut Page) {
        if page.count() > 0 {
            self.outbox.send((self.thread, mem::take(page)));
        }
    }
}

impl Drop for Post {
    /// However the thread ends, JavaScript hears of it.
    fn drop(&mut self) {
        let mut page = Page::default();
        page.note(Kind::Drained, 0, 0);
        self.send(&mut page);
    }
}

impl Worker<System> for Crossing {
    type Letter = Letter;

    fn read(plane: &mut Plane<System, Self>, letter: Letter) {
        match letter {
            Letter::Answers(area) => answers(&area).for_each(|answer| acts::answer(plane, &answer)),
            Letter::Begin { id, status, media, fields } => {
                acts::begin(plane, &Answer { id, status, media, fields: &fields, body: b"", is_latin1: false });
            }
            Letter::Write { id, data } => {
                // Only one piece is under way: JavaScript waits for the word that another may come.
                if acts::write(plane, id, &data) == Room::More {
                    plane.service_mut().page.note(Kind::Writable, id, 0);
                }
            }
            Letter::Finish { id, is_whole } => acts::finish(plane, id, is_whole),
            Letter::Resume { id } => acts::resume(plane, id),
            Letter::Routing(routing) => {
                let generation = plane.service_mut().set_routing(routing);
                plane.service_mut().page.note(Kind::Reloaded, generation, 0);
            }
        }
    }

    fn turned(plane: &mut Plane<System, Self>) {
        acts::write_log(plane);
        let service = plane.service_mut();
        service.settle();
        if let Some(post) = &service.post {
            post.send(&mut service.page);
        }
    }
}

/// What rings for JavaScript, from any thread.
#[derive(Clone, Copy)]
struct Bell(sys::napi_threadsafe_function);

// SAFETY: a thread-safe function may be called from any thread while it is not released; it is when all threads have been joined.
unsafe impl Send for Bell {}
// SAFETY: as above.
unsafe impl Sync for Bell {}

impl Bell {
    fn ring(&self) {
        // SAFETY: see `Send`. It takes no memory, and does not wait.
        unsafe { sys::napi_call_threadsafe_function(self.0, null_mut(), sys::ThreadsafeFunctionCallMode::nonblocking) };
    }
}

/// A gateway whose planes are on threads of their own.
pub(crate) struct Crowd {
    bridge: Bridge,
    bell: Cell<Option<Bell>>,
    /// `None` before the start, and once it is closed.
    threads: RefCell<Option<Threads<Letter>>>,
    inbox: RefCell<Option<Inbox<Batch>>>,
    names: RefCell<Names>,
    /// Answers on their way, by thread.
    gathered: RefCell<Vec<Vec<u8>>>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Of the routes.
    generation: u32,
    /// Threads that have ended.
    ended: usize,
    is_draining: bool,
    /// Generations of routes and how many threads do not have them yet.
    reloads: Vec<(u32, usize)>,
}

impl State {
    /// One more thread has the routes of a generation; true when all have.
    fn reloaded(&mut self, generation: u32) -> bool {
        self.reloads.iter_mut().filter(|(of, _)| *of == generation).for_each(|(_, left)| *left -= 1);
        let count = self.reloads.len();
        self.reloads.retain(|(_, left)| *left > 0);
        self.reloads.len() < count
    }
}

/// How the planes are to be.
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) count: usize,
    pub(crate) io: Io,
    pub(crate) limits: Limits,
    pub(crate) routing: Routing,
    pub(crate) runs_plans: bool,
    pub(crate) logs: bool,
    pub(crate) counters: usize,
}

impl Crowd {
    /// Starts the threads; with them comes where they listen. The error of the system is inside.
    pub(crate) fn open(bridge: Bridge, plan: Plan) -> Result<io::Result<(Rc<Self>, SocketAddr)>> {
        let crowd = Rc::new(Self {
            bridge,
            bell: Cell::new(None),
            threads: RefCell::new(None),
            inbox: RefCell::new(None),
            names: RefCell::default(),
            gathered: RefCell::new(vec![Vec::new(); plan.count]),
            state: RefCell::default(),
        });
        let bell = crowd.make_bell()?;
        let (outbox, inbox) = mail(move || bell.ring());
        crowd.inbox.replace(Some(inbox));
        let Plan { address, count, io, limits, routing, runs_plans, logs, counters } = plan;
        let service = move |thread| Crossing::new(routing.clone(), runs_plans, logs).with_post(Post { thread, outbox: outbox.clone() });
        match Threads::start(count, address, &limits, counters, driver_of(io), service) {
            Ok(threads) => {
                let address = threads.address();
                crowd.threads.replace(Some(threads));
                Ok(Ok((crowd, address)))
            }
            Err(error) => {
                crowd.close();
                Ok(Err(error))
            }
        }
    }

    fn make_bell(&self) -> Result<Bell> {
        let env = self.bridge.env();
        let context: *mut c_void = std::ptr::from_ref(self).cast_mut().cast();
        let (mut name, mut function) = (null_mut(), null_mut());
        // SAFETY: the environment is that of the call under way. The function is released by `close`, which comes before this is dropped: the table
        // of this thread owns it until then, or `open`. The same holds for the hook.
        unsafe {
            check_status!(sys::napi_create_string_utf8(env, c"lanewise.gateway".as_ptr(), -1, &mut name))?;
            check_status!(sys::napi_create_threadsafe_function(
                env,
                null_mut(),
                null_mut(),
                name,
                0,
                1,
                null_mut(),
                None,
                context,
                Some(on_bell),
                &mut function
            ))?;
            check_status!(sys::napi_add_env_cleanup_hook(env, Some(on_cleanup), context))?;
        }
        self.bell.set(Some(Bell(function)));
        Ok(Bell(function))
    }

    /// Takes what the planes have sent.
    fn receive(&self) {
        let mut batches = Vec::new();
        if let Some(inbox) = &mut *self.inbox.borrow_mut() {
            inbox.take(&mut batches);
        }
        for (thread, mut page) in batches {
            self.rename(thread, &mut page);
            self.bridge.cross(&mut page, || self.send());
        }
    }

    /// Gives the requests of a page their names, and leaves out the records of those that have none any more.
    fn rename(&self, thread: usize, page: &mut Page) {
        let mut names = self.names.borrow_mut();
        let mut state = self.state.borrow_mut();
        let mut ended = 0;
        page.rename(|kind, id| match kind {
            Kind::Request => Some(names.give(thread, id)),
            Kind::Drained => {
                ended += 1;
                None
            }
            Kind::Reloaded => state.reloaded(id).then_some(id),
            Kind::Logged => Some(id),
            _ => names.of(thread, id),
        });
        drop(names);
        if ended == 0 {
            return;
        }
        state.ended += ended;
        let count = self.threads.borrow().as_ref().map_or(0, Threads::count);
        if state.ended == count {
            page.note(Kind::Drained, 0, 0);
        }
        if !state.is_draining {
            drop(state);
            self.bridge.report("a thread of the data plane has ended, by a fault of lanewise or of the system");
        }
    }

    /// Sends what JavaScript has answered, one letter to each thread.
    fn send(&self) {
        let mut gathered = self.gathered.borrow_mut();
        let mut names = self.names.borrow_mut();
        self.bridge.take_answers(|area| {
            for record in records(area) {
                let Some((thread, id)) = names.release(id_of(record)) else { continue };
                let letter = &mut gathered[thread];
                letter.extend_from_slice(&id.to_ne_bytes());
                letter.extend_from_slice(&record[size_of_val(&id)..]);
                letter.resize(letter.len().next_multiple_of(size_of_val(&id)), 0);
            }
        });
        let threads = self.threads.borrow();
        let Some(threads) = &*threads else { return };
        for (thread, letter) in gathered.iter_mut().enumerate().filter(|(_, letter)| !letter.is_empty()) {
            threads.send(thread, [Letter::Answers(mem::take(letter))]);
        }
    }

    fn post(&self, thread: usize, letter: Letter) {
        if let Some(threads) = &*self.threads.borrow() {
            threads.send(thread, [letter]);
        }
    }
}

impl Transport for Crowd {
    fn shared(&self) -> Result<Uint8Array> {
        self.bridge.shared()
    }

    fn take_loose(&self, index: usize) -> Vec<u8> {
        self.bridge.take_loose(index)
    }

    fn flush(&self) {
        self.send();
    }

    fn answer(&self, answer: &Answer<'_>) {
        self.send();
        let Some((thread, id)) = self.names.borrow_mut().release(answer.id) else { return };
        self.post(thread, Letter::Answers(answer.record(id)));
    }

    fn begin(&self, answer: &Answer<'_>) -> bool {
        self.send();
        let Some((thread, id)) = self.names.borrow().get(answer.id) else { return false };
        self.post(thread, Letter::Begin { id, status: answer.status, media: answer.media, fields: answer.fields.to_vec() });
        true
    }

    fn write(&self, id: u32, data: &[u8]) -> Room {
        let Some((thread, id)) = self.names.borrow().get(id) else { return Room::Gone };
        self.post(thread, Letter::Write { id, data: data.to_vec() });
        Room::Full
    }

    fn finish(&self, id: u32, is_whole: bool) {
        let Some((thread, id)) = self.names.borrow_mut().release(id) else { return };
        self.post(thread, Letter::Finish { id, is_whole });
    }

    fn resume(&self, id: u32) {
        let Some((thread, id)) = self.names.borrow().get(id) else { return };
        self.post(thread, Letter::Resume { id });
    }

    fn reload(&self, limits: Limits, routing: Routing) -> Option<u32> {
        let threads = self.threads.borrow();
        let threads = threads.as_ref()?;
        threads.set_limits(&limits);
        for thread in 0..threads.count() {
            threads.send(thread, [Letter::Routing(routing.clone())]);
        }
        let mut state = self.state.borrow_mut();
        state.generation += 1;
        let generation = state.generation;
        state.reloads.push((generation, threads.count()));
        Some(generation)
    }

    fn drain(&self, grace: Duration) {
        self.state.borrow_mut().is_draining = true;
        if let Some(threads) = &*self.threads.borrow() {
            threads.drain(grace);
        }
    }

    fn close(&self) {
        self.state.borrow_mut().is_draining = true;
        // Ends the threads, and waits for them: nobody rings any more.
        drop(self.threads.take());
        if let Some(Bell(function)) = self.bell.take() {
            let context: *mut c_void = std::ptr::from_ref(self).cast_mut().cast();
            // SAFETY: the function and the hook are those of `make_bell`, and this happens once.
            unsafe {
                sys::napi_remove_env_cleanup_hook(self.bridge.env(), Some(on_cleanup), context);
                sys::napi_release_threadsafe_function(function, sys::ThreadsafeFunctionReleaseMode::abort);
            }
        }
        self.bridge.close();
    }

    fn counters(&self) -> Vec<Arc<Counters>> {
        self.threads.borrow().as_ref().map(|threads| threads.counters().cloned().collect()).unwrap_or_default()
    }
}

fn driver_of(io: Io) -> fn(Listener) -> io::Result<System> {
    match io {
        Io::Epoll => |listener| System::new(listener, Io::Epoll),
        Io::Uring => |listener| System::new(listener, Io::Uring),
    }
}

/// Called on the thread of JavaScript when a plane has rung.
unsafe extern "C" fn on_bell(env: sys::napi_env, _function: sys::napi_value, context: *mut c_void, _data: *mut c_void) {
    // Without an environment it is only told that nothing comes of the bell any more; the joint may be gone.
    if env.is_null() {
        return;
    }
    // SAFETY: the function is released by `close`, so the table of this thread has the joint.
    let crowd = unsafe { share(context) };
    if catch_unwind(AssertUnwindSafe(|| crowd.receive())).is_err() {
        crowd.bridge.report("a panic, which is a fault of lanewise");
    }
}

/// The environment ends, with a gateway that nobody has closed.
unsafe extern "C" fn on_cleanup(data: *mut c_void) {
    // SAFETY: `close` takes the hook away, so the table of this thread has the joint.
    let crowd = unsafe { share(data) };
    _ = catch_unwind(AssertUnwindSafe(|| super::forget(Rc::as_ptr(&crowd).cast())));
}

/// Another owner of the joint that `data` points at, which keeps it whatever is called.
///
/// # Safety
/// `data` points at a joint that an `Rc` owns.
unsafe fn share(data: *mut c_void) -> Rc<Crowd> {
    let joint: *const Crowd = data.cast_const().cast();
    // SAFETY: the caller's promise.
    unsafe {
        Rc::increment_strong_count(joint);
        Rc::from_raw(joint)
    }
}
