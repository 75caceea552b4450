//! The table of cases that `test/gateway/media.test.ts` holds the gateway's TypeScript to: both answer alike.

use lanewise_plans::media::{Format, JSON, MSGPACK, Ranges, Representation, body_type, is_identity};

const CASES: &str = include_str!("cases.tsv");

/// A column: '-' for nothing, and bytes that cannot stand in a table as '\x09'.
fn unescape(column: &str) -> Option<Vec<u8>> {
    let mut parts = column.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    (column != "-").then_some(bytes)
}

fn shown(representation: Option<Representation<'_>>) -> String {
    let Some(representation) = representation else { return "-".into() };
    let mut shown = match representation.format {
        Format::Json => b"json ".to_vec(),
        Format::Msgpack => b"msgpack ".to_vec(),
    };
    representation.write_name(&mut shown);
    String::from_utf8(shown).unwrap()
}

fn representation(column: &str) -> Representation<'_> {
    let (format, name) = column.split_once(' ').unwrap();
    Representation { name: name.as_bytes(), ..if format == "json" { JSON } else { MSGPACK } }
}

#[test]
fn every_case_of_the_table() {
    let mut ranges = Ranges::default();
    let mut counts = [0; 3];
    for line in CASES.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (what, field) = (columns[0], unescape(columns[1]));
        match what {
            "accept" => {
                let answer = ranges.negotiate(field.as_deref(), representation(columns[2]));
                assert_eq!(shown(answer), columns[3], "{line}");
                counts[0] += 1;
            }
            "type" => {
                assert_eq!(shown(body_type(field.as_deref())), columns[2], "{line}");
                counts[1] += 1;
            }
            _ => {
                assert_eq!(is_identity(field.as_deref()).to_string(), columns[2], "{line}");
                counts[2] += 1;
            }
        }
    }
    assert!(counts.iter().zip([600, 60, 5]).all(|(count, least)| *count >= least), "{counts:?}");
}
