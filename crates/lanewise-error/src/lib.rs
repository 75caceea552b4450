//! The one error type of lanewise and the one table of its codes.
//!
//! Every crate fails with [`Error`]: a code and an offset, two words, `Copy`, no allocation. The message comes from the code.
//! The TypeScript union `ErrorCode` is generated from the same table (`npm run generate`).
#![forbid(unsafe_code)]

use std::fmt;

/// Declares [`ErrorCode`] and everything that is known of each code, in one place.
macro_rules! error_codes {
    ($($variant:ident, $name:literal, $message:literal;)+) => {
        /// What went wrong. The name of a code is stable; its number is not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = $message] $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the order of its number.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant),+];

            /// The stable name, for example `LW_JSON_END`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name),+ }
            }

            /// One sentence without a full stop that says what was found, for people.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(ErrorCode::$variant => $message),+ }
            }
        }
    };
}

error_codes! {
    Utf8, "LW_UTF8", "invalid UTF-8";
    Depth, "LW_DEPTH", "nested deeper than the limit";
    Size, "LW_SIZE", "larger than the limit";
    SharedInput, "LW_SHARED_INPUT", "a view on a SharedArrayBuffer cannot be read safely";
    Aborted, "LW_ABORTED", "the operation was aborted";
    Isa, "LW_ISA", "this instruction set is unknown or cannot run here";
    Backend, "LW_BACKEND", "this backend is unknown or cannot be loaded here";
    JsonUnexpected, "LW_JSON_UNEXPECTED", "a byte that cannot stand here in JSON";
    JsonEnd, "LW_JSON_END", "JSON input ends early";
    JsonControl, "LW_JSON_CONTROL", "a raw control character in a JSON string";
    JsonEscape, "LW_JSON_ESCAPE", "an invalid escape in a JSON string";
    JsonNumber, "LW_JSON_NUMBER", "an invalid JSON number";
    JsonLiteral, "LW_JSON_LITERAL", "an invalid JSON literal";
    JsonTrailing, "LW_JSON_TRAILING", "something follows the JSON value";
    JsonDuplicateKey, "LW_JSON_DUPLICATE_KEY", "a JSON object has the same key twice";
    JsonNumberRange, "LW_JSON_NUMBER_RANGE", "a JSON number beyond the range of a double";
    Pointer, "LW_POINTER", "a malformed JSON Pointer";
    QuerySyntax, "LW_QUERY_SYNTAX", "a malformed query";
    QueryType, "LW_QUERY_TYPE", "a query that is not well-typed";
    Patch, "LW_PATCH", "a patch that cannot be applied";
    PatchTest, "LW_PATCH_TEST", "a test of the patch failed";
    MsgpackEnd, "LW_MSGPACK_END", "MessagePack input ends early";
    MsgpackReserved, "LW_MSGPACK_RESERVED", "the reserved MessagePack byte 0xc1";
    MsgpackTrailing, "LW_MSGPACK_TRAILING", "something follows the MessagePack value";
    MsgpackTimestamp, "LW_MSGPACK_TIMESTAMP", "an invalid MessagePack timestamp";
    MsgpackKey, "LW_MSGPACK_KEY", "a MessagePack map key that is not a string";
    MsgpackRange, "LW_MSGPACK_RANGE", "an integer outside 64 bits";
    MsgpackNotJson, "LW_MSGPACK_NOT_JSON", "a MessagePack value that JSON cannot hold";
    MsgpackType, "LW_MSGPACK_TYPE", "a value that MessagePack cannot hold";
    EmptyPattern, "LW_EMPTY_PATTERN", "an empty pattern";
    RegexSyntax, "LW_REGEX_SYNTAX", "a malformed regular expression";
    TooLarge, "LW_TOO_LARGE", "the compiled form exceeds the memory limit";
    BadBlob, "LW_BAD_BLOB", "a saved form that is corrupted or foreign";
}

/// A failure: what, and where in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What went wrong.
    pub code: ErrorCode,
    /// Offset of the first unit that cannot continue any valid input, in the unit of that input, or [`Error::NOWHERE`].
    pub offset: usize,
}

impl Error {
    /// The offset of an error that has no place in the input.
    pub const NOWHERE: usize = usize::MAX;

    /// An error of this `code` at this `offset`.
    #[must_use]
    pub const fn new(code: ErrorCode, offset: usize) -> Self {
        Self { code, offset }
    }

    /// An error that has no place in the input.
    #[must_use]
    pub const fn nowhere(code: ErrorCode) -> Self {
        Self::new(code, Self::NOWHERE)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.message())?;
        if self.offset != Self::NOWHERE {
            write!(f, " at offset {}", self.offset)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_numbered_in_order_and_named_once() {
        let names: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for (number, code) in ErrorCode::ALL.iter().enumerate() {
            assert_eq!(*code as usize, number);
            assert!(code.name().starts_with("LW_"));
        }
    }

    #[test]
    fn an_error_prints_its_message_and_its_place() {
        assert_eq!(Error::new(ErrorCode::JsonEnd, 7).to_string(), "JSON input ends early at offset 7");
        assert_eq!(Error::nowhere(ErrorCode::Aborted).to_string(), "the operation was aborted");
    }
}
