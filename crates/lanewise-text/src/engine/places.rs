//! What may stand at each of the first units of a needle.
use super::needles::Form;
use crate::text::STRAY;
use crate::{CaseFolding, unicode};

/// Each way in which the character or unit `code` can be written in this form: the smallest first, ignoring case all of the same folding.
pub(super) fn variants(code: u32, form: Form, folding: CaseFolding) -> Vec<Vec<u16>> {
    let encode = |code| encode(code, form);
    match folding {
        CaseFolding::None => vec![vec![code as u16]],
        CaseFolding::Ascii => unicode::variants_ascii(code).filter_map(encode).collect(),
        CaseFolding::Unicode => unicode::variants(code).filter_map(encode).collect(),
    }
}

/// The units of a character, or of a unit that is part of none.
fn encode(code: u32, form: Form) -> Option<Vec<u16>> {
    match (form, char::from_u32(code)) {
        (Form::Latin1, _) => u8::try_from(code).ok().map(|unit| vec![unit.into()]),
        (Form::Utf8, Some(character)) => Some(character.encode_utf8(&mut [0; 4]).bytes().map(u16::from).collect()),
        (Form::Utf8, None) => Some(vec![(code - STRAY) as u16]),
        (Form::Utf16, Some(character)) => Some(character.encode_utf16(&mut [0; 2]).to_vec()),
        (Form::Utf16, None) => Some(vec![code as u16]),
    }
}

/// Of each of the first units of what the needle `codes` stands for, up to `max` of them and no more than there always are, the values that it
/// may have, ascending.
///
/// Ignoring case a character can have as many units as another of the same folding: what follows may begin at several places.
pub(super) fn places(codes: &[u32], form: Form, folding: CaseFolding, max: usize) -> Vec<Vec<u16>> {
    let mut places: Vec<Vec<u16>> = Vec::new();
    // Where the character at hand may begin, ascending.
    let mut starts = vec![0];
    for &code in codes {
        if starts[0] >= max {
            break;
        }
        let mut ends = Vec::new();
        for variant in variants(code, form, folding) {
            for start in &starts {
                let end = start + variant.len();
                places.resize(places.len().max(end), Vec::new());
                places[*start..end].iter_mut().zip(&variant).for_each(|(place, &unit)| place.push(unit));
                ends.push(end);
            }
        }
        ends.sort_unstable();
        ends.dedup();
        // Where one begins at `max` or later no longer matters.
        ends.truncate(ends.partition_point(|&end| end < max).max(1));
        starts = ends;
    }
    places.truncate(starts[0].min(max));
    for place in &mut places {
        place.sort_unstable();
        place.dedup();
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, form: Form, max: usize) -> Vec<Vec<u16>> {
        let codes: Vec<u32> = text.chars().map(|character| unicode::fold(character.into())).collect();
        places(&codes, form, CaseFolding::Unicode, max)
    }

    #[test]
    fn folds_of_another_length_move_what_follows() {
        // k, K and the Kelvin sign e2 84 aa, then é or É.
        let (k, e) = ([0x4b, 0x6b], [0x89, 0xa9]);
        assert_eq!(of("ké", Form::Latin1, 4), [k.to_vec(), vec![0xc9, 0xe9]]);
        assert_eq!(of("ké", Form::Utf16, 4), [vec![0x4b, 0x6b, 0x212a], vec![0xc9, 0xe9]]);
        let utf8 = [[&k[..], &[0xe2]].concat(), vec![0x84, 0xc3], [&e[..1], &[0xa9, 0xaa]].concat()];
        assert_eq!(of("ké", Form::Utf8, 4), utf8);
        assert_eq!(of("ké", Form::Utf8, 2), utf8[..2]);
        // Sharp s: c3 9f and e1 ba 9e.
        assert_eq!(of("ß", Form::Utf8, 4), [[0xc3, 0xe1], [0x9f, 0xba]]);
        assert_eq!(of("kk", Form::Utf8, 4), [vec![0x4b, 0x6b, 0xe2], vec![0x4b, 0x6b, 0x84, 0xe2]]);
    }

    #[test]
    fn units_that_are_no_characters_stand_for_themselves() {
        assert_eq!(places(&[0xd800, 0x41], Form::Utf16, CaseFolding::Ascii, 4), [vec![0xd800], vec![0x41, 0x61]]);
        assert_eq!(places(&[STRAY + 0xff], Form::Utf8, CaseFolding::Unicode, 4), [[0xff]]);
        assert_eq!(places(&[0x41, 0xff], Form::Utf8, CaseFolding::None, 4), [[0x41], [0xff]]);
    }
}
