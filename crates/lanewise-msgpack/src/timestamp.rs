//! The timestamp extension.

/// A moment: seconds since 1970-01-01 00:00:00 UTC, and the nanoseconds after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Negative before 1970.
    pub seconds: i64,
    /// Below 1e9, before 1970 too.
    pub nanoseconds: u32,
}

impl Timestamp {
    /// The extension type of timestamps.
    pub const EXTENSION: i8 = -1;
    /// The longest of its three forms.
    const DATA_BYTES_MAX: usize = 12;
    /// Nanoseconds in a second: one more than a timestamp may have.
    pub const NANOSECONDS: u32 = 1_000_000_000;

    /// Whether `data` is the data of a timestamp, or its start when it has fewer than `length` bytes.
    pub(crate) fn may_start_with(data: &[u8], length: usize) -> bool {
        // Zeros are the least that can follow: when they make too many nanoseconds, everything does.
        let mut least = [0; Self::DATA_BYTES_MAX];
        for (to, from) in least.iter_mut().zip(data) {
            *to = *from;
        }
        least.get(..length).and_then(Self::read).is_some()
    }

    /// Reads the data of the extension; `None` when its length is not 4, 8 or 12 or it has 1e9 nanoseconds or more.
    ///
    /// # Source
    /// The MessagePack specification, "Timestamp extension type".
    #[must_use]
    pub fn read(data: &[u8]) -> Option<Self> {
        let timestamp = if let Ok(seconds) = data.try_into() {
            Self { seconds: u32::from_be_bytes(seconds).into(), nanoseconds: 0 }
        } else if let Ok(packed) = data.try_into() {
            let packed = u64::from_be_bytes(packed);
            Self { seconds: (packed & SECONDS_34).cast_signed(), nanoseconds: (packed >> 34) as u32 }
        } else {
            let (&nanoseconds, seconds) = data.split_first_chunk()?;
            Self { seconds: i64::from_be_bytes(seconds.try_into().ok()?), nanoseconds: u32::from_be_bytes(nanoseconds) }
        };
        (timestamp.nanoseconds < Self::NANOSECONDS).then_some(timestamp)
    }
}

/// The seconds of the 8-byte form; the 30 bits above are the nanoseconds.
pub(crate) const SECONDS_34: u64 = (1 << 34) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_forms() {
        let read = |data: &[u8]| Timestamp::read(data).map(|timestamp| (timestamp.seconds, timestamp.nanoseconds));
        assert_eq!(read(&[0, 0, 0, 1]), Some((1, 0)));
        assert_eq!(read(&[0xff; 4]), Some((u32::MAX.into(), 0)));
        assert_eq!(read(&[0, 0, 0, 4, 0, 0, 0, 2]), Some((2, 1)));
        assert_eq!(read(&[0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff]), Some((SECONDS_34.cast_signed(), 0)));
        assert_eq!(read(&[0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]), Some((-2, 7)));
        assert_eq!(read(&[0x3b, 0x9a, 0xc9, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]), Some((i64::MIN, 999_999_999)));
    }

    #[test]
    fn refuses_other_lengths_and_too_many_nanoseconds() {
        for length in (0..20).filter(|length| ![4, 8, 12].contains(length)) {
            assert_eq!(Timestamp::read(&vec![0; length]), None, "{length}");
            assert!(!Timestamp::may_start_with(&vec![0; length], length), "{length}");
        }
        assert_eq!(Timestamp::read(&(1_000_000_000_u64 << 34).to_be_bytes()), None);
        assert!(Timestamp::read(&(999_999_999_u64 << 34).to_be_bytes()).is_some());
        assert_eq!(Timestamp::read(&[0x3b, 0x9a, 0xca, 0, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn a_start_is_refused_once_nothing_can_complete_it() {
        for (data, length, is_good) in [
            (&[][..], 12, true),
            (&[0x3b], 12, true),
            (&[0x3b, 0x9a, 0xca], 12, false),
            (&[0x3b, 0x9a, 0xc9], 12, true),
            (&[0x3c], 12, false),
            (&[0xee, 0x6b, 0x27], 8, true),
            (&[0xee, 0x6b, 0x28], 8, false),
            (&[0xff; 3], 4, true),
            (&[0xff], 5, false),
        ] {
            assert_eq!(Timestamp::may_start_with(data, length), is_good, "{data:x?} of {length}");
        }
    }
}
