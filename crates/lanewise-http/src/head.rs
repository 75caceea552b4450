//! A request head: where its parts stand among the bytes that it was read from.

use crate::known::Known;

/// A request method (RFC 9110 section 9). Methods are case-sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
    /// `PATCH`
    Patch,
    /// `OPTIONS`
    Options,
    /// `TRACE`
    Trace,
    /// `CONNECT`; a head with it is refused.
    Connect,
    /// Any other token; [`Head::method_name`] has it.
    Other,
}

impl Method {
    /// The method that a token names.
    #[must_use]
    pub fn of(name: &[u8]) -> Method {
        match name {
            b"GET" => Method::Get,
            b"HEAD" => Method::Head,
            b"POST" => Method::Post,
            b"PUT" => Method::Put,
            b"DELETE" => Method::Delete,
            b"PATCH" => Method::Patch,
            b"OPTIONS" => Method::Options,
            b"TRACE" => Method::Trace,
            b"CONNECT" => Method::Connect,
            _ => Method::Other,
        }
    }
}

/// The version that a message is read by. HTTP/1.2 to 1.9 are read as 1.1 (RFC 9110 section 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    Http11,
}

/// What says where the body of a request ends (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// There is no body.
    None,
    /// Content-Length: so many bytes; 0 is possible.
    Length(u64),
    /// Chunks, up to the one of size 0 and its trailers.
    Chunked,
}

/// A stretch of the head's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// Offsets are below [`crate::HeadLimits::BYTES_MAX`], which fits.
    #[inline]
    pub(crate) fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    #[inline]
    pub(crate) fn of<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// One field line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: Span,
    /// Without the white space around it.
    pub(crate) value: Span,
    pub(crate) known: Option<Known>,
}

/// A request head that was read by a [`HeadReader`](crate::HeadReader).
///
/// It owns offsets only; what gives text takes the bytes that the head was read from (given others, it gives nonsense or nothing, and
/// does not panic). A head is meant to be used again: reading allocates only when it has more fields than any before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub(crate) size: usize,
    pub(crate) method: Method,
    pub(crate) method_name: Span,
    pub(crate) target: Span,
    /// Empty for an absolute target without a path, which stands for "/".
    pub(crate) path: Span,
    /// What follows the first '?', if there is one.
    pub(crate) query: Option<Span>,
    pub(crate) version: Version,
    pub(crate) framing: Framing,
    pub(crate) keep_alive: bool,
    pub(crate) expects_continue: bool,
    pub(crate) fields: Vec<Field>,
    /// A bit for each known name that a field has.
    pub(crate) present: u64,
}

impl Default for Head {
    fn default() -> Head {
        Head {
            size: 0,
            method: Method::Other,
            method_name: Span::default(),
            target: Span::default(),
            path: Span::default(),
            query: None,
            version: Version::Http11,
            framing: Framing::None,
            keep_alive: false,
            expects_continue: false,
            fields: Vec::new(),
            present: 0,
        }
    }
}

impl Head {
    /// An empty head, to be read into. Allocates nothing.
    #[must_use]
    pub fn new() -> Head {
        Head::default()
    }

    /// How many bytes the head takes, the empty line at its end and ignored ones before it included: the body begins there.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The method as it was sent, a token.
    #[must_use]
    pub fn method_name<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        self.method_name.of(bytes)
    }

    /// The target as it was sent: in origin-form, absolute-form with the scheme http or https, or "*" (RFC 9112 section 3.2).
    #[must_use]
    pub fn target<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        self.target.of(bytes)
    }

    /// The path of the target, as it was sent, without query and origin: it begins with '/', or is "*" for OPTIONS.
    #[must_use]
    pub fn path<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        match self.path.of(bytes) {
            b"" => b"/",
            path => path,
        }
    }

    /// What follows the first '?' of the target, as it was sent; empty without one.
    #[must_use]
    pub fn query<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        self.query.map_or(b"", |query| query.of(bytes))
    }

    /// The version that the message is read by.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// What says where the body ends.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// True if the client wants to use the connection again (RFC 9112 section 9.3).
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// True if the client waits for "100 Continue" before it sends the body that it announced (RFC 9110 section 10.1.1).
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    /// The value of the first field with this name, without the white space around it. O(1) when there is none.
    #[inline]
    #[must_use]
    pub fn known<'b>(&self, name: Known, bytes: &'b [u8]) -> Option<&'b [u8]> {
        self.all(name, bytes).next()
    }

    /// The values of all fields with this name, in order: where the grammar is a list, they are parts of one.
    #[inline]
    pub fn all<'b>(&self, name: Known, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        let fields = if self.present & bit(name) == 0 { &[] } else { self.fields.as_slice() };
        fields.iter().filter(move |field| field.known == Some(name)).map(move |field| field.value.of(bytes))
    }

    /// Every field in order: its name if it is a known one, its name as it was sent, and its value without the white space around it.
    pub fn fields<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = (Option<Known>, &'b [u8], &'b [u8])> {
        self.fields.iter().map(move |field| (field.known, field.name.of(bytes), field.value.of(bytes)))
    }

    /// How many fields there are.
    #[must_use]
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }

    pub(crate) fn push(&mut self, field: Field) {
        if let Some(known) = field.known {
            self.present |= bit(known);
        }
        self.fields.push(field);
    }

    /// Forgets the fields, and keeps their memory.
    pub(crate) fn clear(&mut self) {
        self.fields.clear();
        self.present = 0;
        self.query = None;
    }
}

#[inline]
fn bit(known: Known) -> u64 {
    1 << known as u32
}
