//! Calls that are made on another thread: their input is copied first, and their answer waits until it is taken.
use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::codecs::{json_minify, json_validate};
use crate::frame::{Call, OwnedCall};
use crate::outcome::{Output, deliver_detached, detached, fault};
use crate::query::projecting;

/// What a task does. What it needs besides the call, such as something that a handle of this thread names, it takes along.
type Work = Box<dyn FnOnce(Call<'_>) -> f64 + Send>;

/// The work that `ts/backend/task.ts` calls `kind`; `None` for what is no kind, which the facade never gives.
fn work(kind: u32, call: &Call<'_>) -> Option<Work> {
    match kind {
        0 => Some(Box::new(json_validate)),
        1 => Some(Box::new(json_minify)),
        2 => Some(Box::new(projecting(call))),
        _ => None,
    }
}

/// A call to be made on any thread.
pub struct Task(Mutex<State>);

enum State {
    Waiting(Work, OwnedCall),
    Running,
    Done(Output),
    /// Nobody wants the answer any more.
    Freed,
}

impl Task {
    /// Makes the call on this thread, once; not at all when the task was freed before.
    pub fn run(&self) {
        let mut state = self.state();
        let State::Waiting(work, call) = std::mem::replace(&mut *state, State::Running) else {
            *state = State::Freed;
            return;
        };
        drop(state);
        let output = detached(|| work(call.as_call()));
        let mut state = self.state();
        if matches!(*state, State::Running) {
            *state = State::Done(output);
        }
    }

    /// The state after a panic is that before it, which is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// The tasks of this thread; a handle is an index.
    static TASKS: RefCell<Vec<Option<Arc<Task>>>> = const { RefCell::new(Vec::new()) };
}

/// The handle of a task for this call, which is copied, or the fault.
#[must_use]
pub fn task_new(kind: u32, call: Call<'_>) -> f64 {
    let Some(work) = work(kind, &call) else { return 0.0 };
    match OwnedCall::new(&call) {
        Ok(call) => f64::from(keep(Arc::new(Task(Mutex::new(State::Waiting(work, call)))))),
        Err(error) => fault(error),
    }
}

/// The task of this handle, to be run where the binding likes.
#[must_use]
pub fn task(handle: u32) -> Option<Arc<Task>> {
    TASKS.with_borrow(|tasks| tasks.get(handle as usize)?.clone())
}

/// Answers as the call of a task that has run; its handle may be given out again.
#[must_use]
pub fn task_take(handle: u32, call: Call<'_>) -> f64 {
    match free(handle) {
        Some(State::Done(output)) => deliver_detached(output, call.out),
        _ => deliver_detached(Output::default(), call.out),
    }
}

/// Lets go of a task that has run, that runs, or that waits, which it then does no longer; its handle may be given out again.
pub fn task_free(handle: u32) {
    free(handle);
}

fn keep(task: Arc<Task>) -> u32 {
    TASKS.with_borrow_mut(|tasks| {
        // Tasks are few, so a free place is looked for.
        let handle = tasks.iter().position(Option::is_none).unwrap_or_else(|| {
            tasks.push(None);
            tasks.len() - 1
        });
        tasks[handle] = Some(task);
        handle as u32
    })
}

fn free(handle: u32) -> Option<State> {
    let task = TASKS.with_borrow_mut(|tasks| tasks.get_mut(handle as usize)?.take())?;
    let state = std::mem::replace(&mut *task.state(), State::Freed);
    Some(state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FRAME_SIZE;
    use crate::outcome::take_bytes;
    use std::thread;

    /// A frame that says "these bytes", at depth 8.
    fn frame(input: &[u8]) -> Box<[u8; FRAME_SIZE]> {
        let mut frame = Box::new([0; FRAME_SIZE]);
        frame[4..8].copy_from_slice(&(input.len() as u32).to_ne_bytes());
        frame[8..12].copy_from_slice(&8_u32.to_ne_bytes());
        frame[64..64 + input.len()].copy_from_slice(input);
        frame
    }

    fn start(kind: u32, input: &[u8]) -> u32 {
        task_new(kind, Call::new(&mut frame(input), std::iter::empty())) as u32
    }

    fn run_elsewhere(handle: u32) {
        let task = task(handle).expect("the task is there");
        thread::spawn(move || task.run()).join().expect("no panic");
    }

    #[test]
    fn answers_as_the_call_would_have() {
        let handle = start(1, b"[ 1 ]");
        run_elsewhere(handle);
        let mut out = frame(b"");
        assert_eq!(task_take(handle, Call::new(&mut out, std::iter::empty())), 3.0);
        assert_eq!(&out[FRAME_SIZE / 2..FRAME_SIZE / 2 + 3], b"[1]");
        let mut bytes = [0; 3];
        take_bytes(&mut bytes);
        assert_eq!(&bytes, b"[1]");

        let handle = start(0, b"[1");
        run_elsewhere(handle);
        let expected = json_validate(Call::new(&mut frame(b"[1"), std::iter::empty()));
        assert!(expected < 0.0);
        assert_eq!(task_take(handle, Call::new(&mut out, std::iter::empty())), expected);
    }

    #[test]
    fn a_freed_task_does_not_run() {
        let handle = start(0, b"[1");
        let freed = task(handle).expect("the task is there");
        task_free(handle);
        assert_eq!(start(1, b"2"), handle, "the handle is given out again");
        freed.run();
        assert!(matches!(*freed.state(), State::Freed));
        run_elsewhere(handle);
        assert_eq!(task_take(handle, Call::new(&mut frame(b""), std::iter::empty())), 1.0);
        assert!(task(handle).is_none());
    }
}
