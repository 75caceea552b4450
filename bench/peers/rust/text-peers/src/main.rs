//! Measures lanewise-text against its peers, in one process: see `harness`.
//!
//! Beside each text `NAME.EXTENSION` lies `NAME.sets.json`, a list of [`Set`]s to search it for.

mod cases;
mod hyperscan;
mod lines;
mod searchers;
mod sets;

use harness::{Case, Document, Named};
use serde_json::json;
use sets::Set;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    harness::run(json!({ "hyperscan": hyperscan::version() }), cases_of)
}

/// Sets from this size on are also compiled against the clock.
const LARGE: usize = 1000;

fn cases_of<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Case<'a>> {
    let text = document.text.as_slice();
    let sets: Vec<Set> = sets::read(&document.file).unwrap_or_else(|error| panic!("the sets for {}: {error}", document.name));
    let mut list = Vec::new();
    for set in sets {
        // Each case compiles its own searchers: they are big, and live as long as its contenders.
        let set: &'static Set = Box::leak(Box::new(set));
        list.push(Case { name: set.name.clone(), document, prepare: Box::new(move || cases::search(text, set, ours)) });
        if set.patterns.len() >= LARGE {
            list.push(Case { name: format!("build {}", set.name), document, prepare: Box::new(move || cases::build(set, ours)) });
        }
    }
    list.push(Case { name: "lineStarts".into(), document, prepare: Box::new(move || lines::line_starts(text, ours)) });
    list
}
