//! One number that varies: which one, and the values it takes.

use iterscope_catalog::{components, methods, problems};
use iterscope_core::{BuildError, Experiment, Kind, ParamInfo, Place, SweepAxis, Value, component};

/// The most values of one axis.
const MOST_POINTS: u32 = 200;
/// Seeds are whole numbers that a slider would reach.
const MOST_SEED: i64 = 1_000_000;

/// A number that varies.
pub struct Varied {
    /// Where it stands.
    pub place: Place,
    /// What people read.
    pub label: String,
    /// Its values, in the order in which they were asked for.
    pub values: Vec<f64>,
    /// They lie at equal ratios.
    pub log: bool,
    whole: bool,
}

impl Varied {
    /// Checks what was asked for.
    ///
    /// # Errors
    /// Names the field of the axis.
    pub fn new(experiment: &Experiment, spec: &SweepAxis) -> Result<Varied, BuildError> {
        let wrong = |field: &str, why: String| BuildError::new(field, why);
        let place: Place = spec.place.parse().map_err(|why| wrong("place", why))?;
        let param = param(experiment, &place).map_err(|why| wrong("place", why))?;
        let (min, max, whole) = match param.kind {
            Kind::Real { min, max, .. } => (min, max, false),
            Kind::Int { min, max, .. } => (min as f64, max as f64, true),
            _ => return Err(wrong("place", format!("{place} is not a number"))),
        };
        for (field, value) in [("from", spec.from), ("to", spec.to)] {
            if !(min..=max).contains(&value) {
                return Err(wrong(field, format!("must be between {} and {}", Value::Real(min), Value::Real(max))));
            }
        }
        if spec.from >= spec.to {
            return Err(wrong("to", "must be larger than the first value".into()));
        }
        if spec.log && spec.from <= 0.0 {
            return Err(wrong("from", "must be above 0 for equal ratios".into()));
        }
        if !(2..=MOST_POINTS).contains(&spec.points) {
            return Err(wrong("points", format!("must be between 2 and {MOST_POINTS}")));
        }
        let mut values: Vec<f64> = (0..spec.points).map(|k| spread(spec, k, whole)).collect();
        values.dedup();
        Ok(Varied { place, label: param.label.to_string(), values, log: spec.log, whole })
    }

    /// Value number `k` as a parameter takes it.
    pub fn value(&self, k: usize) -> Value {
        if self.whole { Value::Int(self.values[k] as i64) } else { Value::Real(self.values[k]) }
    }

    /// Whether the problem has to be built anew for every value.
    pub fn changes_problem(&self) -> bool {
        !matches!(self.place, Place::Run(..))
    }
}

/// Value number `k`: rounded to a thousandth of the distance to its neighbours, so that nobody gets 0.30000000000000004.
fn spread(spec: &SweepAxis, k: u32, whole: bool) -> f64 {
    let last = spec.points - 1;
    let part = f64::from(k) / f64::from(last);
    if k == 0 || k == last {
        let end = if k == 0 { spec.from } else { spec.to };
        return if whole { libm::round(end) } else { end };
    }
    let (value, step) = if spec.log {
        let ratio = libm::pow(spec.to / spec.from, 1.0 / f64::from(last));
        let value = spec.from * libm::pow(spec.to / spec.from, part);
        (value, value * (ratio - 1.0))
    } else {
        (spec.from + part * (spec.to - spec.from), (spec.to - spec.from) / f64::from(last))
    };
    if whole {
        return libm::round(value);
    }
    let power = libm::floor(libm::log10(step)) as i32 - 2;
    // Dividing by a power of ten leaves fewer digits than multiplying by its inverse.
    let scale = libm::pow(10.0, f64::from(power.abs()));
    if power < 0 { libm::round(value * scale) / scale } else { libm::round(value / scale) * scale }
}

/// What is known of the number at a place.
fn param(experiment: &Experiment, place: &Place) -> Result<ParamInfo, String> {
    let (params, given, key) = match place {
        Place::Seed => return Ok(ParamInfo::int("seed", "Seed", "", [0, MOST_SEED], 0)),
        Place::Problem(key) => {
            let problem = problems().find(|p| p.info.id == experiment.problem.id.as_str());
            let problem = problem.ok_or_else(|| format!("there is no problem {}", experiment.problem.id))?;
            (problem.info.params.to_vec(), &experiment.problem.params, key)
        }
        Place::Run(index, key) => {
            let runs = experiment.runs.len();
            let run = experiment.runs.get(*index);
            let run = run.ok_or_else(|| format!("there are {runs} runs, counted from 0"))?;
            let method = methods().find(|m| m.info.id == run.method.as_str());
            let method = method.ok_or_else(|| format!("there is no method {}", run.method))?;
            (component::schema(&method.info.params, components(method), &run.params), &run.params, key)
        }
    };
    let Some(param) = params.iter().find(|p| p.key == key.as_str()) else {
        let numbers = params.iter().filter(|p| matches!(p.kind, Kind::Real { .. } | Kind::Int { .. }));
        let known: Vec<&str> = numbers.map(|p| p.key.as_ref()).collect();
        return Err(format!("there is no parameter {key}; numbers are {}", known.join(", ")));
    };
    // Varying what another parameter switches off would show the same run again and again.
    if let Some(when) = &param.when {
        let other = params.iter().find(|p| p.key == when.key);
        let now = given.get(when.key.as_ref()).or(other.map(|p| &p.default)).map(ToString::to_string);
        if now.as_deref().is_some_and(|now| !when.is.has(now)) {
            let needed: Vec<&str> = when.is.iter().collect();
            return Err(format!("{key} has no effect unless {} is {}", when.key, needed.join(" or ")));
        }
    }
    Ok(param.clone())
}
