//! Measures lanewise-json against its peers, in one process: `json-peers --ours LIBRARY [options] FILE…`
//!
//! The first line of the output says what runs, every further one is the result of a case: JSON, in the shape that
//! `bench/harness/rust.mjs` reads.

mod cases;
mod measure;
mod ours;
mod simdjson;

use cases::{Document, Named};
use measure::{Plan, alternate};
use ours::Ours;
use serde_json::json;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

const USAGE: &str = "usage: json-peers --ours LIBRARY [--ours OTHER]... [--rounds N] [--round-ms N] [--only TEXT] FILE...

LIBRARY is a build of ../ours; the first is called lanewise, others by the names of their files.
--only takes the cases with TEXT in `CASE, DOCUMENT`; a document is called by the name of its file.";

struct Options {
    ours: Vec<PathBuf>,
    plan: Plan,
    only: String,
    files: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = read_options(env::args().skip(1))?;
    let ours = options.ours.iter().enumerate().map(load).collect::<Result<Vec<Named>, _>>()?;
    let [(_, first), ..] = ours.as_slice() else { return Err(USAGE.into()) };
    println!("{}", json!({ "isa": first.isa(), "simdjson": simdjson::describe() }));
    for file in &options.files {
        let document = Document { name: stem(file), text: fs::read(file)? };
        for case in cases::cases(&document, &ours) {
            let name = format!("{}, {}", case.name, case.document.name);
            if !name.contains(&options.only) {
                continue;
            }
            let mut contenders = (case.prepare)();
            let times = alternate(&mut contenders, options.plan);
            let results: Vec<_> =
                contenders.iter().zip(times).map(|(contender, rounds)| json!({ "name": contender.name, "rounds": rounds })).collect();
            println!("{}", json!({ "case": name, "size": document.text.len(), "contenders": results }));
        }
    }
    Ok(())
}

fn load((index, file): (usize, &PathBuf)) -> Result<Named, libloading::Error> {
    let name = if index == 0 { "lanewise".into() } else { stem(file) };
    Ok((name, Ours::load(file)?))
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_options(mut args: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
    let plan = Plan { rounds: 9, round: Duration::from_millis(60) };
    let mut options = Options { ours: Vec::new(), plan, only: String::new(), files: Vec::new() };
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(USAGE);
        match arg.as_str() {
            "--ours" => options.ours.push(value()?.into()),
            "--rounds" => options.plan.rounds = value()?.parse()?,
            "--round-ms" => options.plan.round = Duration::from_millis(value()?.parse()?),
            "--only" => options.only = value()?,
            option if option.starts_with('-') => return Err(USAGE.into()),
            file => options.files.push(file.into()),
        }
    }
    Ok(options)
}
