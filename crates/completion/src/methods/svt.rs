//! Singular value thresholding.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use super::shared::params::{ENTRY_PROBLEMS, RANK_CAP, RANK_USED, rank_cap};
use crate::instance::Completion;
use crate::linalg::leading::{Leading, SparsePlusLowRank, residual};
use crate::linalg::spectral::largest_singular_value;
use crate::methods::shared::start::generator;
use crate::model::factors::{Factors, inner};
use crate::model::{Data, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    RANK_CAP,
    ParamInfo::real(
        "tau",
        "Threshold τ",
        "Threshold in units of the largest singular value that the seen entries suggest, that of P(M)/p. The larger, the \
         closer the solution is to that of least nuclear norm, and the more steps are needed.",
        [0.01, 100.0],
        5.0,
    )
    .log(),
    ParamInfo::real("delta", "Step δ", "Step length in units of 1/p, p the share seen. Theory allows 2 p.", [0.01, 2.0], 1.2)
        .live(),
];

const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "objective.dual.rel",
        "dual objective",
        "<Y, M> - 1/2 |D(Y)|^2 for the Y that gave the iterate, divided by tau |P(M)|. Rises to the optimum where the step \
         is at most 2.",
    )
    .linear(),
    RANK_USED,
];

/// `completion.svt`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.svt"),
        label: Str::Borrowed("Singular value thresholding"),
        summary: words(
            "Uzawa's method for the matrix of least nuclear norm that agrees with the seen entries: a sparse matrix Y \
             gathers the residuals, and the iterate is Y with its singular values shrunk by a large threshold. The rank \
             grows from one as it runs.",
        ),
        math: words(
            r"X_t = D_\tau(Y_{t-1}), \quad Y_t = Y_{t-1} + \delta\,P_\Omega(M - X_t);
\qquad \min_X \tau \lVert X \rVert_* + \tfrac12 \lVert X \rVert_F^2 \ \text{ subject to } \ P_\Omega(X) = P_\Omega(M)",
        ),
        citation: words(
            "J.-F. Cai, E. J. Candès, Z. Shen: A singular value thresholding algorithm for matrix completion. SIAM Journal on \
             Optimization 20 (2010), arXiv:0810.3286.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "2 to 10 rounds of block power iteration on a sparse matrix, each 4 |Ω| b + 6 (m + n) b² flops, b = k + 5",
        ),
        limits: words(
            "Fits the seen entries exactly in the end, so it is not for noise. Linear convergence, about a hundred steps to \
             1e-4 for well-conditioned matrices; small singular values take long, since each must first outgrow τ. The \
             default step is the paper's 1.2/p, beyond what its theorem allows; it can diverge where entries are seen \
             unevenly. Where the largest rank is reached the solution is no longer the one of least nuclear norm.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Svt {
    model: Rc<Model>,
    x: Factors,
    y: Vec<f64>,
    residual: Vec<f64>,
    leading: Leading,
    tau: f64,
    delta: f64,
    dual: f64,
    rank: f64,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = rank_cap(&model, input.values.size("rank"))?;
    let entries = model.entries()?;
    let unit = largest_singular_value(entries);
    let tau = input.values.real("tau") * unit / entries.rate();
    let delta = input.values.real("delta");
    // Up to the first singular value above τ all iterates are zero: start there.
    let step = delta / entries.rate();
    let first = libm::ceil(tau / (step * unit)).max(1.0) * step;
    let iteration = Svt {
        x: Factors::zero(model.rows, model.cols, k),
        y: entries.by_row.values.iter().map(|v| first * v).collect(),
        residual: entries.by_row.values.clone(),
        leading: Leading::new(model.rows, model.cols, k, 0, &mut generator(input.seed)),
        tau,
        delta,
        dual: 0.0,
        rank: 0.0,
        model: model.clone(),
    };
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

impl Iteration for Svt {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let tau = self.tau;
        let a = &entries.by_row;
        self.leading.find(&SparsePlusLowRank { places: a, values: &self.y, low: &[] }, tau, work);
        self.leading.write(&mut self.x, |s| (s - tau).max(0.0));
        let mut square = 0.0;
        self.rank = 0.0;
        for s in self.leading.s[..self.x.rank].iter().filter(|s| **s > tau) {
            square += (s - tau) * (s - tau);
            self.rank += 1.0;
        }
        self.dual = inner(&self.y, &a.values) - 0.5 * square;
        residual(entries, &self.x, &mut self.residual);
        let step = self.delta / entries.rate();
        for (y, r) in self.y.iter_mut().zip(&self.residual) {
            *y += step * r;
        }
        work.operator += 1;
        work.flops += 2 * entries.count() as u64 * self.x.rank as u64;
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let Data::Entries(entries) = &self.model.data else { return };
        out[0] = self.dual / (self.tau * entries.norm);
        out[1] = self.rank;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("delta", Some(delta)) => {
                self.delta = delta;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.slice(&self.y);
        self.leading.save(out);
        for value in [self.delta, self.dual, self.rank] {
            out.real(value);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        from.slice(&mut self.y);
        self.leading.load(from);
        self.delta = from.real();
        self.dual = from.real();
        self.rank = from.real();
    }
}
