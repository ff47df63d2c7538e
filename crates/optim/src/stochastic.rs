//! A rule fed with the gradients of one part after the other.

use iterscope_core::{BuildError, Outcome, ParamInfo, SeriesInfo, StateReader, StateWriter, Stop, Value, Values, Work};

use crate::algorithm::{Algorithm, not_live, outcome};
use crate::curvature;
use crate::first_order::FirstOrder;
use crate::objective::{Objective, Sample};
use crate::order::SampleOrder;
use crate::params::{self, DECAY, STEP};
use crate::rule::{Options, Probe, Rule, RuleInfo, Setup, Unit};
use crate::rules;

/// What it tells about itself.
pub const DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new(
    "step.length",
    "step length",
    "Factor of what the last update stepped along: for the plain rule, of the gradient.",
)];

/// One step is an epoch: as many updates as there are parts.
pub struct Stochastic {
    rule: Box<dyn Rule>,
    info: &'static RuleInfo,
    order: SampleOrder,
    gradient: Vec<f64>,
    /// Step length that a parameter of 1 means.
    unit: f64,
    step: f64,
    decay: f64,
    epoch: f64,
}

impl Stochastic {
    /// Reads the parameters of [`crate::params`] and starts at `start`.
    ///
    /// # Errors
    /// The rule does not work on this objective.
    pub fn new(f: &mut dyn Objective, start: &[f64], values: &Values, seed: u64) -> Result<Stochastic, BuildError> {
        let options = params::options(values, f.parts());
        let built = Stochastic::with(f, start, values.text("rule"), values.text("order"), options, seed)?;
        Ok(Stochastic { step: values.real("step"), decay: values.real("decay"), ..built })
    }

    /// With the rule's own step and no decay.
    ///
    /// # Errors
    /// There is no such rule, or it does not work on this objective.
    pub fn with(
        f: &mut dyn Objective,
        start: &[f64],
        rule: &str,
        order: &str,
        options: Options,
        seed: u64,
    ) -> Result<Stochastic, BuildError> {
        let info = rules::find(rule).ok_or_else(|| BuildError::new("rule", format!("there is no rule `{rule}`")))?;
        let curvature = curvature::largest(f, Sample::Whole, start);
        let unit = match info.unit {
            Unit::Curvature => 1.0 / curvature,
            Unit::Size => curvature::typical_size(start),
            Unit::Own => 1.0,
        };
        let parts = f.parts();
        let setup = Setup { start, blocks: f.blocks(), parts, curvature, seed, options };
        Ok(Stochastic {
            rule: info.build(&setup)?,
            info,
            order: SampleOrder::new(order, parts, start.len(), seed),
            gradient: vec![0.0; start.len()],
            unit,
            step: 0.0,
            decay: 0.0,
            epoch: 0.0,
        })
    }

    /// Sets the step in absolute length.
    pub fn set_length(&mut self, length: f64) {
        self.step = length / self.unit;
    }

    /// Where the next gradient is taken.
    pub fn at(&self) -> &[f64] {
        self.rule.at()
    }
}

impl FirstOrder for Stochastic {
    const PARAMS: &'static [ParamInfo] = params::PARAMS;
    const DIAGNOSTICS: &'static [SeriesInfo] = DIAGNOSTICS;
    const MATH: &'static str = rules::MATH;
    const CITATION: &'static str = rules::CITATIONS;
    const LIMITS: &'static str = rules::LIMITS;

    fn parts(values: &Values) -> usize {
        values.size("parts")
    }

    fn make(
        f: &mut dyn Objective,
        start: &[f64],
        values: &Values,
        seed: u64,
    ) -> Result<Box<dyn Algorithm>, BuildError> {
        Ok(Box::new(Stochastic::new(f, start, values, seed)?))
    }
}

impl Algorithm for Stochastic {
    fn step(&mut self, f: &mut dyn Objective, work: &mut Work) -> Outcome {
        let parts = f.parts();
        let step = if self.step > 0.0 { self.step } else { self.info.step };
        let eta = step * self.unit / (1.0 + self.decay * self.epoch);
        self.order.begin();
        for t in 0..parts {
            let part = self.order.pick(t);
            let of = if parts == 1 { Sample::Whole } else { Sample::Part(part) };
            f.gradient(of, self.rule.at(), &mut self.gradient, work);
            self.order.visited(part, &self.gradient);
            self.rule.update(&self.gradient, eta, &mut Probe { objective: f, of, work });
            work.flops += self.order.flops() * self.gradient.len() as u64;
        }
        // What parts cost adds up to passes here.
        work.operator += u64::from(parts > 1);
        self.epoch += 1.0;
        match outcome(f, self.rule.result()) {
            Outcome::Continue if !f.in_range(self.rule.at()) => Outcome::Stop(Stop::Diverged),
            Outcome::Continue if self.rule.is_over() => Outcome::Stop(Stop::Stagnated),
            other => other,
        }
    }

    fn result(&self) -> &[f64] {
        self.rule.result()
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.rule.length();
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match key {
            "step" => params::set(&mut self.step, &STEP, value),
            "decay" => params::set(&mut self.decay, &DECAY, value),
            _ => not_live(key),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        self.rule.save(out);
        self.order.save(out);
        out.slice(&[self.step, self.decay, self.epoch]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.rule.load(from);
        self.order.load(from);
        self.step = from.real();
        self.decay = from.real();
        self.epoch = from.real();
    }
}
