//! What a record must say to be taken.

use crate::JsonTree;
use lanewise_error::Error;
use lanewise_json::{Limits, LoneSurrogate, Tape, unescape};
use lanewise_query::{Kind, Number, Tree};
use std::borrow::Cow;

/// A test of the value at a pointer. A record that has no such value fails every test but [`Test::Exists`]`(false)`.
pub struct Condition<'m> {
    /// A JSON Pointer in UTF-16 units.
    pub pointer: Vec<u16>,
    /// What is asked of the value.
    pub test: Test<'m>,
}

/// What is asked of a value.
pub enum Test<'m> {
    /// It is equal to one of these.
    In(Constants),
    /// It is a number, and lies in these bounds, themselves included.
    Within {
        /// The least number that passes.
        min: Option<Number>,
        /// The greatest number that passes.
        max: Option<Number>,
    },
    /// Whether there is one, be it `null`.
    Exists(bool),
    /// It is a string, and this says yes to it. The string is in WTF-8.
    Matches(&'m dyn Fn(&[u8]) -> bool),
}

/// JSON values to compare with.
///
/// Two values are equal when they are so in RFC 9535 section 2.3.5.2.2: numbers by their value, strings without their escapes, objects
/// by their members in any order, of which the last counts where names are the same.
#[derive(Default)]
pub struct Constants {
    /// Spelled `null`, `true` or `false`.
    literals: Vec<Vec<u8>>,
    /// INVARIANT: sorted by [`to_double`].
    numbers: Vec<Number>,
    /// In WTF-8. INVARIANT: sorted.
    strings: Vec<Vec<u8>>,
    /// Arrays and objects, and their indexes.
    structured: Vec<(Vec<u8>, Tape)>,
}

impl Test<'_> {
    /// Whether a record passes whose value, as JSON, is `value`.
    pub(crate) fn passes(&self, value: Option<&[u8]>) -> bool {
        match (self, value) {
            (Self::Exists(exists), value) => value.is_some() == *exists,
            (_, None) => false,
            (Self::In(constants), Some(value)) => constants.contain(value),
            (Self::Within { min, max }, Some(value)) => {
                is_number(value) && {
                    let number = Number::from_json(value);
                    min.is_none_or(|min| min <= number) && max.is_none_or(|max| number <= max)
                }
            }
            (Self::Matches(matches), Some(value)) => string(value).is_some_and(|text| matches(&text)),
        }
    }
}

impl Constants {
    /// Reads JSON texts.
    ///
    /// # Errors
    /// Those of [`validate`](lanewise_json::validate) for the first text that has one.
    pub fn new<'j>(texts: impl IntoIterator<Item = &'j [u8]>) -> Result<Self, Error> {
        let mut constants = Self::default();
        for json in texts {
            let json = json.trim_ascii();
            let tape = Tape::new(json, &Limits::default())?;
            match json.first() {
                Some(b'[' | b'{') => constants.structured.push((json.to_vec(), tape)),
                _ if is_number(json) => constants.numbers.push(Number::from_json(json)),
                _ => match string(json) {
                    Some(text) => constants.strings.push(text.into_owned()),
                    None => constants.literals.push(json.to_vec()),
                },
            }
        }
        constants.strings.sort_unstable();
        constants.numbers.sort_unstable_by(|left, right| to_double(*left).total_cmp(&to_double(*right)));
        Ok(constants)
    }

    /// Whether `value`, which is valid JSON without whitespace around it, is equal to one of them.
    ///
    /// # Complexity
    /// O(value.len()) time, for strings times the logarithm of their number, for arrays and objects times their number.
    fn contain(&self, value: &[u8]) -> bool {
        match value.first() {
            Some(b'"') => string(value).is_some_and(|text| self.strings.binary_search_by(|string| (**string).cmp(&*text)).is_ok()),
            Some(b'[' | b'{') => self.contain_structured(value),
            _ if is_number(value) => self.contain_number(Number::from_json(value)),
            _ => self.literals.iter().any(|literal| literal == value),
        }
    }

    /// Integers that are the same as doubles may differ, so neighbours are compared.
    fn contain_number(&self, number: Number) -> bool {
        let double = to_double(number);
        let first = self.numbers.partition_point(|other| to_double(*other) < double);
        self.numbers[first..].iter().take_while(|other| to_double(**other) == double).any(|other| *other == number)
    }

    fn contain_structured(&self, value: &[u8]) -> bool {
        if self.structured.is_empty() {
            return false;
        }
        let Ok(index) = Tape::new(value, &Limits::default()) else { return false };
        let value = JsonTree::new(value, &index);
        self.structured.iter().any(|(text, tape)| are_equal(&JsonTree::new(text, tape), &value))
    }
}

/// The nearest double, the same for both zeros.
fn to_double(number: Number) -> f64 {
    match number {
        Number::Integer(integer) => integer as f64,
        Number::Double(double) => double + 0.0,
    }
}

fn is_number(json: &[u8]) -> bool {
    matches!(json.first(), Some(b'-' | b'0'..=b'9'))
}

/// What a JSON string stands for, in WTF-8; `None` for another value.
fn string(json: &[u8]) -> Option<Cow<'_, [u8]>> {
    let raw = json.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !raw.contains(&b'\\') {
        return Some(Cow::Borrowed(raw));
    }
    let mut text = Vec::with_capacity(raw.len());
    unescape(raw, LoneSurrogate::Keep, &mut text);
    Some(Cow::Owned(text))
}

/// Compares pair by pair; those that are still to be compared wait on a stack.
fn are_equal(left: &JsonTree<'_>, right: &JsonTree<'_>) -> bool {
    let mut pairs = vec![(left.root(), right.root())];
    while let Some((a, b)) = pairs.pop() {
        let are_alike = match (left.kind(a), right.kind(b)) {
            (Kind::Array, Kind::Array) => {
                pairs.extend(children(left, a).zip(children(right, b)));
                left.array_size(a) == right.array_size(b)
            }
            (Kind::Object, Kind::Object) => {
                let (lefts, rights) = (members(left, a), members(right, b));
                pairs.extend(lefts.iter().zip(&rights).map(|(left, right)| (left.1, right.1)));
                lefts.iter().map(|(name, _)| name).eq(rights.iter().map(|(name, _)| name))
            }
            (Kind::Number, Kind::Number) => left.number(a) == right.number(b),
            (Kind::String, Kind::String) => left.string(a) == right.string(b),
            (a, b) => a == b,
        };
        if !are_alike {
            return false;
        }
    }
    true
}

fn children(tree: &JsonTree<'_>, container: u32) -> impl Iterator<Item = u32> {
    let mut children = tree.children(container);
    std::iter::from_fn(move || tree.next_child(&mut children))
}

/// The members by name; of those of one name the last.
fn members<'t>(tree: &'t JsonTree<'_>, object: u32) -> Vec<(Cow<'t, [u8]>, u32)> {
    let mut members: Vec<_> = children(tree, object).map(|member| (tree.key(member), member)).collect();
    // Nodes are in document order.
    members.sort_unstable_by(|left, right| left.0.cmp(&right.0).then(right.1.cmp(&left.1)));
    members.dedup_by(|later, first| later.0 == first.0);
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equals(constant: &str, value: &str) -> bool {
        Constants::new([constant.as_bytes()]).unwrap().contain(value.as_bytes())
    }

    #[test]
    fn values_are_equal_whatever_their_spelling() {
        let same = [
            ("null", "null"),
            ("true", "true"),
            ("1", "1.0"),
            ("100", "1e2"),
            ("0", "-0"),
            ("1e999", "1e400"),
            ("9007199254740993", "9007199254740993"),
            (r#""a\u00e9""#, r#""\u0061é""#),
            (r#""\ud800""#, r#""\uD800""#),
            ("[]", "[ ]"),
            (" [1, {\"a\": null}] ", "[1.0,{\"\\u0061\":null}]"),
            (r#"{"a":1,"b":[2]}"#, r#"{"b":[2],"a":1}"#),
            (r#"{"a":2,"a":1}"#, r#"{"a":1}"#),
            (r#"{"a":1}"#, r#"{"a":2,"a":3,"a":1}"#),
        ];
        for (left, right) in same {
            assert!(equals(left, right), "{left} {right}");
            assert!(equals(right.trim(), left.trim()), "{right} {left}");
        }
        let other = [
            ("null", "false"),
            ("1", "\"1\""),
            ("1", "2"),
            ("9007199254740993", "9007199254740992"),
            ("\"a\"", "\"b\""),
            (r#""\ud800""#, r#""\ufffd""#),
            ("[]", "{}"),
            ("[1]", "[1,2]"),
            ("[1,2]", "[2,1]"),
            ("[1]", "[[1]]"),
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            (r#"{"a":1,"a":2}"#, r#"{"a":1}"#),
        ];
        for (left, right) in other {
            assert!(!equals(left, right), "{left} {right}");
            assert!(!equals(right, left), "{right} {left}");
        }
    }

    #[test]
    fn one_of_many_is_found_among_its_like() {
        let texts = ["9007199254740992", "9007199254740993", "1e2", "-0", "\"b\"", "\"a\"", "null", "[1]", "{}", "true"];
        let constants = Constants::new(texts.map(str::as_bytes)).unwrap();
        for text in texts.into_iter().chain(["0", "100", "1E+2", "\"\\u0061\"", "[1.0]", "9007199254740992.0"]) {
            assert!(constants.contain(text.as_bytes()), "{text}");
        }
        for text in ["9007199254740994", "1", "-1", "\"\"", "\"c\"", "false", "[]", "[2]", "[[1]]", "{\"a\":1}"] {
            assert!(!constants.contain(text.as_bytes()), "{text}");
        }
        assert!(!Constants::default().contain(b"[]"));
    }

    #[test]
    fn deep_values_are_compared_without_recursion() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        assert!(equals(&deep, &deep));
        let error = Constants::new([("[".repeat(2000) + &"]".repeat(2000)).as_bytes()]).err().unwrap();
        assert_eq!(error.offset, 1024);
    }

    #[test]
    fn bounds_are_taken_exactly_and_only_by_numbers() {
        let number = |spelling: &str| Some(Number::from_json(spelling.as_bytes()));
        let within = |min: Option<Number>, max: Option<Number>, value: &str| Test::Within { min, max }.passes(Some(value.as_bytes()));
        assert!(within(number("1"), number("3"), "1") && within(number("1"), number("3"), "3.0"));
        assert!(!within(number("1"), number("3"), "0.999") && !within(number("1"), number("3"), "3.001"));
        assert!(within(number("9007199254740993"), None, "9007199254740993"));
        assert!(!within(number("9007199254740993"), None, "9007199254740992"));
        assert!(!within(None, None, "\"1\"") && !within(None, None, "null") && !within(None, None, "[1]"));
        assert!(!Test::Within { min: None, max: None }.passes(None));
    }

    #[test]
    fn a_string_is_asked_for_without_its_escapes() {
        let is_a = |text: &[u8]| text == b"a\xed\xa0\x80";
        assert!(Test::Matches(&is_a).passes(Some(br#""\u0061\ud800""#)));
        assert!(!Test::Matches(&|_| true).passes(Some(b"1")));
        assert!(!Test::Matches(&|_| true).passes(None));
    }

    #[test]
    fn null_exists() {
        assert!(Test::Exists(true).passes(Some(b"null")) && !Test::Exists(true).passes(None));
        assert!(Test::Exists(false).passes(None) && !Test::Exists(false).passes(Some(b"1")));
    }
}
