//! A naive evaluator over `serde_json::Value`, straight from the text of the RFC, and random selectors on random documents.

use crate::document::{Document, parse};
use crate::edges::slice;
use proptest::prelude::*;
use serde_json::{Number, Value};
use std::fmt::Write;

#[derive(Clone, Debug)]
struct Query {
    is_absolute: bool,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
struct Segment {
    descendant: bool,
    selectors: Vec<Selector>,
}

#[derive(Clone, Debug)]
enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice(Option<i64>, Option<i64>, Option<i64>),
    Filter(Expression),
}

#[derive(Clone, Debug)]
enum Expression {
    Or(Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Exists(Query),
    Compare(Operand, &'static str, Operand),
    /// A function, its subject, and which of `PATTERNS`.
    Regexp(&'static str, Operand, usize),
}

#[derive(Clone, Debug)]
enum Operand {
    Literal(Value),
    Singular(Query),
    Length(Box<Operand>),
    Count(Query),
    Value(Query),
}

/// Patterns, whether they match the whole of a text, and whether they match a part of it.
#[expect(clippy::type_complexity)]
const PATTERNS: [(&str, fn(&str) -> bool, fn(&str) -> bool); 4] = [
    ("a.*", |text| text.starts_with('a') && !text.contains('\n'), |text| text.contains('a')),
    ("[bé]", |text| text == "b" || text == "é", |text| text.contains(['b', 'é'])),
    (r"\p{L}{2}", |text| text.chars().count() == 2 && text.chars().all(char::is_alphabetic), |text| has_two_letters(text)),
    ("*", |_| false, |_| false),
];

fn has_two_letters(text: &str) -> bool {
    let letters: Vec<bool> = text.chars().map(char::is_alphabetic).collect();
    letters.windows(2).any(|pair| pair == [true, true])
}

// ------------------------------------------------------------------------------------------------ the text of a query

struct Writer {
    out: String,
    /// What stands where blanks may.
    blank: &'static str,
}

impl Writer {
    fn blank(&mut self) {
        self.out += self.blank;
    }

    fn name(&mut self, name: &str) {
        self.out.push('"');
        for character in name.chars() {
            match character {
                '"' | '\\' => write!(self.out, "\\{character}").unwrap(),
                '\n' => self.out += "\\n",
                _ => self.out.push(character),
            }
        }
        self.out.push('"');
    }

    fn query(&mut self, query: &Query, is_singular: bool, is_top: bool) {
        self.out.push(if query.is_absolute || is_top { '$' } else { '@' });
        for segment in &query.segments {
            self.blank();
            self.out += if segment.descendant { "..[" } else { "[" };
            for (selector, number) in segment.selectors.iter().zip(0..) {
                if number > 0 {
                    self.out.push(',');
                }
                if !is_singular {
                    self.blank();
                }
                self.selector(selector);
                if !is_singular {
                    self.blank();
                }
            }
            self.out.push(']');
        }
    }

    fn selector(&mut self, selector: &Selector) {
        match selector {
            Selector::Name(name) => self.name(name),
            Selector::Wildcard => self.out.push('*'),
            Selector::Index(index) => write!(self.out, "{index}").unwrap(),
            Selector::Slice(start, end, step) => {
                let part = |part: &Option<i64>| part.map_or(String::new(), |part| part.to_string());
                let blank = self.blank;
                write!(self.out, "{}{blank}:{blank}{}", part(start), part(end)).unwrap();
                if step.is_some() {
                    write!(self.out, "{blank}:{blank}{}", part(step)).unwrap();
                }
            }
            Selector::Filter(expression) => {
                self.out.push('?');
                self.blank();
                self.expression(expression);
            }
        }
    }

    /// Every `||` and `&&` in parentheses but for those that bind as they are nested.
    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Or(left, right) => self.binary(left, "||", right),
            Expression::And(left, right) => self.binary(left, "&&", right),
            Expression::Not(inner) => {
                self.out.push('!');
                self.blank();
                self.parenthesized(inner);
            }
            Expression::Exists(query) => self.query(query, false, false),
            Expression::Compare(left, comparison, right) => {
                self.operand(left);
                self.blank();
                self.out += comparison;
                self.blank();
                self.operand(right);
            }
            Expression::Regexp(function, subject, pattern) => {
                write!(self.out, "{function}(").unwrap();
                self.operand(subject);
                self.out.push(',');
                self.blank();
                self.name(PATTERNS[*pattern].0);
                self.out.push(')');
            }
        }
    }

    fn binary(&mut self, left: &Expression, operator: &str, right: &Expression) {
        for (side, number) in [left, right].into_iter().zip(0..) {
            if number > 0 {
                self.blank();
                self.out += operator;
                self.blank();
            }
            match (side, operator) {
                (Expression::Or(..), "&&") => self.parenthesized(side),
                _ => self.expression(side),
            }
        }
    }

    fn parenthesized(&mut self, expression: &Expression) {
        self.out.push('(');
        self.blank();
        self.expression(expression);
        self.blank();
        self.out.push(')');
    }

    fn operand(&mut self, operand: &Operand) {
        let (function, query) = match operand {
            Operand::Literal(Value::String(text)) => return self.name(text),
            Operand::Literal(value) => return write!(self.out, "{value}").unwrap(),
            Operand::Singular(query) => return self.query(query, true, false),
            Operand::Length(operand) => {
                self.out += "length(";
                self.blank();
                self.operand(operand);
                return self.out.push(')');
            }
            Operand::Count(query) => ("count(", query),
            Operand::Value(query) => ("value(", query),
        };
        self.out += function;
        self.query(query, false, false);
        self.blank();
        self.out.push(')');
    }
}

// ------------------------------------------------------------------------------------------------ what a query gives

/// A normalized path and the value there.
type Node<'v> = (String, &'v Value);

fn evaluate<'v>(query: &Query, root: &'v Value, current: &Node<'v>) -> Vec<Node<'v>> {
    let start = if query.is_absolute { ("$".to_string(), root) } else { current.clone() };
    query.segments.iter().fold(vec![start], |nodes, segment| nodes.iter().flat_map(|node| apply(segment, root, node)).collect())
}

fn apply<'v>(segment: &Segment, root: &'v Value, node: &Node<'v>) -> Vec<Node<'v>> {
    let mut selected: Vec<_> = segment.selectors.iter().flat_map(|selector| select(selector, root, node)).collect();
    if segment.descendant {
        selected.extend(children(node).iter().flat_map(|child| apply(segment, root, child)));
    }
    selected
}

fn children<'v>((path, value): &Node<'v>) -> Vec<Node<'v>> {
    match value {
        Value::Array(elements) => elements.iter().enumerate().map(|(index, element)| (format!("{path}[{index}]"), element)).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (format!("{path}['{}']", normalize(name)), member)).collect(),
        _ => Vec::new(),
    }
}

fn normalize(name: &str) -> String {
    name.replace('\\', r"\\").replace('\'', r"\'").replace('\n', r"\n")
}

fn select<'v>(selector: &Selector, root: &'v Value, node: &Node<'v>) -> Vec<Node<'v>> {
    let all = children(node);
    let at = |index: i64| all[index as usize].clone();
    let size = all.len() as i64;
    match selector {
        Selector::Name(name) => match node.1 {
            Value::Object(members) => {
                members.keys().position(|key| key == name).map(|position| all[position].clone()).into_iter().collect()
            }
            _ => Vec::new(),
        },
        Selector::Wildcard => all,
        Selector::Index(_) | Selector::Slice(..) if !node.1.is_array() => Vec::new(),
        Selector::Index(index) => {
            let index = if *index < 0 { size + index } else { *index };
            if (0..size).contains(&index) { vec![at(index)] } else { Vec::new() }
        }
        Selector::Slice(start, end, step) => slice(size, *start, *end, step.unwrap_or(1)).into_iter().map(at).collect(),
        Selector::Filter(expression) => all.into_iter().filter(|child| holds(expression, root, child)).collect(),
    }
}

fn holds(expression: &Expression, root: &Value, current: &Node<'_>) -> bool {
    match expression {
        Expression::Or(left, right) => holds(left, root, current) || holds(right, root, current),
        Expression::And(left, right) => holds(left, root, current) && holds(right, root, current),
        Expression::Not(inner) => !holds(inner, root, current),
        Expression::Exists(query) => !evaluate(query, root, current).is_empty(),
        Expression::Compare(left, comparison, right) => {
            let (left, right) = (value(left, root, current), value(right, root, current));
            let (is_equal, is_less, is_greater) = (equal(&left, &right), less(&left, &right), less(&right, &left));
            match *comparison {
                "==" => is_equal,
                "!=" => !is_equal,
                "<" => is_less,
                "<=" => is_less || is_equal,
                ">" => is_greater,
                _ => is_greater || is_equal,
            }
        }
        Expression::Regexp(function, subject, pattern) => match value(subject, root, current) {
            Some(Value::String(text)) if *function == "match" => PATTERNS[*pattern].1(&text),
            Some(Value::String(text)) => PATTERNS[*pattern].2(&text),
            _ => false,
        },
    }
}

fn value(operand: &Operand, root: &Value, current: &Node<'_>) -> Option<Value> {
    match operand {
        Operand::Literal(value) => Some(value.clone()),
        Operand::Singular(query) | Operand::Value(query) => match &evaluate(query, root, current)[..] {
            [(_, value)] => Some((*value).clone()),
            _ => None,
        },
        Operand::Length(operand) => match value(operand, root, current)? {
            Value::String(text) => Some(text.chars().count().into()),
            Value::Array(elements) => Some(elements.len().into()),
            Value::Object(members) => Some(members.len().into()),
            _ => None,
        },
        Operand::Count(query) => Some(evaluate(query, root, current).len().into()),
    }
}

fn equal(left: &Option<Value>, right: &Option<Value>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => values_are_equal(left, right),
        _ => false,
    }
}

fn values_are_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order(left, right) == Some(std::cmp::Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| values_are_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| values_are_equal(left, right)))
        }
        _ => left == right,
    }
}

fn less(left: &Option<Value>, right: &Option<Value>) -> bool {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => order(left, right) == Some(std::cmp::Ordering::Less),
        (Some(Value::String(left)), Some(Value::String(right))) => left.chars().lt(right.chars()),
        _ => false,
    }
}

fn order(left: &Number, right: &Number) -> Option<std::cmp::Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

// ------------------------------------------------------------------------------------------------ what is random

const NAMES: [&str; 5] = ["a", "b", "é😀", "it's", "\\\n\""];
const SCALARS: [&str; 16] = [
    "null",
    "true",
    "false",
    "0",
    "-0.0",
    "1",
    "1.0",
    "2",
    "-1",
    "1e0",
    "9007199254740993",
    "9007199254740992",
    r#""a""#,
    r#""bé""#,
    r#""""#,
    r#""a\nb😀""#,
];

/// A text with duplicate keys, and the same without the members that do not count.
fn document(depth: u32) -> BoxedStrategy<(String, Value)> {
    let scalar = prop::sample::select(&SCALARS[..]).prop_map(|text| (text.to_string(), parse(text))).boxed();
    let child = if depth == 0 { scalar } else { prop_oneof![2 => scalar, 3 => document(depth - 1)].boxed() };
    let array = prop::collection::vec(child.clone(), 0..5).prop_map(|elements| {
        let (texts, values): (Vec<String>, Vec<Value>) = elements.into_iter().unzip();
        (format!("[{}]", texts.join(" , ")), Value::Array(values))
    });
    let object = prop::collection::vec((name(), child), 0..5).prop_map(|members| {
        let texts: Vec<String> = members.iter().map(|(name, (text, _))| format!("{} : {text}", Value::from(*name))).collect();
        let mut counted = serde_json::Map::new();
        for (name, (_, value)) in members {
            counted.shift_remove(name);
            counted.insert(name.into(), value);
        }
        (format!("{{{}}}", texts.join(",")), Value::Object(counted))
    });
    prop_oneof![array, object].boxed()
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("a"), 2 => Just("b"), 1 => prop::sample::select(&NAMES[..])]
}

fn single_selector() -> BoxedStrategy<Selector> {
    prop_oneof![3 => name().prop_map(|name| Selector::Name(name.into())), 2 => (-2..3_i64).prop_map(Selector::Index)].boxed()
}

fn query(depth: u32) -> BoxedStrategy<Query> {
    let part = || prop::option::of(-4..5_i64);
    let slice = (part(), part(), part()).prop_map(|(start, end, step)| Selector::Slice(start, end, step));
    let mut selector = prop_oneof![3 => single_selector(), 3 => Just(Selector::Wildcard), 1 => slice].boxed();
    if depth > 0 {
        selector = prop_oneof![2 => selector, 1 => expression(depth - 1).prop_map(Selector::Filter)].boxed();
    }
    let segment = (
        prop::bool::weighted(0.4),
        prop_oneof![3 => prop::collection::vec(selector.clone(), 1), 1 => prop::collection::vec(selector, 2..4)],
    );
    let segments = prop::collection::vec(segment.prop_map(|(descendant, selectors)| Segment { descendant, selectors }), 0..4);
    (prop::bool::weighted(0.2), segments).prop_map(|(is_absolute, segments)| Query { is_absolute, segments }).boxed()
}

fn singular_query() -> BoxedStrategy<Query> {
    let segment = single_selector().prop_map(|selector| Segment { descendant: false, selectors: vec![selector] });
    (prop::bool::weighted(0.2), prop::collection::vec(segment, 0..3))
        .prop_map(|(is_absolute, segments)| Query { is_absolute, segments })
        .boxed()
}

fn operand(depth: u32) -> BoxedStrategy<Operand> {
    let literal = prop::sample::select(&SCALARS[..]).prop_map(|text| Operand::Literal(parse(text)));
    let flat = prop_oneof![literal, singular_query().prop_map(Operand::Singular)].boxed();
    if depth == 0 {
        return flat;
    }
    let length = operand(depth - 1).prop_map(|operand| Operand::Length(Box::new(operand)));
    let counted = query(depth - 1);
    prop_oneof![4 => flat, 1 => length, 1 => counted.clone().prop_map(Operand::Count), 1 => counted.prop_map(Operand::Value)].boxed()
}

fn expression(depth: u32) -> BoxedStrategy<Expression> {
    let comparison = prop::sample::select(&["==", "!=", "<", "<=", ">", ">="][..]);
    let compare =
        (operand(depth), comparison, operand(depth)).prop_map(|(left, comparison, right)| Expression::Compare(left, comparison, right));
    let regexp = (prop::sample::select(&["match", "search"][..]), operand(depth), 0..PATTERNS.len())
        .prop_map(|(function, subject, pattern)| Expression::Regexp(function, subject, pattern));
    let flat = prop_oneof![4 => query(depth).prop_map(Expression::Exists), 3 => compare, 1 => regexp].boxed();
    if depth == 0 {
        return flat;
    }
    let inner = || expression(depth - 1).prop_map(Box::new);
    let or = (inner(), inner()).prop_map(|(left, right)| Expression::Or(left, right));
    let and = (inner(), inner()).prop_map(|(left, right)| Expression::And(left, right));
    prop_oneof![4 => flat, 1 => or, 1 => and, 1 => inner().prop_map(Expression::Not)].boxed()
}

/// Any query, or a filter on all values.
fn whole_query() -> impl Strategy<Value = Query> {
    let filter = expression(2).prop_map(|expression| Query {
        is_absolute: true,
        segments: vec![Segment { descendant: true, selectors: vec![Selector::Filter(expression)] }],
    });
    prop_oneof![query(2).prop_map(|query| Query { is_absolute: true, ..query }), filter]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8000, ..ProptestConfig::default() })]
    #[test]
    fn gives_what_the_naive_evaluator_gives(
        (text, root) in document(3),
        query in whole_query(),
        blank in prop::sample::select(&["", " ", "\t\n"][..]),
    ) {
        let mut writer = Writer { out: String::new(), blank };
        writer.query(&query, false, true);
        let expected = evaluate(&query, &root, &("$".into(), &root));
        let document = Document::new(&text);
        let paths: Vec<String> = expected.iter().map(|(path, _)| path.clone()).collect();
        prop_assert_eq!(document.paths(&writer.out), paths, "{}", &writer.out);
        // The objects of the text still have the members that do not count.
        for (value, (path, expected)) in document.values(&writer.out).iter().zip(&expected) {
            prop_assert!(values_are_equal(value, expected), "{} {}", &writer.out, path);
        }
    }
}
