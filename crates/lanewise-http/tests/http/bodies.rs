use crate::heads::mutated;
use crate::oracle::{judge_chunks, text};
use lanewise_http::{BodyReader, Framing, Refusal};
use proptest::prelude::*;

const BYTES_MAX: usize = 40;

const BODIES: &[&str] = &[
    "0\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    "5\r\nhello\r\nA\r\n, world!\r\n\r\n0000\r\nTrailer: x\r\nOther:\r\n\r\nGET / HTTP/1.1\r\n",
    "1;a\r\nx\r\n1 ; b = c;d=\"e;\\\"\r\"\r\ny\r\n0\r\n\r\n",
    "1;a=\"b\\\"c\" ;d=e\r\nx\r\n0;last\r\nA: b\r\n\r\n",
    "1f\r\n0123456789012345678901234567890\r\n9\r\n012345678\r\n0\r\n\r\n",
    "20\r\n01234567890123456789012345678901\r\n9\r\n012345678\r\n0\r\n\r\n",
    "FFFFFFFFFFFFFFFF\r\nx",
    "00000000000000005\r\nhello\r\n",
    "5 \r\nhello\r\n0\r\n\r\n",
    "5\nhello\n0\n\n",
    "-1\r\n",
    "0x5\r\nhello\r\n",
    "0\r\nA : b\r\n\r\n",
    "0\r\n a: b\r\n\r\n",
];

/// Data and the number of bytes taken, or the refusal; None while more is missing. The data that came before a refusal is given too.
type Outcome = (Vec<u8>, Option<Result<usize, Refusal>>);

/// Feeds `bytes` as they arrive up to each of `ends`; what was not consumed is given again, as a connection does.
fn read(framing: Framing, bytes: &[u8], ends: impl IntoIterator<Item = usize>) -> Outcome {
    let mut reader = BodyReader::new(framing, BYTES_MAX as u64).unwrap();
    let (mut data, mut taken) = (vec![], 0);
    for end in ends {
        loop {
            match reader.read(&bytes[taken..end]) {
                Err(refusal) => {
                    assert_eq!(reader.read(&bytes[taken..end]), Err(refusal), "it says so again");
                    return (data, Some(Err(refusal)));
                }
                Ok(piece) => {
                    assert!(piece.data.start <= piece.data.end && piece.data.end <= piece.consumed && piece.consumed <= end - taken);
                    data.extend_from_slice(&bytes[taken..end][piece.data.clone()]);
                    taken += piece.consumed;
                    if piece.end {
                        return (data, Some(Ok(taken)));
                    }
                    if piece.consumed == 0 {
                        assert_eq!(taken, end, "what is there is read");
                        break;
                    }
                }
            }
        }
    }
    (data, None)
}

fn check(bytes: &[u8], splits: &[usize]) {
    let whole = read(Framing::Chunked, bytes, [bytes.len()]);
    assert_eq!(whole, read(Framing::Chunked, bytes, 0..=bytes.len()), "byte by byte");
    let mut ends: Vec<usize> = splits.iter().map(|split| split % (bytes.len() + 1)).chain([bytes.len()]).collect();
    ends.sort_unstable();
    assert_eq!(whole, read(Framing::Chunked, bytes, ends));
    match judge_chunks(bytes, BYTES_MAX) {
        Some(Ok((data, size))) => assert_eq!(whole, (data, Some(Ok(size)))),
        Some(Err(status)) => assert_eq!(whole.1.map(|end| end.map_err(Refusal::status)), Some(Err(status)), "{:?}", text(bytes)),
        // A fault is seen before its line has ended.
        None => assert!(!matches!(whole.1, Some(Ok(_))), "{:?}", text(bytes)),
    }
}

#[test]
fn every_body_reads_the_same_however_it_is_split() {
    for body in BODIES {
        for first in 0..=body.len() {
            for second in first..=body.len() {
                check(body.as_bytes(), &[first, second]);
            }
        }
    }
}

#[test]
fn a_body_with_a_length_ends_there() {
    for length in 0..=BYTES_MAX {
        let bytes = [b'x'; BYTES_MAX + 3];
        for split in 0..=bytes.len() {
            let (data, end) = read(Framing::Length(length as u64), &bytes, [split, bytes.len()]);
            assert_eq!((data.len(), end), (length, Some(Ok(length))));
        }
        if length > 0 {
            assert_eq!(read(Framing::Length(length as u64), &bytes[..length - 1], [length - 1]).1, None);
        }
    }
    assert_eq!(read(Framing::None, b"x", [1]), (vec![], Some(Ok(0))));
    assert_eq!(BodyReader::new(Framing::Length(41), 40).unwrap_err(), Refusal::BodyTooLarge);
    assert!(BodyReader::new(Framing::Length(40), 40).is_ok());
}

#[test]
fn each_fault_of_a_chunked_body_has_its_name() {
    let cases: &[(&str, Refusal)] = &[
        ("\r\n", Refusal::ChunkSize),
        ("x\r\n", Refusal::ChunkSize),
        ("+1\r\n", Refusal::ChunkSize),
        (" 1\r\n", Refusal::ChunkSize),
        (";a\r\n", Refusal::ChunkSize),
        ("1\n", Refusal::ChunkSize),
        ("1\r1", Refusal::ChunkSize),
        ("1 \r\n", Refusal::ChunkSize),
        ("00000000000000001", Refusal::ChunkSize),
        ("1;\r\n", Refusal::ChunkExtension),
        ("1;;a\r\n", Refusal::ChunkExtension),
        ("1;a=\r\n", Refusal::ChunkExtension),
        ("1;a=\"b\r\n", Refusal::ChunkExtension),
        ("1;a=\"b\"c\r\n", Refusal::ChunkExtension),
        ("1;a \r\n", Refusal::ChunkExtension),
        ("1;a\n", Refusal::ChunkExtension),
        ("1;a\0", Refusal::ChunkExtension),
        ("1;a\r1", Refusal::ChunkSize),
        ("1\r\nxy", Refusal::ChunkEnd),
        ("1\r\nx\n", Refusal::ChunkEnd),
        ("1\r\nx\rx", Refusal::ChunkEnd),
        ("0\r\n:b\r\n", Refusal::Trailer),
        ("0\r\n a: b\r\n", Refusal::Trailer),
        ("0\r\na : b\r\n", Refusal::Trailer),
        ("0\r\na\r\n", Refusal::Trailer),
        ("0\r\na: b\n", Refusal::Trailer),
        ("0\r\na: b\rc", Refusal::Trailer),
        ("0\r\na: \0", Refusal::Trailer),
        ("0\r\n\n", Refusal::Trailer),
        ("0\r\n\rx", Refusal::Trailer),
        ("29\r\n", Refusal::BodyTooLarge),
        ("ffffffffffffffff\r\n", Refusal::BodyTooLarge),
    ];
    for (bytes, refusal) in cases {
        assert_eq!(read(Framing::Chunked, bytes.as_bytes(), [bytes.len()]).1, Some(Err(*refusal)), "{bytes:?}");
        // Without its last byte there is no fault yet, or the same one.
        check(bytes.as_bytes(), &[]);
    }
}

#[test]
fn extensions_and_trailers_are_limited_over_the_whole_body() {
    let extension = |size: usize| format!("1;{}\r\nx\r\n", "a".repeat(size - 1));
    let sound = [extension(2048), extension(2048), "0\r\n\r\n".into()].concat();
    assert_eq!(judge_chunks(sound.as_bytes(), BYTES_MAX), Some(Ok((b"xx".to_vec(), sound.len()))));
    for (bytes, end) in [
        (sound.clone(), Ok(sound.len())),
        ([extension(2048), extension(2049)].concat(), Err(Refusal::ChunkExtension)),
        (format!("1{}", " ".repeat(5000)), Err(Refusal::ChunkExtension)),
        (format!("0\r\na:{}\r\n\r\n", "b".repeat(8192 - 6)), Ok(8192 + 3)),
        (format!("0\r\na:{}\r\n\r\n", "b".repeat(8192 - 5)), Err(Refusal::TrailersTooLarge)),
        (format!("0\r\n{}", "a:\r\n".repeat(5000)), Err(Refusal::TrailersTooLarge)),
    ] {
        assert_eq!(read(Framing::Chunked, bytes.as_bytes(), [bytes.len()]).1, Some(end));
        assert_eq!(read(Framing::Chunked, bytes.as_bytes(), 0..=bytes.len()).1, Some(end));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn mutated_bodies_are_read_as_the_grammar_reads_them(bytes in mutated(BODIES), splits in prop::collection::vec(any::<usize>(), 0..5)) {
        check(&bytes, &splits);
    }

    #[test]
    fn any_chunks_come_out_as_they_went_in(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..9), 0..5), rest in prop::collection::vec(any::<u8>(), 0..9), splits in prop::collection::vec(any::<usize>(), 0..5)) {
        let mut bytes = vec![];
        for chunk in &chunks {
            bytes.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        let size = bytes.len();
        bytes.extend_from_slice(&rest);
        prop_assert_eq!(read(Framing::Chunked, &bytes, [bytes.len()]), (chunks.concat(), Some(Ok(size))));
        check(&bytes, &splits);
    }
}
