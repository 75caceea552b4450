//! Measures lanewise-json against its peers, in one process: see `harness`.

mod cases;
mod simdjson;

use serde_json::json;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    harness::run(json!({ "simdjson": simdjson::describe() }), cases::cases)
}
