//! An experiment: what a permalink holds, what an embed shows, what the command line runs.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Backend, BuildError, CatalogInfo, Columns, ParamInfo, Params};

/// The schema version that this program writes, and the newest it reads.
pub const SCHEMA: u32 = 1;
/// The most runs an experiment may have.
pub const MAX_RUNS: usize = 6;

/// One problem, one or more runs on it, a seed and a stop rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Schema version.
    pub schema: u32,
    /// The problem.
    pub problem: ProblemSpec,
    /// The runs, at most [`MAX_RUNS`].
    pub runs: Vec<RunSpec>,
    /// Seed of everything random.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seed: u64,
    /// When runs end.
    #[serde(default, skip_serializing_if = "StopRule::is_default")]
    pub stop: StopRule,
}

/// A problem with its parameters and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProblemSpec {
    /// Problem id.
    pub id: String,
    /// What it is built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataRef>,
    /// What the columns of the data are for, as text that [`crate::Columns`] reads; else they are guessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// Parameters; the rest have their defaults.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub params: Params,
}

/// Where data comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum DataRef {
    /// A file name, or `sample:ID` for a data set that comes with the program.
    Name(String),
    /// The data themselves, where small.
    Inline {
        /// File name, for messages and for recognising the format.
        name: String,
        /// Contents.
        text: String,
    },
}

// Derived `untagged` would answer a wrong form with "did not match any variant", and would weigh more.
impl<'de> Deserialize<'de> for DataRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = DataRef;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file name, or an object with `name` and `text`")
            }
            fn visit_str<E>(self, name: &str) -> Result<DataRef, E> {
                Ok(DataRef::Name(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DataRef, A::Error> {
                let (mut name, mut text) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "name" => name = Some(map.next_value()?),
                        "text" => text = Some(map.next_value()?),
                        _ => return Err(de::Error::unknown_field(&key, &["name", "text"])),
                    }
                }
                let name = name.ok_or_else(|| de::Error::missing_field("name"))?;
                let text = text.ok_or_else(|| de::Error::missing_field("text"))?;
                Ok(DataRef::Inline { name, text })
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    /// Method id.
    pub method: String,
    /// Where it runs.
    #[serde(default, skip_serializing_if = "is_auto")]
    pub backend: Backend,
    /// Parameters; the rest have their defaults.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub params: Params,
}

/// When runs end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StopRule {
    /// Converged when a stop series is at most this.
    pub rtol: f64,
    /// The most steps.
    pub max_steps: u64,
}

impl Default for StopRule {
    fn default() -> Self {
        StopRule { rtol: 1e-8, max_steps: 5000 }
    }
}

impl StopRule {
    fn is_default(&self) -> bool {
        *self == StopRule::default()
    }
}

fn is_zero(seed: &u64) -> bool {
    *seed == 0
}
fn is_auto(backend: &Backend) -> bool {
    *backend == Backend::Auto
}

impl Experiment {
    /// Reads an experiment from JSON text.
    ///
    /// # Errors
    /// The text is not JSON, a key is unknown or missing, or the schema is newer than [`SCHEMA`]; the message holds line and
    /// column, the field is the key where one is to blame.
    pub fn from_json(text: &str) -> Result<Experiment, BuildError> {
        #[derive(Deserialize)]
        struct Probe {
            schema: u32,
        }
        // The version first: a newer file may hold keys that this program cannot know.
        let probe: Probe = serde_json::from_str(text).map_err(|e| json_error(&e))?;
        if probe.schema == 0 || probe.schema > SCHEMA {
            let why = format!(
                "schema {} was written by a newer Iterscope; this one reads schema 1 to {SCHEMA}",
                probe.schema
            );
            return Err(BuildError::new("schema", why));
        }
        let experiment: Experiment = serde_json::from_str(text).map_err(|e| json_error(&e))?;
        experiment.check_shape()?;
        Ok(experiment)
    }

    /// Checks what the types cannot say: the number of runs, the columns of the data and the stop rule.
    ///
    /// # Errors
    /// Names the field.
    pub fn check_shape(&self) -> Result<(), BuildError> {
        if self.runs.is_empty() || self.runs.len() > MAX_RUNS {
            return Err(BuildError::new("runs", format!("must hold 1 to {MAX_RUNS} runs, not {}", self.runs.len())));
        }
        if let Some(columns) = &self.problem.columns {
            columns.parse::<Columns>().map_err(|why| BuildError::new("problem.columns", why))?;
        }
        if !(self.stop.rtol >= 0.0 && self.stop.rtol < 1.0) {
            return Err(BuildError::new("stop.rtol", "must be at least 0 and below 1"));
        }
        if self.stop.max_steps == 0 || self.stop.max_steps > 100_000_000 {
            return Err(BuildError::new("stop.max_steps", "must be between 1 and 100000000"));
        }
        Ok(())
    }

    /// The same experiment with every parameter left out that has its default.
    #[must_use]
    pub fn without_defaults(&self, catalog: &CatalogInfo) -> Experiment {
        let strip = |params: &Params, schema: &[ParamInfo]| -> Params {
            let is_default =
                |key: &str, value| schema.iter().any(|p| p.key == key && p.check(value).is_ok_and(|v| v == p.default));
            let kept = params.iter().filter(|(k, v)| !is_default(k, v));
            kept.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let mut short = self.clone();
        if let Some(p) = catalog.problem(&self.problem.id) {
            short.problem.params = strip(&self.problem.params, &p.params);
        }
        for run in &mut short.runs {
            if let Some(m) = catalog.method(&run.method) {
                run.params = strip(&run.params, &m.params);
            }
        }
        short
    }

    /// JSON on one line, defaults of the vocabulary left out.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an experiment has only text keys")
    }
}

fn json_error(e: &serde_json::Error) -> BuildError {
    let text = e.to_string();
    let quoted =
        text.split('`').nth(1).filter(|_| text.starts_with("unknown field") || text.starts_with("missing field"));
    BuildError::new(quoted.unwrap_or("experiment"), text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"{ "schema": 1,
      "problem": { "id": "ranking.pairwise", "data": "games.csv", "params": { "estimate": "map" } },
      "runs": [ { "method": "ranking.newman" }, { "method": "ranking.zermelo", "backend": "cpu-f64", "params": {} } ],
      "seed": 7,
      "stop": { "rtol": 1e-8, "max_steps": 5000 } }"#;

    #[test]
    fn defaults_are_left_out_when_written() {
        let e = Experiment::from_json(FULL).unwrap();
        assert_eq!(
            e.to_json(),
            r#"{"schema":1,"problem":{"id":"ranking.pairwise","data":"games.csv","params":{"estimate":"map"}},"runs":[{"method":"ranking.newman"},{"method":"ranking.zermelo","backend":"cpu-f64"}],"seed":7}"#
        );
        assert_eq!(Experiment::from_json(&e.to_json()).unwrap(), e);
    }

    #[test]
    fn wrong_files_are_refused_with_words() {
        let refuse = |from: &str, to: &str| Experiment::from_json(&FULL.replace(from, to)).unwrap_err();
        assert_eq!(refuse("\"seed\"", "\"sede\"").field, "sede");
        assert!(refuse("\"seed\"", "\"sede\"").message.contains("line 4"));
        assert!(refuse("\"schema\": 1", "\"schema\": 2").message.contains("newer"));
        assert!(refuse("\"schema\": 1,", "").message.contains("missing field `schema`"));
        assert!(refuse("\"map\"", "null").message.contains("a number, text, true or false"));
        assert_eq!(refuse("1e-8", "-1").field, "stop.rtol");
        assert_eq!(refuse("5000", "0").field, "stop.max_steps");
        assert!(refuse("cpu-f64", "cpu-f16").message.contains("webgpu-f32"));
        assert!(Experiment::from_json("").is_err());
    }

    #[test]
    fn columns_are_kept_and_checked() {
        let with =
            |columns: &str| FULL.replace("\"games.csv\",", &format!("\"games.csv\", \"columns\": \"{columns}\","));
        let e = Experiment::from_json(&with("winner,loser,-")).unwrap();
        assert_eq!(e.problem.columns.as_deref(), Some("winner,loser,-"));
        assert_eq!(Experiment::from_json(&e.to_json()).unwrap(), e);
        let error = Experiment::from_json(&with("winner,looser")).unwrap_err();
        assert_eq!(error.field, "problem.columns");
        assert!(error.message.starts_with("`looser` is no role"), "{}", error.message);
    }

    #[test]
    fn inline_data_survives() {
        let text = FULL.replace("\"games.csv\"", r#"{"name": "g.csv", "text": "a,b\n"}"#);
        let e = Experiment::from_json(&text).unwrap();
        assert_eq!(e.problem.data, Some(DataRef::Inline { name: "g.csv".into(), text: "a,b\n".into() }));
    }
}
