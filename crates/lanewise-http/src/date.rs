//! Dates of HTTP (RFC 9110 section 5.6.7), without a clock: seconds since 1970 come from the caller.

/// An IMF-fixdate, for example `Sun, 06 Nov 1994 08:49:37 GMT`.
pub type ImfDate = [u8; 29];

const DAY_NAMES: [&[u8; 3]; 7] = [b"Sun", b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat"];
const LONG_DAY_NAMES: [&[u8]; 7] = [b"Sunday", b"Monday", b"Tuesday", b"Wednesday", b"Thursday", b"Friday", b"Saturday"];
const MONTH_NAMES: [&[u8; 3]; 12] = [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
const DAY_SECONDS: i64 = 86_400;
/// 0000-01-01 00:00:00 and 9999-12-31 23:59:59: a date has four digits for the year.
const SECONDS_MIN: i64 = -62_167_219_200;
const SECONDS_MAX: i64 = 253_402_300_799;

/// The date `seconds` after 1970-01-01 00:00:00 UTC. Years beyond 0 to 9999 become the nearest date that can be written. O(1).
#[must_use]
pub fn imf_date(seconds: i64) -> ImfDate {
    let seconds = seconds.clamp(SECONDS_MIN, SECONDS_MAX);
    let (days, second_of_day) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
    let (year, month, day) = civil_from_days(days);
    let mut date = *b"Sun, 00 Jan 0000 00:00:00 GMT";
    // 1970-01-01 was a Thursday.
    date[..3].copy_from_slice(DAY_NAMES[(days + 4).rem_euclid(7) as usize]);
    write_digits(&mut date[5..7], day);
    date[8..11].copy_from_slice(MONTH_NAMES[month as usize - 1]);
    write_digits(&mut date[12..16], year);
    write_digits(&mut date[17..19], second_of_day / 3600);
    write_digits(&mut date[20..22], second_of_day / 60 % 60);
    write_digits(&mut date[23..25], second_of_day % 60);
    date
}

/// The seconds since 1970-01-01 00:00:00 UTC of a date in any of the three forms; None for what is none, names in another case and a
/// wrong name of the day included. `now`, in the same seconds, tells which century a year of two digits is in: the one that puts it
/// at most 50 years ahead. O(1).
#[must_use]
pub fn parse(text: &[u8], now: i64) -> Option<i64> {
    let date = match text.get(3)? {
        b',' => parse_imf(text)?,
        b' ' => parse_asctime(text)?,
        _ => parse_rfc850(text, now)?,
    };
    date.seconds()
}

/// A date as it was written.
struct Written {
    /// 0 is Sunday.
    weekday: usize,
    year: i64,
    month: i64,
    day: i64,
    second_of_day: i64,
}

impl Written {
    fn seconds(&self) -> Option<i64> {
        let days = days_from_civil(self.year, self.month, self.day);
        // A day that the month does not have comes back as another one.
        let exists = civil_from_days(days) == (self.year, self.month, self.day) && (days + 4).rem_euclid(7) as usize == self.weekday;
        exists.then_some(days * DAY_SECONDS + self.second_of_day)
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn parse_imf(text: &[u8]) -> Option<Written> {
    if !has_form(text, b"aaa, 00 aaa 0000 00:00:00 GMT") {
        return None;
    }
    Some(Written {
        weekday: index_of(&DAY_NAMES, &text[..3])?,
        day: number(&text[5..7]),
        month: index_of(&MONTH_NAMES, &text[8..11])? as i64 + 1,
        year: number(&text[12..16]),
        second_of_day: second_of_day(&text[17..25])?,
    })
}

/// `Sun Nov  6 08:49:37 1994`
fn parse_asctime(text: &[u8]) -> Option<Written> {
    if !has_form(text, b"aaa aaa 00 00:00:00 0000") && !has_form(text, b"aaa aaa  0 00:00:00 0000") {
        return None;
    }
    Some(Written {
        weekday: index_of(&DAY_NAMES, &text[..3])?,
        month: index_of(&MONTH_NAMES, &text[4..7])? as i64 + 1,
        day: number(text[8..10].trim_ascii_start()),
        second_of_day: second_of_day(&text[11..19])?,
        year: number(&text[20..24]),
    })
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`
fn parse_rfc850(text: &[u8], now: i64) -> Option<Written> {
    let comma = text.iter().take(10).position(|byte| *byte == b',')?;
    let (weekday, rest) = (LONG_DAY_NAMES.iter().position(|name| *name == &text[..comma])?, &text[comma..]);
    if !has_form(rest, b", 00-aaa-00 00:00:00 GMT") {
        return None;
    }
    let this_year = civil_from_days(now.clamp(SECONDS_MIN, SECONDS_MAX).div_euclid(DAY_SECONDS)).0;
    let ahead = (number(&rest[9..11]) - this_year).rem_euclid(100);
    Some(Written {
        weekday,
        day: number(&rest[2..4]),
        month: index_of(&MONTH_NAMES, &rest[5..8])? as i64 + 1,
        year: this_year + if ahead > 50 { ahead - 100 } else { ahead },
        second_of_day: second_of_day(&rest[12..20])?,
    })
}

/// True if `text` has digits where `form` has '0', letters where it has 'a', and else the same bytes.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    text.len() == form.len()
        && text.iter().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            _ => byte == form,
        })
}

fn index_of(names: &[&[u8; 3]], name: &[u8]) -> Option<usize> {
    names.iter().position(|known| known.as_slice() == name)
}

/// `08:49:37`. A leap second is taken for the one after it.
fn second_of_day(text: &[u8]) -> Option<i64> {
    let (hour, minute, second) = (number(&text[..2]), number(&text[3..5]), number(&text[6..8]));
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
}

fn write_digits(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar: years are counted from March, so that the leap
/// day is the last of one, in eras of 400 years.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let from_march_0 = days + 719_468;
    let (era, day_of_era) = (from_march_0.div_euclid(146_097), from_march_0.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_790_000_000;

    fn written(seconds: i64) -> String {
        String::from_utf8(imf_date(seconds).to_vec()).expect("it is ASCII")
    }

    #[test]
    fn writes_the_dates_of_the_rfc_and_of_the_edges() {
        let cases = [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (SECONDS_MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (SECONDS_MIN, "Sat, 01 Jan 0000 00:00:00 GMT"),
        ];
        for (seconds, text) in cases {
            assert_eq!(written(seconds), text);
            assert_eq!(parse(text.as_bytes(), NOW), Some(seconds));
        }
        assert_eq!(written(i64::MAX), written(SECONDS_MAX));
        assert_eq!(written(i64::MIN), written(SECONDS_MIN));
    }

    #[test]
    fn reads_the_three_forms() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse(text.as_bytes(), NOW), Some(784_111_777), "{text}");
        }
        assert_eq!(parse(b"Wed Nov 16 08:49:37 1994", NOW), Some(784_111_777 + 10 * DAY_SECONDS));
        // A leap second is the first one of the next minute.
        assert_eq!(parse(b"Sat, 31 Dec 2016 23:59:60 GMT", NOW), Some(1_483_228_800));
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_50_years_ahead() {
        // 2026: 76 is 2076, 77 is 1977.
        assert_eq!(parse(b"Wednesday, 01-Jan-76 00:00:00 GMT", NOW), Some(3_345_062_400));
        assert_eq!(parse(b"Saturday, 01-Jan-77 00:00:00 GMT", NOW), Some(220_924_800));
        assert_eq!(parse(b"Wednesday, 01-Jan-76 00:00:00 GMT", i64::MAX), None);
        let _ = parse(b"Wednesday, 01-Jan-76 00:00:00 GMT", i64::MIN);
    }

    #[test]
    fn refuses_what_is_no_date() {
        let cases = [
            "",
            "Sun",
            "Sun,",
            "0",
            "yesterday",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "sun, 06 nov 1994 08:49:37 gmt",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Abc 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Wed, 30 Feb 1994 08:49:37 GMT",
            "Tue, 29 Feb 2100 00:00:00 GMT",
            "Sun, 06 Nov 1994 08-49-37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Someday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov 06 08:49:37 94",
            "Mon Nov  6 08:49:37 1994",
            "1994-11-06T08:49:37Z",
        ];
        for text in cases {
            assert_eq!(parse(text.as_bytes(), NOW), None, "{text}");
        }
    }

    #[test]
    fn each_day_of_four_centuries_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1900, 1, 1);
        for days in days_from_civil(1900, 1, 1)..days_from_civil(2300, 1, 1) {
            assert_eq!(civil_from_days(days), (year, month, day));
            assert_eq!(days_from_civil(year, month, day), days);
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1];
            (year, month, day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == last => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in SECONDS_MIN..=SECONDS_MAX) {
            prop_assert_eq!(parse(&imf_date(seconds), NOW), Some(seconds));
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in "(Sun|Sunday|[A-Z][a-z]{2}),? ?[0-9 ]{0,2}[ -][A-Z][a-z]{2}[ -][0-9]{2,4} [0-9:]{0,8}( GMT)?", raw in prop::collection::vec(any::<u8>(), 0..40), now in any::<i64>()) {
            let _ = (parse(text.as_bytes(), now), parse(&raw, now));
        }
    }
}
