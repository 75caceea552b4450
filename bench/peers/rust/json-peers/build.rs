//! Compiles the bridge to simdjson for this CPU, with the header that `simdjson-sys` installs.
use std::path::Path;

fn main() {
    let root = std::env::var_os("DEP_SIMDJSON_ROOT").expect("simdjson-sys builds with the cmake crate, which says where");
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .flag("-march=native")
        .opt_level(3)
        .define("NDEBUG", None)
        .include(Path::new(&root).join("include"))
        .file("src/simdjson.cpp")
        .compile("json_peers_simdjson");
    println!("cargo:rerun-if-changed=src/simdjson.cpp");
}
