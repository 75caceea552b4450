//! NDJSON against `serde_json`, line by line.

use lanewise_error::{Error, ErrorCode};
use lanewise_json::{Check, DuplicateKeys, Limits};
use lanewise_transcode::ndjson::{Condition, Constants, OnError, Project, Target, Test, columns, project};
use lanewise_transcode::{Format, FromJson, Query, Scratch, from_json};
use proptest::prelude::*;
use serde_json::{Value, from_slice};

const SELECTORS: [(&str, &str); 4] = [("a", "/a"), ("b\"é", "/b"), ("c", "$.c[0]"), ("deep", "/a/a")];

fn query() -> Query {
    Query::new(SELECTORS.map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16()))).unwrap()
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|integer| integer.to_string()),
        (-5..5_i64).prop_map(|integer| integer.to_string()),
        any::<f64>().prop_filter("finite", |double| double.is_finite()).prop_map(|double| format!("{double:e}")),
        "[a-cé]{0,3}".prop_map(|text| format!("\"{text}\"")),
        prop::sample::select(vec!["null", "true", "false", "-0", "1e400", r#""\u0041\n""#, r#""\ud83d\ude00""#]).prop_map(String::from),
    ]
}

fn record() -> impl Strategy<Value = String> {
    let value = scalar().prop_recursive(3, 12, 3, |value| {
        prop_oneof![
            prop::collection::vec(value.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::btree_map("[abc]", value, 0..3).prop_map(object),
        ]
    });
    prop::collection::btree_map("[abcd]", value, 0..4).prop_map(object)
}

fn object(members: std::collections::BTreeMap<String, String>) -> String {
    let members: Vec<_> = members.into_iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// Records, each with what ends its line.
fn lines(record: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<(String, &'static str)>> {
    prop::collection::vec((record, prop::sample::select(vec!["\n", "\r\n", "\n\n", "\n \t\n"])), 0..10)
}

fn text(lines: &[(String, &str)]) -> String {
    lines.iter().flat_map(|(record, end)| [record.as_str(), end]).collect()
}

/// The value of each selector in a record.
fn naive(record: &str) -> [Option<Value>; 4] {
    let root: Value = serde_json::from_str(record).unwrap();
    ["/a", "/b", "/c/0", "/a/a"].map(|pointer| match pointer {
        "/c/0" => root.get("c")?.as_array()?.first().cloned(),
        _ => root.pointer(pointer).cloned(),
    })
}

struct Columns<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Columns<'a> {
    fn section(&mut self, size: usize) -> &'a [u8] {
        let section = &self.bytes[self.at..self.at + size];
        self.at = (self.at + size).next_multiple_of(8);
        section
    }

    fn words(&mut self, count: usize) -> Vec<u32> {
        self.section(count * 4).as_chunks().0.iter().map(|&word| u32::from_ne_bytes(word)).collect()
    }

    /// One value a row; doubles as JSON numbers, integers by their digits.
    fn read(mut self) -> Vec<(u32, Vec<Option<String>>)> {
        let head = self.words(1 + 4 * SELECTORS.len());
        let rows = head[0] as usize;
        let mut columns = Vec::new();
        for column in head[1..].as_chunks::<4>().0 {
            let [kind, missing, null, size] = *column;
            let values: Vec<String> = match kind {
                0 => self.section(8 * rows).as_chunks().0.iter().map(|&cell| double(f64::from_ne_bytes(cell))).collect(),
                1 => self.section(8 * rows).as_chunks().0.iter().map(|&cell| i64::from_ne_bytes(cell).to_string()).collect(),
                _ => {
                    let bytes = self.section(size as usize);
                    let ends = self.words(rows);
                    let starts = std::iter::once(0).chain(ends.iter().copied());
                    let texts = starts.zip(&ends).map(|(start, end)| core::str::from_utf8(&bytes[start as usize..*end as usize]).unwrap());
                    texts.map(|text| if kind == 2 { Value::from(text).to_string() } else { text.to_owned() }).collect()
                }
            };
            let has = |words: &[u32], row: usize| words.get(row / 32).is_some_and(|word| word >> (row % 32) & 1 == 1);
            let (missing, null) = (self.words(missing as usize), self.words(null as usize));
            let cell = |(row, value): (usize, String)| match (has(&missing, row), has(&null, row)) {
                (true, _) => None,
                (_, true) => Some("null".to_owned()),
                _ => Some(value),
            };
            columns.push((kind, values.into_iter().enumerate().map(cell).collect()));
        }
        assert_eq!(self.at, self.bytes.len(), "nothing lies behind the columns");
        columns
    }
}

fn double(value: f64) -> String {
    if value.is_finite() { format!("{value:?}") } else { "1e999".to_owned() }
}

/// The values with numbers as doubles, whatever their spelling.
fn rounded(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap();
    normal(value).to_string()
}

fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(format!("number {}", double(number.to_string().parse().unwrap()))),
        Value::Array(items) => items.into_iter().map(normal).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, normal(value))).collect(),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn columns_hold_what_each_line_says(lines in lines(record()), check in prop::sample::select(vec![Check::All, Check::Path])) {
        let mut bytes = Vec::new();
        columns(text(&lines).as_bytes(), &query(), check, OnError::Throw, &mut bytes).unwrap();
        let expected: Vec<_> = lines.iter().map(|(record, _)| naive(record)).collect();
        for (selector, (kind, column)) in (Columns { bytes: &bytes, at: 0 }).read().into_iter().enumerate() {
            let expected: Vec<_> = expected.iter().map(|row| row[selector].as_ref().map(ToString::to_string)).collect();
            let present: Vec<&String> = expected.iter().flatten().filter(|json| *json != "null").collect();
            let is_integer = |json: &String| *json != "-0" && json.parse::<i64>().is_ok();
            let is_unsafe = |json: &&String| json.parse::<i64>().is_ok_and(|integer| integer.unsigned_abs() >= 1 << 53);
            let is_number = |json: &String| json.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
            let all = |is: &dyn Fn(&String) -> bool| present.iter().all(|json| is(json));
            let expected_kind = match () {
                () if all(&is_integer) && present.iter().any(is_unsafe) => 1,
                () if all(&is_number) => 0,
                () if all(&|json| json.starts_with('"')) => 2,
                () => 3,
            };
            prop_assert_eq!(kind, expected_kind);
            if kind == 1 {
                prop_assert_eq!(&column, &expected);
            }
            let rounded = |cells: Vec<Option<String>>| cells.into_iter().map(|cell| cell.map(|json| rounded(&json))).collect::<Vec<_>>();
            prop_assert_eq!(rounded(column), rounded(expected));
        }
    }

    #[test]
    fn projects_each_line(lines in lines(record()), bound in -3..3_i64) {
        let constants = Constants::new([bound.to_string().as_bytes()]).unwrap();
        let pointer = "/b".encode_utf16().collect();
        let how = Project { condition: Some(Condition { pointer, test: Test::In(constants) }), ..Project::default() };
        for (how, is_filtered) in [(how, true), (Project::default(), false)] {
            let mut out = b"kept\n".to_vec();
            project(text(&lines).as_bytes(), &query(), &how, &mut out).unwrap();
            let expected: Vec<Value> = lines
                .iter()
                .map(|(record, _)| naive(record))
                .filter(|[_, b, ..]| !is_filtered || b.as_ref().is_some_and(|b| b.to_string().parse() == Ok(bound as f64)))
                .map(|values| SELECTORS.iter().zip(values).filter_map(|((name, _), value)| Some(((*name).to_owned(), value?))).collect())
                .collect();
            let found: Vec<Value> = out[5..].split_inclusive(|&byte| byte == b'\n').map(|line| from_slice(line).unwrap()).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn messagepack_is_that_of_the_lines(lines in lines(record())) {
        let (mut ndjson, mut msgpack, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        project(text(&lines).as_bytes(), &query(), &Project::default(), &mut ndjson).unwrap();
        project(text(&lines).as_bytes(), &query(), &Project { target: Target::Msgpack, ..Project::default() }, &mut msgpack).unwrap();
        for line in ndjson.split_inclusive(|&byte| byte == b'\n') {
            from_json(line, &FromJson::default(), &mut expected).unwrap();
        }
        prop_assert_eq!(msgpack, expected);
    }

    #[test]
    fn broken_lines_fail_or_are_left_out(lines in lines(prop_oneof![4 => record(), 1 => "[\\[{\",a]{1,4}"])) {
        let input = text(&lines);
        let mut start = 0;
        let mut good = Vec::new();
        let mut first_bad = None;
        for line in input.split_inclusive('\n') {
            let record = line.trim_end_matches('\n').strip_suffix('\r').unwrap_or(line.trim_end_matches('\n'));
            match lanewise_json::validate(record.as_bytes(), &lanewise_json::Limits::default()) {
                Ok(()) => good.push((record.to_owned(), "\n")),
                Err(error) if !record.trim().is_empty() => {
                    first_bad.get_or_insert(Error::new(error.code, error.offset + start));
                }
                Err(_) => {}
            }
            start += line.len();
        }
        let run = |input: &str, on_error: OnError| {
            let mut out = Vec::new();
            let how = Project { on_error, ..Project::default() };
            let outcome = project(input.as_bytes(), &query(), &how, &mut out);
            assert!(outcome.is_ok() || out.is_empty(), "on an error nothing is written");
            outcome.map(|()| out)
        };
        prop_assert_eq!(run(&input, OnError::Throw).err(), first_bad);
        prop_assert_eq!(run(&input, OnError::Skip), run(&text(&good), OnError::Throw));
        let mut out = Vec::new();
        prop_assert_eq!(columns(input.as_bytes(), &query(), Check::All, OnError::Throw, &mut out).err(), first_bad);
    }
}

#[test]
fn all_matches_and_paths_are_in_the_order_of_the_selectors() {
    let query = Query::new(["$..a", "/b", "$[?@ > 1]", "$.b[1,0,0]"].map(|selector| ([], selector.encode_utf16()))).unwrap();
    let input = br#"{"a": 1, "b": [{"a": 2}, 3], "c": 4}"#;
    let mut scratch = Scratch::default();
    let json = Format::Json(&Limits { depth_max: 1024, duplicate_keys: DuplicateKeys::Last });
    let all = query.all(input, json, Check::All, &mut scratch).unwrap();
    let texts: Vec<Vec<&str>> =
        all.into_iter().map(|ranges| ranges.into_iter().map(|range| core::str::from_utf8(&input[range]).unwrap()).collect()).collect();
    assert_eq!(texts, [vec!["1", "2"], vec![r#"[{"a": 2}, 3]"#], vec!["4"], vec!["3", r#"{"a": 2}"#, r#"{"a": 2}"#]]);
    let paths = query.paths(input, json, &mut scratch).unwrap();
    assert_eq!(paths[0], [b"$['a']".to_vec(), b"$['b'][0]['a']".to_vec()]);
    assert_eq!(paths[3][0], b"$['b'][1]");
    assert_eq!(query.all(b"{", json, Check::All, &mut scratch), Err(Error::new(ErrorCode::JsonEnd, 1)));
}

#[test]
fn a_condition_needs_a_pointer() {
    for (pointer, offset) in [("$.a", 0), ("a", 0), ("/a~", 3)] {
        let condition = Condition { pointer: pointer.encode_utf16().collect(), test: Test::Exists(true) };
        let how = Project { condition: Some(condition), ..Project::default() };
        assert_eq!(project(b"{}", &query(), &how, &mut Vec::new()), Err(Error::new(ErrorCode::Pointer, offset)));
    }
}
