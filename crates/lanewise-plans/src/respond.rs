//! Answers that a config spells out.

use crate::conditions::{Verdict, judge};
use crate::heads::{Client, Field, Heads};
use lanewise_http::response::{BadField, Body, has_body};
use lanewise_http::{Head, Method};

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

/// What there is where GET is answered with content: requests for it may be conditional, whatever their method.
#[derive(Debug)]
struct Tagged {
    /// With its quotes.
    tag: String,
    /// Of answers to GET and HEAD.
    heads: Heads,
    unchanged: Heads,
}

/// What has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// A whole response with this status.
    Answer(u16),
    /// Nothing: a condition of the request does not hold, so it is to be refused with 412.
    Nothing,
}

impl Answer {
    /// Renders an answer to requests with `method`, None for any.
    pub(crate) fn new(respond: Respond, method: Option<&str>) -> Result<Self, BadField> {
        let Respond { status, content_type, mut body } = respond;
        if !has_body(status) {
            body.clear();
        }
        let length = Body::Length(body.len() as u64);
        let kind: Field<'_> = (b"Content-Type", content_type.as_bytes());
        let fields: &[Field<'_>] = if has_body(status) { &[kind] } else { &[] };
        let heads = Heads::new(status, length, fields)?;
        let is_tagged = (200..300).contains(&status) && has_body(status) && matches!(method, None | Some("GET" | "HEAD"));
        let tagged = is_tagged.then(|| {
            let tag = entity_tag(&body);
            let field: Field<'_> = (b"ETag", tag.as_bytes());
            Ok(Tagged { heads: Heads::new(status, length, &[kind, field])?, unchanged: Heads::new(304, Body::None, &[field])?, tag })
        });
        Ok(Self { status, heads, tagged: tagged.transpose()?, body })
    }

    /// Appends the answer to a request.
    pub(crate) fn write(&self, head: &Head, bytes: &[u8], client: &Client<'_>, out: &mut Vec<u8>) -> Written {
        let is_read = matches!(head.method(), Method::Get | Method::Head);
        let heads = match &self.tagged {
            Some(tagged) => match judge(head, bytes, tagged.tag.as_bytes()) {
                Verdict::Go if is_read => &tagged.heads,
                Verdict::Go => &self.heads,
                Verdict::Unchanged => {
                    tagged.unchanged.write(client, out);
                    return Written::Answer(304);
                }
                Verdict::Failed => return Written::Nothing,
            },
            None => &self.heads,
        };
        heads.write(client, out);
        if head.method() != Method::Head {
            out.extend_from_slice(&self.body);
        }
        Written::Answer(self.status)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_those_of_the_reference() {
        assert_eq!(entity_tag(b""), "\"cbf29ce484222325\"");
        assert_eq!(entity_tag(b"a"), "\"af63dc4c8601ec8c\"");
        assert_eq!(entity_tag(b"foobar"), "\"85944171f73967e8\"");
    }
}
