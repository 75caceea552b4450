//! Media types: what a body is, and what the answer is to be.

use std::cmp::Reverse;
use std::ops::Range;

/// The two formats of a body that are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON text.
    Json,
    /// MessagePack.
    Msgpack,
}

/// A format under one of its names.
#[derive(Clone, Copy, Debug)]
pub struct Representation<'t> {
    /// What the bytes are.
    pub format: Format,
    /// Media type without parameters, in letters of any case.
    pub name: &'t [u8],
}

/// JSON under its registered name.
pub const JSON: Representation<'static> = Representation { format: Format::Json, name: b"application/json" };
/// MessagePack under its usual name.
pub const MSGPACK: Representation<'static> = Representation { format: Format::Msgpack, name: b"application/msgpack" };
/// The other names of MessagePack.
const MSGPACK_NAMES: [&[u8]; 2] = [b"application/x-msgpack", b"application/vnd.msgpack"];
const JSON_SUFFIX: &[u8] = b"+json";
const ANY: &[u8] = b"*/*";

impl<'t> Representation<'t> {
    /// What is under this name, which is trimmed.
    fn named(name: &'t [u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(JSON.name) {
            return Some(JSON);
        }
        if name.eq_ignore_ascii_case(MSGPACK.name) {
            return Some(MSGPACK);
        }
        if MSGPACK_NAMES.into_iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Some(Self { name, ..MSGPACK });
        }
        let kind = name.len().checked_sub(JSON_SUFFIX.len()).map(|start| &name[start..])?;
        (kind.eq_ignore_ascii_case(JSON_SUFFIX) && is_media_type(name)).then_some(Self { name, ..JSON })
    }

    /// Appends its name in lower case.
    pub fn write_name(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(self.name);
        out[start..].make_ascii_lowercase();
    }
}

/// What a Content-Type says the body is; `None` for anything but JSON and MessagePack, and for a charset other than UTF-8.
#[must_use]
pub fn body_type(content_type: Option<&[u8]>) -> Option<Representation<'_>> {
    let content_type = content_type?;
    if content_type == JSON.name {
        return Some(JSON);
    }
    let is_utf8 = |charset: &[u8]| charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"utf8");
    charset(content_type).is_none_or(is_utf8).then(|| Representation::named(&content_type[essence(content_type)]))?
}

/// Whether a body under this Content-Encoding is the body itself.
#[must_use]
pub fn is_identity(content_encoding: Option<&[u8]>) -> bool {
    content_encoding.is_none_or(|encoding| encoding.eq_ignore_ascii_case(b"identity"))
}

/// The media ranges of an Accept that matter; memory that is used again.
#[derive(Clone, Debug, Default)]
pub struct Ranges(Vec<MediaRange>);

#[derive(Clone, Debug)]
struct MediaRange {
    /// Where in Accept it is.
    name: Range<usize>,
    quality: Quality,
    order: usize,
}

/// In thousandths: as many digits as it may have.
type Quality = u16;
const QUALITY_MAX: Quality = 1000;

/// How well an answer would be. What is greater is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    quality: Quality,
    /// 2 for a type, 1 for all under its first part, 0 for '*/*'.
    exactness: u8,
    order: Reverse<usize>,
}

impl Ranges {
    /// How to answer a body that came as `came`, `None` when `accept` takes neither format.
    ///
    /// The type with the highest q wins; among equals the one that is named most exactly, then the one that is named first, then the one
    /// that the body came as. Of ranges with the same name the first counts.
    ///
    /// # Complexity
    /// O(n log n) time for n bytes of `accept`. Allocates only while the ranges have no room.
    /// # Source
    /// RFC 9110 section 12.5.1; the order of equals as servers in JavaScript have it.
    pub fn negotiate<'t>(&mut self, accept: Option<&'t [u8]>, came: Representation<'t>) -> Option<Representation<'t>> {
        let Some(accept) = accept.filter(|accept| *accept != ANY && !accept.is_empty()) else { return Some(came) };
        // Mostly there is one type and nothing else.
        let is_plain = !accept.iter().any(|byte| matches!(byte, b',' | b';' | b'"'));
        if is_plain && let Some(named) = Representation::named(&accept[essence(accept)]) {
            return Some(named);
        }
        self.parse(accept);
        let usual = if came.format == Format::Json { [JSON, MSGPACK] } else { [MSGPACK, JSON] };
        let named = self.0.iter().filter_map(|range| Representation::named(&accept[range.name.clone()]));
        let mut best = None;
        for candidate in [came].into_iter().chain(usual).chain(named) {
            let rank = self.rank(accept, candidate.name).filter(|rank| rank.quality > 0);
            if rank > best.map(|(_, rank)| rank) {
                best = rank.map(|rank| (candidate, rank));
            }
        }
        best.map(|(candidate, _)| candidate)
    }

    /// Takes what matters of `accept`, sorted by name.
    fn parse(&mut self, accept: &[u8]) {
        self.0.clear();
        let (mut start, mut order) = (0, 0);
        while start <= accept.len() {
            let end = find_unquoted(accept, start, b',').unwrap_or(accept.len());
            let part = &accept[start..end];
            let name = essence(part);
            if part[name.clone()].ends_with(b"/*") || Representation::named(&part[name.clone()]).is_some() {
                self.0.push(MediaRange { name: start + name.start..start + name.end, quality: quality(part), order });
            }
            order += 1;
            start = end + 1;
        }
        let name_of = |range: &MediaRange| accept[range.name.clone()].iter().map(u8::to_ascii_lowercase);
        self.0.sort_unstable_by(|a, b| name_of(a).cmp(name_of(b)).then(a.order.cmp(&b.order)));
        self.0.dedup_by(|later, first| accept[later.name.clone()].eq_ignore_ascii_case(&accept[first.name.clone()]));
    }

    /// The most exact range decides on a type.
    fn rank(&self, accept: &[u8], name: &[u8]) -> Option<Rank> {
        let slash = name.iter().position(|&byte| byte == b'/').unwrap_or(name.len());
        let exact = self.find(accept, name.iter().copied()).map(|range| (2, range));
        let partly = || self.find(accept, name[..slash].iter().chain(b"/*").copied()).map(|range| (1, range));
        let any = || self.find(accept, ANY.iter().copied()).map(|range| (0, range));
        let (exactness, range) = exact.or_else(partly).or_else(any)?;
        Some(Rank { quality: range.quality, exactness, order: Reverse(range.order) })
    }

    /// The range with this name.
    fn find(&self, accept: &[u8], name: impl Iterator<Item = u8> + Clone) -> Option<&MediaRange> {
        let lower = |byte: u8| byte.to_ascii_lowercase();
        let compare = |range: &MediaRange| accept[range.name.clone()].iter().copied().map(lower).cmp(name.clone().map(lower));
        self.0.binary_search_by(compare).ok().map(|at| &self.0[at])
    }
}

/// Where in `media_type` it is without its parameters.
fn essence(media_type: &[u8]) -> Range<usize> {
    let end = media_type.iter().position(|&byte| byte == b';').unwrap_or(media_type.len());
    let start = media_type[..end].iter().position(|&byte| !is_space(byte)).unwrap_or(end);
    let behind = media_type[start..end].iter().rposition(|&byte| !is_space(byte)).map_or(start, |last| start + last + 1);
    start..behind
}

/// What JavaScript trims, of the characters that a header field can hold.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0xa0)
}

fn is_media_type(name: &[u8]) -> bool {
    let is_token = |part: &[u8]| !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_!#$&^.+-".contains(byte));
    let slash = name.iter().position(|&byte| byte == b'/');
    slash.is_some_and(|slash| is_token(&name[..slash]) && is_token(&name[slash + 1..]))
}

/// What the first charset parameter says, up to what cannot belong to it.
fn charset(content_type: &[u8]) -> Option<&[u8]> {
    let params = (0..content_type.len()).filter(|&at| content_type[at] == b';').map(|at| &content_type[at + 1..]);
    let value = params.filter_map(|param| value_of(b"charset", param)).next()?;
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let size = value.iter().position(|&byte| is_space(byte) || matches!(byte, b';' | b'"'));
    Some(&value[..size.unwrap_or(value.len())])
}

/// The weight of a media range in thousandths: that of the first parameter that is one.
fn quality(part: &[u8]) -> Quality {
    let mut from = 0;
    while let Some(at) = find_unquoted(part, from, b';') {
        from = at + 1;
        if let Some(quality) = value_of(b"q", &part[from..]).and_then(weight) {
            return quality;
        }
    }
    QUALITY_MAX
}

/// The number that `value` begins with, when nothing but the next parameter follows: '0' or '1', and up to three digits behind a dot.
fn weight(value: &[u8]) -> Option<Quality> {
    let (whole, rest) = match value {
        [digit @ (b'0' | b'1'), rest @ ..] => (Quality::from(digit - b'0'), rest),
        _ => return None,
    };
    let (mut thousandths, mut rest) = (whole * QUALITY_MAX, rest);
    if let Some(digits) = rest.strip_prefix(b".") {
        let size = digits.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        let scale = [100, 10, 1];
        thousandths += digits[..size].iter().zip(scale).map(|(digit, scale)| Quality::from(digit - b'0') * scale).sum::<Quality>();
        rest = &digits[size..];
    }
    matches!(skip_blanks(rest).first(), None | Some(b';')).then_some(thousandths.min(QUALITY_MAX))
}

/// What stands behind the '=' of the parameter `name` that `param` begins with.
fn value_of<'p>(name: &[u8], param: &'p [u8]) -> Option<&'p [u8]> {
    let (begin, rest) = skip_blanks(param).split_at_checked(name.len())?;
    let value = skip_blanks(rest).strip_prefix(b"=")?;
    begin.eq_ignore_ascii_case(name).then(|| skip_blanks(value))
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    &text[text.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(text.len())..]
}

/// The first `wanted` from `at` on that is not between quotes. One that is not closed goes to the end.
fn find_unquoted(text: &[u8], mut at: usize, wanted: u8) -> Option<usize> {
    let mut is_quoted = false;
    while let Some(&byte) = text.get(at) {
        match byte {
            _ if byte == wanted && !is_quoted => return Some(at),
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => at += 1,
            _ => {}
        }
        at += 1;
    }
    None
}
