use crate::oracle::{HeadFacts, judge_head, text};
use lanewise_http::{Head, HeadLimits, HeadReader, Known, Refusal};
use proptest::prelude::*;

const LIMITS: HeadLimits = HeadLimits { bytes: 400, fields: 20 };

/// Heads of every kind, sound and not; what is mutated grows from them.
pub(crate) const HEADS: &[&str] = &[
    "GET /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n",
    "\r\nGET / HTTP/1.0\r\n\r\n",
    "\r\n\r\n\r\n\r\nHEAD /a?b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /a/b?c=d?e HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nContent-Type: application/json\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip;q=1 ,\tChunked\r\n\r\n",
    "POST / HTTP/1.1\r\nhost:a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost:\r\nConnection: foo , close\r\n\r\n",
    "GET http://example.org:80/p?q HTTP/1.1\r\nHost: \t other \t\r\nAccept:\t */* \r\n\r\n",
    "GET https://example.org?q/r HTTP/1.2\r\nHost: x\r\nA: ü\r\nB:\r\nC: \r\n\r\n",
    "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "DELETE /%zz HTTP/1.1\r\nHost: a\r\nExpect: cake\r\nContent-Length: 18446744073709551615\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n",
    "GET / HTTP/1.1\r\nHost: a\r\na: 1\r\na: 2\r\na: 3\r\na: 4\r\na: 5\r\na: 6\r\na: 7\r\na: 8\r\na: 9\r\na: 10\r\na: 11\r\na: 12\r\na: 13\r\na: 14\r\na: 15\r\na: 16\r\na: 17\r\na: 18\r\n\r\n",
    "PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n",
    "hello\r\n\r\n",
];

fn facts(head: &Head, bytes: &[u8]) -> HeadFacts {
    for (known, name, _) in head.fields(bytes) {
        assert_eq!(known, Known::ALL.iter().copied().find(|known| name.eq_ignore_ascii_case(known.name().as_bytes())));
    }
    for known in Known::ALL {
        let values: Vec<_> = head.fields(bytes).filter(|field| field.0 == Some(*known)).map(|field| field.2).collect();
        assert_eq!(head.known(*known, bytes), values.first().copied());
        assert_eq!(head.all(*known, bytes).collect::<Vec<_>>(), values);
    }
    assert_eq!(head.field_count(), head.fields(bytes).count());
    HeadFacts {
        size: head.size(),
        method: text(head.method_name(bytes)),
        target: text(head.target(bytes)),
        path: text(head.path(bytes)),
        query: text(head.query(bytes)),
        version: head.version(),
        framing: head.framing(),
        keep_alive: head.keep_alive(),
        expects_continue: head.expects_continue(),
        fields: head.fields(bytes).map(|(_, name, value)| (text(name), value.to_vec())).collect(),
    }
}

/// What a reader says when `bytes` have arrived up to each of `ends`, which ascend.
fn read(
    reader: &mut HeadReader,
    head: &mut Head,
    bytes: &[u8],
    ends: impl IntoIterator<Item = usize>,
) -> Option<Result<HeadFacts, Refusal>> {
    for end in ends {
        let arrived = &bytes[..end];
        let expected = judge_head(arrived, &LIMITS);
        let result = match reader.read(arrived, &LIMITS, head) {
            Ok(false) => None,
            Ok(true) => Some(Ok(facts(head, arrived))),
            Err(refusal) => Some(Err(refusal)),
        };
        assert_eq!(result, expected, "{:?}", text(arrived));
        if result.is_some() {
            return result;
        }
    }
    None
}

/// One reader and one head read everything: what one head leaves behind must not show in the next.
fn check(bytes: &[u8], splits: &[usize]) {
    let (mut reader, mut head) = (HeadReader::new(), Head::new());
    let whole = read(&mut reader, &mut head, bytes, [bytes.len()]);
    reader.reset();
    let by_bytes = read(&mut reader, &mut head, bytes, 0..=bytes.len());
    reader.reset();
    let mut ends: Vec<usize> = splits.iter().map(|split| split % (bytes.len() + 1)).chain([bytes.len()]).collect();
    ends.sort_unstable();
    let by_splits = read(&mut reader, &mut head, bytes, ends);
    // Fewer bytes may be enough for an answer, and it is the same.
    assert_eq!(whole, by_bytes);
    assert_eq!(whole, by_splits);
}

#[test]
fn every_head_reads_the_same_however_it_is_split_in_two() {
    for head in HEADS {
        for split in 0..=head.len() {
            check(head.as_bytes(), &[split]);
        }
    }
}

#[test]
fn pipelined_heads_are_read_one_after_the_other() {
    let sound: Vec<&str> = HEADS.iter().copied().filter(|head| matches!(judge_head(head.as_bytes(), &LIMITS), Some(Ok(_)))).collect();
    assert!(sound.len() >= 8);
    let stream = sound.concat().into_bytes();
    for step in 1..=64 {
        let (mut reader, mut head) = (HeadReader::new(), Head::new());
        let (mut start, mut end, mut count) = (0, 0, 0);
        while start < stream.len() {
            match reader.read(&stream[start..end], &LIMITS, &mut head) {
                Ok(true) => {
                    assert_eq!(head.size(), sound[count].len());
                    start += head.size();
                    count += 1;
                }
                Ok(false) => {
                    assert!(end < stream.len());
                    end = stream.len().min(end + step);
                }
                Err(refusal) => panic!("{refusal:?}"),
            }
        }
        assert_eq!(count, sound.len());
    }
}

/// One change of some bytes.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Repeat(usize, usize),
}

fn bytes_that_matter() -> impl Strategy<Value = u8> {
    prop_oneof![4 => prop::sample::select(b"\r\n \t:,;=/?*#%\"[]@.0159aAxX\0\x7f\x80\xff".to_vec()), 1 => any::<u8>()]
}

fn text_that_matters() -> impl Strategy<Value = Vec<u8>> {
    let texts: &[&str] = &[
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        "Host: b\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked;a=b\r\n",
        "Transfer-Encoding: ,chunked\r\n",
        "Transfer-Encoding:\r\n",
        "Expect: 100-Continue\r\n",
        "Connection: close\r\n",
        "Connection: Keep-Alive, x\r\n",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/9.9",
        "http://a",
        "https://[::1]:1",
        "http://u@h",
        "ftp://a",
        "?",
        "::",
        "[v1.x]",
        "%41",
        "Cookie: a=b; c\r\n",
        "X: y\r\n",
    ];
    prop_oneof![
        2 => prop::sample::select(texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>()),
        1 => prop::collection::vec(bytes_that_matter(), 1..4),
    ]
}

pub(crate) fn mutated(seeds: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let change = prop_oneof![
        (any::<usize>(), bytes_that_matter()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (any::<usize>(), text_that_matters()).prop_map(|(at, text)| Change::Insert(at, text)),
        (any::<usize>(), 1..6usize).prop_map(|(at, size)| Change::Remove(at, size)),
        (any::<usize>(), 1..40usize).prop_map(|(at, size)| Change::Repeat(at, size)),
    ];
    (prop::sample::select(seeds), prop::collection::vec(change, 0..4)).prop_map(|(seed, changes)| {
        let mut bytes: Vec<u8> = seed.chars().map(|c| c as u8).collect();
        for change in changes {
            apply(&mut bytes, change);
        }
        bytes
    })
}

/// Half of the insertions stand at the start of a line, where they mean most.
fn place(bytes: &[u8], at: usize) -> usize {
    let place = at / 2 % (bytes.len() + 1);
    if at.is_multiple_of(2) { place } else { bytes[..place].iter().rposition(|byte| *byte == b'\n').map_or(0, |lf| lf + 1) }
}

fn apply(bytes: &mut Vec<u8>, change: Change) {
    match change {
        Change::Insert(at, text) => {
            let at = place(bytes, at);
            bytes.splice(at..at, text);
        }
        Change::Replace(at, byte) if !bytes.is_empty() => {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        Change::Remove(at, size) if !bytes.is_empty() => {
            let at = at % bytes.len();
            bytes.drain(at..bytes.len().min(at + size));
        }
        Change::Repeat(at, size) if !bytes.is_empty() => {
            let at = place(bytes, at).min(bytes.len() - 1);
            let stretch = bytes[at..bytes.len().min(at + size)].to_vec();
            bytes.splice(at..at, stretch);
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn mutated_heads_are_judged_as_the_grammar_judges_them(bytes in mutated(HEADS), splits in prop::collection::vec(any::<usize>(), 0..5)) {
        check(&bytes, &splits);
    }

    #[test]
    fn any_bytes_are_judged_as_the_grammar_judges_them(bytes in prop::collection::vec(bytes_that_matter(), 0..60), splits in prop::collection::vec(any::<usize>(), 0..5)) {
        check(&bytes, &splits);
        check(&[b"GET / HTTP/1.1\r\nHost: a\r\n", bytes.as_slice()].concat(), &splits);
    }
}
