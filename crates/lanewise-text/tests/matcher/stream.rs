//! `Scanner`: wherever a text is cut, the matches are those of the whole, and no more of it is held back than may still matter.
use super::*;
use lanewise_text::Scanner;
use std::sync::Arc;

/// The matches of each chunk and those of the end, at offsets from the start of the stream, and how much was held back behind each chunk.
fn scan(matcher: &Arc<Matcher>, form: Form, chunks: &[&[u8]]) -> (Vec<Vec<Match>>, Vec<usize>) {
    let of = if form == Form::Utf16 { Scanner::of_strings } else { Scanner::new };
    let mut scanner = of(Arc::clone(matcher));
    let (mut offset, mut found, mut held) = (0, vec![], vec![]);
    for step in 0..=chunks.len() {
        let origin = offset - scanner.held_back() as u32;
        let mut words = vec![];
        match chunks.get(step) {
            Some(chunk) => scanner.write(chunk, &mut words),
            None => scanner.end(&mut words),
        }
        found.push(words.chunks(3).map(|word| Match { id: word[0], start: word[1] + origin, end: word[2] + origin }).collect());
        held.push(scanner.held_back());
        offset += chunks.get(step).map_or(0, |chunk| chunk.len() / size_of_unit(form)) as u32;
    }
    (found, held)
}

fn size_of_unit(form: Form) -> usize {
    if form == Form::Utf16 { 2 } else { 1 }
}

pub(crate) fn haystack(form: Form, bytes: &[u8]) -> Haystack<'_> {
    match form {
        Form::Utf8 => Haystack::Bytes(bytes),
        Form::Latin1 => Haystack::Latin1(bytes),
        Form::Utf16 => Haystack::Utf16(bytes),
    }
}

/// `text` cut at the units that `cuts` name, some of them several times.
fn cut<'a>(text: &'a [u8], form: Form, cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let size = size_of_unit(form);
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() / size + 1) * size).chain([0, text.len()]).collect();
    places.sort_unstable();
    places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// Texts that are short, and such that are longer than what the automaton reads of a chunk.
fn stream_case() -> impl Strategy<Value = (Vec<Given>, Vec<u8>)> {
    (byte_case(), prop::collection::vec((any::<prop::sample::Index>(), 0..200_usize), 0..6)).prop_map(|((given, text), noise)| {
        let mut long = text;
        for (place, size) in noise {
            let at = place.index(long.len() + 1);
            long.splice(at..at, std::iter::repeat_n(if size % 3 == 0 { b' ' } else { b'.' }, size));
        }
        (given, long)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_text_in_chunks_has_the_matches_of_the_whole(
        (given, text) in stream_case(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        check_chunks(&given, Form::Utf8, &text, &cuts);
    }

    #[test]
    fn a_string_in_chunks_has_the_matches_of_the_whole(
        (given, text) in string_case(),
        (noise, place) in (0..300_usize, any::<prop::sample::Index>()),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let mut units = text;
        let at = place.index(units.len() + 1);
        units.splice(at..at, std::iter::repeat_n(0x20, noise));
        check_chunks(&given, Form::Utf16, &to_le_bytes(&units), &cuts);
    }
}

fn check_chunks(given: &[Given], form: Form, text: &[u8], cuts: &[prop::sample::Index]) {
    for options in all_options() {
        let matcher = Arc::new(compile(given, &options).unwrap());
        let expected = find_all(&matcher, haystack(form, text));
        let (found, held) = scan(&matcher, form, &cut(text, form, cuts));
        assert_eq!(found.concat(), &expected[..], "{options:?} {given:x?} {text:?}");
        assert_eq!(held.last(), Some(&0));
        let (found, _) = scan(&matcher, form, &text.chunks(size_of_unit(form)).collect::<Vec<_>>());
        assert_eq!(found.concat(), expected, "{options:?} unit by unit");
    }
}

/// All texts of up to `size` of the units.
fn all_texts(units: &[&[u8]], size: usize) -> Vec<Vec<u8>> {
    let mut all = vec![vec![]];
    let mut last = 0;
    for _ in 0..size {
        let known = last..all.len();
        last = known.end;
        let longer: Vec<Vec<u8>> = all[known].iter().flat_map(|text| units.iter().map(move |unit| [text, *unit].concat())).collect();
        all.extend(longer);
    }
    all
}

/// What can be known behind `text`, by trying what may follow: the matches that are certain, and how much may still be part of others.
fn knowable(matcher: &Matcher, form: Form, text: &[u8], futures: &[Vec<u8>]) -> (Vec<Match>, usize) {
    let outcomes: Vec<Vec<Match>> = futures.iter().map(|future| find_all(matcher, haystack(form, &[text, future].concat()))).collect();
    let certain: Vec<Match> = outcomes[0].iter().copied().filter(|found| outcomes.iter().all(|others| others.contains(found))).collect();
    let open = outcomes.iter().flatten().filter(|found| !certain.contains(found)).map(|found| found.start as usize).min();
    let len = text.len() / size_of_unit(form);
    (certain, len - open.unwrap_or(len).min(len))
}

/// Compares what is given and held back behind every start of `text` with what can be known there.
fn check_knowable(given: &[Given], options: &Options, form: Form, text: &[u8], futures: &[Vec<u8>]) {
    let matcher = Arc::new(compile(given, options).unwrap());
    let chunks: Vec<&[u8]> = text.chunks(size_of_unit(form)).collect();
    let (found, held) = scan(&matcher, form, &chunks);
    for count in 1..=chunks.len() {
        let start = chunks[..count].concat();
        let (certain, open) = knowable(&matcher, form, &start, futures);
        let context = || format!("{given:x?} behind {start:x?} with {options:?}");
        // Whether a character is one of words is seen once it is complete, even where it is clear before.
        let is_broken = if form == Form::Utf16 { start[start.len() - 1] & 0xfc == 0xd8 } else { std::str::from_utf8(&start).is_err() };
        if options.whole_words && is_broken {
            assert!(held[count - 1] >= open, "held back {}", context());
            continue;
        }
        assert_eq!(held[count - 1], open, "held back {}", context());
        assert_eq!(found[..count].concat(), certain, "given {}", context());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_held_back_that_cannot_matter(
        patterns in prop::collection::vec(texts(vec![b"a", b"b"], 1, 4), 0..=5),
        text in texts(vec![b"a", b"b", b"c"], 0, 12),
    ) {
        let futures = all_texts(&[b"a", b"b", b"c"], 4);
        let given: Vec<Given> = patterns.into_iter().map(Given::Bytes).collect();
        for semantics in [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All] {
            check_knowable(&given, &Options { semantics, ..Options::default() }, Form::Utf8, &text, &futures);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_held_back_that_cannot_matter_where_characters_do(
        patterns in prop::collection::vec(texts(vec![b"k", b"\xc3\xa9", b"-", b"\xe2"], 1, 2), 0..=4),
        text in texts(vec![b"K", b" ", b"-", b"\xc3", b"\xa9", b"\x89", b"\xe2", b"\x84", b"\xaa"], 0, 8),
    ) {
        let futures = all_texts(&[b"k", b" ", b"-", b"\xc3\xa9", b"\x84\xaa", b"\xaa", b"\xa9", b"\xe2"], 3);
        let given: Vec<Given> = patterns.into_iter().map(Given::Bytes).collect();
        for options in all_options() {
            check_knowable(&given, &options, Form::Utf8, &text, &futures);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_string_is_held_back_that_cannot_matter(
        patterns in prop::collection::vec(texts(vec![&[0x6b], &[0xd83d, 0xde00], &[0xd801, 0xdc00], &[0x2d], &[0xd83d]], 1, 2), 0..=4),
        text in texts(vec![&[0x212a], &[0xd83d], &[0xde00], &[0xd801], &[0xdc28], &[0x2d], &[0x20]], 0, 8),
    ) {
        let futures = all_texts(&[b"k\0", b" \0", b"-\0", b"\0\xde", b"\x28\xdc", b"\x3d\xd8", b"\0\xdc", b"\x01\xd8\0\xdc"], 3);
        let given: Vec<Given> = patterns.into_iter().map(Given::Units).collect();
        for options in all_options() {
            check_knowable(&given, &options, Form::Utf16, &to_le_bytes(&text), &futures);
        }
    }
}

#[test]
fn a_stream_is_searched_in_linear_time_and_little_memory() {
    let near_miss = [vec![b'a'; 1000], vec![b'b']].concat();
    for options in all_options() {
        let matcher = Arc::new(compile(&[Given::Bytes(near_miss.clone())], &options).unwrap());
        let mut scanner = Scanner::new(matcher);
        let mut words = vec![];
        for _ in 0..200_000 {
            scanner.write(b"a", &mut words);
        }
        assert_eq!((scanner.held_back(), words.len()), (if options.whole_words { 0 } else { 1000 }, 0));
        scanner.write(b"b", &mut words);
        scanner.end(&mut words);
        assert_eq!(words.len(), if options.whole_words { 0 } else { 3 });
    }
}
