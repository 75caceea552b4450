//! Answers that say what is found in a body.

use lanewise_text::{Haystack, Match, Matcher};
use std::ops::ControlFlow;

/// Matches as they are found: id, start, end, three words each.
type Words = Vec<u32>;

/// Makes `matches` those in `body`.
pub(crate) fn find(matcher: &Matcher, body: &[u8], matches: &mut Words) {
    matches.clear();
    matcher.find_all(Haystack::Bytes(body), matches);
}

/// Appends `{"count":n,"matches":[{"id","start","end"}]}`.
pub(crate) fn write_matches(matches: &Words, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    let (matches, _) = matches.as_chunks::<3>();
    out.extend_from_slice(b"{\"count\":");
    out.extend_from_slice(digits.format(matches.len()).as_bytes());
    out.extend_from_slice(b",\"matches\":[");
    for (i, found) in matches.iter().enumerate() {
        let names: [&[u8]; 3] = [if i == 0 { b"{\"id\":" } else { b",{\"id\":" }, b",\"start\":", b",\"end\":"];
        for (name, &number) in names.into_iter().zip(found) {
            out.extend_from_slice(name);
            out.extend_from_slice(digits.format(number).as_bytes());
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
}

/// Appends `body` with `replacement` in place of each match; of matches that overlap, the first one. O(body and result).
///
/// What stands before a match is copied when that is found, while it still is near.
pub(crate) fn redact(matcher: &Matcher, body: &[u8], replacement: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    matcher.each(Haystack::Bytes(body), &mut |Match { start, end, .. }| {
        if let Some(kept) = body.get(from..start as usize) {
            out.extend_from_slice(kept);
            out.extend_from_slice(replacement);
            from = end as usize;
        }
        ControlFlow::Continue(())
    });
    out.extend_from_slice(&body[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanewise_text::{Options, Pattern, Semantics};

    #[test]
    fn of_matches_that_overlap_the_first_is_redacted() {
        let options = Options { semantics: Semantics::All, ..Options::default() };
        let matcher = Matcher::new([Pattern::Bytes(b"aa"), Pattern::Bytes(b"ab")], &options).unwrap();
        let redacted = |body: &[u8]| {
            let mut out = Vec::new();
            redact(&matcher, body, b"-", &mut out);
            out
        };
        assert_eq!(redacted(b"xaaabx"), b"x--x");
        assert_eq!(redacted(b"aab"), b"-b");
        assert_eq!([redacted(b""), redacted(b"x")], [b"".to_vec(), b"x".to_vec()]);
    }
}
