//! The kernels of lanewise: bytes in, positions and verdicts out, at the speed of the machine.
//!
//! A kernel knows nothing of JSON, MessagePack or HTTP: it is asked for "the positions of these bytes", never for "structurals".
//! Each kernel is one algorithm (`generic`) written over one small trait (`vector::Vector`); an instruction set (ISA) implements the
//! trait and compiles the algorithm under its own target features (`arch`). SVE, whose width is unknown to the compiler, has
//! its own loop per kernel. Every ISA gives the same answer, down to the offset of an error.
//!
//! A scanner, which asks about each few bytes and decides in between, is a [`Task`]: generic over [`Isa`], compiled for each of them.
//!
//! [`Kernels`] is the table of one ISA. [`active`] gives the table that the whole process uses; [`available`] gives each one that
//! can run on this CPU, for tests and benchmarks.
//!
//! ```
//! let kernels = lanewise_simd::active();
//! assert_eq!(kernels.find_byte(b'w', b"lanewise"), Some(4));
//! assert_eq!(kernels.check_utf8(b"caf\xc3"), Err(3));
//! ```

// Where no vector of ours can be used, only the scalar half of this crate is.
#![cfg_attr(
    not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_endian = "little"),
        all(target_arch = "wasm32", target_feature = "simd128")
    )),
    allow(dead_code, unused_macros, unused_imports)
)]

mod arch;
mod block;
mod candidates;
mod dispatch;
mod generic;
mod pack;
mod plan;
mod set;
mod transcode;
mod units;
mod vector;
mod walks;

pub use block::{BLOCK, Block, Isa, NibbleSet, Task, Utf8, index_bits};
pub use candidates::{CANDIDATES, Candidate, Pair, Probe, Teddy, Width};
pub use dispatch::{KNOWN, Kernels, UnsupportedIsa, active, available, by_name, choose};
pub use set::ByteSet;
pub use transcode::{Form, NotDecoded};
pub use walks::{SPARE, Walks, edge};
