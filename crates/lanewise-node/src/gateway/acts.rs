//! What JavaScript does to a plane, whichever thread that is on.
use lanewise_dataplane::{Driver, Plane, Room};

use super::replies::Answer;
use super::service::Crossing;

/// Answers a request, whose id is free then.
pub(crate) fn answer<D: Driver>(plane: &mut Plane<D, Crossing>, answer: &Answer<'_>) {
    let Some(pending) = plane.service_mut().release(answer.id) else { return };
    if let Some(token) = pending.token.filter(|_| answer.status != 0) {
        plane.answer(token, |reply| answer.write(reply, pending.route));
    }
}

/// Begins a streamed answer. False when there is nobody to answer any more, or it cannot be written.
pub(crate) fn begin<D: Driver>(plane: &mut Plane<D, Crossing>, answer: &Answer<'_>) -> bool {
    let Some(pending) = plane.service().pending(answer.id) else { return false };
    let Some(token) = pending.token else { return false };
    let mut is_written = false;
    let is_begun = plane.begin(token, None, |reply| is_written = answer.write_chunked(reply, pending.route));
    if is_begun && !is_written {
        plane.finish(token);
    }
    is_begun && is_written
}

/// Goes on with a streamed answer.
pub(crate) fn write<D: Driver>(plane: &mut Plane<D, Crossing>, id: u32, data: &[u8]) -> Room {
    plane.service().token(id).map_or(Room::Gone, |token| plane.write(token, data))
}

/// Ends a streamed answer, as a whole or not.
pub(crate) fn finish<D: Driver>(plane: &mut Plane<D, Crossing>, id: u32, is_whole: bool) {
    let Some(token) = plane.service_mut().release(id).and_then(|pending| pending.token) else { return };
    if is_whole {
        plane.finish(token);
    } else {
        plane.cut(token);
    }
}

/// More of a streamed body is wanted.
pub(crate) fn resume<D: Driver>(plane: &mut Plane<D, Crossing>, id: u32) {
    if let Some(token) = plane.service_mut().resume(id) {
        plane.resume(token);
    }
}
