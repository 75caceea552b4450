//! The one choice of a process. One test, since there is one choice: this file is a process of its own.

use lanewise_simd::{Kernels, active, available, choose};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn the_first_choice_stays_and_another_one_is_refused() {
    assert!(choose("avx1024").is_err(), "a wish that fails chooses nothing");
    assert_eq!(choose("scalar").map(Kernels::name), Ok("scalar"));
    assert_eq!(active().name(), "scalar", "whatever LANEWISE_ISA says");
    assert_eq!(choose("scalar").map(Kernels::name), Ok("scalar"));
    assert_eq!(choose("").map(Kernels::name), Ok("scalar"), "no wish is met by what is in use");
    for other in available().map(Kernels::name).filter(|name| *name != "scalar") {
        let message = choose(other).expect_err("a second choice is refused").to_string();
        assert!(message.contains(&format!("{other:?} comes too late: this process already uses \"scalar\"")), "{message}");
    }
    assert_eq!(active().name(), "scalar");
}
