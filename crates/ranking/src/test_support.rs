//! Problems built and methods run without a catalog or a driver, for the paper checks and the tests.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Comparisons, Dataset, Encounter, Instance, MethodInput, Params, Prediction, ProblemInput,
    Progress, Stepper, Value, Values,
};

use crate::FAMILY;

/// One parameter.
pub type Setting<'a> = (&'a str, Value);

/// A choice.
pub fn choice<'a>(key: &'a str, value: &str) -> Setting<'a> {
    (key, Value::from(value))
}

fn values(schema: &[iterscope_core::ParamInfo], given: &[Setting<'_>]) -> Result<Values, BuildError> {
    let params: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Values::resolve(schema, &params).map_err(|mut errors| errors.remove(0))
}

/// The synthetic problem.
pub fn synthetic(given: &[Setting<'_>], seed: u64) -> Result<Rc<dyn Instance>, BuildError> {
    problem("ranking.synthetic", given, seed, None)
}

/// The portable set that any language can rebuild: 40 players, 1200 games, seed 2023.
pub fn portable() -> Result<Rc<dyn Instance>, BuildError> {
    synthetic(&[("players", 40.into()), ("games", 1200.into()), ("spread", 0.5.into())], 2023)
}

/// The problem of given games, each `(winner, loser, count, tie)`, between `n` items.
pub fn pairwise(
    n: usize,
    games: &[(u32, u32, f64, bool)],
    given: &[Setting<'_>],
) -> Result<Rc<dyn Instance>, BuildError> {
    let encounter = |&(winner, loser, count, tie): &(u32, u32, f64, bool)| Encounter { winner, loser, count, tie };
    let data = Comparisons {
        items: (0..n).map(|i| format!("p{i}")).collect(),
        encounters: games.iter().map(encounter).collect(),
        ..Comparisons::default()
    };
    problem("ranking.pairwise", given, 0, Some(&Dataset::Comparisons(data)))
}

/// Any problem of the family.
pub fn problem(
    id: &str,
    given: &[Setting<'_>],
    seed: u64,
    data: Option<&Dataset>,
) -> Result<Rc<dyn Instance>, BuildError> {
    let unknown = || BuildError::new("problem", "unknown problem");
    let problem = FAMILY.problems.iter().find(|p| p.info.id == id).ok_or_else(unknown)?;
    (problem.build)(&ProblemInput { values: &values(&problem.info.params, given)?, data, seed })
}

/// A method on an instance.
pub struct TestRun {
    /// The run.
    pub stepper: Box<dyn Stepper>,
    /// What theory expects of it.
    pub prediction: Option<Prediction>,
    keys: Vec<String>,
    row: Vec<f64>,
}

impl TestRun {
    /// Builds it.
    pub fn new(instance: &Rc<dyn Instance>, id: &str, given: &[Setting<'_>]) -> Result<TestRun, BuildError> {
        let unknown = || BuildError::new("method", "unknown method");
        let method = FAMILY.methods.iter().find(|m| m.info.id == id).ok_or_else(unknown)?;
        let values = values(&method.info.params, given)?;
        let input = MethodInput { instance, values: &values, backend: Backend::CpuF64, seed: 0 };
        let all = instance.series().iter().chain(method.info.diagnostics.iter());
        let keys: Vec<String> = all.map(|s| s.key.to_string()).collect();
        Ok(TestRun {
            stepper: (method.build)(&input)?,
            prediction: method.predict.and_then(|f| f(&input)),
            row: vec![f64::NAN; keys.len()],
            keys,
        })
    }

    /// At most `n` steps.
    pub fn advance(&mut self, n: u32) {
        // A run on the CPU has no environment that could fail.
        let _ = self.stepper.advance(n);
    }

    /// The value of a series or diagnostic now; NaN where there is none of that key.
    pub fn value(&mut self, key: &str) -> f64 {
        let _ = self.stepper.measure(&mut self.row);
        self.keys.iter().position(|k| k == key).map_or(f64::NAN, |i| self.row[i])
    }

    /// Steps until a series is at most `goal`, at most `most`.
    pub fn steps_until(&mut self, key: &str, goal: f64, most: u64) -> u64 {
        while self.stepper.steps() < most {
            let went_on = self.stepper.advance(1) == Ok(Progress::Advanced);
            if !went_on || self.value(key) <= goal {
                break;
            }
        }
        self.stepper.steps()
    }

    /// Strengths (the numbers, not the logarithms) by item.
    pub fn strengths(&mut self, instance: &Rc<dyn Instance>) -> Vec<f64> {
        use iterscope_core::{Artifact, artifact::Cell};
        let mut out = vec![f64::NAN; instance.labels().len()];
        if let Ok(Artifact::Table { rows, .. }) = self.stepper.result() {
            for row in &rows {
                if let [_, Cell::Text(name), Cell::Real(strength), ..] = &row[..]
                    && let Some(i) = instance.labels().iter().position(|l| l == name)
                {
                    out[i] = *strength;
                }
            }
        }
        out
    }
}
