//! [`PrefixSet`]: which of many strings is the longest prefix of a key.
use crate::pattern::{to_bytes, to_units};
use crate::{Haystack, Pattern};
use lanewise_error::{Error, ErrorCode};
use std::collections::VecDeque;
use std::ops::Range;

/// The id of a node that no prefix ends at.
const NONE: u32 = u32::MAX;
/// Up to so many first units are looked at one after the other: a search by halves mispredicts its branches.
const FEW: usize = 8;

/// A set of prefixes, compiled.
///
/// Ids are positions in the prefixes given; of equal ones the lowest counts. An empty prefix is one of every key. A prefix matches the
/// same text in keys of every form; where its text has no such form (half a surrogate pair in bytes, bad UTF-8 in strings) it never does.
///
/// # Complexity
/// A key takes time linear in its longest prefix, and a step for each prefix that others of it go on from; no memory.
/// # Source
/// A trie whose chains are one node each, after Morrison, "PATRICIA" (1968), in arrays: the children of a node lie side by side.
#[derive(Debug)]
pub struct PrefixSet {
    len: usize,
    bytes: Trie,
    strings: Trie,
}

impl PrefixSet {
    /// Compiles `prefixes`. The compiled form takes up to two bytes for each unit and a few words for each prefix, twice.
    ///
    /// # Errors
    /// `LW_TOO_LARGE` when they are more than words of 32 bits can count, or have more units together.
    pub fn new<'a>(prefixes: impl IntoIterator<Item = Pattern<'a>>) -> Result<Self, Error> {
        let (mut bytes, mut strings, mut len) = (Vec::new(), Vec::new(), 0);
        for (id, prefix) in (0..).zip(prefixes) {
            if id == NONE {
                return Err(Error::nowhere(ErrorCode::TooLarge));
            }
            len += 1;
            if let Some(form) = to_bytes(prefix) {
                bytes.push((form.iter().copied().map(u16::from).collect(), id));
            }
            if let Some(form) = to_units(prefix) {
                strings.push((form.as_chunks().0.iter().map(|&unit| u16::from_le_bytes(unit)).collect(), id));
            }
        }
        Ok(Self { len, bytes: Trie::new(bytes)?, strings: Trie::new(strings)? })
    }

    /// The number of prefixes given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no prefix.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The id of the longest prefix of `key`.
    #[must_use]
    pub fn longest(&self, key: Haystack<'_>) -> Option<u32> {
        match key {
            Haystack::Bytes(bytes) => self.bytes.longest(Narrow(bytes)),
            Haystack::Latin1(units) => self.strings.longest(Narrow(units)),
            Haystack::Utf16(units) => self.strings.longest(Wide(units.as_chunks().0)),
        }
    }
}

/// The units of a key.
trait Units: Copy {
    fn get(self, at: usize) -> Option<u16>;
    /// Whether `label` stands at `at`.
    fn has(self, at: usize, label: &[u16]) -> bool;
}

#[derive(Clone, Copy)]
struct Narrow<'a>(&'a [u8]);

impl Units for Narrow<'_> {
    #[inline]
    fn get(self, at: usize) -> Option<u16> {
        self.0.get(at).copied().map(u16::from)
    }

    #[inline]
    fn has(self, at: usize, label: &[u16]) -> bool {
        self.0.get(at..at + label.len()).is_some_and(|units| units.iter().zip(label).all(|(&unit, &other)| u16::from(unit) == other))
    }
}

#[derive(Clone, Copy)]
struct Wide<'a>(&'a [[u8; 2]]);

impl Units for Wide<'_> {
    #[inline]
    fn get(self, at: usize) -> Option<u16> {
        self.0.get(at).map(|&unit| u16::from_le_bytes(unit))
    }

    #[inline]
    fn has(self, at: usize, label: &[u16]) -> bool {
        self.0
            .get(at..at + label.len())
            .is_some_and(|units| units.iter().zip(label).all(|(&unit, &other)| u16::from_le_bytes(unit) == other))
    }
}

/// What is behind the first unit of a node, which its parent knows.
#[derive(Debug)]
struct Node {
    /// Where its further units are among the labels.
    label: Range<u32>,
    id: u32,
    /// INVARIANT: nodes of the trie, each with its first unit in `firsts`, ascending.
    children: Range<u32>,
}

#[derive(Debug)]
struct Trie {
    /// The root first, whose label is what all have in common; none when the set is empty.
    nodes: Vec<Node>,
    /// Of each node its first unit; that of the root means nothing.
    firsts: Vec<u16>,
    labels: Vec<u16>,
}

/// Sorted strings from which a node is to be made, which agree in their first `depth` units.
struct Task {
    strings: Range<usize>,
    depth: usize,
}

impl Trie {
    fn new(mut strings: Vec<(Vec<u16>, u32)>) -> Result<Self, Error> {
        // Of equal ones the lowest id comes first, and is the one that stays.
        strings.sort_unstable();
        strings.dedup_by(|later, first| later.0 == first.0);
        if strings.iter().map(|(units, _)| units.len()).sum::<usize>() >= NONE as usize {
            return Err(Error::nowhere(ErrorCode::TooLarge));
        }
        let mut trie = Self { nodes: Vec::new(), firsts: Vec::new(), labels: Vec::new() };
        // Breadth first, so that siblings lie side by side: a node that has been made has its task still in the queue.
        let mut tasks = VecDeque::new();
        if !strings.is_empty() {
            trie.firsts.push(0);
            tasks.push_back(Task { strings: 0..strings.len(), depth: 0 });
        }
        while let Some(Task { strings: range, depth }) = tasks.pop_front() {
            let (first, last) = (&strings[range.start].0, &strings[range.end - 1].0);
            let common = first[depth..].iter().zip(&last[depth..]).take_while(|(one, other)| one == other).count();
            let start = trie.labels.len() as u32;
            trie.labels.extend_from_slice(&first[depth..depth + common]);
            let end = depth + common;
            let mut rest = range;
            let id = if first.len() == end { strings[rest.next().unwrap_or(0)].1 } else { NONE };
            let first_child = trie.firsts.len() as u32;
            while !rest.is_empty() {
                let unit = strings[rest.start].0[end];
                let count = strings[rest.clone()].partition_point(|(units, _)| units[end] == unit);
                trie.firsts.push(unit);
                tasks.push_back(Task { strings: rest.start..rest.start + count, depth: end + 1 });
                rest.start += count;
            }
            let children = first_child..trie.firsts.len() as u32;
            trie.nodes.push(Node { label: start..trie.labels.len() as u32, id, children });
        }
        Ok(trie)
    }

    #[inline]
    fn longest(&self, key: impl Units) -> Option<u32> {
        let mut node = self.nodes.first()?;
        let (mut longest, mut at) = (None, 0);
        loop {
            let label = &self.labels[node.label.start as usize..node.label.end as usize];
            if !label.is_empty() && !key.has(at, label) {
                return longest;
            }
            at += label.len();
            if node.id != NONE {
                longest = Some(node.id);
            }
            let Some(child) = key.get(at).and_then(|unit| self.child(node, unit)) else { return longest };
            node = child;
            at += 1;
        }
    }

    #[inline]
    fn child(&self, node: &Node, unit: u16) -> Option<&Node> {
        let start = node.children.start as usize;
        let firsts = &self.firsts[start..node.children.end as usize];
        let nth = if firsts.len() <= FEW { firsts.iter().position(|&first| first == unit) } else { firsts.binary_search(&unit).ok() };
        nth.map(|nth| &self.nodes[start + nth])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn longest(prefixes: &[&str], key: &str) -> Option<u32> {
        let units: Vec<Vec<u8>> = prefixes.iter().map(|prefix| utf16(prefix)).collect();
        let set = PrefixSet::new(units.iter().map(|prefix| Pattern::Units(prefix))).unwrap();
        let of_bytes = PrefixSet::new(prefixes.iter().map(|prefix| Pattern::Bytes(prefix.as_bytes()))).unwrap();
        let found = set.longest(Haystack::Utf16(&utf16(key)));
        for set in [&set, &of_bytes] {
            assert_eq!(set.longest(Haystack::Bytes(key.as_bytes())), found);
            assert_eq!(set.longest(Haystack::Utf16(&utf16(key))), found);
            if key.chars().all(|character| character <= '\u{ff}') {
                let narrow: Vec<u8> = key.chars().map(|character| character as u8).collect();
                assert_eq!(set.longest(Haystack::Latin1(&narrow)), found);
            }
        }
        found
    }

    #[test]
    fn the_longest_prefix_is_found_in_keys_of_every_form() {
        let routes = ["/", "/api", "/api/users/", "/api/users/é", "/static/", "/api"];
        let cases = [
            ("", None),
            ("x", None),
            ("/", Some(0)),
            ("/ap", Some(0)),
            ("/api", Some(1)),
            ("/api/users", Some(1)),
            ("/api/users/7", Some(2)),
            ("/api/users/éa", Some(3)),
            ("/static/я", Some(4)),
            ("/stat", Some(0)),
        ];
        for (key, expected) in cases {
            assert_eq!(longest(&routes, key), expected, "{key}");
        }
    }

    #[test]
    fn an_empty_prefix_is_one_of_every_key_and_an_empty_set_of_none() {
        assert_eq!(longest(&["", "a"], "b"), Some(0));
        assert_eq!(longest(&["", "a"], "ab"), Some(1));
        assert_eq!(longest(&[""], ""), Some(0));
        assert_eq!(longest(&[], ""), None);
    }

    #[test]
    fn what_has_no_form_never_matches_there() {
        let half = 0xd83d_u16.to_le_bytes();
        let set = PrefixSet::new([Pattern::Units(&half), Pattern::Bytes(b"\xff"), Pattern::Bytes(b"\xf0\x9f")]).unwrap();
        assert_eq!(set.longest(Haystack::Utf16(&utf16("😀"))), Some(0));
        assert_eq!(set.longest(Haystack::Bytes("😀".as_bytes())), Some(2));
        assert_eq!(set.longest(Haystack::Bytes(b"\xff")), Some(1));
        assert_eq!(set.longest(Haystack::Latin1(b"\xff")), None);
        assert_eq!((set.len(), set.is_empty()), (3, false));
    }

    #[test]
    fn chains_of_any_depth_take_no_stack() {
        let text = "a".repeat(20_000);
        let prefixes: Vec<&str> = (0..text.len()).step_by(7).map(|end| &text[..end]).collect();
        let set = PrefixSet::new(prefixes.iter().map(|prefix| Pattern::Bytes(prefix.as_bytes()))).unwrap();
        assert_eq!(set.longest(Haystack::Bytes(text.as_bytes())), Some(prefixes.len() as u32 - 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_what_the_definition_says(prefixes in prop::collection::vec("[abéя]{0,5}", 0..30), key in "[abéя]{0,8}") {
            let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
            let fits = |nth: &usize| key.starts_with(prefixes[*nth]);
            let expected = (0..prefixes.len()).filter(fits).max_by_key(|&nth| (prefixes[nth].len(), std::cmp::Reverse(nth)));
            prop_assert_eq!(longest(&prefixes, &key), expected.map(|nth| nth as u32));
        }
    }
}
