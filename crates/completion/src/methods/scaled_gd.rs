//! Scaled gradient descent: every factor's gradient is preconditioned by the other factor's Gram matrix.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use super::shared::params::{ENTRY_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::gram::Gram;
use crate::methods::shared::gradient::of_entries;
use crate::methods::shared::start::{balanced, generator};
use crate::model::factors::Factors;
use crate::model::{Data, Model};
use crate::referee::CompletionReferee;

/// The step is halved at most this often in one step.
const HALVINGS: u32 = 40;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::choice(
        "direction",
        "Direction",
        "The scaled gradient, or the plain one from the same start for comparison; the plain step is divided by σ₁.",
        &[("scaled", "scaled"), ("plain", "plain gradient")],
        "scaled",
    ),
    ParamInfo::real("eta", "Step η", "Step length; halved whenever the objective would rise.", [1e-3, 2.0], 0.5).live(),
];

/// `completion.scaled-gd`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.scaled-gd"),
        label: Str::Borrowed("Scaled gradient descent"),
        summary: words(
            "Gradient descent on the factors from the spectral start, with each gradient multiplied by the inverse Gram \
             matrix of the other factor. That costs next to nothing and makes the rate independent of the condition \
             number, which slows plain gradient descent down.",
        ),
        math: words(
            r"U_{t+1} = U_t - \frac{\eta}{p}\,P_\Omega(U_t V_t^{\top} - M)\,V_t (V_t^{\top} V_t)^{-1}, \quad
V_{t+1} = V_t - \frac{\eta}{p}\,P_\Omega(U_t V_t^{\top} - M)^{\top} U_t (U_t^{\top} U_t)^{-1}",
        ),
        citation: words(
            "T. Tong, C. Ma, Y. Chi: Accelerating ill-conditioned low-rank matrix estimation via scaled gradient descent. \
             Journal of Machine Learning Research 22 (2021), arXiv:2005.08898.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one gradient for each trial point, one as a rule; 6 |Ω| k + 4 (m + n) k² flops"),
        limits: words(
            "The paper projects the factors so that no row grows too long; that is left out here, as in its experiments. The \
             rate depends on how evenly entries are seen: a few full rows or columns force short steps. With more columns \
             than the rank the Gram matrices become singular: then it is gradient descent from a small start that works.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct ScaledGd {
    model: Rc<Model>,
    scaled: bool,
    x: Factors,
    g: Factors,
    trial: Factors,
    trial_g: Factors,
    direction: Factors,
    gram: Gram,
    /// Multiplies the step: 1, or 1/σ₁ of the start for the plain gradient.
    unit: f64,
    eta: f64,
    objective: f64,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let rank = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let x = balanced(entries, rank, &mut generator(input.seed));
    let scaled = input.values.text("direction") == "scaled";
    // The first column is the longest; its square is the first singular value.
    let first: f64 = x.u.iter().step_by(rank).map(|u| u * u).sum();
    let unit = if scaled || first == 0.0 { 1.0 } else { 1.0 / first };
    let zero = || Factors::zero(model.rows, model.cols, rank);
    let mut g = zero();
    let objective = of_entries(entries, &x, &mut g);
    let iteration = ScaledGd {
        scaled,
        x,
        g,
        trial: zero(),
        trial_g: zero(),
        direction: zero(),
        gram: Gram::new(rank),
        unit,
        eta: input.values.real("eta"),
        objective,
        model: model.clone(),
    };
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, rank)))
}

impl Iteration for ScaledGd {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Data::Entries(entries) = &self.model.data else { return Outcome::Continue };
        let (c, s, k) = (entries.count() as u64, (self.model.rows + self.model.cols) as u64, self.x.rank as u64);
        self.direction.u.copy_from_slice(&self.g.u);
        self.direction.v.copy_from_slice(&self.g.v);
        if self.scaled {
            self.gram.factorise(&self.x.v, 0.0);
            self.gram.solve_rows(&mut self.direction.u);
            self.gram.factorise(&self.x.u, 0.0);
            self.gram.solve_rows(&mut self.direction.v);
            work.flops += 4 * s * k * k;
            work.preconditioner += 2;
        }
        for _ in 0..HALVINGS {
            let step = self.eta * self.unit;
            advance(&self.x.u, step, &self.direction.u, &mut self.trial.u);
            advance(&self.x.v, step, &self.direction.v, &mut self.trial.v);
            let f = of_entries(entries, &self.trial, &mut self.trial_g);
            work.operator += 2;
            work.flops += 6 * c * k + 4 * s * k;
            work.bytes += c * (12 + 32 * k) + 48 * s * k;
            if f.is_nan() && !self.x.is_finite() {
                return Outcome::Stop(Stop::Diverged);
            }
            if f <= self.objective {
                std::mem::swap(&mut self.x, &mut self.trial);
                std::mem::swap(&mut self.g, &mut self.trial_g);
                self.objective = f;
                return Outcome::Continue;
            }
            self.eta *= 0.5;
        }
        // Not even the shortest step descends: the gradient is zero to rounding.
        Outcome::Stop(Stop::Stagnated)
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("eta", Some(eta)) => {
                self.eta = eta;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.slice(&self.g.u);
        out.slice(&self.g.v);
        out.real(self.eta);
        out.real(self.objective);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        from.slice(&mut self.g.u);
        from.slice(&mut self.g.v);
        self.eta = from.real();
        self.objective = from.real();
    }
}

/// to = x - step d.
fn advance(x: &[f64], step: f64, d: &[f64], to: &mut [f64]) {
    for ((to, x), d) in to.iter_mut().zip(x).zip(d) {
        *to = x - step * d;
    }
}
