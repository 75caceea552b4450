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

fn cases_of<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Case<'a>> {
    let text = document.text.as_slice();
    let sets: Vec<Set> = sets::read(&document.file).unwrap_or_else(|error| panic!("the sets for {}: {error}", document.name));
    let mut list = Vec::new();
    for set in sets {
        // As the builds of ours, for the rest of the program.
        let set: &'static Set = Box::leak(Box::new(set));
        let size = text.len();
        list.push(Case { name: set.name.clone(), document, size, prepare: Box::new(move || cases::search(text, set, ours)) });
        if set.build {
            let size = set.patterns.iter().map(String::len).sum();
            list.push(Case { name: format!("build {}", set.name), document, size, prepare: Box::new(move || cases::build(set, ours)) });
        }
    }
    list.push(Case { name: "lineStarts".into(), document, size: text.len(), prepare: Box::new(move || lines::line_starts(text, ours)) });
    list
}
