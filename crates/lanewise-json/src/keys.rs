//! Finds a key that an object already has.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// The keys of each open object, outermost first.
///
/// Ordered sets and not hash sets: no choice of keys makes them slow, on no platform and without a random seed (which WebAssembly lacks).
#[derive(Default)]
pub(crate) struct OpenKeys<'a>(Vec<BTreeSet<Cow<'a, [u8]>>>);

impl<'a> OpenKeys<'a> {
    pub(crate) fn open(&mut self) {
        self.0.push(BTreeSet::new());
    }

    pub(crate) fn close(&mut self) {
        self.0.pop();
    }

    /// Whether `key`, unescaped, is new to the innermost object.
    pub(crate) fn insert(&mut self, key: Cow<'a, [u8]>) -> bool {
        self.0.last_mut().is_none_or(|keys| keys.insert(key))
    }
}
