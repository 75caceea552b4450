//! The instruction sets: for each, the vector and the leaves, which are the algorithms of `generic` compiled under its features.

pub(crate) mod scalar;

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod aarch64;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm32;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use crate::block::Task;
use crate::dispatch::Kernels;

/// The tables of this architecture, best first; the last one runs everywhere.
#[cfg(target_arch = "x86_64")]
pub(crate) static LADDER: &[Kernels] = &[x86_64::avx512::KERNELS, x86_64::avx2::KERNELS, x86_64::sse42::KERNELS, scalar::KERNELS];

/// NEON stands before SVE: no measurement on hardware says that our SVE loops are faster, and where SVE is 128 bits wide, as on
/// Neoverse N2 and V2, NEON needs fewer instructions for the same bytes. `sve2` and `sve` can be forced by their names.
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
pub(crate) static LADDER: &[Kernels] = &[aarch64::neon::KERNELS, aarch64::sve2::KERNELS, aarch64::sve::KERNELS, scalar::KERNELS];

/// WASM cannot ask its machine: a module is built with SIMD128 or without, and a module with it does not load where it is missing.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) static LADDER: &[Kernels] = &[wasm32::simd128::KERNELS, scalar::KERNELS];

#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little"),
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
pub(crate) static LADDER: &[Kernels] = &[scalar::KERNELS];

/// Which copy of a task a table runs.
#[derive(Clone, Copy)]
pub(crate) enum Runner {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Sse42,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// SVE's too: a block is of 64 bytes, and SVE has no cheaper way to a word of 64 bits than NEON.
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    Neon,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
}

/// # Safety
/// The CPU has the features of the table that `runner` is from.
#[inline]
pub(crate) unsafe fn run<T: Task>(runner: Runner, task: T) -> T::Output {
    // SAFETY: the duty is passed on.
    unsafe {
        match runner {
            Runner::Scalar => scalar::run(task),
            #[cfg(target_arch = "x86_64")]
            Runner::Sse42 => x86_64::sse42::run(task),
            #[cfg(target_arch = "x86_64")]
            Runner::Avx2 => x86_64::avx2::run(task),
            #[cfg(target_arch = "x86_64")]
            Runner::Avx512 => x86_64::avx512::run(task),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Runner::Neon if aarch64::neon::has_product() => aarch64::neon::run_with_product(task),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Runner::Neon => aarch64::neon::run(task),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Runner::Simd128 => wasm32::simd128::run(task),
        }
    }
}

/// Makes the leaves of an ISA, its table `KERNELS`, and the question `supported` that the table asks the CPU.
///
/// `$N` vectors `$V` are a block of 64 bytes. `features` is the one list of what the ISA demands: the leaves are compiled under it, and every one is asked for by
/// `std::arch::$detect`. An ISA that its target always has names no features.
macro_rules! leaves {
    ($name:literal, $runner:ident, $V:ty, $N:literal $(, $detect:ident: $($feature:tt)+)?) => {
        pub(crate) const KERNELS: $crate::dispatch::Kernels =
            $crate::dispatch::Kernels {
                name: $name,
                supported,
                runner: $crate::arch::Runner::$runner,
                find_byte,
                find_any3,
                find_in_set,
                count_byte,
                index_byte,
                check_utf8,
                teddy,
                pair,
                follow: <$V as $crate::walks::Follow>::FOLLOW,
            };

        fn supported() -> bool {
            true $($(&& std::arch::$detect!($feature))+)?
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn find_byte(needle: u8, haystack: &[u8]) -> Option<usize> {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `haystack` is a borrowed slice.
            unsafe { $crate::generic::find::byte::<$V>(needle, haystack) }
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn find_any3(needles: [u8; 3], haystack: &[u8]) -> Option<usize> {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `haystack` is a borrowed slice.
            unsafe { $crate::generic::find::any3::<$V>(needles, haystack) }
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn find_in_set(set: &$crate::ByteSet, haystack: &[u8]) -> Option<usize> {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `haystack` is a borrowed slice.
            unsafe { $crate::generic::find::in_set::<$V>(set, haystack) }
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn count_byte(needle: u8, haystack: &[u8]) -> usize {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `haystack` is a borrowed slice.
            unsafe { $crate::generic::count::byte::<$V>(needle, haystack) }
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn index_byte(needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `haystack` is a borrowed slice.
            unsafe { $crate::generic::index::byte::<$V, $N>(needle, haystack, base, positions) }
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn check_utf8(bytes: &[u8]) -> Result<(), usize> {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `bytes` is a borrowed slice.
            unsafe { $crate::generic::utf8::check::<$V>(bytes) }
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn teddy(
            teddy: &$crate::Teddy,
            haystack: &[u8],
            from: usize,
            want: usize,
            out: &mut [$crate::Candidate; $crate::CANDIDATES],
        ) -> (usize, usize) {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `haystack` is a borrowed slice.
            unsafe { $crate::generic::teddy::search::<$V, $N>(teddy, haystack, from, want, out) }
        }

        $($(#[target_feature(enable = $feature)])+)?
        unsafe fn pair(
            pair: &$crate::Pair,
            span: usize,
            haystack: &[u8],
            from: usize,
            want: usize,
            out: &mut [$crate::Candidate; $crate::CANDIDATES],
        ) -> (usize, usize) {
            // SAFETY: the caller vouches for the CPU (see `Kernels`); `haystack` is a borrowed slice.
            unsafe { $crate::generic::pair::search::<$V, $N>(pair, span, haystack, from, want, out) }
        }

        /// # Safety
        /// The CPU has the features of this ISA.
        $($(#[target_feature(enable = $feature)])+)?
        pub(crate) unsafe fn run<T: $crate::block::Task>(task: T) -> T::Output {
            task.run($runner(()))
        }

        #[cfg(test)]
        mod tests {
            use super::*;
            #[cfg(target_family = "wasm")]
            use wasm_bindgen_test::wasm_bindgen_test as test;

            #[test]
            fn each_operation_of_the_vector_does_lane_by_lane_what_it_says() {
                if supported() {
                    // SAFETY: the line above has asked the CPU.
                    unsafe {
                        $crate::vector::tests::check_vector::<$V, $N>();
                        $crate::vector::tests::check_shuffle::<$V>();
                    }
                }
            }
        }
    };
}
use leaves;
