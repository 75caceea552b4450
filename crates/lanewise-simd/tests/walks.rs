//! Walks through double arrays, on every ISA that runs here, against walks one by one.
#![cfg(not(target_family = "wasm"))]

mod common;

use common::by_machine;
use lanewise_simd::edge::{LABEL, LEAF, MUTE, VALUE_SHIFT};
use lanewise_simd::{SPARE, Walks, available};
use proptest::collection::vec;
use proptest::prelude::*;

/// The walks that go on and those that have met something: edge and place.
type Both = [Vec<(u32, u32)>; 2];

fn naive(slots: &[u32], codes: &[u16], from: &[(u32, u32)]) -> Both {
    let mut both = Both::default();
    for &(edge, place) in from {
        let code = match codes.get(place as usize) {
            Some(&code) if place as usize + 1 < codes.len() && u32::from(code) & LABEL != 0 => u32::from(code) & LABEL,
            _ => continue,
        };
        let Some(&next) = slots.get((edge >> VALUE_SHIFT ^ code) as usize) else { continue };
        if next & LABEL != code {
            continue;
        }
        let (is_leaf, is_mute) = (next & LEAF != 0, next & MUTE != 0);
        if !is_leaf {
            both[0].push((next, place + 1));
        }
        if is_leaf || !is_mute {
            both[1].push((next, place + 1));
        }
    }
    both
}

/// The lists have so much room behind what they need.
fn followed(kernels: &lanewise_simd::Kernels, slots: &[u32], codes: &[u16], from: &[(u32, u32)], more: usize) -> Both {
    let (edges, places): (Vec<u32>, Vec<u32>) = from.iter().copied().unzip();
    let room = vec![0x5555_5555; from.len() + SPARE + more];
    let [mut a, mut b, mut c, mut d] = [room.clone(), room.clone(), room.clone(), room];
    let on = Walks { edges: &mut a[..], places: &mut b[..] };
    let met = Walks { edges: &mut c[..], places: &mut d[..] };
    let (going, meeting) = kernels.follow(slots, codes, Walks { edges: &edges, places: &places }, on, met);
    let listed =
        |edges: &[u32], places: &[u32], count: usize| edges[..count].iter().copied().zip(places[..count].iter().copied()).collect();
    [listed(&a, &b, going), listed(&c, &d, meeting)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: by_machine(2000, 200, 4), failure_persistence: None, ..ProptestConfig::default() })]

    /// Few slots and few codes, so that many walks go on; edges and places may be anything.
    #[test]
    fn every_isa_follows_walks_as_one_by_one_does(
        slots in vec(prop_oneof![(1..8u32, 0..4u32, 0..40u32).prop_map(|(label, kind, value)| label | kind << 9 | value << VALUE_SHIFT), any::<u32>()], 0..33),
        codes in vec(prop_oneof![0..8u16, any::<u16>()], 0..33),
        from in vec((prop_oneof![(0..40u32).prop_map(|value| value << VALUE_SHIFT), any::<u32>()], prop_oneof![0..36u32, any::<u32>()]), 0..by_machine(70, 40, 20)),
        more in 0..3usize,
    ) {
        // No place is followed by none.
        let from: Vec<_> = from.into_iter().map(|(edge, place)| (edge, place.min(u32::MAX - 1))).collect();
        let expected = naive(&slots, &codes, &from);
        for kernels in available() {
            prop_assert_eq!(&followed(kernels, &slots, &codes, &from, more), &expected, "{}", kernels.name());
        }
    }
}

#[test]
fn walks_for_which_there_is_no_room_are_left_out() {
    let slots: Vec<u32> = (0..8).collect();
    let (edges, places) = ([0; 20], [0; 20]);
    for kernels in available() {
        for room in 0..SPARE + 20 {
            let mut lists = [[vec![0; room], vec![0; room]], [vec![0; 40], vec![0; 40]]];
            let [[on_edges, on_places], [met_edges, met_places]] = &mut lists;
            let (on, met) = (
                Walks { edges: &mut on_edges[..], places: &mut on_places[..] },
                Walks { edges: &mut met_edges[..], places: &mut met_places[..] },
            );
            let counts = kernels.follow(&slots, &[3, 0], Walks { edges: &edges, places: &places }, on, met);
            assert_eq!(counts, (room.saturating_sub(SPARE), room.saturating_sub(SPARE)), "{}", kernels.name());
        }
    }
}
