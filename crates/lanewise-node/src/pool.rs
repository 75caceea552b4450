//! Tasks on the thread pool of the host.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lanewise_binding::{self as binding, Task};
use napi::{Env, Error, Result};

/// One task, to be run on a thread of the pool.
pub struct Run(Option<Arc<Task>>);

impl Run {
    /// The run of this thread's task of that handle.
    pub(crate) fn new(handle: u32) -> Self {
        Self(binding::task(handle))
    }
}

impl napi::Task for Run {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        let Some(task) = self.0.take() else { return Ok(()) };
        // A panic would otherwise meet the host's C code.
        catch_unwind(AssertUnwindSafe(|| task.run())).map_err(|_| Error::from_reason("a task panicked"))
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}
