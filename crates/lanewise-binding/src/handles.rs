//! What one call makes and later calls name.
use std::sync::Arc;

/// Things by their handles, which are given out again once they are free. Things are shared, so that a task can take one along.
pub(crate) struct Handles<T> {
    things: Vec<Option<Arc<T>>>,
    free: Vec<u32>,
}

impl<T> Handles<T> {
    pub(crate) const fn new() -> Self {
        Self { things: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn keep(&mut self, thing: T) -> u32 {
        let thing = Some(Arc::new(thing));
        if let Some(handle) = self.free.pop() {
            self.things[handle as usize] = thing;
            return handle;
        }
        self.things.push(thing);
        (self.things.len() - 1) as u32
    }

    /// `None` for a handle that is not in use, which the facade never gives.
    pub(crate) fn get(&self, handle: u32) -> Option<&Arc<T>> {
        self.things.get(handle as usize)?.as_ref()
    }

    pub(crate) fn free(&mut self, handle: u32) {
        if self.things.get_mut(handle as usize).and_then(Option::take).is_some() {
            self.free.push(handle);
        }
    }
}
