//! What JavaScript does to a plane, whichever thread that is on.
use lanewise_dataplane::{Driver, Plane, Room};

use super::replies::Answer;
use super::service::Crossing;

/// Answers a request, whose id is free then.
pub(crate) fn answer<D: Driver>(plane: &mut Plane<D, Crossing>, answer: &Answer<'_>) {
    let Some(pending) = plane.service_mut().release(answer.id) else { return };
    if let Some(token) = pending.token.filter(|_| answer.status != 0) {
        let mut journal = plane.service_mut().journal.take();
        plane.answer(token, |reply| {
            answer.write(reply, pending.route);
            if let Some(journal) = &mut journal {
                journal.end(answer.id, reply.status(), reply.written());
            }
        });
        plane.service_mut().journal = journal;
    }
}

/// Begins a streamed answer. False when there is nobody to answer any more, or it cannot be written.
pub(crate) fn begin<D: Driver>(plane: &mut Plane<D, Crossing>, answer: &Answer<'_>) -> bool {
    let Some(pending) = plane.service().pending(answer.id) else { return false };
    let Some(token) = pending.token else { return false };
    let mut is_written = false;
    let is_begun = plane.begin(token, None, |reply| is_written = answer.write_chunked(reply, pending.route));
    if !is_begun {
        return false;
    }
    if let Some(journal) = &mut plane.service_mut().journal {
        journal.stream(answer.id, if is_written { answer.status } else { 500 });
        if !is_written {
            journal.end_stream(answer.id);
        }
    }
    if !is_written {
        plane.finish(token);
    }
    is_written
}

/// Goes on with a streamed answer.
pub(crate) fn write<D: Driver>(plane: &mut Plane<D, Crossing>, id: u32, data: &[u8]) -> Room {
    let room = plane.service().token(id).map_or(Room::Gone, |token| plane.write(token, data));
    if room != Room::Gone
        && let Some(journal) = &mut plane.service_mut().journal
    {
        journal.sent(id, data.len());
    }
    room
}

/// Ends a streamed answer, as a whole or not.
pub(crate) fn finish<D: Driver>(plane: &mut Plane<D, Crossing>, id: u32, is_whole: bool) {
    let Some(token) = plane.service_mut().release(id).and_then(|pending| pending.token) else { return };
    if let Some(journal) = &mut plane.service_mut().journal {
        journal.end_stream(id);
    }
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

/// Puts what has been logged behind the records of the turn.
pub(crate) fn write_log<D: Driver>(plane: &mut Plane<D, Crossing>) {
    let unlogged = plane.service_mut().write_log();
    if unlogged > 0 {
        plane.counters().unlogged.add(unlogged);
    }
}
