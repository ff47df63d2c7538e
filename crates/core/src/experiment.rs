//! An experiment: what a permalink holds, what an embed shows, what the command line runs. [`Experiment::from_json`] is the one
//! reader of it.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Backend, BuildError, CatalogInfo, Columns, FamilyInfo, ParamInfo, Params, SweepSpec, Value, brush, path};

/// The schema version that this program writes, and the newest it reads.
pub const SCHEMA: u32 = 1;
/// The most runs an experiment may have.
pub const MAX_RUNS: usize = 6;

/// One problem, one or more runs on it, a seed and a stop rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
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
    /// Live parameters that were changed and strokes that were painted on the way, those of one run in the order of their steps. Whoever runs the experiment
    /// makes them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What is looked at first.
    #[serde(default, skip_serializing_if = "View::is_default")]
    pub view: View,
}

/// What is looked at first; what is not named is what the problem proposes. It changes no run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, default, expecting = "an object")]
pub struct View {
    /// Key of the series in the chart.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub series: String,
    /// Key of the picture.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub picture: String,
    /// A sweep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepSpec>,
}

impl View {
    fn is_default(&self) -> bool {
        *self == View::default()
    }
}

/// A live parameter that was changed on the way, or a stroke with a brush.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct Change {
    /// Index of the run.
    pub run: usize,
    /// Steps done when it was changed: the next step is the first with the new value.
    pub step: u64,
    /// Parameter key, or that of [`crate::brush::key`].
    pub key: String,
    /// New value, or the stroke.
    pub value: Value,
}

impl Change {
    /// It is a stroke, which adds to the state; else it is a new value, in place of the one before.
    pub fn adds(&self) -> bool {
        brush::field_of(&self.key).is_some()
    }
}

/// A problem with its parameters and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
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
    #[serde(default, skip_serializing_if = "Params::is_empty", deserialize_with = "distinct")]
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
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct RunSpec {
    /// Method id.
    pub method: String,
    /// Where it runs.
    #[serde(default, skip_serializing_if = "is_auto")]
    pub backend: Backend,
    /// Parameters; the rest have their defaults.
    #[serde(default, skip_serializing_if = "Params::is_empty", deserialize_with = "distinct")]
    pub params: Params,
}

/// When runs end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, default, expecting = "an object")]
pub struct StopRule {
    /// Converged when a stop series is at most this.
    pub rtol: f64,
    /// The most steps.
    pub max_steps: u64,
    /// The simulated time at which a run ends, for problems that have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<f64>,
}

impl Default for StopRule {
    fn default() -> Self {
        StopRule { rtol: 1e-8, max_steps: 5000, until: None }
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

/// Reads structs from objects alone, with every key looked at. What serde derives would take a list of the fields in their order
/// as well, so that `[]` would be a stop rule.
pub(crate) struct Object<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Object<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

macro_rules! objects {
    ($($object:ty),*) => {$(
        impl<'de> Deserialize<'de> for $object {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$object>::deserialize($crate::experiment::Object(deserializer))
            }
        }
        impl Serialize for $object {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$object>::serialize(self, serializer)
            }
        }
    )*};
}

pub(crate) use objects;

objects!(Experiment, ProblemSpec, RunSpec, StopRule, Change, View);

/// Reads parameters, of which none may be given twice.
fn distinct<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Params, D::Error> {
    struct Distinct;
    impl<'de> Visitor<'de> for Distinct {
        type Value = Params;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of parameters")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
            let mut all = Params::new();
            while let Some((key, value)) = map.next_entry::<String, Value>()? {
                if all.contains_key(&key) {
                    return Err(de::Error::custom(format_args!("duplicate field `{key}`")));
                }
                all.insert(key, value);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_map(Distinct)
}

impl Experiment {
    /// Reads an experiment from JSON text.
    ///
    /// # Errors
    /// The text is not JSON, a key is unknown, missing, given twice or of another type, or the schema is newer than
    /// [`SCHEMA`]. The field is the path to what is wrong, `experiment` where it is the text as a whole; the message holds line
    /// and column.
    pub fn from_json(text: &str) -> Result<Experiment, BuildError> {
        #[derive(Deserialize)]
        #[serde(expecting = "an object")]
        struct Version {
            schema: u32,
        }
        // The version first: a newer file may hold keys that this program cannot know.
        let Version { schema } = read(text)?;
        if schema == 0 || schema > SCHEMA {
            let why = format!("schema {schema} was written by a newer Iterscope; this one reads schema 1 to {SCHEMA}");
            return Err(BuildError::new("schema", why));
        }
        let experiment: Experiment = read(text)?;
        experiment.check_shape()?;
        Ok(experiment)
    }

    /// Checks what the types cannot say: the number of runs, the columns of the data, the stop rule and the changes.
    ///
    /// # Errors
    /// Names the field.
    pub fn check_shape(&self) -> Result<(), BuildError> {
        if self.runs.is_empty() || self.runs.len() > MAX_RUNS {
            return Err(BuildError::new("runs", format!("must hold 1 to {MAX_RUNS} runs, not {}", self.runs.len())));
        }
        if let Some(columns) = &self.problem.columns {
            columns.parse::<Columns>().map_err(|why| BuildError::new(path::COLUMNS, why))?;
        }
        if !(self.stop.rtol >= 0.0 && self.stop.rtol < 1.0) {
            return Err(BuildError::new("stop.rtol", "must be at least 0 and below 1"));
        }
        if self.stop.max_steps == 0 || self.stop.max_steps > 100_000_000 {
            return Err(BuildError::new("stop.max_steps", "must be between 1 and 100000000"));
        }
        if self.stop.until.is_some_and(|until| !(until > 0.0 && until.is_finite())) {
            return Err(BuildError::new("stop.until", "must be a time above 0"));
        }
        for (i, change) in self.changes.iter().enumerate() {
            let wrong = |what: &str, why: String| Err(BuildError::new(path::change(i, what), why));
            if change.run >= self.runs.len() {
                return wrong("run", format!("there are {} runs, counted from 0", self.runs.len()));
            }
            let earlier = self.changes[..i].iter().rfind(|c| c.run == change.run);
            if let Some(earlier) = earlier.filter(|earlier| earlier.step > change.step) {
                return wrong("step", format!("must be at least {}, that of the change before it", earlier.step));
            }
        }
        Ok(())
    }

    /// What is changed of a run on the way, in order.
    pub fn changes_of(&self, run: usize) -> Vec<Change> {
        self.changes.iter().filter(|c| c.run == run).cloned().collect()
    }

    /// The parameters of a run as they are after `step` steps: those it starts with, and what was changed until then.
    pub fn params_at(&self, run: usize, step: u64) -> Params {
        let mut params = self.runs[run].params.clone();
        let until = self.changes.iter().filter(|c| c.run == run && c.step <= step && !c.adds());
        params.extend(until.map(|c| (c.key.clone(), c.value.clone())));
        params
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
            let of =
                |f: &FamilyInfo| Some(f.schema(f.methods.iter().find(|m| m.id == run.method.as_str())?, &run.params));
            if let Some(schema) = catalog.families.iter().find_map(of) {
                run.params = strip(&run.params, &schema);
            }
        }
        short
    }

    /// JSON on one line, defaults of the vocabulary left out.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an experiment has only text keys")
    }
}

/// Reads JSON, and says where it is wrong.
fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, BuildError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let whole = |e: serde_json::Error| BuildError::new("experiment", e.to_string());
    let read = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let path = e.path().to_string();
        let error = e.into_inner();
        if error.is_eof() {
            return whole(error);
        }
        // A key that is missing, unknown or there twice is not on the path.
        let text = error.to_string();
        let named = ["missing", "unknown", "duplicate"]
            .iter()
            .find_map(|what| text.strip_prefix(what)?.strip_prefix(" field `")?.split('`').next());
        let path = path.trim_start_matches('.');
        let named = named.filter(|key| path.rsplit('.').next() != Some(*key));
        let parts: Vec<&str> = [path, named.unwrap_or_default()].into_iter().filter(|p| !p.is_empty()).collect();
        let field = if parts.is_empty() { "experiment".to_owned() } else { parts.join(".") };
        BuildError::new(field, text)
    })?;
    json.end().map_err(whole)?;
    Ok(read)
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
    fn numbers_come_back_to_the_last_bit() {
        // Read with less care than the nearest double, each of these comes back as another one.
        for text in
            ["118446744073709551616e-6", "1e23", "9007199254740993.0", "2.2250738585072011e-308", "0.1", "5e-324"]
        {
            let json =
                format!(r#"{{"schema":1,"problem":{{"id":"p","params":{{"a":{text}}}}},"runs":[{{"method":"m"}}]}}"#);
            let read = |json: &str| Experiment::from_json(json).unwrap().problem.params["a"].as_real().unwrap();
            let value = read(&json);
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            let again = read(&Experiment::from_json(&json).unwrap().to_json());
            assert_eq!(again.to_bits(), value.to_bits(), "{text}");
        }
    }

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
        assert_eq!(refuse("\"map\"", "1e999").field, "problem.params.estimate");
        assert_eq!(refuse("\"map\"", "9223372036854775808").field, "problem.params.estimate");
        assert_eq!(refuse("\"method\": \"ranking.zermelo\",", "").field, "runs[1].method");
        assert_eq!(refuse("\"seed\": 7", "\"seed\": 7, \"seed\": 8").field, "seed");
        assert_eq!(refuse("\"params\": {}", "\"params\": {\"a\": 1, \"a\": 2}").field, "runs[1].params.a");
        assert_eq!(refuse("{ \"method\": \"ranking.newman\" }", "[\"ranking.newman\"]").field, "runs[0]");
        assert_eq!(Experiment::from_json("").unwrap_err().field, "experiment");
        assert_eq!(Experiment::from_json(&format!("{FULL} and more")).unwrap_err().field, "experiment");
        assert_eq!(Experiment::from_json("[]").unwrap_err().field, "experiment");
    }

    /// Files that were read differently by the command line and by the page once, each with the field that is wrong.
    #[test]
    fn what_is_of_another_type_is_refused_at_its_field() {
        let refused = [
            ("backend_null", "runs[0].backend"),
            ("params_null", "runs[0].params"),
            ("schema_frac", "schema"),
            ("seed_frac", "seed"),
            ("seed_neg", "seed"),
            ("seed_null", "seed"),
            ("steps_frac", "stop.max_steps"),
            ("stop_list", "stop"),
            ("stop_null", "stop"),
        ];
        for (name, field) in refused {
            assert_eq!(Experiment::from_json(&file(name)).unwrap_err().field, field, "{name}");
        }
    }

    #[test]
    fn a_seed_keeps_its_64_bits() {
        for (name, seed) in [("seed_big", (1 << 53) + 1), ("seed_big0", 1 << 53)] {
            let experiment = Experiment::from_json(&file(name)).unwrap();
            assert_eq!(experiment.seed, seed);
            assert_eq!(Experiment::from_json(&experiment.to_json()).unwrap(), experiment);
        }
        let most = FULL.replace("\"seed\": 7", "\"seed\": 18446744073709551615");
        assert_eq!(Experiment::from_json(&most).unwrap().seed, u64::MAX);
    }

    fn file(name: &str) -> String {
        let path = format!("{}/../../tests/experiments/{name}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn changes_are_kept_and_checked() {
        let with = |changes: &str| FULL.replace("\"seed\": 7,", &format!("\"seed\": 7, \"changes\": [{changes}],"));
        let change = |run: usize, step: u64, value: f64| {
            format!(r#"{{"run": {run}, "step": {step}, "key": "omega", "value": {value}}}"#)
        };
        let both = [change(0, 50, 0.3), change(1, 20, 0.5), change(0, 50, 0.4), change(0, 60, 0.1)].join(",");
        let e = Experiment::from_json(&with(&both)).unwrap();
        assert_eq!(Experiment::from_json(&e.to_json()).unwrap(), e);
        let at = |step: u64| e.params_at(0, step).get("omega").and_then(Value::as_real);
        assert_eq!([at(0), at(49), at(50), at(60)], [None, None, Some(0.4), Some(0.1)]);
        let refuse = |changes: &str| Experiment::from_json(&with(changes)).unwrap_err().field;
        assert_eq!(refuse(&change(2, 1, 0.3)), "changes[0].run");
        assert_eq!(refuse(&[change(0, 50, 0.3), change(0, 49, 0.3)].join(",")), "changes[1].step");
        assert_eq!(refuse(r#"{"run": 0, "step": 1, "key": "omega"}"#), "changes[0].value");
        assert_eq!(refuse(r#"{"run": 0, "step": -1, "key": "omega", "value": 1}"#), "changes[0].step");
    }

    #[test]
    fn what_is_looked_at_is_kept() {
        let with = |view: &str| FULL.replace("\"seed\": 7,", &format!("\"seed\": 7, \"view\": {view},"));
        let e = Experiment::from_json(&with(r#"{"picture": "error"}"#)).unwrap();
        assert_eq!((e.view.series.as_str(), e.view.picture.as_str()), ("", "error"));
        assert!(e.to_json().ends_with(r#""seed":7,"view":{"picture":"error"}}"#));
        assert_eq!(Experiment::from_json(&with(r#"{"pictures": "error"}"#)).unwrap_err().field, "view.pictures");
        assert_eq!(Experiment::from_json(&with("[]")).unwrap_err().field, "view");
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
