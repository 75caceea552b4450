//! I-Regexp, the regular expressions of `match` and `search`.
//!
//! A pattern is checked against the grammar of RFC 9485 and translated, piece by piece, to the syntax of `regex-automata`, which
//! searches in linear time. It is never handed over as it is: that syntax has much that I-Regexp does not have.

use crate::program::Extent;
use regex_automata::hybrid::dfa;
use regex_automata::nfa::thompson::{self, pikevm};
use regex_automata::util::{pool::Pool, syntax};
use regex_automata::{Anchored, Input};
use std::fmt::Write as _;
use std::sync::Arc;

/// How many bytes a compiled pattern may take, which takes some milliseconds: a document may bring many. It is enough for fifty
/// repetitions of a large Unicode class. A pattern beyond it matches nothing.
const SIZE_MAX: usize = 1 << 20;
/// How many bytes a pattern itself may have, or it matches nothing. What it is on its way to the compiled form may take a thousand times as
/// much, and of the characters of one class quadratic time, before the limit above is looked at.
const PATTERN_MAX: usize = 1 << 16;
/// How many bytes the states of a search may take before they are forgotten and built anew.
const CACHE_SIZE: usize = 1 << 20;

/// A compiled pattern, and how much of a text it has to match.
#[derive(Clone, Debug)]
pub(crate) struct Regexp {
    engines: Arc<Engines>,
    anchored: Anchored,
}

#[derive(Debug)]
struct Engines {
    /// The fast one, which may give up where the text makes it build too many states.
    dfa: dfa::DFA,
    /// The one that never does.
    pikevm: pikevm::PikeVM,
    /// What a search needs to write to, used again by the next one.
    scratch: Pool<Scratch, fn() -> Scratch>,
}

#[derive(Debug, Default)]
struct Scratch {
    dfa: Option<dfa::Cache>,
    pikevm: Option<pikevm::Cache>,
}

impl Regexp {
    /// Compiles `pattern`, which is in WTF-8. `None` where it is no I-Regexp or too large, itself or compiled.
    pub(crate) fn new(pattern: &[u8], extent: Extent) -> Option<Self> {
        if pattern.len() > PATTERN_MAX {
            return None;
        }
        let pattern = translate(core::str::from_utf8(pattern).ok()?)?;
        let pattern = match extent {
            Extent::Whole => format!(r"\A(?:{pattern})\z"),
            Extent::Part => pattern,
        };
        let nfa = thompson::Compiler::new()
            .syntax(syntax::Config::new().utf8(false))
            .configure(thompson::Config::new().utf8(false).which_captures(thompson::WhichCaptures::None).nfa_size_limit(Some(SIZE_MAX)))
            .build(&pattern)
            .ok()?;
        let config = dfa::Config::new()
            .cache_capacity(CACHE_SIZE)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(3))
            .minimum_bytes_per_state(Some(10));
        let dfa = dfa::Builder::new().configure(config).build_from_nfa(nfa.clone()).ok()?;
        let pikevm = pikevm::PikeVM::new_from_nfa(nfa).ok()?;
        let anchored = if extent == Extent::Whole { Anchored::Yes } else { Anchored::No };
        let engines = Engines { dfa, pikevm, scratch: Pool::new(Scratch::default) };
        Some(Self { engines: Arc::new(engines), anchored })
    }

    /// Whether `text`, in WTF-8, matches. No pattern matches a lone surrogate.
    ///
    /// O(text.len()) steps, each of which takes at most as long as the compiled pattern is.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        let Engines { dfa, pikevm, scratch } = &*self.engines;
        let mut scratch = scratch.get();
        let input = Input::new(text).anchored(self.anchored).earliest(true);
        if let Ok(end) = dfa.try_search_fwd(scratch.dfa.get_or_insert_with(|| dfa.create_cache()), &input) {
            return end.is_some();
        }
        pikevm.is_match(scratch.pikevm.get_or_insert_with(|| pikevm.create_cache()), input)
    }
}

/// The same pattern in the syntax of `regex-automata`, or `None` where it does not have the grammar of RFC 9485 section 3.
///
/// `^` and `$` are given on as anchors, as the mappings of sections 5.3 and 5.4 do and other implementations with them, although the
/// grammar has them among its normal characters.
fn translate(pattern: &str) -> Option<String> {
    let mut translator = Translator { rest: pattern.chars(), out: String::with_capacity(pattern.len() * 2) };
    translator.regexp()?;
    Some(translator.out)
}

struct Translator<'p> {
    rest: std::str::Chars<'p>,
    out: String,
}

impl Translator<'_> {
    fn regexp(&mut self) -> Option<()> {
        let mut open = 0_usize;
        while let Some(character) = self.rest.next() {
            match character {
                '(' => {
                    open += 1;
                    self.out.push_str("(?:");
                    continue;
                }
                '|' => {
                    self.out.push('|');
                    continue;
                }
                ')' => {
                    open = open.checked_sub(1)?;
                    self.out.push(')');
                }
                '.' => self.out.push_str(r"[^\n\r]"),
                // An anchor is grouped, so that it can be repeated as any other atom.
                '^' => self.out.push_str(r"(?:\A)"),
                '$' => self.out.push_str(r"(?:\z)"),
                '[' => self.class()?,
                '\\' => self.escape()?,
                '*' | '+' | '?' | ']' | '{' | '}' => return None,
                normal => self.literal(normal),
            }
            self.quantifier()?;
        }
        (open == 0).then_some(())
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn take(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        if is_next {
            self.rest.next();
        }
        is_next
    }

    /// Any character as itself, whatever it means elsewhere.
    fn literal(&mut self, character: char) {
        let _infallible = write!(self.out, r"\x{{{:x}}}", u32::from(character));
    }

    /// `[ quantifier ]`. What follows one is no part of it: there are no lazy and no possessive ones.
    fn quantifier(&mut self) -> Option<()> {
        match self.peek() {
            Some(sign @ ('*' | '+' | '?')) => {
                self.rest.next();
                self.out.push(sign);
            }
            Some('{') => {
                self.rest.next();
                self.out.push('{');
                self.exact()?;
                if self.take(',') {
                    self.out.push(',');
                    if self.peek() != Some('}') {
                        self.exact()?;
                    }
                }
                self.take('}').then_some(())?;
                self.out.push('}');
            }
            _ => return Some(()),
        }
        // Were it not checked here, `a*?` would be lazy.
        (!matches!(self.peek(), Some('*' | '+' | '?' | '{'))).then_some(())
    }

    /// `QuantExact`: one digit or more.
    fn exact(&mut self) -> Option<()> {
        let size = self.out.len();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            self.rest.next();
            self.out.push(digit);
        }
        (self.out.len() > size).then_some(())
    }

    /// What follows a backslash outside of a class.
    fn escape(&mut self) -> Option<()> {
        if let Some(sign @ ('p' | 'P')) = self.peek() {
            self.rest.next();
            return self.category(sign);
        }
        let character = self.single_character()?;
        self.literal(character);
        Some(())
    }

    /// `SingleCharEsc` behind its backslash.
    fn single_character(&mut self) -> Option<char> {
        match self.rest.next()? {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            itself @ ('('..='+' | '-' | '.' | '?' | '['..='^' | '{'..='}') => Some(itself),
            _ => None,
        }
    }

    /// `catEsc` or `complEsc` behind its `p` or `P`: one of the general categories.
    fn category(&mut self, sign: char) -> Option<()> {
        self.take('{').then_some(())?;
        let major = self.rest.next()?;
        let minors = match major {
            'L' => "lmotu",
            'M' => "cen",
            'N' => "dlo",
            'P' => "cdefios",
            'S' => "ckmo",
            'Z' => "lps",
            'C' => "cfno",
            _ => return None,
        };
        let minor = self.rest.next()?;
        let _infallible = match minor {
            '}' => write!(self.out, r"\{sign}{{{major}}}"),
            _ if minors.contains(minor) && self.take('}') => write!(self.out, r"\{sign}{{{major}{minor}}}"),
            _ => return None,
        };
        Some(())
    }

    /// `charClassExpr` behind its bracket. A hyphen is itself only as the first or the last in it.
    fn class(&mut self) -> Option<()> {
        self.out.push('[');
        // `[^]` has nothing to negate: it is the class of that character.
        if self.rest.as_str().starts_with('^') && !self.rest.as_str().starts_with("^]") {
            self.rest.next();
            self.out.push('^');
        }
        if self.take('-') {
            self.literal('-');
        } else {
            self.class_item()?;
        }
        loop {
            match self.peek()? {
                ']' => break,
                '-' => {
                    self.rest.next();
                    self.literal('-');
                    (self.peek()? == ']').then_some(())?;
                }
                _ => self.class_item()?,
            }
        }
        self.rest.next();
        self.out.push(']');
        Some(())
    }

    /// `CCE1`: a character, a range, or a category.
    fn class_item(&mut self) -> Option<()> {
        if self.take('\\') {
            if let Some(sign @ ('p' | 'P')) = self.peek() {
                self.rest.next();
                return self.category(sign);
            }
            let character = self.single_character()?;
            self.literal(character);
        } else {
            let character = self.class_character()?;
            self.literal(character);
        }
        let is_range = self.rest.as_str().starts_with('-') && !self.rest.as_str().starts_with("-]");
        if is_range {
            self.rest.next();
            self.out.push('-');
            let end = if self.take('\\') { self.single_character()? } else { self.class_character()? };
            self.literal(end);
        }
        Some(())
    }

    /// A `CCchar` without escape.
    fn class_character(&mut self) -> Option<char> {
        self.rest.next().filter(|character| !matches!(character, '-' | '['..=']'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str, extent: Extent) -> bool {
        Regexp::new(pattern.as_bytes(), extent).is_some_and(|regexp| regexp.is_match(text.as_bytes()))
    }

    #[test]
    fn a_pattern_that_is_too_long_matches_nothing() {
        let class = |size: usize| format!("[{}]", "a".repeat(size - 2));
        assert!(matches(&class(PATTERN_MAX), "a", Extent::Whole));
        assert!(!matches(&class(PATTERN_MAX + 1), "a", Extent::Whole));
    }

    #[test]
    fn knows_the_whole_grammar() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("", &[""], &["a"]),
            ("ab|", &["ab", ""], &["a", "b", "abab"]),
            ("a.c", &["abc", "a.c", "aéc", "a😀c", "a\u{2028}c", "a\u{85}c"], &["ac", "a\nc", "a\rc", "abbc"]),
            ("a*b+c?", &["b", "aabbc"], &["a", "bcc"]),
            ("a{2}b{1,}c{0,2}", &["aab", "aabbbcc"], &["ab", "aac", "aabccc"]),
            ("(a|bc)*d", &["d", "abcad"], &["abd"]),
            ("(())|((x)y)", &["", "xy"], &["x"]),
            (r"\(\)\*\+\-\.\?\[\\\]\^\{\|\}\n\r\t", &["()*+-.?[\\]^{|}\n\r\t"], &[]),
            ("[abc]", &["a", "c"], &["d", "", "ab"]),
            ("[^abc]", &["d", "\n", "😀"], &["a", ""]),
            ("[a-c0-2]", &["b", "2"], &["-", "3"]),
            ("[-a]", &["-", "a"], &["b"]),
            ("[a-]", &["-", "a"], &["b"]),
            ("[-]", &["-"], &["a"]),
            ("[^-]", &["a"], &["-"]),
            ("[--]", &["-"], &["a"]),
            ("[^]", &["^"], &["a"]),
            ("[a^]", &["a", "^"], &["b"]),
            ("[.*+?(){}|$]", &[".", "*", "+", "?", "(", ")", "{", "}", "|", "$"], &["a"]),
            (r"[\[\]\\\-\^\n]", &["[", "]", "\\", "-", "^", "\n"], &["a", "n"]),
            (r"[\[-\]]", &["[", "\\", "]"], &["Z", "^"]),
            ("[a&&b]", &["a", "&", "b"], &["c"]),
            ("[a~~b]", &["a", "~", "b"], &["c"]),
            (r"\p{L}\p{Lu}\P{L}", &["aB1", "éÉ-"], &["ab1", "aBc", "1B1"]),
            (r"[\p{Nd}_]+", &["1_٣"], &["a"]),
            (r"[^\p{L}]", &["1"], &["a"]),
            (r"[\P{L}]", &["1"], &["a"]),
            ("a b#c", &["a b#c"], &["ab"]),
            ("/-,'\"=!<>&%@_~`", &["/-,'\"=!<>&%@_~`"], &[]),
            ("é😀", &["é😀"], &["é"]),
            ("^ab$", &["ab"], &["^ab$", "abc"]),
            (r"\^a[$]", &["^a$"], &["a"]),
        ];
        for (pattern, accepted, refused) in cases {
            for text in *accepted {
                assert!(matches(pattern, text, Extent::Whole), "{pattern} {text:?}");
                assert!(matches(pattern, text, Extent::Part), "{pattern} {text:?}");
            }
            for text in *refused {
                assert!(!matches(pattern, text, Extent::Whole), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn knows_every_general_category() {
        for category in "L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps Z Zl Zp Zs S Sc Sk Sm So C Cc Cf Cn Co".split(' ') {
            for pattern in [format!(r"\p{{{category}}}"), format!(r"[^\P{{{category}}}]")] {
                assert!(Regexp::new(pattern.as_bytes(), Extent::Whole).is_some(), "{pattern}");
            }
        }
    }

    #[test]
    fn matches_nothing_with_what_is_no_i_regexp() {
        let cases = [
            "*",
            "+a",
            "?",
            "a**",
            "a*?",
            "a+?",
            "a??",
            "a{1}?",
            "a{2}{3}",
            "(*a)",
            "|*",
            "a{",
            "a{}",
            "a{,2}",
            "a{1",
            "a{1,2",
            "a{x}",
            "a{2,1}",
            "{1}",
            "}",
            "]",
            "(",
            ")",
            "(a",
            "a)",
            "(?:a)",
            "(?i)a",
            "[",
            "[]",
            "[a",
            "[^",
            "[a-",
            "[b-a]",
            "[a-c-e]",
            "[[a]]",
            "[[:alpha:]]",
            r"[\d]",
            r"[\p{L}-z]",
            "\\",
            r"\d",
            r"\w",
            r"\s",
            r"\b",
            r"\$",
            r"\/",
            r"\1",
            r"\x41",
            r"\u0041",
            r"\p",
            r"\pL",
            r"\p{}",
            r"\p{Lx}",
            r"\p{IsBasicLatin}",
            r"\p{^L}",
            r"\p{Letter}",
            r"\p{Cs}",
            r"\p{LC}",
            r"\A",
            r"\z",
            "a{99999999999}",
            "(a{1000}){1000}",
        ];
        for pattern in cases {
            assert!(Regexp::new(pattern.as_bytes(), Extent::Part).is_none(), "{pattern}");
        }
        let deep = "(".repeat(100_000) + &")".repeat(100_000);
        assert!(Regexp::new(deep.as_bytes(), Extent::Part).is_none());
    }

    #[test]
    fn finds_a_part_or_the_whole() {
        for (pattern, text, part) in
            [("b", "abc", true), ("^b", "abc", false), ("c$", "abc", true), ("c$", "abc\n", false), ("x", "abc", false)]
        {
            assert_eq!(matches(pattern, text, Extent::Part), part, "{pattern} {text}");
            assert!(!matches(pattern, text, Extent::Whole), "{pattern} {text}");
        }
        // The alternatives are those of the whole pattern.
        assert!(!matches("ab|cd", "abd", Extent::Whole));
        assert!(matches("a|ab", "ab", Extent::Whole));
    }

    #[test]
    fn matches_no_lone_surrogate() {
        for pattern in [".", "[^a]", r"\P{L}", r"\p{C}"] {
            let regexp = Regexp::new(pattern.as_bytes(), Extent::Part).unwrap();
            assert!(!regexp.is_match(b"\xed\xa0\x80"), "{pattern}");
        }
        assert!(Regexp::new(b"\xed\xa0\x80", Extent::Part).is_none());
    }

    #[test]
    fn stays_right_where_the_states_do_not_fit() {
        let pattern = r"(\p{L}|\p{N}){0,40}x[ab]{12}y";
        let regexp = Regexp::new(pattern.as_bytes(), Extent::Part).unwrap();
        let mut text: Vec<u8> = (0..200_000_u32).map(|i| b"abx"[(i.wrapping_mul(2_654_435_761) >> 20) as usize % 3]).collect();
        assert!(!regexp.is_match(&text));
        text.extend_from_slice(b"xabababababaay");
        assert!(regexp.is_match(&text));
    }
}
