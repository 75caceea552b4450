//! Members that do not count, because a later one has the same name.

use super::Hit;
use super::way::Key;
use std::borrow::Cow;
use std::ops::Range;

/// A member of an open object.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: Key,
    pub(super) value: Range<usize>,
}

/// What gives the name of a key that is not the name itself: [`Way::push_name`](super::way::Way::push_name).
type PushName = fn(&[u8], &mut Vec<u8>);

impl Member {
    fn name<'a>(&self, input: &'a [u8], push_name: PushName) -> Cow<'a, [u8]> {
        let key = &input[self.key.range.clone()];
        if self.key.is_plain {
            return Cow::Borrowed(key);
        }
        let mut name = Vec::new();
        push_name(key, &mut name);
        Cow::Owned(name)
    }
}

/// The values of shadowed members.
#[derive(Clone, Debug, Default)]
pub(super) struct Shadowed {
    values: Vec<Range<usize>>,
    hashes: Vec<u64>,
}

impl Shadowed {
    pub(super) fn clear(&mut self) {
        self.values.clear();
    }

    /// Notes which of the `members` of one object, in document order, are shadowed.
    pub(super) fn note(&mut self, members: &[Member], input: &[u8], push_name: PushName) {
        if members.len() > 1 && self.may_shadow(members, input, push_name) {
            self.compare(members, input, push_name);
        }
    }

    /// Whether two names have the same hash: seldom, unless the names are the same.
    fn may_shadow(&mut self, members: &[Member], input: &[u8], push_name: PushName) -> bool {
        self.hashes.clear();
        self.hashes.extend(members.iter().map(|member| hash(&member.name(input, push_name))));
        self.hashes.sort_unstable();
        self.hashes.windows(2).any(|pair| pair[0] == pair[1])
    }

    fn compare(&mut self, members: &[Member], input: &[u8], push_name: PushName) {
        let mut named: Vec<_> = members.iter().map(|member| (member.name(input, push_name), member.value.clone())).collect();
        named.sort_unstable_by(|left, right| left.0.cmp(&right.0).then(left.1.start.cmp(&right.1.start)));
        let earlier = named.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        self.values.extend(earlier.map(|pair| pair[0].1.clone()));
    }

    /// Drops the matches in shadowed members. `hits` are in document order.
    pub(super) fn drop_from(&mut self, hits: &mut Vec<Hit>) {
        if self.values.is_empty() {
            return;
        }
        // Values are apart or inside of each other: of the latter the outer one comes first, and is the one that counts.
        self.values.sort_unstable_by_key(|value| value.start);
        let mut values = self.values.iter().peekable();
        hits.retain(|hit| {
            while values.next_if(|value| value.end <= hit.range.start).is_some() {}
            values.peek().is_none_or(|value| hit.range.start < value.start)
        });
    }
}

/// Quick rather than hard to collide: names that share it by chance or by intent are then compared.
fn hash(name: &[u8]) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(26) ^ word).wrapping_mul(SPREAD);
    let (words, rest) = name.as_chunks();
    let hash = words.iter().fold(name.len() as u64, |hash, &word| mix(hash, u64::from_le_bytes(word)));
    mix(hash, rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)))
}
