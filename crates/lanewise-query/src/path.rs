//! Where a node is: normalized paths.

use crate::tree::Tree;
use std::io::Write as _;

/// One step from a container to its child.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Location<N> {
    /// The value of a member.
    Member(N),
    /// The element at this index.
    Element(usize),
}

/// Appends the normalized path of `locations` in WTF-8 (RFC 9535 section 2.7).
pub(crate) fn write<T: Tree>(tree: &T, locations: &[Location<T::Node>], out: &mut Vec<u8>) {
    out.push(b'$');
    for location in locations {
        match location {
            Location::Member(member) => write_name(&tree.key(*member), out),
            Location::Element(index) => write!(out, "[{index}]").expect("a vector takes everything"),
        }
    }
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"['");
    for &byte in name {
        match byte {
            0x08 => out.extend_from_slice(br"\b"),
            b'\t' => out.extend_from_slice(br"\t"),
            b'\n' => out.extend_from_slice(br"\n"),
            0x0c => out.extend_from_slice(br"\f"),
            b'\r' => out.extend_from_slice(br"\r"),
            0..0x20 => write!(out, r"\u{byte:04x}").expect("a vector takes everything"),
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.push(byte),
        }
    }
    out.extend_from_slice(b"']");
}
