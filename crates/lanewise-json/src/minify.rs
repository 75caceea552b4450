//! JSON without its whitespace.

use crate::grammar::{Verdict, Visitor};
use crate::{DEPTH_MAX, Limits, output, read, scan};
use lanewise_error::Error;
use lanewise_simd::{BLOCK, Block, Isa, Task, active};

/// Appends `input` to `out` without the whitespace between its tokens. Strings and numbers keep their spelling.
///
/// # Errors
/// Those of [`validate`](crate::validate) with the default limits; `LW_SIZE`, without a place, when there is no memory for the result. `out` then is
/// as it was.
/// # Complexity
/// O(input.len()) time; `out` grows by at most `input.len()` bytes.
/// # Examples
/// ```
/// let mut out = Vec::new();
/// lanewise_json::minify(b" { \"a b\" : [ 1.0, 2 ] } ", &mut out)?;
/// assert_eq!(out, b"{\"a b\":[1.0,2]}");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn minify(input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let before = out.len();
    output::reserve(out, (input.len() + BLOCK) as u64)?;
    if active().run(Minify { input, out }) {
        return Ok(());
    }
    out.truncate(before);
    read(input, &Limits::default())?;
    strip(input, out);
    Ok(())
}

/// Appends `input` to `out` without the whitespace between its tokens, in one pass with the verdict. False where that is bad, and where
/// there are no vectors to find it with; then what is behind the end of `out` means nothing.
struct Minify<'a> {
    input: &'a [u8],
    /// With room for the input and a block.
    out: &'a mut Vec<u8>,
}

impl Task for Minify<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> bool {
        if !I::HAS_VECTORS {
            return false;
        }
        Verdict { input: self.input, depth_max: DEPTH_MAX }.with(isa, &mut Strip(self.out))
    }
}

struct Strip<'a>(&'a mut Vec<u8>);

impl Visitor for Strip<'_> {
    #[inline(always)]
    fn visit(&mut self, block: impl Block, space: u64) {
        block.append(!space, self.0);
    }
}

/// The same byte by byte, of what is known to be JSON.
fn strip(input: &[u8], out: &mut Vec<u8>) {
    let (mut kept, mut at) = (0, 0);
    while let Some(&byte) = input.get(at) {
        if byte == b'"' {
            at = scan::quoted(input, at).unwrap_or(input.len());
        } else if scan::is_whitespace(byte) {
            out.extend_from_slice(&input[kept..at]);
            at = scan::whitespace(input, at);
            kept = at;
        } else {
            at += 1;
        }
    }
    out.extend_from_slice(&input[kept..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanewise_simd::available;
    use proptest::prelude::*;

    const SPACES: &[&str] = &["", "", " ", "\n", "\t\r\n ", "                                                                      "];
    const VALUES: &[&str] = &[
        "1",
        "-0.5e+3",
        "true",
        "\"\"",
        "\" a \\\" \"",
        "\"\\\\\"",
        "\"é  \\n\"",
        "[ ]",
        "{ \"a: \" : 0 }",
        "\"0123456789 0123456789 0123456789 0123456789\"",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn strips_as_a_loop_over_the_bytes_does(
            items in prop::collection::vec([0..SPACES.len(), 0..VALUES.len(), 0..SPACES.len()], 1..80),
            broken in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let items: Vec<_> = items.iter().map(|&[before, value, behind]| [SPACES[before], VALUES[value], SPACES[behind]].concat()).collect();
            let mut input = format!("[{}]", items.join(",")).into_bytes();
            if let Some((at, byte)) = broken {
                *at.get_mut(&mut input) = byte;
            }
            let is_json = read(&input, &Limits::default()).is_ok();
            let mut expected = b"before".to_vec();
            strip(&input, &mut expected);
            for kernels in available().filter(|kernels| kernels.has_vectors()) {
                let mut out = b"before".to_vec();
                prop_assert_eq!(kernels.run(Minify { input: &input, out: &mut out }), is_json, "{}", kernels.name());
                prop_assert!(!is_json || out == expected, "{}: {}", kernels.name(), out.escape_ascii());
            }
        }
    }
}
