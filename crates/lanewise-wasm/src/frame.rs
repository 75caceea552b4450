//! The frame of this module, memory of its own that JavaScript has a view of.
use std::cell::RefCell;

use js_sys::Uint8Array;
use lanewise_binding::{Call, FRAME_SIZE};

thread_local! {
    static FRAME: RefCell<Box<[u8; FRAME_SIZE]>> = RefCell::new(Box::new([0; FRAME_SIZE]));
    /// What was lent since the last call, in order.
    static LENT: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A view of the frame. It is empty once the memory of this module has grown, and is then asked for anew.
pub(crate) fn view() -> Uint8Array {
    // SAFETY: the frame is never moved nor freed, and JavaScript writes to it only while no call is under way.
    FRAME.with_borrow_mut(|frame| unsafe { Uint8Array::view_mut_raw(frame.as_mut_ptr(), FRAME_SIZE) })
}

/// Keeps `input` for the call that follows.
pub(crate) fn lend(input: Vec<u8>) {
    LENT.with_borrow_mut(|lent| lent.push(input));
}

/// Makes `call` of what the facade has written into the frame.
pub(crate) fn run(call: impl FnOnce(Call<'_>) -> f64) -> f64 {
    let lent = LENT.take();
    FRAME.with_borrow_mut(|frame| call(Call::new(frame, lent.iter().map(Vec::as_slice))))
}
