//! Links Hyperscan where the system has it: libhyperscan-dev of Debian, by pkg-config. Without it that peer is left out.
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let Ok(found) = Command::new("pkg-config").args(["--libs-only-L", "libhs"]).output() else { return };
    if !found.status.success() {
        return;
    }
    for folder in String::from_utf8_lossy(&found.stdout).split_whitespace().filter_map(|flag| flag.strip_prefix("-L")) {
        println!("cargo:rustc-link-search=native={folder}");
    }
    println!("cargo:rustc-link-lib=hs");
    println!("cargo:rustc-cfg=hyperscan");
}
