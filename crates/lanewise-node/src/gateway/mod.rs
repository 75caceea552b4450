//! The gateway's transport: a plane of `lanewise-dataplane` whose requests are answered by JavaScript.
//!
//! `ts/dataplane.ts` says what each function does.
mod acts;
mod bridge;
mod crowd;
mod journal;
mod memory;
mod names;
mod nested;
mod record;
mod replies;
mod routing;
mod service;
#[cfg(test)]
mod tests;
mod uv;

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bridge::{Bridge, Crossings};
use crowd::Crowd;
use lanewise_dataplane::{Counters, Io, Limits, Listener, Plane, Room, System};
use lanewise_http::{HeadLimits, Known};
use napi::bindgen_prelude::{Float64Array, Function, Uint8Array};
use napi::{Env, JsValue, Result};
use napi_derive::napi;
use nested::Nested;
use replies::{Answer, Media};
pub use routing::GatewayRoute;
use routing::Routing;
use service::Crossing;

thread_local! {
    /// The gateways of this thread that are open.
    static JOINTS: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// The handle of the next gateway. None is given away twice: what still calls for a gateway that is closed must not reach another one.
static NEXT_HANDLE: AtomicU32 = AtomicU32::new(0);

struct Entry {
    handle: u32,
    joint: Rc<dyn Transport>,
    address: SocketAddr,
    group: u32,
    /// It has founded the group, which ends with it.
    is_first: bool,
}

/// The counters of gateways that share a port, whichever thread they are on.
static GROUPS: Mutex<Vec<(u32, Vec<Arc<Counters>>)>> = Mutex::new(Vec::new());
/// How many groups have been founded.
static FOUNDED: AtomicU32 = AtomicU32::new(0);

fn with_groups<T>(act: impl FnOnce(&mut Vec<(u32, Vec<Arc<Counters>>)>) -> T) -> T {
    // A thread that panicked while it held the lock has left a list of whole groups.
    act(&mut GROUPS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Adds counters to a group, or founds one for 0. The number of the group.
fn join_group(group: u32, counters: Vec<Arc<Counters>>) -> u32 {
    with_groups(|groups| {
        if let Some((_, members)) = groups.iter_mut().find(|(number, _)| *number == group) {
            members.extend(counters);
            return group;
        }
        let group = FOUNDED.fetch_add(1, Relaxed) + 1;
        groups.push((group, counters));
        group
    })
}

/// A gateway, whichever threads its planes are on. Calls for a request that is over, or of a gateway that is closed, do nothing.
trait Transport {
    /// The block of numbers and answers.
    fn shared(&self) -> Result<Uint8Array>;
    /// Bytes that a record calls loose.
    fn take_loose(&self, index: usize) -> Vec<u8>;
    /// Sends the answers that have been written, when no crossing is under way.
    fn flush(&self);
    /// Answers with a body that is too large for the block.
    fn answer(&self, answer: &Answer<'_>);
    /// Begins a streamed answer. False when there is nobody to answer, or it cannot be written.
    fn begin(&self, answer: &Answer<'_>) -> bool;
    /// Goes on with it.
    fn write(&self, id: u32, data: &[u8]) -> Room;
    /// Ends it, as a whole or not.
    fn finish(&self, id: u32, is_whole: bool);
    /// More of a streamed body is wanted.
    fn resume(&self, id: u32);
    /// The generation of the routes.
    fn reload(&self, limits: Limits, routing: Routing) -> Option<u32>;
    fn drain(&self, grace: Duration);
    /// Cuts every connection and ends the calls of JavaScript.
    fn close(&self);
    /// The counters of each plane.
    fn counters(&self) -> Vec<Arc<Counters>>;
}

/// Says that the host cannot nest a descriptor in its loop.
const UNSUPPORTED: i32 = i32::MIN;

/// The gateway of a handle; none for one that has been closed.
fn joint(handle: u32) -> Option<Rc<dyn Transport>> {
    with_entry(handle, |entry| Rc::clone(&entry.joint))
}

fn with_entry<T>(handle: u32, read: impl FnOnce(&Entry) -> T) -> Option<T> {
    JOINTS.with_borrow(|joints| joints.iter().find(|entry| entry.handle == handle).map(read))
}

/// Closes the gateway at that address and takes it out of the table.
fn forget(joint: *const ()) {
    let entry = JOINTS.with_borrow_mut(|joints| {
        let place = joints.iter().position(|entry| Rc::as_ptr(&entry.joint).cast() == joint);
        place.map(|place| joints.swap_remove(place))
    });
    if let Some(entry) = entry {
        entry.joint.close();
        if entry.is_first {
            with_groups(|groups| groups.retain(|(number, _)| *number != entry.group));
        }
    }
}

/// How a gateway is to be.
#[napi(object)]
pub struct GatewayOptions {
    pub address: String,
    /// Several sockets may share the port.
    pub is_shared: bool,
    /// Whose counters these planes add theirs to; 0 for a group of its own.
    pub group: u32,
    /// How many threads the planes have; 0 for one plane that is nested in the loop of this one.
    pub threads: u32,
    /// The planes use io_uring, not epoll.
    pub is_uring: bool,
    /// JavaScript is called for each record.
    pub is_each: bool,
    /// Plans are served here.
    pub runs_plans: bool,
    /// Answers are logged: records say what has been.
    pub logs: bool,
    /// In the order of `GatewayLimits`.
    pub limits: Vec<f64>,
    pub routes: Vec<GatewayRoute>,
    /// How many there are to count answers under; the last one is for those without a route.
    pub counters: u32,
}

/// # Errors
/// For routes that the checks of the config should have refused, and when the host gives no memory.
#[napi(catch_unwind)]
pub fn gateway_open(env: Env, mut options: GatewayOptions, deliver: Function<'_, (), ()>) -> Result<i32> {
    let routes = std::mem::take(&mut options.routes);
    let routing = Routing::new(routes, options.counters.saturating_sub(1) as u16)?;
    let crossings = if options.is_each { Crossings::Each } else { Crossings::Turn };
    let bridge = Bridge::new(env.raw(), deliver.raw(), crossings)?;
    let (joint, address) = match start(bridge, &options, routing)? {
        Ok(started) => started,
        Err(error) => return Ok(error.raw_os_error().map_or(UNSUPPORTED, |code| -code)),
    };
    let group = join_group(options.group, joint.counters());
    // Bit 31 is for errors.
    let handle = NEXT_HANDLE.fetch_add(1, Relaxed) & i32::MAX as u32;
    let entry = Entry { handle, joint, address, group, is_first: group != options.group };
    JOINTS.with_borrow_mut(|joints| joints.push(entry));
    Ok(handle as i32)
}

/// The gateway, and where it listens. The error of the system is inside; one without a number says that the host cannot.
fn start(bridge: Bridge, options: &GatewayOptions, routing: Routing) -> Result<io::Result<(Rc<dyn Transport>, SocketAddr)>> {
    let Ok(address) = options.address.parse() else { return Err(napi::Error::from_reason("no address and port")) };
    let (limits, counters) = (limits_of(&options.limits), options.counters as usize);
    let &GatewayOptions { runs_plans, logs, .. } = options;
    let io = if options.is_uring { Io::Uring } else { Io::Epoll };
    if options.threads == 0 {
        return Ok(nest(bridge, address, options.is_shared, io, |system| {
            Plane::new(system, Crossing::new(routing, runs_plans, logs), limits, Arc::new(Counters::new(counters)))
        }));
    }
    let plan = crowd::Plan { address, count: options.threads as usize, io, limits, routing, runs_plans, logs, counters };
    Ok(Crowd::open(bridge, plan)?.map(|(crowd, address)| (crowd as Rc<dyn Transport>, address)))
}

fn nest(
    bridge: Bridge,
    address: SocketAddr,
    is_shared: bool,
    io: Io,
    plane: impl FnOnce(System) -> Plane<System, Crossing>,
) -> io::Result<(Rc<dyn Transport>, SocketAddr)> {
    let listener = Listener::bind(address, is_shared)?;
    let address = listener.address()?;
    let nested = Nested::open(bridge, plane(System::new(listener, io)?)).ok_or(io::ErrorKind::Unsupported)?;
    Ok((nested, address))
}

/// In the order of `GatewayLimits`.
fn limits_of(numbers: &[f64]) -> Limits {
    let number = |i: usize| numbers.get(i).copied().unwrap_or_default() as u64;
    let time = |i: usize| Duration::from_millis(number(i));
    Limits {
        head: HeadLimits { bytes: number(0) as usize, fields: number(1) as usize },
        body_bytes: number(2),
        bytes_per_second: number(3),
        connections: number(4) as usize,
        head_time: time(5),
        body_time: time(6),
        idle_time: time(7),
        write_time: time(8),
        handler_time: time(9),
        ..Limits::default()
    }
}

/// # Errors
/// When the gateway is closed.
#[napi(catch_unwind)]
pub fn gateway_shared(handle: u32) -> Result<Uint8Array> {
    joint(handle).ok_or_else(closed)?.shared()
}

#[napi(catch_unwind)]
pub fn gateway_address(handle: u32) -> String {
    with_entry(handle, |entry| entry.address.to_string()).unwrap_or_default()
}

#[napi(catch_unwind)]
pub fn gateway_known_fields() -> Vec<&'static str> {
    Known::ALL.iter().map(|known| known.name()).collect()
}

#[napi(catch_unwind)]
pub fn gateway_flush(handle: u32) {
    if let Some(joint) = joint(handle) {
        joint.flush();
    }
}

#[napi(catch_unwind)]
pub fn gateway_answer(handle: u32, id: u32, status: u32, media: u32, fields: &[u8], body: &[u8]) {
    if let Some(joint) = joint(handle) {
        joint.answer(&Answer { id, status: status as u16, media: Media::of(media), fields, body, is_latin1: false });
    }
}

#[napi(catch_unwind)]
pub fn gateway_begin(handle: u32, id: u32, status: u32, media: u32, fields: &[u8]) -> bool {
    let answer = Answer { id, status: status as u16, media: Media::of(media), fields, body: b"", is_latin1: false };
    joint(handle).is_some_and(|joint| joint.begin(&answer))
}

#[napi(catch_unwind)]
pub fn gateway_write(handle: u32, id: u32, data: &[u8]) -> u32 {
    match joint(handle).map_or(Room::Gone, |joint| joint.write(id, data)) {
        Room::More => 0,
        Room::Full => 1,
        Room::Gone => 2,
    }
}

#[napi(catch_unwind)]
pub fn gateway_finish(handle: u32, id: u32, is_whole: bool) {
    if let Some(joint) = joint(handle) {
        joint.finish(id, is_whole);
    }
}

#[napi(catch_unwind)]
pub fn gateway_resume(handle: u32, id: u32) {
    if let Some(joint) = joint(handle) {
        joint.resume(id);
    }
}

#[napi(catch_unwind)]
pub fn gateway_take(handle: u32, index: u32) -> Uint8Array {
    joint(handle).map(|joint| joint.take_loose(index as usize)).unwrap_or_default().into()
}

/// # Errors
/// When the gateway is closed, and for routes that the checks of the config should have refused.
#[napi(catch_unwind)]
pub fn gateway_reload(handle: u32, limits: Vec<f64>, routes: Vec<GatewayRoute>, counters: u32) -> Result<u32> {
    let routing = Routing::new(routes, counters.saturating_sub(1) as u16)?;
    joint(handle).and_then(|joint| joint.reload(limits_of(&limits), routing)).ok_or_else(closed)
}

#[napi(catch_unwind)]
pub fn gateway_drain(handle: u32, grace_ms: f64) {
    if let Some(joint) = joint(handle) {
        joint.drain(Duration::from_millis(grace_ms as u64));
    }
}

#[napi(catch_unwind)]
pub fn gateway_close(handle: u32) {
    if let Some(joint) = joint(handle) {
        forget(Rc::as_ptr(&joint).cast());
    }
}

#[napi(catch_unwind)]
pub fn gateway_group(handle: u32) -> u32 {
    with_entry(handle, |entry| entry.group).unwrap_or(0)
}

/// The counters of each plane of the group, one behind the other.
#[napi(catch_unwind)]
pub fn gateway_counters(handle: u32) -> Float64Array {
    let mut words = Vec::new();
    let group = gateway_group(handle);
    with_groups(|groups| {
        let members = groups.iter().filter(|(number, _)| *number == group).flat_map(|(_, members)| members);
        members.for_each(|counters| counters.snapshot(&mut words));
    });
    // Exact up to 2^53.
    words.into_iter().map(|word| word as f64).collect::<Vec<_>>().into()
}

fn closed() -> napi::Error {
    napi::Error::from_reason("the gateway is closed")
}
