//! Which kernels can be had, and what an impossible wish is answered with.

use lanewise_simd::{KNOWN, Kernels, UnsupportedIsa, active, available, by_name};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn names() -> Vec<&'static str> {
    available().map(Kernels::name).collect()
}

#[test]
fn scalar_runs_everywhere_and_comes_last() {
    assert_eq!(names().last(), Some(&"scalar"));
}

#[test]
fn what_is_available_is_known_once_and_found_by_its_name() {
    let names = names();
    for (nth, name) in names.iter().enumerate() {
        assert!(KNOWN.contains(name), "{name}");
        assert!(!names[..nth].contains(name), "{name}");
        assert_eq!(by_name(name).map(Kernels::name), Ok(*name));
    }
}

#[test]
fn an_unknown_name_is_refused_with_all_names() {
    for name in ["avx1024", "", "AVX2", "scalar "] {
        let message = refusal(name).to_string();
        assert!(message.contains(&format!("{name:?} is unknown")), "{message}");
        assert!(message.contains(&format!("here run: {};", names().join(", "))), "{message}");
        assert!(message.ends_with(&format!("known are: {}", KNOWN.join(", "))), "{message}");
    }
}

#[test]
fn a_known_name_that_cannot_run_here_is_refused_with_those_that_can() {
    let elsewhere: Vec<_> = KNOWN.iter().filter(|name| !names().contains(name)).collect();
    assert!(!elsewhere.is_empty(), "no machine has all");
    for name in elsewhere {
        let message = refusal(name).to_string();
        assert!(message.contains(&format!("{name:?} cannot run here; here run: {}", names().join(", "))), "{message}");
    }
}

fn refusal(name: &str) -> UnsupportedIsa {
    by_name(name).expect_err("this name cannot be had")
}

/// A run that should prove something about an ISA says so: `LANEWISE_EXPECT_ISAS="neon sve scalar"`, best first.
#[test]
fn the_isas_that_a_run_expects_are_the_ones_available() {
    if let Ok(expected) = std::env::var("LANEWISE_EXPECT_ISAS") {
        assert_eq!(names(), expected.split_whitespace().collect::<Vec<_>>());
    }
}

/// WebAssembly has no environment, and no question to ask: what a module was built with is what it has.
#[cfg(target_family = "wasm")]
#[test]
fn a_module_has_what_it_was_built_with() {
    let expected = if cfg!(target_feature = "relaxed-simd") {
        &["relaxed-simd", "scalar"][..]
    } else if cfg!(target_feature = "simd128") {
        &["simd128", "scalar"][..]
    } else {
        &["scalar"][..]
    };
    assert_eq!(names(), expected);
}

/// The same for the width of an SVE vector: `LANEWISE_EXPECT_SVE_BYTES=32`.
#[cfg(target_arch = "aarch64")]
#[test]
fn the_sve_vector_is_as_wide_as_a_run_expects() {
    #[target_feature(enable = "sve")]
    fn sve_bytes() -> usize {
        let bytes;
        // SAFETY: the instruction only asks the width; the features of the function make sure that it is there.
        unsafe { std::arch::asm!("cntb {}", out(reg) bytes, options(pure, nomem, nostack, preserves_flags)) };
        bytes
    }
    if let Ok(expected) = std::env::var("LANEWISE_EXPECT_SVE_BYTES") {
        assert!(names().contains(&"sve"), "a width is expected where no SVE is");
        // SAFETY: the line above has asked the CPU.
        assert_eq!(unsafe { sve_bytes() }.to_string(), expected);
    }
}

/// What a run forces by `LANEWISE_ISA` is what `active` gives: the kernels of that ISA, not of another one.
#[test]
fn the_active_isa_is_the_forced_one_or_the_best() {
    let forced = std::env::var("LANEWISE_ISA").ok().filter(|name| !name.is_empty());
    assert_eq!(active().name(), forced.as_deref().unwrap_or(names()[0]));
    assert_eq!(active().find_byte(b'w', b"lanewise"), Some(4));
}

/// This test file, started again with `LANEWISE_ISA` set. A test cannot set it for itself: the process has made its choice.
#[cfg(not(any(miri, target_family = "wasm", target_arch = "aarch64")))]
mod forced {
    use super::names;
    use std::process::{Command, Output};

    fn run_with(isa: &str) -> Output {
        let this = std::env::current_exe().expect("a test is a file");
        let test = ["--exact", "the_active_isa_is_the_forced_one_or_the_best", "--nocapture"];
        Command::new(this).args(test).env("LANEWISE_ISA", isa).output().expect("a test can be started")
    }

    #[test]
    fn each_available_isa_can_be_forced() {
        for name in names() {
            let output = run_with(name);
            assert!(output.status.success(), "{name}: {output:?}");
        }
    }

    #[test]
    fn a_forced_isa_that_is_unknown_or_not_here_fails_loudly() {
        for (name, reason) in [("avx1024", "\"avx1024\" is unknown"), ("simd128", "\"simd128\" cannot run here")] {
            let output = run_with(name);
            let message = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
            assert!(!output.status.success(), "{name}");
            assert!(message.contains("LANEWISE_ISA: ") && message.contains(reason), "{message}");
        }
    }
}
