//! Paths of routes.

use std::fmt;
use std::ops::Range;

/// The path of a route: '/a/b', '/a/:id', '/files/*'. Paths are compared as they were sent, not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    segments: Vec<Segment>,
    /// Whether it ends in '/*': the segments before that are followed by '/' and anything, nothing too.
    is_open: bool,
}

/// One stretch of a path between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Text(String),
    /// Stands for any text but none.
    Name(String),
}

/// What is wrong with a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// The path does not start with '/'.
    NoSlash,
    /// What follows a ':' is no name.
    Name(String),
    /// The same name stands twice.
    NameTwice,
    /// A '*' that is not the whole of the last segment.
    Star,
    /// A segment with characters that a path holds only percent-encoded (RFC 3986 section 3.3).
    Characters(String),
    /// More methods have a name than there are.
    Methods,
    /// The media type of an answer is no field value.
    MediaType,
    /// The router refuses the path, which the tests know nothing of.
    Router(String),
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlash => write!(f, "a path starts with '/'"),
            Self::Name(text) => write!(f, "'{text}' is no name: a letter or '_', then letters, digits or '_'"),
            Self::NameTwice => write!(f, "a name stands twice in the path"),
            Self::Star => write!(f, "'*' stands alone, at the end of the path"),
            Self::Characters(text) => write!(f, "'{text}' has characters that a path holds only percent-encoded"),
            Self::Methods => write!(f, "there are too many methods"),
            Self::MediaType => write!(f, "the media type is no field value"),
            Self::Router(why) => write!(f, "the router refuses the path: {why}"),
        }
    }
}

impl std::error::Error for RouteError {}

/// The name that '*' goes by among the params.
pub(crate) const REST: &str = "*";

impl Pattern {
    pub(crate) fn parse(source: &str) -> Result<Self, RouteError> {
        let rest = source.strip_prefix('/').ok_or(RouteError::NoSlash)?;
        let mut parts: Vec<&str> = rest.split('/').collect();
        let is_open = parts.last() == Some(&REST);
        if is_open {
            parts.pop();
        }
        let segments = parts.into_iter().map(Segment::parse).collect::<Result<_, _>>()?;
        let pattern = Self { segments, is_open };
        let mut names: Vec<&str> = pattern.names().collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) { Err(RouteError::NameTwice) } else { Ok(pattern) }
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// What the params are called, in the order in which [`Pattern::capture`] gives them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let named = self.segments.iter().filter_map(|segment| match segment {
            Segment::Name(name) => Some(name.as_str()),
            Segment::Text(_) => None,
        });
        named.chain(self.is_open.then_some(REST))
    }

    /// Whether it matches `path`; `params` then are where its params are, which says nothing else.
    pub(crate) fn capture(&self, path: &[u8], params: &mut Vec<Range<usize>>) -> bool {
        params.clear();
        let mut at = 0;
        for segment in &self.segments {
            if path.get(at) != Some(&b'/') {
                return false;
            }
            let start = at + 1;
            let end = path[start..].iter().position(|&byte| byte == b'/').map_or(path.len(), |size| start + size);
            match segment {
                Segment::Text(text) if *text.as_bytes() == path[start..end] => {}
                Segment::Name(_) if start < end => params.push(start..end),
                _ => return false,
            }
            at = end;
        }
        if self.is_open && path.get(at) == Some(&b'/') {
            params.push(at + 1..path.len());
            return true;
        }
        !self.is_open && at == path.len()
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, RouteError> {
        if let Some(name) = text.strip_prefix(':') {
            return if is_name(name) { Ok(Self::Name(name.to_owned())) } else { Err(RouteError::Name(text.to_owned())) };
        }
        match text {
            _ if text.contains(REST) => Err(RouteError::Star),
            _ if !is_segment(text.as_bytes()) => Err(RouteError::Characters(text.to_owned())),
            _ => Ok(Self::Text(text.to_owned())),
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().all(is_word) && text.as_bytes().first().is_some_and(|first| !first.is_ascii_digit())
}

/// What a path may hold between two slashes: RFC 3986 section 3.3.
fn is_segment(text: &[u8]) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let is_encoded = |at: usize| matches!(text[at..], [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    (0..text.len()).all(|at| is_plain(text[at]) || is_encoded(at))
}

/// Whether `text` is percent-encoded UTF-8: where `decodeURIComponent` gives an answer. What is not encoded stands for itself.
///
/// O(text.len()) time.
pub(crate) fn is_decodable(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(start) = rest.iter().position(|&byte| byte == b'%') {
        let Some(size) = sequence_size(&rest[start..]) else { return false };
        rest = &rest[start + size..];
    }
    true
}

/// Bytes of the percent-encoded character that `text` begins with, of which the first one is a '%'.
fn sequence_size(text: &[u8]) -> Option<usize> {
    let first = encoded(text)?;
    let size = match first {
        ..0x80 => return Some(ENCODED),
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return None,
    };
    let mut character = [first, 0, 0, 0];
    for (i, byte) in character.iter_mut().enumerate().take(size).skip(1) {
        *byte = encoded(text.get(i * ENCODED..)?)?;
    }
    std::str::from_utf8(&character[..size]).is_ok().then_some(size * ENCODED)
}

/// Bytes of '%41'.
const ENCODED: usize = 3;

/// The byte whose percent-encoded form `text` begins with.
fn encoded(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    match *text {
        [b'%', high, low, ..] => Some((digit(high)? << 4 | digit(low)?) as u8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(pattern: &str, path: &str) -> Option<Vec<String>> {
        let mut params = Vec::new();
        let matches = Pattern::parse(pattern).unwrap().capture(path.as_bytes(), &mut params);
        matches.then(|| params.into_iter().map(|param| path[param].to_owned()).collect())
    }

    #[test]
    fn matches_what_the_path_pattern_in_typescript_matches() {
        let cases: &[(&str, &str, Option<&[&str]>)] = &[
            ("/", "/", Some(&[])),
            ("/", "//", None),
            ("/", "", None),
            ("/a/b", "/a/b", Some(&[])),
            ("/a/b", "/a/b/", None),
            ("/a/", "/a/", Some(&[])),
            ("/a/", "/a", None),
            ("/a", "/A", None),
            ("/%41", "/A", None),
            ("/a/:id", "/a/7", Some(&["7"])),
            ("/a/:id", "/a/", None),
            ("/a/:id", "/a/7/", None),
            ("/:a/:b", "/x/y%2Fz", Some(&["x", "y%2Fz"])),
            ("/files/*", "/files/", Some(&[""])),
            ("/files/*", "/files", None),
            ("/files/*", "/files/a//b", Some(&["a//b"])),
            ("/*", "/", Some(&[""])),
            ("/*", "*", None),
            ("/:a/*", "/x/y/z", Some(&["x", "y/z"])),
            ("/:a/*", "//y", None),
            ("//*", "//x", Some(&["x"])),
        ];
        for &(pattern, path, expected) in cases {
            let expected = expected.map(|params| params.iter().map(|&param| param.to_owned()).collect());
            assert_eq!(captured(pattern, path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn refuses_what_is_no_path_of_a_route() {
        let refused = |source: &str| Pattern::parse(source).unwrap_err();
        assert_eq!(refused(""), RouteError::NoSlash);
        assert_eq!(refused("a"), RouteError::NoSlash);
        assert_eq!(refused("/:"), RouteError::Name(":".into()));
        assert_eq!(refused("/:1"), RouteError::Name(":1".into()));
        assert_eq!(refused("/:a-b"), RouteError::Name(":a-b".into()));
        assert_eq!(refused("/:a/:a"), RouteError::NameTwice);
        assert_eq!(refused("/*/a"), RouteError::Star);
        assert_eq!(refused("/a*"), RouteError::Star);
        for source in ["/a b", "/{a}", "/ä", "/%", "/%4", "/%4g", "/a?b", "/a#b", "/\"", "/\\"] {
            assert_eq!(refused(source), RouteError::Characters(source[1..].into()));
        }
        assert!(Pattern::parse("/a(b)/+c:d/%4a/~.-_!$&',;=@/_/:_/*").is_ok());
    }

    #[test]
    fn decodes_what_decode_uri_component_decodes() {
        for good in ["", "a+b", "%41", "%c3%A9", "é%C3%A9é", "%E2%82%AC", "%F0%9F%98%80", "%00", "%F4%8F%BF%BF", "%ED%9F%BF"] {
            assert!(is_decodable(good.as_bytes()), "{good}");
        }
        let bad = [
            "%",
            "%4",
            "%g1",
            "a%",
            "%C3",
            "%C3x",
            "%C3%41",
            "%C0%80",
            "%ED%A0%80",
            "%F4%90%80%80",
            "%F8%88%80%80%80",
            "%80",
            "%E2%82",
            "%%41",
            "%C3\u{a9}",
        ];
        for bad in bad {
            assert!(!is_decodable(bad.as_bytes()), "{bad}");
        }
        assert!(is_decodable(b"\xff"));
    }
}
