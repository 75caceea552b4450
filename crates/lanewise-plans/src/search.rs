//! Answers that say what is found in a body.

use lanewise_text::{Haystack, Matcher};

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

/// Appends `body` with `replacement` in place of each match. O(body and result).
pub(crate) fn write_redacted(body: &[u8], matches: &Words, replacement: &[u8], out: &mut Vec<u8>) {
    let (matches, _) = matches.as_chunks::<3>();
    let mut from = 0;
    for &[_, start, end] in matches {
        out.extend_from_slice(&body[from..start as usize]);
        out.extend_from_slice(replacement);
        from = end as usize;
    }
    out.extend_from_slice(&body[from..]);
}
