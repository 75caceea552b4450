//! What a matcher says about itself, and its saved form.
use lanewise_text::{CaseFolding, Matcher, Options, Pattern, Semantics};

use crate::frame::Call;
use crate::outcome::{fault, with_bytes, with_words};
use crate::search::{ALL, FOLD_ASCII, FOLD_UNICODE, KIND_BYTES, KIND_UNITS, LEFTMOST_LONGEST, WHOLE_WORDS, keep, matcher};

/// JSON: the members of `SearchPlan` in `ts/matcher.ts` that the engine knows.
#[must_use]
pub fn matcher_explain(call: Call<'_>) -> f64 {
    with_bytes(call.out, |json| {
        let Some(matcher) = matcher(call.handle) else { return Ok(()) };
        let plan = matcher.explain();
        // The names have no character that JSON would escape.
        let prefilter = plan.prefilter.map_or("null".into(), |name| format!("\"{name}\""));
        let unfiltered: Vec<String> = plan.unfiltered.iter().map(u32::to_string).collect();
        let (engine, memory, ids) = (plan.engine, plan.memory_bytes, unfiltered.join(","));
        json.extend(format!(r#"{{"engine":"{engine}","prefilter":{prefilter},"memoryBytes":{memory},"unfiltered":[{ids}]}}"#).into_bytes());
        Ok(())
    })
}

/// The saved form.
#[must_use]
pub fn matcher_save(call: Call<'_>) -> f64 {
    with_bytes(call.out, |blob| {
        if let Some(matcher) = matcher(call.handle) {
            *blob = matcher.save();
        }
        Ok(())
    })
}

/// The handle of the matcher of a saved form, or the fault.
#[must_use]
pub fn matcher_load(call: Call<'_>) -> f64 {
    match Matcher::load(call.input) {
        Ok(matcher) => f64::from(keep(matcher)),
        Err(error) => fault(error),
    }
}

/// Three words: the number of patterns, their bytes together (the highest word where they are more), and the flags of the matcher.
#[must_use]
pub fn matcher_about(call: Call<'_>) -> f64 {
    with_words(call.out, |words| {
        let Some(matcher) = matcher(call.handle) else { return Ok(()) };
        let size: usize = matcher.patterns().map(|pattern| parts(pattern).1.len()).sum();
        words.extend([matcher.len() as u32, u32::try_from(size).unwrap_or(u32::MAX), flags(&matcher.options())]);
        Ok(())
    })
}

/// The patterns as `matcher_new` takes them.
#[must_use]
pub fn matcher_patterns(call: Call<'_>) -> f64 {
    with_bytes(call.out, |list| {
        let Some(matcher) = matcher(call.handle) else { return Ok(()) };
        for (kind, bytes) in matcher.patterns().map(parts) {
            list.extend((bytes.len() as u32).to_le_bytes());
            list.push(kind);
            list.extend(bytes);
        }
        Ok(())
    })
}

fn parts(pattern: Pattern<'_>) -> (u8, &[u8]) {
    match pattern {
        Pattern::Bytes(bytes) => (KIND_BYTES, bytes),
        Pattern::Units(units) => (KIND_UNITS, units),
    }
}

/// The flags that `matcher_new` takes for these options.
fn flags(options: &Options) -> u32 {
    let semantics = match options.semantics {
        Semantics::LeftmostFirst => 0,
        Semantics::LeftmostLongest => LEFTMOST_LONGEST,
        Semantics::All => ALL,
    };
    let folding = match options.ignore_case {
        CaseFolding::None => 0,
        CaseFolding::Ascii => FOLD_ASCII,
        CaseFolding::Unicode => FOLD_UNICODE,
    };
    semantics | folding | if options.whole_words { WHOLE_WORDS } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::take_bytes_with;
    use crate::search::matcher_new;
    use lanewise_error::{Error, ErrorCode};

    fn call<'a>(input: &'a [u8], handle: u32, out: &'a mut [u8]) -> Call<'a> {
        Call {
            depth_max: 0,
            memory_max: 1 << 20,
            flags: ALL | FOLD_UNICODE | WHOLE_WORDS,
            form: 0,
            handle,
            from: 0,
            pointer: &[],
            input,
            out,
        }
    }

    /// The bytes that a call has produced.
    fn taken(size: f64) -> Vec<u8> {
        let mut bytes = vec![];
        take_bytes_with(size as usize, |held| bytes.extend_from_slice(held));
        bytes
    }

    #[test]
    fn a_saved_matcher_has_the_patterns_and_flags_of_the_first() {
        let list = [1, 0, 0, 0, KIND_BYTES, b'a', 2, 0, 0, 0, KIND_UNITS, b'b', 0];
        let first = matcher_new(call(&list, 0, &mut [])) as u32;
        let blob = taken(matcher_save(call(b"", first, &mut [])));
        let second = matcher_load(call(&blob, 0, &mut [])) as u32;
        assert_ne!(first, second);
        assert_eq!(taken(matcher_patterns(call(b"", second, &mut []))), list);
        let mut words = [0; 12];
        assert_eq!(matcher_about(call(b"", second, &mut words)), 3.0);
        let words: Vec<u32> = words.as_chunks().0.iter().map(|word| u32::from_ne_bytes(*word)).collect();
        assert_eq!(words, [2, 3, ALL | FOLD_UNICODE | WHOLE_WORDS]);
        assert_eq!(matcher_load(call(&blob[1..], 0, &mut [])), fault(Error::nowhere(ErrorCode::BadBlob)));
        let plan = taken(matcher_explain(call(b"", second, &mut [])));
        assert!(plan.starts_with(b"{\"engine\":\""), "{}", String::from_utf8_lossy(&plan));
    }
}
