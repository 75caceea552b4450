//! What searches compare, counted where tests ask whether it stays linear, and nowhere else.

/// Adds to what this thread has compared.
#[inline(always)]
pub(crate) fn add(units: usize) {
    #[cfg(test)]
    COMPARED.set(COMPARED.get() + units);
    let _ = units;
}

#[cfg(test)]
thread_local! {
    static COMPARED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// What `search` compares.
#[cfg(test)]
pub(crate) fn of(search: impl FnOnce()) -> usize {
    let before = COMPARED.get();
    search();
    COMPARED.get() - before
}
