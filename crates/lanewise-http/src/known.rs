//! Field names that are recognized when a head is read.

/// Declares [`Known`] and the table of its names, in one place.
macro_rules! known {
    ($($variant:ident, $name:literal;)+) => {
        /// A field name that is recognized when a head is read, so that nothing compares it again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Known {
            $(#[doc = $name] $variant,)+
        }

        impl Known {
            /// Every name; each stands at the index of its number.
            pub const ALL: &'static [Known] = &[$(Known::$variant),+];

            /// The name in lower case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Known::$variant => $name),+ }
            }
        }
    };
}

known! {
    Host, "host";
    ContentType, "content-type";
    ContentLength, "content-length";
    ContentEncoding, "content-encoding";
    TransferEncoding, "transfer-encoding";
    Connection, "connection";
    Expect, "expect";
    Accept, "accept";
    AcceptEncoding, "accept-encoding";
    AcceptLanguage, "accept-language";
    AcceptCharset, "accept-charset";
    IfMatch, "if-match";
    IfNoneMatch, "if-none-match";
    IfModifiedSince, "if-modified-since";
    IfUnmodifiedSince, "if-unmodified-since";
    IfRange, "if-range";
    Range, "range";
    UserAgent, "user-agent";
    Upgrade, "upgrade";
    Cookie, "cookie";
    Authorization, "authorization";
    ProxyAuthorization, "proxy-authorization";
    Origin, "origin";
    Referer, "referer";
    CacheControl, "cache-control";
    Pragma, "pragma";
    Date, "date";
    Te, "te";
    Trailer, "trailer";
    Via, "via";
    Forwarded, "forwarded";
    XForwardedFor, "x-forwarded-for";
    XForwardedHost, "x-forwarded-host";
    XForwardedProto, "x-forwarded-proto";
    XRequestId, "x-request-id";
    Traceparent, "traceparent";
    KeepAlive, "keep-alive";
    UpgradeInsecureRequests, "upgrade-insecure-requests";
}

const SLOTS: usize = 128;
/// The name that a hash stands for; one name at most, which the compiler checks in `slots`.
static NAMES: [Option<Known>; SLOTS] = slots();

impl Known {
    /// The known name that `name`, a token, is in any case of its letters. O(1).
    #[inline]
    #[must_use]
    pub fn of(name: &[u8]) -> Option<Known> {
        let known = NAMES[hash(name)]?;
        is_cased(name, known.name().as_bytes()).then_some(known)
    }
}

/// True if `name`, a token, is `lower` in any case of its letters. `lower` has letters and '-' alone, and no other byte of a token
/// becomes one of these when bit 5 is set: so eight bytes are compared at once.
#[inline]
fn is_cased(name: &[u8], lower: &[u8]) -> bool {
    if name.len() != lower.len() {
        return false;
    }
    let ((names, name_rest), (lowers, lower_rest)) = (name.as_chunks::<8>(), lower.as_chunks::<8>());
    let is_same = |(name, lower): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*name) | 0x2020_2020_2020_2020 == u64::from_ne_bytes(*lower);
    names.iter().zip(lowers).all(is_same) && name_rest.iter().zip(lower_rest).all(|(name, lower)| name | 0x20 == *lower)
}

/// Length, first and last letter tell the known names apart.
const fn hash(name: &[u8]) -> usize {
    let ([first, ..], [.., last]) = (name, name) else { return 0 };
    (name.len() + (*first | 0x20) as usize * 12 + (*last | 0x20) as usize * 19) % SLOTS
}

const fn slots() -> [Option<Known>; SLOTS] {
    let mut slots = [None; SLOTS];
    let mut i = 0;
    while i < Known::ALL.len() {
        let slot = hash(Known::ALL[i].name().as_bytes());
        assert!(slots[slot].is_none(), "two known names have one hash");
        slots[slot] = Some(Known::ALL[i]);
        i += 1;
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_each_name_in_any_case_and_no_other() {
        for (i, known) in Known::ALL.iter().enumerate() {
            assert_eq!(*known as usize, i);
            assert!(known.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
            assert_eq!(Known::of(known.name().as_bytes()), Some(*known));
            assert_eq!(Known::of(known.name().to_uppercase().as_bytes()), Some(*known));
            assert_eq!(Known::of(format!("{}x", known.name()).as_bytes()), None);
            assert_eq!(
                Known::of(known.name().replace('o', "0").replace('a', "4").replace('t', "7").as_bytes()).filter(|k| k != known),
                None
            );
        }
        assert_eq!(Known::of(b""), None);
        assert!(Known::ALL.len() <= 64, "a head keeps which are present in 64 bits");
    }
}
