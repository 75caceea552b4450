//! Answers that a config spells out, and conditional requests for them.

use crate::heads::{Client, Field, Heads};
use lanewise_http::response::{BadField, Body, has_body};
use lanewise_http::{Head, Known, Method};

/// What a route answers with.
#[derive(Clone, Debug)]
pub struct Respond {
    /// 200 to 599.
    pub status: u16,
    /// The value of Content-Type.
    pub content_type: String,
    /// The body; a status that has none (204, 304) leaves it out.
    pub body: Vec<u8>,
}

/// [`Respond`], rendered.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    body: Vec<u8>,
    heads: Heads,
    tagged: Option<Tagged>,
}

/// The answers to GET and HEAD of what has an ETag.
#[derive(Debug)]
struct Tagged {
    /// With its quotes.
    tag: String,
    heads: Heads,
    unchanged: Heads,
}

impl Answer {
    pub(crate) fn new(respond: Respond) -> Result<Self, BadField> {
        let Respond { status, content_type, mut body } = respond;
        if !has_body(status) {
            body.clear();
        }
        let length = Body::Length(body.len() as u64);
        let kind: Field<'_> = (b"Content-Type", content_type.as_bytes());
        let fields: &[Field<'_>] = if has_body(status) { &[kind] } else { &[] };
        let heads = Heads::new(status, length, fields)?;
        let is_tagged = (200..300).contains(&status) && has_body(status);
        let tagged = is_tagged.then(|| {
            let tag = entity_tag(&body);
            let field: Field<'_> = (b"ETag", tag.as_bytes());
            Ok(Tagged { heads: Heads::new(status, length, &[kind, field])?, unchanged: Heads::new(304, Body::None, &[field])?, tag })
        });
        Ok(Self { status, heads, tagged: tagged.transpose()?, body })
    }

    /// Appends the answer to a request and gives its status.
    pub(crate) fn write(&self, head: &Head, bytes: &[u8], client: &Client<'_>, out: &mut Vec<u8>) -> u16 {
        let tagged = self.tagged.as_ref().filter(|_| matches!(head.method(), Method::Get | Method::Head));
        if let Some(tagged) = tagged
            && none_match_fails(head.all(Known::IfNoneMatch, bytes), tagged.tag.as_bytes())
        {
            tagged.unchanged.write(client, out);
            return 304;
        }
        tagged.map_or(&self.heads, |tagged| &tagged.heads).write(client, out);
        if head.method() != Method::Head {
            out.extend_from_slice(&self.body);
        }
        self.status
    }
}

/// A strong ETag: FNV-1a of 64 bits, 16 hexadecimal digits between quotes.
///
/// # Source
/// The FNV Non-Cryptographic Hash Algorithm, draft-eastlake-fnv.
#[must_use]
pub fn entity_tag(body: &[u8]) -> String {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = body.iter().fold(BASIS, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("\"{hash:016x}\"")
}

/// Whether the condition of these If-None-Match fields does not hold, as what they name is what there is: `tag`. Weakness does not matter here. What
/// follows something that is no entity tag does not count.
///
/// # Source
/// RFC 9110 sections 8.8.3 and 13.1.2.
fn none_match_fails<'f>(mut fields: impl Iterator<Item = &'f [u8]>, tag: &[u8]) -> bool {
    fields.any(|field| field == b"*" || lists(field, tag))
}

fn lists(mut list: &[u8], tag: &[u8]) -> bool {
    loop {
        let separators = list.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b',')).count();
        list = &list[separators..];
        list = list.strip_prefix(b"W/").unwrap_or(list);
        let Some(rest) = list.strip_prefix(b"\"") else { return false };
        let Some(quote) = rest.iter().position(|&byte| byte == b'"') else { return false };
        let (named, behind) = list.split_at(quote + 2);
        if named == tag {
            return true;
        }
        list = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_those_of_the_reference() {
        assert_eq!(entity_tag(b""), "\"cbf29ce484222325\"");
        assert_eq!(entity_tag(b"a"), "\"af63dc4c8601ec8c\"");
        assert_eq!(entity_tag(b"foobar"), "\"85944171f73967e8\"");
    }

    #[test]
    fn a_tag_is_found_in_any_list() {
        let fails = |fields: &[&str]| none_match_fails(fields.iter().map(|field| field.as_bytes()), b"\"a,b\"");
        for fields in
            [&["*"] as &[&str], &["\"a,b\""], &["W/\"a,b\""], &["\"x\", W/\"\" ,,\t\"a,b\""], &["\"x\"", "\"a,b\""], &["\"x\"\"a,b\""]]
        {
            assert!(fails(fields), "{fields:?}");
        }
        for fields in [
            &[] as &[&str],
            &[""],
            &["\"x\""],
            &["\"a\",\"b\""],
            &["a,b"],
            &["x, \"a,b\""],
            &["\"a,b"],
            &["w/\"a,b\""],
            &["**"],
            &["*, \"x\""],
        ] {
            assert!(!fails(fields), "{fields:?}");
        }
    }
}
