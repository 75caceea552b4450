//! Where lines start: ours writes the offsets, and so do the peers.

use harness::Named;
use harness::measure::Contender;
use std::cell::RefCell;

pub fn line_starts<'a>(text: &'a [u8], ours: &'a [Named]) -> Vec<Contender<'a>> {
    let mut list: Vec<Contender<'a>> = Vec::new();
    let expected = text.split_inclusive(|&byte| byte == b'\n').count();
    for (name, ours) in ours {
        let words = ours.words();
        assert_eq!(ours.line_starts(text, words), expected, "{name} finds other lines");
        list.push(Contender::new(name, move || ours.line_starts(text, words)));
    }
    let inner = &text[..text.len().saturating_sub(1)];
    list.push(writing("memchr_iter", expected, move |starts| {
        starts.extend(memchr::memchr_iter(b'\n', inner).map(|at| at as u32 + 1));
    }));
    list.push(writing("StringZilla find", expected, move |starts| {
        let mut from = 0;
        while let Some(at) = stringzilla::sz::find(&inner[from..], b"\n") {
            from += at + 1;
            starts.push(from as u32);
        }
    }));
    list.push(Contender::new("memchr_iter, counting alone", move || memchr::memchr_iter(b'\n', inner).count()));
    list
}

/// A peer that appends the starts of all lines but the first.
fn writing<'a>(name: &str, expected: usize, append: impl Fn(&mut Vec<u32>) + 'a) -> Contender<'a> {
    let starts = RefCell::new(Vec::new());
    let call = move || {
        let mut starts = starts.borrow_mut();
        starts.clear();
        starts.push(0);
        append(&mut starts);
        starts.len()
    };
    assert_eq!(call(), expected, "{name} finds other lines");
    Contender::new(name, call)
}
