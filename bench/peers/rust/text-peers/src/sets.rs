//! What a text is searched for.

use harness::ours::Semantics;
use serde::Deserialize;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Patterns without duplicates, and which of their occurrences count.
#[derive(Deserialize)]
pub struct Set {
    pub name: String,
    pub patterns: Vec<String>,
    #[serde(default, rename = "ignoreCase")]
    pub ignore_ascii_case: bool,
    #[serde(default)]
    pub semantics: Choice,
    /// Whether compiling it is measured too.
    #[serde(default)]
    pub build: bool,
}

/// [`Semantics`] by the names that the facade has for them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    #[default]
    LeftmostFirst,
    LeftmostLongest,
    All,
}

impl From<Choice> for Semantics {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::LeftmostFirst => Self::LeftmostFirst,
            Choice::LeftmostLongest => Self::LeftmostLongest,
            Choice::All => Self::All,
        }
    }
}

/// The sets that lie beside `text`.
pub fn read(text: &Path) -> Result<Vec<Set>, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(text.with_extension("sets.json"))?)?)
}
