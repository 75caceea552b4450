//! Where every value of a document is, so that it can be walked in any order.

use crate::grammar::Verdict;
use crate::index::Index;
use crate::reader::{Event, Reader};
use crate::{DuplicateKeys, Limits, output};
use lanewise_error::{Error, ErrorCode};

/// The index of a JSON text: entries of two words, in document order.
///
/// | entry | first word | second word |
/// | --- | --- | --- |
/// | key, string, number, literal | offset of its first byte | offset behind its last byte |
/// | start of a container | offset of its bracket | number of the entry of its end |
/// | end of a container | offset of its bracket | how many members or elements it has |
///
/// What an entry is, the byte at its offset says. A member is a key, then its value. Quotes belong to a string, so its text starts
/// one byte later and ends one byte earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tape {
    entries: Vec<[u32; 2]>,
}

impl Tape {
    /// Checks `input` as [`validate`](crate::validate) does, and indexes it.
    ///
    /// # Errors
    /// Those of [`validate`](crate::validate); `LW_SIZE`, without a place, for an input of 4 GiB or more and when there is no memory for the tape.
    /// # Complexity
    /// O(input.len()) time; eight bytes for each value, key and end of container, at most eight times the input (in `[[[]]]`).
    /// # Examples
    /// ```
    /// use lanewise_json::{Limits, Tape};
    /// let tape = Tape::new(br#"{"a": [1]}"#, &Limits::default())?;
    /// assert_eq!(tape.entries(), [[0, 5], [1, 4], [6, 4], [7, 8], [8, 1], [9, 1]]);
    /// # Ok::<(), lanewise_error::Error>(())
    /// ```
    pub fn new(input: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut tape = Self::default();
        tape.fill(input, limits)?;
        Ok(tape)
    }

    /// [`Tape::new`] in memory that is used again. On an error the tape is empty.
    ///
    /// # Errors
    /// Those of [`Tape::new`].
    pub fn fill(&mut self, input: &[u8], limits: &Limits) -> Result<(), Error> {
        self.entries.clear();
        u32::try_from(input.len()).map_err(|_| Error::nowhere(ErrorCode::Size))?;
        let kernels = lanewise_simd::active();
        let is_quick = kernels.has_vectors() && limits.duplicate_keys == DuplicateKeys::Last;
        if is_quick && kernels.run(Verdict { input, depth_max: limits.depth_max }) {
            return kernels.run(Index { input, entries: &mut self.entries }).inspect_err(|_| self.entries.clear());
        }
        self.read(input, limits).inspect_err(|_| self.entries.clear())
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[[u32; 2]] {
        &self.entries
    }

    /// The words of the entries, in order.
    #[must_use]
    pub fn into_words(self) -> Vec<u32> {
        self.entries.into_flattened()
    }

    /// Indexes one token after the other, and checks them on the way.
    fn read(&mut self, input: &[u8], limits: &Limits) -> Result<(), Error> {
        let mut reader = Reader::new(input, limits);
        let mut open: Vec<Open> = Vec::new();
        while let Some(event) = reader.next()? {
            let end = reader.offset() as u32;
            let is_end = matches!(event, Event::ObjectEnd | Event::ArrayEnd);
            if !is_end
                && !matches!(event, Event::Key(_))
                && let Some(parent) = open.last_mut()
            {
                parent.count += 1;
            }
            let entry = match event {
                Event::ObjectStart | Event::ArrayStart => {
                    open.push(Open { entry: self.entries.len(), count: 0 });
                    [end - 1, 0]
                }
                Event::ObjectEnd | Event::ArrayEnd => {
                    let closed = open.pop().expect("the reader closes only what it has opened");
                    self.entries[closed.entry][1] = self.entries.len() as u32;
                    [end - 1, closed.count]
                }
                Event::Key(string) | Event::String(string) => [string.range.start as u32 - 1, end],
                Event::Number(range) => [range.start as u32, end],
                Event::Bool(true) | Event::Null => [end - 4, end],
                Event::Bool(false) => [end - 5, end],
            };
            output::grow(&mut self.entries, 1)?;
            self.entries.push(entry);
        }
        Ok(())
    }
}

struct Open {
    entry: usize,
    count: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanewise_simd::{BLOCK, available};
    use proptest::prelude::*;

    #[test]
    fn indexes_every_value_where_it_stands() {
        let input = br#" [ "a\"" , {} , {"k" : [ ] , "l":-1.5e3}, true,false,null ] "#;
        let tape = Tape::new(input, &Limits::default()).unwrap();
        let texts: Vec<&str> = tape
            .entries()
            .iter()
            .map(|&[start, end]| {
                let start = start as usize;
                let end = if b"[]{}".contains(&input[start]) { start + 1 } else { end as usize };
                core::str::from_utf8(&input[start..end]).unwrap()
            })
            .collect();
        let expected = ["[", r#""a\"""#, "{", "}", "{", r#""k""#, "[", "]", r#""l""#, "-1.5e3", "}", "true", "false", "null", "]"];
        assert_eq!(texts, expected);
        let links: Vec<u32> = [0, 2, 3, 4, 6, 7, 10, 14].map(|entry: usize| tape.entries()[entry][1]).into();
        assert_eq!(links, [14, 3, 0, 10, 7, 0, 2, 6]);
        assert_eq!(tape.clone().into_words(), tape.entries().as_flattened());
    }

    /// Every ISA gives the entries that the reader gives, if it gives any; says whether it does.
    fn assert_agrees(input: &[u8]) -> bool {
        let mut expected = Tape::default();
        let is_json = expected.read(input, &Limits { depth_max: u32::MAX, ..Limits::default() }).is_ok();
        // What was there before must not show.
        let mut entries = vec![[7; 2]; 3];
        for kernels in available().filter(|_| is_json) {
            kernels.run(Index { input, entries: &mut entries }).unwrap();
            assert!(entries == expected.entries, "{}: {}", kernels.name(), input.escape_ascii());
        }
        is_json
    }

    /// All sequences of `length` of `tokens`, at a border of blocks and elsewhere; gives how many of them are JSON.
    fn assert_agrees_on_all(tokens: &[&str], length: u32) -> usize {
        let mut found = 0;
        for number in 0..tokens.len().pow(length) {
            let digits = (0..length).map(|digit| number / tokens.len().pow(digit) % tokens.len());
            let text: String = digits.map(|digit| tokens[digit]).collect();
            if assert_agrees(text.as_bytes()) {
                found += 1;
                (BLOCK - text.len()..=BLOCK).for_each(|pad| assert!(assert_agrees(format!("{:pad$}{text}", "").as_bytes())));
            }
        }
        found
    }

    #[test]
    fn agrees_on_all_short_texts() {
        let tokens = ["{", "}", "[", "]", ":", ",", r#""a""#, "1"];
        let counts: Vec<usize> = (0..=7).map(|length| assert_agrees_on_all(&tokens, length)).collect();
        assert_eq!(counts, [0, 2, 3, 3, 4, 10, 20, 43]);
        let pieces = ["[", "]", ",", r#""\"#, r#"\""#, "\"", " ", "-1e5", "true", "{\"", "\":", "}"];
        (0..=5).for_each(|length| _ = assert_agrees_on_all(&pieces, length));
    }

    #[test]
    fn agrees_wherever_a_border_cuts() {
        let texts = [
            r#"{"a":[1.25e-7,true,false,null,"b\\\"\u00e9"],"c":{},"d":[],"e":-0,"f":0.5,"g":[[],[[]],{"h":{"i":[{}]}}]}"#,
            "[-0.0e0 , 10 ,\t\"\\\\\" ,{ \"\u{e9}\u{20ac}\u{1f600}\" : [ ] , \"\" : { } } ]\r\n",
            &format!(
                r#"["{}","{}",{},"",{}]"#,
                r"\\".repeat(70),
                "[1,2]{}:\u{e9}".repeat(30),
                "123456789".repeat(20),
                "0,".repeat(50) + "0"
            ),
            "{}",
            "\"\"",
            "0",
        ];
        for text in texts {
            for pad in (0..=BLOCK).chain(15 * BLOCK..=17 * BLOCK) {
                assert!(assert_agrees(format!("{:pad$}{text}", "").as_bytes()));
                assert!(assert_agrees(format!("{text}{:pad$}", "").as_bytes()));
                assert!(assert_agrees(format!("[\"{:pad$}\",{text}]", "").as_bytes()));
                assert!(assert_agrees(format!("[{}{text}]", "0,".repeat(pad / 2)).as_bytes()));
            }
        }
    }

    #[test]
    fn agrees_however_deep() {
        for depth in [1, 2, 63, 64, 1023, 1024, 1025, 5000] {
            assert!(assert_agrees(("[".repeat(depth) + &"]".repeat(depth)).as_bytes()));
            assert!(assert_agrees(("{\"k\":[0,".repeat(depth) + "1" + &"],\"l\":2}".repeat(depth)).as_bytes()));
            assert!(assert_agrees(format!("[{}0]", "[[],{}],".repeat(depth)).as_bytes()));
        }
    }

    fn value() -> impl Strategy<Value = String> {
        let space = || prop::sample::select(vec!["", "", "", " ", "\n", "\t\t\r\n", "                "]);
        let scalar = prop_oneof![
            prop::sample::select(vec!["0", "-1", "12.5e+30", "true", "false", "null", "123456789012345678901234567890"])
                .prop_map(str::to_owned),
            prop::collection::vec(
                prop::sample::select(vec!["a", "\\\"", "\\\\", "{", "]", ",", ":", "\u{e9}", "a long string, ", "\\u0041"]),
                0..12
            )
            .prop_map(|pieces| format!("\"{}\"", pieces.concat())),
        ];
        scalar.prop_recursive(8, 400, 12, move |inner| {
            let child = (space(), inner, space()).prop_map(|(before, value, behind)| format!("{before}{value}{behind}"));
            let key = prop::sample::select(vec!["\"\":", "\"k\":", "\"\\\\\" :", "\"a key: \\\"x\\\"\" : "]);
            prop_oneof![
                (prop::collection::vec(child.clone(), 1..12)).prop_map(|children| format!("[{}]", children.join(","))),
                prop::collection::vec((key, child), 1..12).prop_map(|members| format!(
                    "{{{}}}",
                    members.iter().map(|(key, child)| format!("{key}{child}")).collect::<Vec<_>>().join(",")
                )),
                space().prop_map(|space| format!("[{space}]")),
                space().prop_map(|space| format!("{{{space}}}")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_on_random_documents(values in prop::collection::vec(value(), 1..20), pad in 0..70_usize) {
            let input = " ".repeat(pad) + "[" + &values.join(",") + "]";
            prop_assert!(assert_agrees(input.as_bytes()));
        }
    }

    #[test]
    fn is_the_same_for_whatever_limits_let_it_pass() {
        let input = br#"{"a":[{"b":""}],"c":{}}"#;
        let last = Tape::new(input, &Limits::default()).unwrap();
        let error = Tape::new(input, &Limits { depth_max: 3, duplicate_keys: DuplicateKeys::Error }).unwrap();
        assert_eq!(last, error);
        assert_eq!(last.into_words(), [0, 11, 1, 4, 5, 7, 6, 6, 7, 10, 11, 13, 13, 1, 14, 1, 16, 19, 20, 10, 21, 0, 22, 2]);
    }

    #[test]
    fn is_empty_after_an_error() {
        let mut tape = Tape::new(b"[1]", &Limits::default()).unwrap();
        assert_eq!(tape.fill(b"[1,2", &Limits::default()), Err(Error::new(ErrorCode::JsonEnd, 4)));
        assert_eq!(tape.entries().len(), 0);
    }
}
