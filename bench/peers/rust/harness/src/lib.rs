//! What the programs that measure lanewise against its peers do the same: `PROGRAM --ours LIBRARY [options] FILE…`
//!
//! The first line of the output says what runs, every further one is the result of a case: JSON, in the shape that
//! `bench/harness/rust.mjs` reads.

pub mod measure;
pub mod ours;

use measure::{Contender, Plan, alternate};
use ours::Ours;
use serde_json::{Value, json};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

const USAGE: &str = "usage: PROGRAM --ours LIBRARY [--ours OTHER]... [--rounds N] [--round-ms N] [--only TEXT] FILE...

LIBRARY is a build of ../ours; the first is called lanewise, others by the names of their files.
--only takes the cases with TEXT in `CASE, DOCUMENT`; a document is called by the name of its file.";

/// A document, by the name that it has in the results.
pub struct Document {
    pub name: String,
    pub file: PathBuf,
    pub text: Vec<u8>,
}

/// A build of lanewise, by the name that it has in the results.
pub type Named = (String, Ours);

/// What one document is asked.
pub struct Case<'a> {
    pub name: String,
    pub document: &'a Document,
    /// Bytes that one call reads.
    pub size: usize,
    /// Ours first. Asserts the results of each contender before it gives them.
    pub prepare: Box<dyn Fn() -> Vec<Contender<'a>> + 'a>,
}

struct Options {
    ours: Vec<PathBuf>,
    plan: Plan,
    only: String,
    files: Vec<PathBuf>,
}

/// Measures `cases` of each document that the command line names. `head` is said beside the instruction set of ours.
pub fn run(mut head: Value, cases: impl for<'a> Fn(&'a Document, &'a [Named]) -> Vec<Case<'a>>) -> Result<(), Box<dyn Error>> {
    let options = read_options(env::args().skip(1))?;
    let ours = options.ours.iter().enumerate().map(load).collect::<Result<Vec<Named>, _>>()?;
    let [(_, first), ..] = ours.as_slice() else { return Err(USAGE.into()) };
    head["isa"] = first.isa().into();
    println!("{head}");
    for file in &options.files {
        let document = Document { name: stem(file), file: file.clone(), text: fs::read(file)? };
        for case in cases(&document, &ours) {
            let name = format!("{}, {}", case.name, case.document.name);
            if !name.contains(&options.only) {
                continue;
            }
            let mut contenders = (case.prepare)();
            let times = alternate(&mut contenders, options.plan);
            let results: Vec<_> = contenders.iter().zip(times).map(result).collect();
            println!("{}", json!({ "case": name, "size": case.size, "contenders": results }));
        }
    }
    Ok(())
}

fn result((contender, rounds): (&Contender<'_>, Vec<f64>)) -> Value {
    let mut result = json!({ "name": contender.name, "rounds": rounds });
    if let Some(bytes) = contender.memory {
        result["memory"] = bytes.into();
    }
    result
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
