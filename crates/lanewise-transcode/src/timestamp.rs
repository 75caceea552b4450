//! Timestamps as RFC 3339.

use lanewise_msgpack::Timestamp;
use std::io::Write;
use std::ops::RangeInclusive;

/// 0000-01-01T00:00:00Z to 9999-12-31T23:59:59Z: the years that RFC 3339 can write.
const SECONDS: RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
const SECONDS_PER_DAY: i64 = 86_400;

/// Appends `1970-01-01T00:00:00.000000001Z`: in UTC, with as many fraction digits of 0, 3, 6 and 9 as are needed. `None`, and nothing, outside the
/// years 0000 to 9999.
pub(crate) fn push_rfc3339(timestamp: Timestamp, out: &mut Vec<u8>) -> Option<()> {
    if !has_rfc3339(timestamp) {
        return None;
    }
    let Timestamp { seconds, nanoseconds } = timestamp;
    let (year, month, day) = to_date(seconds.div_euclid(SECONDS_PER_DAY));
    let second = seconds.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}").ok()?;
    match nanoseconds {
        0 => {}
        n if n % 1_000_000 == 0 => write!(out, ".{:03}", n / 1_000_000).ok()?,
        n if n % 1_000 == 0 => write!(out, ".{:06}", n / 1_000).ok()?,
        n => write!(out, ".{n:09}").ok()?,
    }
    out.push(b'Z');
    Some(())
}

/// Whether [`push_rfc3339`] can write it.
pub(crate) fn has_rfc3339(timestamp: Timestamp) -> bool {
    SECONDS.contains(&timestamp.seconds)
}

/// Days of 400 years, after which the Gregorian calendar repeats itself.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01, where the count of eras starts, to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// Year, month and day of a day counted from 1970-01-01.
///
/// Years start in March here, so that the leap day is their last one and months have a linear rule ("chrono-Compatible Low-Level Date
/// Algorithms", H. Hinnant: `civil_from_days`).
fn to_date(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_every_day_of_ten_thousand_years() {
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let mut days = SECONDS.start() / SECONDS_PER_DAY;
        for year in 0..10_000 {
            let february = if is_leap(year) { 29 } else { 28 };
            for (month, length) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
                for day in 1..=length {
                    assert_eq!(to_date(days), (year, month, day));
                    days += 1;
                }
            }
        }
        assert_eq!(days * SECONDS_PER_DAY, SECONDS.end() + 1);
    }

    #[test]
    fn writes_as_few_fraction_digits_as_keep_the_value() {
        let cases = [
            (0, 0, "1970-01-01T00:00:00Z"),
            (1_234_567_890, 500_000_000, "2009-02-13T23:31:30.500Z"),
            (-1, 999_999_000, "1969-12-31T23:59:59.999999Z"),
            (951_782_400, 1, "2000-02-29T00:00:00.000000001Z"),
            (*SECONDS.start(), 0, "0000-01-01T00:00:00Z"),
            (*SECONDS.end(), 999_999_999, "9999-12-31T23:59:59.999999999Z"),
        ];
        for (seconds, nanoseconds, text) in cases {
            let mut out = Vec::new();
            assert_eq!(push_rfc3339(Timestamp { seconds, nanoseconds }, &mut out), Some(()));
            assert_eq!(String::from_utf8(out).as_deref(), Ok(text));
        }
    }

    #[test]
    fn refuses_years_of_five_digits_and_below_zero() {
        for seconds in [i64::MIN, SECONDS.start() - 1, SECONDS.end() + 1, i64::MAX] {
            assert_eq!(push_rfc3339(Timestamp { seconds, nanoseconds: 0 }, &mut Vec::new()), None);
        }
    }
}
