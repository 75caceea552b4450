//! A pull reader: one event at a time, no tree, no recursion.

use crate::fault::fault;
use crate::keys::OpenKeys;
use crate::nesting::Nesting;
use crate::unescape::{LoneSurrogate, unescape};
use crate::{DuplicateKeys, Limits, scan};
use lanewise_error::{Error, ErrorCode};
use std::borrow::Cow;
use std::ops::Range;

/// One step through a document. Ranges are bytes of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// The name of a member, whose value follows.
    Key(RawString),
    /// A string value.
    String(RawString),
    /// A number, as it is spelled.
    Number(Range<usize>),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
}

/// A string as it stands in the input. It has been checked: its escapes are whole, its bytes are UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawString {
    /// What stands between the quotes.
    pub range: Range<usize>,
    /// Whether there is an escape in it.
    pub escaped: bool,
}

impl RawString {
    /// Whether the string, without its escapes, is `text`, which is WTF-8; `input` is that of the reader.
    ///
    /// # Panics
    /// When `input` is shorter than that of the reader.
    #[inline]
    #[must_use]
    pub fn is(&self, text: &[u8], input: &[u8]) -> bool {
        if self.escaped { *self.to_wtf8(input) == *text } else { input[self.range.clone()] == *text }
    }

    /// The string without its escapes, in WTF-8 (lone surrogates are kept); `input` is that of the reader.
    ///
    /// # Panics
    /// When `input` is shorter than that of the reader.
    #[must_use]
    pub fn to_wtf8<'a>(&self, input: &'a [u8]) -> Cow<'a, [u8]> {
        let raw = &input[self.range.clone()];
        if !self.escaped {
            return Cow::Borrowed(raw);
        }
        let mut text = Vec::with_capacity(raw.len());
        unescape(raw, LoneSurrogate::Keep, &mut text);
        Cow::Owned(text)
    }
}

/// Reads one JSON value, event by event.
///
/// # Examples
/// ```
/// use lanewise_json::{Limits, reader::{Event, Reader}};
/// let mut reader = Reader::new(b"[1, true]", &Limits::default());
/// assert_eq!(reader.next()?, Some(Event::ArrayStart));
/// assert_eq!(reader.next()?, Some(Event::Number(1..2)));
/// assert_eq!(reader.next()?, Some(Event::Bool(true)));
/// assert_eq!(reader.next()?, Some(Event::ArrayEnd));
/// assert_eq!(reader.next()?, None);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub struct Reader<'a> {
    input: &'a [u8],
    /// All before it is read, and known to be UTF-8.
    offset: usize,
    state: State,
    nesting: Nesting,
    depth_max: u32,
    /// Kept when duplicate keys are errors.
    keys: Option<OpenKeys<'a>>,
}

/// What the grammar allows next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Value,
    ValueOrClose,
    Key,
    KeyOrClose,
    Colon,
    AfterValue,
}

/// What the reader stands before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The first byte of a value, or one that cannot be that.
    Value,
    /// The quote of a key.
    Key,
    /// The bracket that closes the innermost container.
    Close,
    /// The end of the input, with the value complete.
    End,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `input`.
    #[must_use]
    pub fn new(input: &'a [u8], limits: &Limits) -> Self {
        let keys = (limits.duplicate_keys == DuplicateKeys::Error).then(OpenKeys::default);
        Self { input, offset: 0, state: State::Value, nesting: Nesting::new(), depth_max: limits.depth_max, keys }
    }

    /// The offset behind the event that was read last.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many containers are open.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.nesting.depth()
    }

    /// The next event, or `None` once the value is complete and nothing but whitespace follows.
    ///
    /// # Errors
    /// See the [crate documentation](crate) for codes and offsets. Called again, it gives the same error.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "an iterator would give the error as an item and then have to end")]
    pub fn next(&mut self) -> Result<Option<Event>, Error> {
        match self.place()? {
            Place::Value => self.value().map(Some),
            Place::Key => self.key().map(Some),
            Place::Close => Ok(Some(self.close())),
            Place::End => Ok(None),
        }
    }

    /// Goes over whitespace and separators to whatever comes next. Called again, it stays.
    #[inline]
    pub(crate) fn place(&mut self) -> Result<Place, Error> {
        loop {
            self.offset = scan::whitespace(self.input, self.offset);
            let in_object = self.nesting.in_object();
            let Some(&byte) = self.input.get(self.offset) else {
                return if self.state == State::AfterValue && in_object.is_none() {
                    Ok(Place::End)
                } else {
                    Err(self.fault(ErrorCode::JsonEnd))
                };
            };
            match (self.state, byte, in_object) {
                (State::ValueOrClose, b']', _) | (State::KeyOrClose, b'}', _) => return Ok(Place::Close),
                (State::AfterValue, b']', Some(false)) | (State::AfterValue, b'}', Some(true)) => return Ok(Place::Close),
                (State::Value | State::ValueOrClose, _, _) => return Ok(Place::Value),
                (State::Key | State::KeyOrClose, b'"', _) => return Ok(Place::Key),
                (State::Colon, b':', _) => self.state = State::Value,
                (State::AfterValue, b',', Some(true)) => self.state = State::Key,
                (State::AfterValue, b',', Some(false)) => self.state = State::Value,
                (State::AfterValue, _, None) => return Err(self.fault(ErrorCode::JsonTrailing)),
                _ => return Err(self.fault(ErrorCode::JsonUnexpected)),
            }
            self.offset += 1;
        }
    }

    fn fault(&self, code: ErrorCode) -> Error {
        fault(self.input, self.offset, code, self.offset)
    }

    #[inline]
    fn value(&mut self) -> Result<Event, Error> {
        let (input, start) = (self.input, self.offset);
        let (event, end) = match input[start] {
            b'{' => return self.open(true),
            b'[' => return self.open(false),
            b'"' => {
                let string = scan::string(input, start)?;
                let end = string.range.end + 1;
                (Event::String(string), end)
            }
            b'-' | b'0'..=b'9' => {
                let end = scan::number(input, start)?;
                (Event::Number(start..end), end)
            }
            b't' => (Event::Bool(true), scan::literal(input, start, b"true")?),
            b'f' => (Event::Bool(false), scan::literal(input, start, b"false")?),
            b'n' => (Event::Null, scan::literal(input, start, b"null")?),
            _ => return Err(self.fault(ErrorCode::JsonUnexpected)),
        };
        self.offset = end;
        self.state = State::AfterValue;
        Ok(event)
    }

    #[inline]
    fn key(&mut self) -> Result<Event, Error> {
        let key = scan::string(self.input, self.offset)?;
        if let Some(keys) = &mut self.keys
            && !keys.insert(key.to_wtf8(self.input))
        {
            return Err(Error::new(ErrorCode::JsonDuplicateKey, key.range.end));
        }
        self.offset = key.range.end + 1;
        self.state = State::Colon;
        Ok(Event::Key(key))
    }

    #[inline]
    fn open(&mut self, is_object: bool) -> Result<Event, Error> {
        if self.nesting.depth() >= self.depth_max {
            return Err(Error::new(ErrorCode::Depth, self.offset));
        }
        self.nesting.push(is_object);
        self.offset += 1;
        if !is_object {
            self.state = State::ValueOrClose;
            return Ok(Event::ArrayStart);
        }
        if let Some(keys) = &mut self.keys {
            keys.open();
        }
        self.state = State::KeyOrClose;
        Ok(Event::ObjectStart)
    }

    #[inline]
    fn close(&mut self) -> Event {
        let is_object = self.nesting.in_object() == Some(true);
        self.nesting.pop();
        self.offset += 1;
        self.state = State::AfterValue;
        if !is_object {
            return Event::ArrayEnd;
        }
        if let Some(keys) = &mut self.keys {
            keys.close();
        }
        Event::ObjectEnd
    }
}
