//! Luce spectral ranking of orders: at every choice, the walk may go from those not chosen to the one that was. One chain
//! (LSR) or a sequence of them (I-LSR), their equilibria by sweeps over the items.

use std::rc::Rc;

use iterscope_core::{
    BuildError, CpuStepper, Criterion, Iteration, MethodInput, Outcome, ParamInfo, StateReader, StateWriter, Stepper,
    Stop, Value, Work,
};

use super::instance::OrderInstance;
use super::model::OrderModel;
use super::suffix::Suffixes;
use crate::model::Strengths;
use crate::solvers::fixed_point::bounded;
use crate::solvers::luce_chain::left_range;
use crate::solvers::{change, tolerance};

/// What a step is.
enum Variant {
    /// A sweep at the rates of equal strengths, until the flows balance to the tolerance.
    Once { tolerance: f64 },
    /// At most so many sweeps at the rates of the present strengths, to the inner tolerance.
    Iterated { most: usize, inner: f64, live: &'static ParamInfo },
}

/// LSR.
///
/// # Errors
/// The instance is not one of orders.
pub fn once(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    build(input, Variant::Once { tolerance: input.values.real("tolerance") }, f64::NAN)
}

/// I-LSR; `live` is the parameter of the most sweeps.
///
/// # Errors
/// The instance is not one of orders.
pub fn iterated(input: &MethodInput<'_>, live: &'static ParamInfo) -> Result<Box<dyn Stepper>, BuildError> {
    let most = input.values.size("sweeps");
    build(input, Variant::Iterated { most, inner: input.values.real("inner_rtol"), live }, 0.0)
}

fn build(input: &MethodInput<'_>, variant: Variant, diagnostic: f64) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<OrderInstance>()?;
    let model = ranking.model();
    let n = model.contests.items;
    let suffixes = Suffixes::new(&model.contests);
    let mut chain = Chain {
        variant,
        rates: suffixes.clone(),
        suffixes,
        prior: vec![0.0; if model.has_prior() { n } else { 0 }],
        anchor: 1.0,
        upwards: false,
        pi: vec![1.0; n],
        p: vec![0.5; n],
        view: Strengths { log: vec![0.0; n], ..Strengths::default() },
        change: 0.0,
        diagnostic,
        model,
    };
    chain.set_rates(&mut Work::default());
    Ok(CpuStepper::boxed(chain, ranking.referee()))
}

/// The iteration.
struct Chain {
    model: Rc<OrderModel>,
    variant: Variant,
    /// Sums of the strengths that the rates were set at: a choice counts by the inverse of what all that could be chosen are
    /// worth together.
    rates: Suffixes,
    /// Sums of the weights of the walk.
    suffixes: Suffixes,
    /// Rates between each item and that of strength 1 that the prior's games are against; empty without a prior.
    prior: Vec<f64>,
    anchor: f64,
    upwards: bool,
    pi: Vec<f64>,
    p: Vec<f64>,
    view: Strengths,
    change: f64,
    /// Second diagnostic: imbalance of the last sweep, or sweeps of the last step.
    diagnostic: f64,
}

impl Chain {
    /// The rates at the present strengths.
    fn set_rates(&mut self, work: &mut Work) {
        self.rates.fill(&self.model.contests, &self.pi);
        for (rate, pi) in self.prior.iter_mut().zip(&self.pi) {
            *rate = 1.0 / (pi + 1.0);
        }
        (self.anchor, self.upwards) = (1.0, false);
        let places = self.model.contests.places() as u64;
        work.operator += 1;
        work.flops += places;
        work.bytes += 24 * places;
    }

    /// One sweep of Gauss and Seidel, forwards and backwards in turn: each weight becomes what flows to its item over the rate
    /// of leaving. Returns the imbalance that the sweep met, over the flow.
    fn sweep(&mut self, work: &mut Work) -> f64 {
        let contests = &self.model.contests;
        self.suffixes.fill(contests, &self.pi);
        let n = self.pi.len();
        let (mut off, mut all) = (0.0, 0.0);
        for k in 0..n {
            let i = if self.upwards { n - 1 - k } else { k };
            let (mut inflow, mut rate) = (0.0, 0.0);
            for entry in contests.of_item(i) {
                let (contest, q) = (contests.contest(entry.contest as usize), entry.position as usize);
                let (rates, sums) = (self.rates.of(entry.contest as usize), self.suffixes.of(entry.contest as usize));
                rate += contest.count * rates[..q.min(contest.stages)].iter().fold(0.0, |sum, s| sum + 1.0 / s);
                if q < contest.stages {
                    inflow += contest.count * sums[q + 1] / rates[q];
                }
            }
            if let Some(prior) = self.prior.get(i) {
                inflow += prior * self.anchor;
                rate += prior;
            }
            off += (inflow - rate * self.pi[i]).abs();
            all += inflow;
            if inflow > 0.0 || rate > 0.0 {
                let new = bounded(self.pi[i], inflow, rate);
                self.suffixes.moved(contests, i, new - self.pi[i]);
                self.pi[i] = new;
            }
        }
        if !self.prior.is_empty() {
            let (mut inflow, mut rate) = (0.0, 0.0);
            for (r, pi) in self.prior.iter().zip(&self.pi) {
                inflow += r * pi;
                rate += r;
            }
            self.anchor = inflow / rate;
        }
        self.upwards = !self.upwards;
        work.inner += 1;
        self.suffixes.count(contests, 3, work);
        if all > 0.0 { off / all } else { 0.0 }
    }

    /// Brings the weights to the scale of strengths: the prior's item has strength 1, otherwise the geometric mean is 1.
    fn level(&mut self) {
        if self.prior.is_empty() {
            crate::solvers::fixed_point::center(&mut self.pi);
        } else {
            let factor = 1.0 / self.anchor;
            self.pi.iter_mut().for_each(|pi| *pi *= factor);
            self.anchor = 1.0;
        }
    }
}

impl Iteration for Chain {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let mut stop = None;
        match self.variant {
            Variant::Once { tolerance } => {
                self.diagnostic = self.sweep(work);
                stop = (self.diagnostic <= tolerance).then_some(Stop::Converged);
            }
            Variant::Iterated { most, inner, .. } => {
                self.set_rates(work);
                let mut sweeps = 0;
                while sweeps < most {
                    sweeps += 1;
                    if self.sweep(work) <= inner || left_range(&self.pi) {
                        break;
                    }
                }
                self.diagnostic = sweeps as f64;
            }
        }
        self.level();
        self.change = change(&mut self.p, self.pi.iter().map(|pi| pi / (1.0 + pi)));
        if left_range(&self.pi) {
            stop = Some(Stop::Diverged);
        }
        stop.map_or(Outcome::Continue, Outcome::Stop)
    }

    fn iterate(&mut self) -> &Strengths {
        for (s, pi) in self.view.log.iter_mut().zip(&self.pi) {
            *s = libm::log(*pi);
        }
        &self.view
    }

    fn criterion(&self) -> Option<Criterion> {
        let Variant::Once { tolerance } = self.variant else { return None };
        Some(Criterion { diagnostic: 1, label: "imbalance of the flows", tolerance: Some(tolerance) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.change, self.diagnostic]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match &mut self.variant {
            Variant::Once { tolerance: held } => tolerance(held, key, value),
            Variant::Iterated { most, live, .. } if live.key == key => {
                *most = live.check(value)?.as_int().map_or(*most, |n| n as usize);
                Ok(())
            }
            Variant::Iterated { .. } => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.pi);
        out.slice(&self.p);
        let own = match self.variant {
            Variant::Once { tolerance } => tolerance,
            Variant::Iterated { most, .. } => most as f64,
        };
        for x in [self.anchor, f64::from(u8::from(self.upwards)), self.change, self.diagnostic, own] {
            out.real(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.pi);
        from.slice(&mut self.p);
        self.anchor = from.real();
        self.upwards = from.real() != 0.0;
        self.change = from.real();
        self.diagnostic = from.real();
        let own = from.real();
        match &mut self.variant {
            Variant::Once { tolerance } => *tolerance = own,
            Variant::Iterated { most, .. } => *most = own as usize,
        }
    }
}
