//! Response heads that are rendered once.

use lanewise_http::Version;
use lanewise_http::date::ImfDate;
use lanewise_http::response::{BadField, Body, LengthSlot, Prepared, Start, write_head};

/// A field of a response: its name and its value.
pub(crate) type Field<'f> = (&'f [u8], &'f [u8]);

/// Whom a response goes to, and when.
#[derive(Clone, Copy, Debug)]
pub struct Client<'c> {
    /// The version of the request.
    pub version: Version,
    /// False when the connection is closed after the response.
    pub keep_alive: bool,
    /// The value of Date.
    pub date: &'c ImfDate,
}

impl<'c> Client<'c> {
    /// Appends a head; the slot of its length, where that comes later.
    pub(crate) fn write_head<'f>(
        &self,
        status: u16,
        body: Body,
        fields: impl IntoIterator<Item = Field<'f>>,
        out: &mut Vec<u8>,
    ) -> Option<LengthSlot> {
        let start = self.start(status, body);
        // The fields are ours or were read from a head, which holds none that could not be written.
        write_head(out, &start, fields).ok().flatten()
    }

    fn start(&self, status: u16, body: Body) -> Start<'c> {
        Start { version: self.version, status, keep_alive: self.keep_alive, body, date: self.date }
    }
}

/// One head for each kind of connection.
#[derive(Clone, Debug)]
pub(crate) struct Heads {
    keep_alive: Prepared,
    keep_alive_10: Prepared,
    close: Prepared,
}

impl Heads {
    pub(crate) fn new(status: u16, body: Body, fields: &[Field<'_>]) -> Result<Self, BadField> {
        let head = |version, keep_alive| {
            let client = Client { version, keep_alive, date: &[b' '; 29] };
            Prepared::new(&client.start(status, body), fields.iter().copied())
        };
        Ok(Self {
            keep_alive: head(Version::Http11, true)?,
            keep_alive_10: head(Version::Http10, true)?,
            close: head(Version::Http11, false)?,
        })
    }

    pub(crate) fn write(&self, client: &Client<'_>, out: &mut Vec<u8>) -> Option<LengthSlot> {
        let head = match (client.keep_alive, client.version) {
            (true, Version::Http11) => &self.keep_alive,
            (true, Version::Http10) => &self.keep_alive_10,
            (false, _) => &self.close,
        };
        head.write(out, client.date)
    }
}
