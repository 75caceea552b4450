//! JSON in its canonical form.

use crate::escape::{has_surrogate, push_string};
use crate::output;
use crate::source::{ROOT, Source};
use lanewise_error::{Error, ErrorCode};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Appends the canonical form of `input` to `out`: no whitespace, members in the order of the UTF-16 units of their keys, strings and numbers
/// as ECMAScript prints them.
///
/// # Errors
/// Those of [`validate`](crate::validate) with the default limits. Where there are none, the first of what I-JSON rules out:
/// - `LW_JSON_NUMBER_RANGE` at the first byte of a number beyond the range of doubles,
/// - `LW_JSON_ESCAPE` at the backslash of a lone surrogate,
/// - `LW_JSON_DUPLICATE_KEY` at the closing quote of the second key.
///
/// `LW_SIZE`, without a place, when there is no memory for the result. On an error `out` is as it was.
/// # Complexity
/// O(n log n) time, O(n) with a bound on the members of each object, where n is the size of the input; the result is at most six times as
/// large.
/// # Source
/// RFC 8785; RFC 7493 section 2.
/// # Examples
/// ```
/// let mut out = Vec::new();
/// lanewise_json::canonicalize(br#"{"b": 1.0, "a": "\u0062\/"}"#, &mut out)?;
/// assert_eq!(out, br#"{"a":"b/","b":1}"#);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn canonicalize(input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let source = Source::new(input)?;
    let start = out.len();
    output::reserve(out, size_max(&source))?;
    let mut writer = Writer { source: &source, out, open: Vec::new(), members: Vec::new(), fault: None };
    writer.document();
    match writer.fault {
        None => Ok(()),
        Some(fault) => {
            out.truncate(start);
            Err(fault)
        }
    }
}

/// The most bytes that an ECMAScript number prints as: `-1.2345678901234567e-300`.
const NUMBER_SIZE_MAX: u64 = 24;

/// The most bytes that the result can have: nothing prints longer than it is spelled but numbers with an exponent.
fn size_max(source: &Source<'_>) -> u64 {
    let has_exponent = |&entry: &u32| {
        matches!(source.kind(entry), b'-' | b'0'..=b'9') && source.text(entry).iter().any(|byte| matches!(byte, b'e' | b'E'))
    };
    let numbers = (ROOT..source.entries().len() as u32).filter(has_exponent).count() as u64;
    source.input.len() as u64 + numbers * NUMBER_SIZE_MAX
}

struct Writer<'a> {
    source: &'a Source<'a>,
    out: &'a mut Vec<u8>,
    /// The containers around what is written next, outermost first.
    open: Vec<Open>,
    /// The sorted members of each open object, outermost first.
    members: Vec<Member<'a>>,
    /// The first in the text of those that were met: members are not met in its order.
    fault: Option<Error>,
}

struct Member<'a> {
    name: Cow<'a, [u8]>,
    /// The entry of the key.
    key: u32,
}

enum Open {
    /// `next` and `first` count in `members`.
    Object { first: usize, next: usize },
    /// Entries.
    Array { first: u32, next: u32, end: u32 },
}

impl Writer<'_> {
    fn document(&mut self) {
        self.value(ROOT);
        while let Some(value) = self.next() {
            self.value(value);
        }
    }

    /// Writes what stands before the next value, and gives its entry.
    fn next(&mut self) -> Option<u32> {
        loop {
            match self.open.last_mut()? {
                Open::Object { first, next } => {
                    if let Some(member) = self.members.get(*next) {
                        if next != first {
                            self.out.push(b',');
                        }
                        *next += 1;
                        push_string(&member.name, self.out);
                        self.out.push(b':');
                        return Some(member.key + 1);
                    }
                    self.members.truncate(*first);
                    self.out.push(b'}');
                }
                Open::Array { first, next, end } => {
                    if next < end {
                        if next != first {
                            self.out.push(b',');
                        }
                        let value = *next;
                        *next = self.source.after(value);
                        return Some(value);
                    }
                    self.out.push(b']');
                }
            }
            self.open.pop();
        }
    }

    /// Writes a scalar or the opening bracket of a container.
    fn value(&mut self, entry: u32) {
        match self.source.kind(entry) {
            b'{' => {
                self.out.push(b'{');
                let first = self.members.len();
                self.sort_members(entry, first);
                self.open.push(Open::Object { first, next: first });
            }
            b'[' => {
                self.out.push(b'[');
                self.open.push(Open::Array { first: entry + 1, next: entry + 1, end: self.source.end(entry) });
            }
            b'"' => {
                let text = self.string(entry);
                push_string(&text, self.out);
            }
            b't' | b'f' | b'n' => self.out.extend_from_slice(self.source.text(entry)),
            _ => self.number(entry),
        }
    }

    /// Puts the members of the object at `entry` behind the first `first` of all.
    fn sort_members(&mut self, entry: u32, first: usize) {
        for key in self.source.children(entry) {
            let name = self.string(key);
            self.members.push(Member { name, key });
        }
        let members = &mut self.members[first..];
        members.sort_unstable_by(|a, b| compare_utf16(&a.name, &b.name).then(a.key.cmp(&b.key)));
        let second = members.windows(2).filter(|pair| pair[0].name == pair[1].name).map(|pair| pair[1].key).min();
        if let Some(key) = second {
            self.fail(ErrorCode::JsonDuplicateKey, self.source.range(key).end - 1);
        }
    }

    fn number(&mut self, entry: u32) {
        let spelling = self.source.text(entry);
        if is_short_integer(spelling) {
            self.out.extend_from_slice(spelling);
            return;
        }
        let value: f64 = core::str::from_utf8(spelling).ok().and_then(|spelling| spelling.parse().ok()).unwrap_or(f64::INFINITY);
        if value.is_finite() {
            self.out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
        } else {
            self.fail(ErrorCode::JsonNumberRange, self.source.start(entry));
        }
    }

    fn fail(&mut self, code: ErrorCode, offset: usize) {
        if self.fault.is_none_or(|fault| offset < fault.offset) {
            self.fault = Some(Error::new(code, offset));
        }
    }
}

impl<'a> Writer<'a> {
    fn string(&mut self, entry: u32) -> Cow<'a, [u8]> {
        let text = self.source.string(entry);
        if matches!(text, Cow::Owned(_)) && has_surrogate(&text) {
            let range = self.source.range(entry);
            self.fail(ErrorCode::JsonEscape, range.start + lone_surrogate(&self.source.input[range]));
        }
        text
    }
}

/// Digits that print as they are spelled.
fn is_short_integer(spelling: &[u8]) -> bool {
    const EXACT_DIGITS: usize = 15;
    let digits = spelling.strip_prefix(b"-").unwrap_or(spelling);
    digits.len() <= EXACT_DIGITS && digits.iter().all(u8::is_ascii_digit) && spelling != b"-0"
}

/// Compares UTF-8 as its UTF-16 units compare: U+E000 to U+FFFF come behind the pairs of surrogates.
fn compare_utf16(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |byte: u8| if matches!(byte, 0xee | 0xef) { u8::MAX } else { byte };
    match a.iter().zip(b).find(|(a, b)| a != b) {
        Some((&a, &b)) => rank(a).cmp(&rank(b)).then(a.cmp(&b)),
        None => a.len().cmp(&b.len()),
    }
}

/// Offset of the first escape in `string` that stands for a surrogate without its partner. There must be one.
fn lone_surrogate(string: &[u8]) -> usize {
    let unit = |at: usize| {
        let digits = string.get(at..)?.strip_prefix(b"\\u")?.get(..4)?;
        u16::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut at = 0;
    while at < string.len() {
        at += match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => break,
            (Some(_), _) => 6,
            (None, _) if string[at] == b'\\' => 2,
            _ => 1,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_as_utf16_does() {
        let names = [
            "",
            "a",
            "ab",
            "b",
            "\u{7f}",
            "\u{80}",
            "é",
            "\u{7ff}",
            "\u{800}",
            "\u{d7ff}",
            "😀",
            "\u{10ffff}",
            "\u{e000}",
            "\u{ffff}",
            "a😀",
            "a\u{fb33}",
        ];
        for a in names {
            for b in names {
                let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
                assert_eq!(compare_utf16(a.as_bytes(), b.as_bytes()), units(a).cmp(&units(b)), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn finds_the_first_lone_surrogate() {
        let cases = [
            (r#""\ud800""#, 1),
            (r#""a\\\ud83d\ude00\udc00""#, 16),
            (r#""\\ud800\udfff""#, 8),
            (r#""\u0041\ud83d\ud83d\ude00""#, 7),
            (r#""\ud83dx\ude00""#, 1),
        ];
        for (string, offset) in cases {
            assert_eq!(lone_surrogate(string.as_bytes()), offset, "{string}");
        }
    }
}
