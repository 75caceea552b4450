//! Saved forms that were changed and then given the length and the checksum that they would have: whatever they say, what they load as
//! searches without panic, in linear time and in no more memory than a set of their size may take.
use crate::blob::changes;
use crate::*;
use proptest::prelude::*;
use proptest::sample::Index;
use std::ops::Range;
use std::sync::LazyLock;

/// The environment variable with the number of cases, for more than the few of every test run.
const CASES: &str = "LANEWISE_BLOB_CASES";
const CASES_MIN: u32 = 2000;
/// For each unit of the haystack a search may compare so many: sixteen symbols, two for each unit, in each turn that it takes.
const COMPARED_PER_UNIT: usize = 64;
/// What a matcher may take for each byte of its blob: a state of the automaton for each symbol, in several spellings where words matter.
const MEMORY_PER_BYTE: usize = 128;
/// What it may take besides: the rows of two automata, and the masks of the filters.
const MEMORY_MIN: usize = 10 << 20;

/// A saved form and where its fields are.
struct Seed {
    body: Vec<u8>,
    fields: Vec<Range<usize>>,
    haystacks: Vec<String>,
}

/// The sets: of strings alone, or each second pattern in bytes.
fn sets() -> Vec<Vec<String>> {
    let numbered = |count: usize, word: fn(usize) -> String| (0..count).map(word).collect::<Vec<_>>();
    let mixed = |number: usize| match number % 7 {
        // One that begins with another, one that is another, and one that is much longer.
        0 => "a".repeat(number / 7 * 37 % 370 + 1),
        1 => format!("b{}", number / 14),
        2 => format!("the long tail of {number}{}", "x".repeat(number % 50)),
        _ => format!("{}{number}", ["ka", "Kb", "c-", "dd"][number % 4]),
    };
    let long = |number: usize| format!("{number:09} and {}", "on ".repeat(number % 5));
    let latin1 = |number: usize| format!("{}é{number}", ["ÀA", "ßb", "aa", "öö"][number % 4]);
    let wide = |number: usize| format!("{}{number}{}", ["Ж", "aa", "\u{1f600}", "\u{212a}ж"][number % 4], "π".repeat(number % 9));
    let mut sets = vec![vec![], numbered(1, mixed), numbered(9, mixed), numbered(9, wide), numbered(64, latin1)];
    for size in [70, 2000] {
        sets.extend([numbered(size, mixed), numbered(size, long), numbered(size, latin1), numbered(size, wide)]);
    }
    sets
}

fn seed(set: &[String], options: &Options) -> Seed {
    let units: Vec<Vec<u8>> = set.iter().map(|text| super::to_utf16(text)).collect();
    let mut patterns: Vec<Pattern<'_>> = set.iter().map(|text| Pattern::Bytes(text.as_bytes())).collect();
    patterns.iter_mut().zip(&units).step_by(3).for_each(|(pattern, units)| *pattern = Pattern::Units(units));
    if let Some(last) = patterns.last_mut().filter(|_| set.len() % 2 == 1) {
        // The first half of a pair of surrogates.
        *last = Pattern::Units(&[0x3d, 0xd8]);
    }
    let blob = Matcher::new(patterns, options).unwrap().save();
    let fields = changes::fields(|| assert!(Matcher::load(&blob).is_ok()));
    let words: Vec<&str> = set.iter().step_by(set.len() / 40 + 1).map(String::as_str).collect();
    let haystacks = vec![String::new(), words.concat(), words.join(" - "), "a".repeat(1500), "ж\u{1f600}π".repeat(200)];
    Seed { body: changes::body(&blob).to_vec(), fields, haystacks }
}

static SEEDS: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    // Every way to compile a set, and each of the largest ones in some of them: together those are compiled in all.
    let few = |(index, set): (usize, &Vec<String>)| if set.len() > 70 { (index % 4, 4) } else { (0, 1) };
    let seeds = |(index, set)| {
        let (first, step) = few((index, set));
        super::all_options().skip(first).step_by(step).map(|options| seed(set, &options)).collect::<Vec<_>>()
    };
    sets().iter().enumerate().flat_map(seeds).collect()
});

/// A change of a body. Places are taken from what is there.
#[derive(Clone, Debug)]
struct Change {
    kind: u8,
    field: Index,
    place: Index,
    value: u64,
}

impl Change {
    fn apply(&self, seed: &Seed, other: &Seed, body: &mut Vec<u8>) {
        if body.is_empty() {
            return;
        }
        let field = self.field.get(&seed.fields).clone();
        let at = self.place.index(body.len());
        // An earlier change may have cut the field off.
        let (start, end) = (field.start.min(body.len()), field.end.min(body.len()));
        let size = [8, 4, 1].into_iter().find(|size| end - start >= *size && (end - start).is_multiple_of(*size)).unwrap_or(1);
        // The first from there on that is not zero, as most of some lists are.
        let word = |place: usize| {
            let place = start + place % (end - start).max(1) / size * size;
            let place = (place..end).step_by(size).find(|&word| body[word..].iter().take(size).any(|&byte| byte != 0)).unwrap_or(place);
            place..(place + size).min(end)
        };
        let (word, from) = (word(at), word(self.value as usize));
        let read = |body: &[u8], word: Range<usize>| body[word].iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
        let mut write = |value: u64| body[word.clone()].copy_from_slice(&value.to_le_bytes()[..word.len()]);
        match self.kind % 12 {
            0 => body[at] ^= self.value as u8,
            1 => body.truncate(at),
            2 => body.truncate(start),
            3 => body.extend_from_slice(&self.value.to_le_bytes()),
            4 | 5 => write([0, 1, 0xff, 0x1ff, u64::from(u32::MAX), 1 << 31, 1 << 63, u64::MAX][self.value as usize % 8]),
            6 => write(self.value),
            7 => {
                let value = read(body, word.clone());
                let value = [value.wrapping_add(1), value.wrapping_sub(1), value ^ 1 << (self.value >> 8 & 63)][self.value as usize % 3];
                body[word.clone()].copy_from_slice(&value.to_le_bytes()[..word.len()]);
            }
            // A word of the same list in the place of another, or the two exchanged.
            8 | 9 => {
                let (a, b) = (read(body, word.clone()), read(body, from.clone()));
                body[word.clone()].copy_from_slice(&b.to_le_bytes()[..word.len()]);
                if self.kind % 12 == 9 {
                    body[from].copy_from_slice(&a.to_le_bytes()[..word.len()]);
                }
            }
            // One list is shorter or longer, and says so.
            10 if start >= 8 && end - start >= size => {
                let count = ((end - start) / size) as u64;
                if self.value & 1 == 0 {
                    body.drain(word);
                    body[start - 8..start].copy_from_slice(&(count - 1).to_le_bytes());
                } else {
                    let copy = body[word.clone()].to_vec();
                    body.splice(word.end..word.end, copy);
                    body[start - 8..start].copy_from_slice(&(count + 1).to_le_bytes());
                }
            }
            // What follows is of another blob.
            _ => {
                let index = self.field.index(seed.fields.len());
                let from = other.fields.get(index).map_or(other.body.len(), |field| field.start);
                body.truncate(start);
                body.extend_from_slice(&other.body[from..]);
            }
        }
    }
}

/// The number of units.
fn units(haystack: Haystack<'_>) -> usize {
    match haystack {
        Haystack::Bytes(units) | Haystack::Latin1(units) => units.len(),
        Haystack::Utf16(units) => units.len() / 2,
    }
}

/// Searches in every way, and asserts of what is found all that does not need the patterns.
fn check_search(matcher: &Matcher, haystack: Haystack<'_>, blob: &[u8]) {
    let mut all = vec![];
    let compared = effort::of(|| matcher.find_all(haystack, &mut all));
    assert!(compared <= COMPARED_PER_UNIT * units(haystack) + 2 * blob.len(), "{compared} compared in {} units", units(haystack));
    let is_all = matcher.semantics() == Semantics::All;
    let found = all.as_chunks().0.iter();
    let found: Vec<Match> = found.map(|&[id, start, end]| Match { id, start, end }).collect();
    let is_match = |found: &Match| (found.id as usize) < matcher.len() && found.start < found.end && found.end as usize <= units(haystack);
    assert!(found.iter().all(is_match));
    let key = |found: &Match| (found.end, found.start, found.id);
    let is_next = |pair: &[Match]| if is_all { key(&pair[0]) < key(&pair[1]) } else { pair[0].end <= pair[1].start };
    assert!(found.windows(2).all(is_next));
    let mut starts: Vec<(u32, u32)> = found.iter().map(|found| (found.start, found.id)).collect();
    starts.sort_unstable();
    assert!(starts.is_sorted_by(|a, b| a < b), "a pattern has one end for each start");
    let mut which = vec![];
    matcher.which(haystack, &mut which);
    assert!(which.is_sorted_by(|a, b| a < b) && which.last().is_none_or(|&last| (last as usize) < matcher.len()));
    assert_eq!((matcher.count(haystack), matcher.test(haystack)), (found.len(), !found.is_empty()));
    assert_eq!(matcher.find(haystack, 0), found.first().copied());
    let half = units(haystack) / 2;
    assert!(matcher.find(haystack, half).is_none_or(|found| is_match(&found) && found.start as usize >= half));
    let mut tested = vec![];
    matcher.test_each(haystack, [half, 1, half].into_iter(), &mut tested);
    assert_eq!(tested.len(), 3);
}

/// Loads `body` and searches; false where it is refused, which is as good.
fn check(body: &[u8], haystacks: &[String]) -> bool {
    let blob = changes::with_body(body);
    let Ok(matcher) = Matcher::load(&blob) else { return false };
    assert!(matcher.save() == blob);
    for text in haystacks {
        let utf16 = super::to_utf16(text);
        for haystack in [Haystack::Bytes(text.as_bytes()), Haystack::Latin1(text.as_bytes()), Haystack::Utf16(&utf16)] {
            check_search(&matcher, haystack, &blob);
        }
    }
    let memory = matcher.explain().memory_bytes;
    assert!(memory <= MEMORY_PER_BYTE * blob.len() + MEMORY_MIN, "{memory} bytes for a blob of {}", blob.len());
    true
}

#[test]
fn what_was_not_changed_loads_and_keeps_to_the_same_bounds() {
    assert!(SEEDS.len() > 150);
    for seed in SEEDS.iter() {
        assert_eq!(seed.fields.last().map(|field| field.end), Some(seed.body.len()));
        assert!(check(&seed.body, &seed.haystacks));
    }
}

#[test]
fn what_an_automaton_of_large_patterns_is_said_to_need_is_not_believed() {
    let pattern = vec![b'a'; (1 << 24) + 1];
    let blob = Matcher::new([Pattern::Bytes(&pattern)], &Options { memory_max: 1 << 30, ..Options::default() }).unwrap().save();
    let fields = changes::fields(|| assert!(Matcher::load(&blob).is_ok()));
    // Of one pattern there are its options, itself, its end and its kind, then what is needed.
    let needed = fields[10].clone();
    let mut body = changes::body(&blob).to_vec();
    body[needed].copy_from_slice(&1_u64.to_le_bytes());
    assert!(Matcher::load(&changes::with_body(&body)).is_err());
}

fn change() -> impl Strategy<Value = Change> {
    (any::<u8>(), any::<Index>(), any::<Index>(), any::<u64>()).prop_map(|(kind, field, place, value)| Change { kind, field, place, value })
}

fn cases() -> u32 {
    std::env::var(CASES).ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES_MIN)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_blob_is_refused_or_searched_as_any_other(
        seed in any::<Index>(),
        other in any::<Index>(),
        changes in prop::collection::vec(change(), 1..5),
    ) {
        let (seed, other) = (seed.get(&SEEDS[..]), other.get(&SEEDS[..]));
        let mut body = seed.body.clone();
        changes.iter().for_each(|change| change.apply(seed, other, &mut body));
        check(&body, &seed.haystacks);
    }
}
