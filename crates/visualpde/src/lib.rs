//! Simulations of VisualPDE (visualpde.com) as experiments: what a person copies there, a link or the code of a preset,
//! becomes a typed system of equations, with a list of what could not be taken over.
//!
//! Read are links `...?options=...` (compressed options), `...?preset=NAME&key=value...`, and the code that "Copy code" gives,
//! `presets["NAME"] = { ... };`, also several with their parents. Options that are not given are VisualPDE's defaults,
//! which are a Gray-Scott system. Nothing of VisualPDE is bundled: presets are known only where their code is given.

mod literal;
mod lz;
mod options;
mod pose;
mod translate;

use options::Options;
use serde_json::Value;

/// What was brought cannot be read or posed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// The first character concerned, from 0, where there is a place in what was brought.
    pub at: Option<usize>,
    /// What is wrong and what would help.
    pub message: String,
}

/// The number that a text is; none where it is infinite.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite())
}

impl ImportError {
    fn new(message: impl Into<String>) -> Self {
        ImportError { at: None, message: message.into() }
    }

    fn at(at: usize, message: impl Into<String>) -> Self {
        ImportError { at: Some(at), message: message.into() }
    }
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some(at) => write!(f, "character {}: {}", at + 1, self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ImportError {}

/// A simulation as an experiment.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its name, where it has one.
    pub title: Option<String>,
    /// The equations, as `pde.system` reads them.
    pub equations: String,
    /// The experiment, as JSON.
    pub experiment: Value,
    /// What could not be taken over, or was decided here.
    pub notes: Vec<String>,
}

/// Whether a text is meant for [`import`]: a link with options or a preset, or the code of one.
#[must_use]
pub fn is_simulation(text: &str) -> bool {
    let text = text.trim();
    let link =
        ["?options=", "&options=", "?preset=", "&preset=", "?mini=", "&mini="].iter().any(|key| text.contains(key));
    link || text.starts_with("presets[") || (text.starts_with('{') && text.contains("reactionStr"))
}

/// The options that a link or the code of a preset gives, as texts under their long and present names, in the order of the
/// text. Lists and objects (how something is drawn) are left out.
///
/// # Errors
/// As [`import`], as far as reading goes.
pub fn options(text: &str) -> Result<Vec<(String, String)>, ImportError> {
    let given = options::read(text, &mut Vec::new())?;
    Ok(given.into_iter().filter_map(|(key, value)| Some((key, value.text()?))).collect())
}

/// Reads a link or the code of a preset.
///
/// # Errors
/// The link is cut off, or needs the network; the code cannot be read; the simulation uses what `pde.system` has not.
pub fn import(text: &str) -> Result<Imported, ImportError> {
    let mut notes = Vec::new();
    let options = options::read(text, &mut notes)?;
    pose::pose(&Options::over_defaults(options, &mut notes)?, notes)
}
