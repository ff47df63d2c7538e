//! A sweep: an experiment made again and again while one or two of its numbers vary.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::experiment::objects;
use crate::{Experiment, Value};

/// What varies and what is looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct SweepSpec {
    /// What varies: one number, or two.
    pub axes: Vec<SweepAxis>,
    /// What is shown of every run.
    #[serde(default)]
    pub measure: Measure,
    /// Key of the series that [`Measure::Final`] shows; empty for the headline.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub series: String,
}

/// A number that varies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct SweepAxis {
    /// Where it stands, as [`Place`] reads it.
    pub place: String,
    /// First value.
    pub from: f64,
    /// Last value.
    pub to: f64,
    /// How many values; whole numbers that come out equal count once.
    pub points: u32,
    /// Values at equal ratios, in place of equal distances.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub log: bool,
}

objects!(SweepSpec, SweepAxis);

/// What is shown of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Steps until it converged.
    #[default]
    Steps,
    /// Floating-point operations until it converged.
    Work,
    /// Seconds of computing until it converged.
    Seconds,
    /// The last value of a series, however the run ended.
    Final,
}

impl Measure {
    /// All with their names in files and what people read.
    pub const ALL: [(Measure, &'static str, &'static str); 4] = [
        (Measure::Steps, "steps", "Steps"),
        (Measure::Work, "work", "Work"),
        (Measure::Seconds, "seconds", "Seconds"),
        (Measure::Final, "final", "Final value"),
    ];

    /// The measure of that name.
    pub fn named(name: &str) -> Option<Measure> {
        Measure::ALL.iter().find(|m| m.1 == name).map(|m| m.0)
    }
}

/// Where a number stands in an experiment: `seed`, `problem.KEY` or `runs[INDEX].KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The seed.
    Seed,
    /// A parameter of the problem.
    Problem(String),
    /// A parameter of the run of that index.
    Run(usize, String),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Place, String> {
        let key = |rest: &str| rest.strip_prefix("params.").unwrap_or(rest).to_owned();
        if text == "seed" {
            return Ok(Place::Seed);
        }
        if let Some(rest) = text.strip_prefix("problem.").filter(|rest| !rest.is_empty()) {
            return Ok(Place::Problem(key(rest)));
        }
        let run = text.strip_prefix("runs[").and_then(|rest| rest.split_once("]."));
        match run.and_then(|(index, rest)| Some((index.parse().ok()?, rest))) {
            Some((index, rest)) if !rest.is_empty() => Ok(Place::Run(index, key(rest))),
            _ => Err(format!("`{text}` is no place of a number; there are seed, problem.KEY and runs[INDEX].KEY")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Seed => f.write_str("seed"),
            Place::Problem(key) => write!(f, "problem.{key}"),
            Place::Run(index, key) => write!(f, "runs[{index}].{key}"),
        }
    }
}

impl Place {
    /// Puts a value there; a run that does not exist stays away.
    pub fn put(&self, experiment: &mut Experiment, value: Value) {
        match self {
            Place::Seed => experiment.seed = value.as_real().unwrap_or(0.0) as u64,
            Place::Problem(key) => {
                experiment.problem.params.insert(key.clone(), value);
            }
            Place::Run(index, key) => {
                if let Some(run) = experiment.runs.get_mut(*index) {
                    run.params.insert(key.clone(), value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_written() {
        for text in ["seed", "problem.n", "runs[2].preconditioner.omega"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        assert_eq!("runs[1].params.omega".parse(), Ok(Place::Run(1, "omega".into())));
        for wrong in ["", "omega", "runs[x].omega", "runs[0].", "problem.", "runs[0]"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_sweep_is_written_short_and_read_strictly() {
        let text = r#"{"axes":[{"place":"problem.n","from":8.0,"to":64.0,"points":4,"log":true}],"measure":"work"}"#;
        let spec: SweepSpec = serde_json::from_str(text).unwrap();
        assert_eq!((spec.measure, spec.axes[0].log), (Measure::Work, true));
        assert_eq!(serde_json::to_string(&spec).unwrap(), text);
        assert!(serde_json::from_str::<SweepSpec>(&text.replace("log", "logarithmic")).is_err());
        assert!(Measure::ALL.iter().all(|m| Measure::named(m.1) == Some(m.0)));
    }
}
