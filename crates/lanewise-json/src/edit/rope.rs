//! Sequences of children that share what they have in common.
//!
//! A rope is a balanced tree of pieces: runs of children as they stand in the text, and single ones with a new value. No branch is ever
//! changed, so that a copy of a rope is its number, and an edit makes O(log n) branches and leaves every older rope as it was.
//! The balance, by weight, is that of "Just Join for Parallel Ordered Sets" (Blelloch, Ferizovic, Sun, 2016): everything is made of `join`.
//! Its recursion is as deep as the tree, which is the logarithm of the number of pieces.

use super::Value;

/// A rope of some [`Ropes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rope(u32);

impl Rope {
    pub(super) const EMPTY: Self = Self(0);
}

/// Children that stand next to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Numbers of the children.
    pub(super) from: u32,
    pub(super) to: u32,
    /// That of the child, where it is a single one whose value is not that of the text.
    pub(super) value: Option<Value>,
    /// What it adds to the size of the document, at most.
    pub(super) size: u64,
}

impl Piece {
    fn count(&self) -> u32 {
        self.to - self.from
    }
}

#[derive(Clone, Copy)]
struct Branch {
    left: Rope,
    right: Rope,
    piece: Piece,
    /// Pieces.
    weight: u32,
    /// Children.
    count: u32,
    size: u64,
}

impl Branch {
    /// Visits every rope that it refers to.
    fn ropes(&mut self, mut visit: impl FnMut(&mut Rope)) {
        visit(&mut self.left);
        visit(&mut self.right);
        if let Some(container) = self.piece.value.as_mut().and_then(Value::container_mut) {
            visit(&mut container.rope);
        }
    }
}

/// The memory of ropes.
pub(super) struct Ropes {
    /// INVARIANT: a branch stands behind all that it refers to.
    branches: Vec<Branch>,
    /// How many there were when those that nobody needs any more were last dropped.
    kept: usize,
}

impl Default for Ropes {
    /// With the branch that the empty rope is.
    fn default() -> Self {
        let piece = Piece { from: 0, to: 0, value: None, size: 0 };
        Self { branches: vec![Branch { left: Rope::EMPTY, right: Rope::EMPTY, piece, weight: 0, count: 0, size: 0 }], kept: 0 }
    }
}

/// Fewer branches than this are not worth a look.
const CROWDED_MIN: usize = 1 << 14;

/// How much heavier one side may be than the other.
const BALANCE: u64 = 3;
/// From how much heavier the inner side is than the outer one two rotations are needed.
const DOUBLE: u64 = 2;

impl Ropes {
    fn branch(&self, rope: Rope) -> &Branch {
        &self.branches[rope.0 as usize]
    }

    /// How many children there are.
    pub(super) fn count(&self, rope: Rope) -> u32 {
        self.branch(rope).count
    }

    /// The sum of the sizes of its pieces.
    pub(super) fn size(&self, rope: Rope) -> u64 {
        self.branch(rope).size
    }

    /// The two sides and the piece between them; `None` of the empty rope.
    pub(super) fn parts(&self, rope: Rope) -> Option<(Rope, Piece, Rope)> {
        let branch = self.branch(rope);
        (rope != Rope::EMPTY).then_some((branch.left, branch.piece, branch.right))
    }

    /// The piece that has the child at `position`, and which of its children that is. There must be one.
    pub(super) fn find(&self, mut rope: Rope, mut position: u32) -> (Piece, u32) {
        loop {
            let branch = self.branch(rope);
            let start = self.count(branch.left);
            if position < start {
                rope = branch.left;
                continue;
            }
            position -= start;
            if position < branch.piece.count() || rope == Rope::EMPTY {
                return (branch.piece, position);
            }
            position -= branch.piece.count();
            rope = branch.right;
        }
    }

    /// Where the child of this `number` is, or would be, in a rope whose children are in the order of their numbers.
    pub(super) fn search(&self, mut rope: Rope, number: u32) -> Result<u32, u32> {
        let mut before = 0;
        while let Some((left, piece, right)) = self.parts(rope) {
            if number < piece.from {
                rope = left;
                continue;
            }
            before += self.count(left);
            if number < piece.to {
                return Ok(before + (number - piece.from));
            }
            before += piece.count();
            rope = right;
        }
        Err(before)
    }

    /// Whether most branches may have gone out of use. Asked before each edit, it lets their memory be a multiple of that in use, and the
    /// time to drop them that of making them.
    pub(super) fn is_crowded(&self) -> bool {
        self.branches.len() > CROWDED_MIN + 2 * self.kept
    }

    /// Drops every branch that none of `roots` needs, and renumbers `roots`.
    pub(super) fn retain(&mut self, roots: &mut [&mut Rope]) {
        let mut used = vec![false; self.branches.len()];
        used[0] = true;
        for root in &*roots {
            used[root.0 as usize] = true;
        }
        // What a branch refers to stands before it.
        for at in (0..used.len()).rev() {
            if used[at] {
                self.branches[at].ropes(|rope| used[rope.0 as usize] = true);
            }
        }
        let mut moved = vec![Rope::EMPTY; used.len()];
        let mut kept = 0;
        for at in (0..used.len()).filter(|&at| used[at]) {
            let mut branch = self.branches[at];
            branch.ropes(|rope| *rope = moved[rope.0 as usize]);
            moved[at] = Rope(kept as u32);
            self.branches[kept] = branch;
            kept += 1;
        }
        self.branches.truncate(kept);
        self.kept = kept;
        for root in roots {
            **root = moved[root.0 as usize];
        }
    }

    /// A rope of one piece.
    pub(super) fn single(&mut self, piece: Piece) -> Rope {
        if piece.count() == 0 { Rope::EMPTY } else { self.join(Rope::EMPTY, piece, Rope::EMPTY) }
    }

    /// The children before `position` and those from it on. A run in the middle is cut into runs whose sizes `size` gives, by their numbers.
    pub(super) fn split(&mut self, rope: Rope, position: u32, size: &impl Fn(u32, u32) -> u64) -> (Rope, Rope) {
        let Some((left, piece, right)) = self.parts(rope) else { return (Rope::EMPTY, Rope::EMPTY) };
        let start = self.count(left);
        let end = start + piece.count();
        if position <= start {
            let (before, behind) = self.split(left, position, size);
            (before, self.join(behind, piece, right))
        } else if position >= end {
            let (before, behind) = self.split(right, position - end, size);
            (self.join(left, piece, before), behind)
        } else {
            let cut = piece.from + (position - start);
            let head = Piece { to: cut, size: size(piece.from, cut), ..piece };
            let tail = Piece { from: cut, size: size(cut, piece.to), ..piece };
            (self.join(left, head, Rope::EMPTY), self.join(Rope::EMPTY, tail, right))
        }
    }

    /// The children of `left`, then those of `right`.
    pub(super) fn concat(&mut self, left: Rope, right: Rope) -> Rope {
        let Some((_, first, _)) = self.parts(right) else { return left };
        let mut path = Vec::new();
        let mut rope = right;
        let mut piece = first;
        while let Some((before, own, behind)) = self.parts(rope) {
            piece = own;
            path.push((own, behind));
            rope = before;
        }
        // The first piece of `right` goes between, the rest is joined anew along the way that led to it.
        let mut rest = path.pop().map_or(Rope::EMPTY, |(_, behind)| behind);
        while let Some((own, behind)) = path.pop() {
            rest = self.join(rest, own, behind);
        }
        self.join(left, piece, rest)
    }

    /// The children of `left`, those of `piece`, those of `right`.
    pub(super) fn join(&mut self, left: Rope, piece: Piece, right: Rope) -> Rope {
        if self.outweighs(left, right) {
            let Branch { left: outer, piece: between, right: inner, .. } = *self.branch(left);
            let inner = self.join(inner, piece, right);
            self.balanced(outer, between, inner)
        } else if self.outweighs(right, left) {
            let Branch { left: inner, piece: between, right: outer, .. } = *self.branch(right);
            let inner = self.join(left, piece, inner);
            self.balanced(inner, between, outer)
        } else {
            self.make(left, piece, right)
        }
    }

    /// Whether `rope` is too heavy to stand beside `other`.
    fn outweighs(&self, rope: Rope, other: Rope) -> bool {
        self.weight(rope) > BALANCE * self.weight(other)
    }

    /// A branch of two sides of which one may have become a little too heavy: by one rotation, or two.
    fn balanced(&mut self, left: Rope, piece: Piece, right: Rope) -> Rope {
        if self.outweighs(right, left) {
            let Branch { left: inner, piece: between, right: outer, .. } = *self.branch(right);
            if self.weight(inner) < DOUBLE * self.weight(outer) {
                let left = self.make(left, piece, inner);
                return self.make(left, between, outer);
            }
            let Branch { left: first, piece: middle, right: second, .. } = *self.branch(inner);
            let left = self.make(left, piece, first);
            let right = self.make(second, between, outer);
            return self.make(left, middle, right);
        }
        if self.outweighs(left, right) {
            let Branch { left: outer, piece: between, right: inner, .. } = *self.branch(left);
            if self.weight(inner) < DOUBLE * self.weight(outer) {
                let right = self.make(inner, piece, right);
                return self.make(outer, between, right);
            }
            let Branch { left: first, piece: middle, right: second, .. } = *self.branch(inner);
            let left = self.make(outer, between, first);
            let right = self.make(second, piece, right);
            return self.make(left, middle, right);
        }
        self.make(left, piece, right)
    }

    /// One more than it has pieces.
    fn weight(&self, rope: Rope) -> u64 {
        u64::from(self.branch(rope).weight) + 1
    }

    fn make(&mut self, left: Rope, piece: Piece, right: Rope) -> Rope {
        let (before, behind) = (self.branch(left), self.branch(right));
        let branch = Branch {
            left,
            right,
            piece,
            weight: before.weight + 1 + behind.weight,
            count: before.count + piece.count() + behind.count,
            size: before.size.saturating_add(piece.size).saturating_add(behind.size),
        };
        self.branches.push(branch);
        Rope(self.branches.len() as u32 - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(ropes: &Ropes, rope: Rope) -> Vec<u32> {
        (0..ropes.count(rope))
            .map(|position| {
                let (piece, at) = ropes.find(rope, position);
                piece.from + at
            })
            .collect()
    }

    fn height(ropes: &Ropes, rope: Rope) -> u32 {
        ropes.parts(rope).map_or(0, |(left, _, right)| 1 + height(ropes, left).max(height(ropes, right)))
    }

    fn size(from: u32, to: u32) -> u64 {
        u64::from(to - from) * 10
    }

    fn piece(from: u32, to: u32) -> Piece {
        Piece { from, to, value: None, size: size(from, to) }
    }

    fn assert_balanced(ropes: &Ropes, rope: Rope) {
        let weight = f64::from(ropes.branch(rope).weight + 1);
        assert!(f64::from(height(ropes, rope)) <= 2.5 * weight.log2() + 1.0, "{} branches in {} levels", weight - 1.0, height(ropes, rope));
    }

    #[test]
    fn stays_flat_when_it_grows_at_one_place() {
        for place in [0, 1, 2] {
            let mut ropes = Ropes::default();
            let mut rope = Rope::EMPTY;
            for number in 0..5_000 {
                let position = [0, ropes.count(rope) / 2, ropes.count(rope)][place];
                let (left, right) = ropes.split(rope, position, &size);
                rope = ropes.join(left, piece(number, number + 1), right);
            }
            assert_eq!(ropes.count(rope), 5_000);
            assert_balanced(&ropes, rope);
        }
    }

    proptest! {
        #[test]
        fn does_what_a_vector_does(start in 0..40_u32, edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u32), 0..60)) {
            let mut ropes = Ropes::default();
            let mut rope = ropes.single(piece(0, start));
            let mut naive: Vec<u32> = (0..start).collect();
            for (a, b, kind) in edits {
                let (a, b) = (a.index(naive.len() + 1), b.index(naive.len() + 1));
                let (a, b) = (a.min(b), a.max(b));
                let older = (rope, naive.clone());
                let (head, tail) = ropes.split(rope, b as u32, &size);
                let (head, middle) = ropes.split(head, a as u32, &size);
                match kind {
                    0 => {
                        rope = ropes.concat(head, tail);
                        naive.drain(a..b);
                    }
                    1 => {
                        let rest = ropes.concat(head, tail);
                        rope = ropes.concat(middle, rest);
                        naive[..b].rotate_left(a);
                    }
                    _ => {
                        let rest = ropes.concat(middle, tail);
                        rope = ropes.join(head, piece(100, 100 + kind), rest);
                        naive.splice(a..a, 100..100 + kind);
                    }
                }
                prop_assert_eq!(numbers(&ropes, rope), naive.clone());
                prop_assert_eq!(numbers(&ropes, older.0), &older.1[..]);
                let mut kept = older.0;
                ropes.retain(&mut [&mut rope, &mut kept]);
                prop_assert_eq!(numbers(&ropes, rope), naive.clone());
                prop_assert_eq!(numbers(&ropes, kept), older.1);
                // All pieces of both and the empty rope: none is left over.
                prop_assert!(ropes.branches.len() as u64 <= ropes.weight(rope) + ropes.weight(kept));
                prop_assert_eq!(ropes.size(rope), 10 * naive.len() as u64);
                assert_balanced(&ropes, rope);
            }
        }

        #[test]
        fn finds_children_by_number(runs in prop::collection::vec((1..3_u32, 1..4_u32), 0..30)) {
            let mut ropes = Ropes::default();
            let (mut rope, mut number) = (Rope::EMPTY, 0);
            for (gap, length) in runs {
                let run = ropes.single(piece(number + gap, number + gap + length));
                rope = ropes.concat(rope, run);
                number += gap + length;
            }
            let numbers = numbers(&ropes, rope);
            for number in 0..=number + 1 {
                let found = numbers.binary_search(&number).map(|at| at as u32).map_err(|at| at as u32);
                prop_assert_eq!(ropes.search(rope, number), found);
            }
        }
    }
}
