//! Headers of containers, whose sizes are known only at their ends.
//!
//! A header takes one byte for up to 15 children, else three or five. So each container starts with one byte, and those that need more
//! are put down. At the end what stands behind them makes room, beginning with the last: each byte moves once, straight to its place.

/// A container and where its header is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Container {
    pub(super) start: usize,
    pub(super) children: u32,
    pub(super) is_object: bool,
}

/// The most children that a header of one byte can say.
const SHORT_MAX: u32 = 15;
/// Bytes of the longest header.
const HEADER_SIZE_MAX: usize = 5;

impl Container {
    /// Bytes of its header, which has more than one.
    fn long_size(self) -> usize {
        if self.children <= u16::MAX.into() { 3 } else { HEADER_SIZE_MAX }
    }

    /// Writes its header, which has more than one byte, to the start of `out`.
    fn write_long(self, out: &mut [u8]) {
        let [_, _, high, low] = self.children.to_be_bytes();
        let kind = if self.is_object { 0xde } else { 0xdc };
        match out {
            [header, rest @ ..] if self.long_size() == HEADER_SIZE_MAX => {
                *header = kind + 1;
                rest[..4].copy_from_slice(&self.children.to_be_bytes());
            }
            _ => out[..3].copy_from_slice(&[kind, high, low]),
        }
    }

    /// Writes its header in the byte that was left for it; false when it needs more.
    #[inline(always)]
    pub(super) fn write_short(self, out: &mut [u8]) -> bool {
        let fixed = if self.is_object { 0x80 } else { 0x90 };
        if self.children <= SHORT_MAX {
            out[self.start] = fixed | self.children as u8;
        }
        self.children <= SHORT_MAX
    }
}

/// Makes room for the headers of `long` containers, which are in the order of their ends, and writes them. `long` is empty then; `waiting`
/// is memory, empty before and after.
///
/// Takes O(out.len()) time, counted from the first of them.
pub(super) fn write_long(long: &mut Vec<Container>, waiting: &mut Vec<Container>, out: &mut Vec<u8>) {
    let mut end = out.len();
    out.resize(end + long.iter().map(|container| container.long_size() - 1).sum::<usize>(), 0);
    let mut to = out.len();
    let mut write = |container: Container| {
        let body = container.start + 1..end;
        to -= body.len();
        out.copy_within(body, to);
        to -= container.long_size();
        container.write_long(&mut out[to..]);
        end = container.start;
    };
    // The last to end is the outermost. Those inside of it are written first, for which it waits.
    while let Some(container) = long.pop() {
        while let Some(inner) = waiting.pop_if(|inner| inner.start > container.start) {
            write(inner);
        }
        waiting.push(container);
    }
    waiting.drain(..).rev().for_each(write);
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanewise_msgpack::writer;
    use proptest::prelude::*;

    /// A tree: the numbers of leaves around its inner trees.
    #[derive(Clone, Debug)]
    enum Tree {
        Leaf,
        Container(bool, Vec<Tree>),
    }

    fn tree() -> impl Strategy<Value = Tree> {
        Just(Tree::Leaf).prop_recursive(6, 300, 40, |inner| {
            (any::<bool>(), prop::collection::vec(prop_oneof![3 => Just(Tree::Leaf), 2 => inner], 0..40))
                .prop_map(|(is_object, children)| Tree::Container(is_object, children))
        })
    }

    /// The headers where they belong, a nil for a leaf.
    fn naive(tree: &Tree, out: &mut Vec<u8>) {
        match tree {
            Tree::Leaf => out.push(0xc0),
            Tree::Container(is_object, children) => {
                let header = if *is_object { writer::map } else { writer::array };
                header(out, children.len() as u32);
                children.iter().for_each(|child| naive(child, out));
            }
        }
    }

    fn write(tree: &Tree, long: &mut Vec<Container>, out: &mut Vec<u8>) {
        match tree {
            Tree::Leaf => out.push(0xc0),
            Tree::Container(is_object, children) => {
                let container = Container { start: out.len(), children: children.len() as u32, is_object: *is_object };
                out.push(0xc1);
                children.iter().for_each(|child| write(child, long, out));
                if !container.write_short(out) {
                    long.push(container);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_header_gets_its_place(tree in tree()) {
            let (mut expected, mut out, mut long) = (b"kept".to_vec(), b"kept".to_vec(), Vec::new());
            naive(&tree, &mut expected);
            write(&tree, &mut long, &mut out);
            let mut waiting = Vec::new();
            write_long(&mut long, &mut waiting, &mut out);
            prop_assert_eq!(out, expected);
            prop_assert!(long.is_empty() && waiting.is_empty());
        }
    }

    #[test]
    fn five_bytes_where_three_are_too_few() {
        let tree = Tree::Container(false, vec![Tree::Container(true, vec![Tree::Leaf; 65_536]), Tree::Leaf]);
        let tree = Tree::Container(true, vec![tree; 17]);
        let (mut expected, mut out, mut long) = (Vec::new(), Vec::new(), Vec::new());
        naive(&tree, &mut expected);
        write(&tree, &mut long, &mut out);
        write_long(&mut long, &mut Vec::new(), &mut out);
        assert!(out == expected);
    }
}
