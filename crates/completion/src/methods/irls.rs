//! Iteratively reweighted least squares for the rank.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use super::shared::half_sweep::{Ridge, half_sweep, sweep_bytes, sweep_flops};
use super::shared::params::{ENTRY_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::leading::{Leading, SparsePlusLowRank, residual};
use crate::linalg::least_squares::RowSolver;
use crate::methods::shared::start::generator;
use crate::model::factors::Factors;
use crate::model::{Data, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::real(
        "p",
        "Exponent p",
        "Which Schatten quasi-norm is minimised: 1 is the nuclear norm, 0 the logarithm of the determinant.",
        [0.0, 1.0],
        0.0,
    )
    .live(),
];

const DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new(
    "smoothing.rel",
    "smoothing ε",
    "The smoothing ε, which follows the first singular value beyond the rank, divided by the largest singular value of the \
     first iterate.",
)];

/// `completion.irls`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.irls"),
        label: Str::Borrowed("Reweighted least squares"),
        summary: words(
            "The rank is replaced by a weighted square: directions with large singular values become cheap, the others expensive, \
             and the smoothing ε shrinks along with the singular value that should vanish. Each column is one small ridge \
             regression; every iterate fits the seen entries exactly.",
        ),
        math: words(
            r"X_{t+1} = \arg\min_X \big\{ \operatorname{tr}(X^{\top} W_t X) : P_\Omega(X) = P_\Omega(M) \big\}, \quad
W_t = U \max(\Sigma, \varepsilon_t)^{p-2} U^{\top}, \quad \varepsilon_{t+1} = \min(\varepsilon_t, \sigma_{r+1}(X_{t+1}))",
        ),
        citation: words(
            "K. Mohan, M. Fazel: Iterative reweighted algorithms for matrix rank minimization. Journal of Machine Learning \
             Research 13 (2012). M. Fornasier, H. Rauhut, R. Ward: Low-rank matrix recovery via iteratively reweighted least \
             squares minimization. SIAM Journal on Optimization 21 (2011).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "half a sweep of alternating least squares, |Ω| k² + n k³/3 flops, and a truncated singular value decomposition, \
             2 to 30 rounds of 4 |Ω| b + 4 (m + n) k b + 6 (m + n) b² flops, b = k + 6",
        ),
        limits: words(
            "The weights are one-sided, so it is linearly convergent only; weights on both sides at once give faster local \
             convergence at the price of larger systems. Of the weight beyond the rank only its level ε is kept. Shown is the \
             iterate cut to the rank: the cut part is what remains of the residual. Not for noise, since it fits every entry.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Irls {
    model: Rc<Model>,
    /// The iterate cut to the rank.
    x: Factors,
    /// The low-rank part of the iterate; the rest stands on the seen entries.
    low: Factors,
    residual: Vec<f64>,
    leading: Leading,
    rows: RowSolver,
    first: f64,
    p: f64,
    smoothing: f64,
    /// Leading left singular vectors and values of the iterate, m x k and k.
    u: Vec<f64>,
    s: Vec<f64>,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let mut irls = Irls {
        x: Factors::zero(m, n, k),
        low: Factors::zero(m, n, k),
        residual: entries.by_row.values.clone(),
        leading: Leading::new(m, n, k + 1, k, &mut generator(input.seed)),
        rows: RowSolver::new(k, k),
        first: 1.0,
        p: input.values.real("p"),
        smoothing: f64::INFINITY,
        u: vec![0.0; m * k],
        s: vec![0.0; k],
        model: model.clone(),
    };
    // Without weights the solution is the data themselves, zero elsewhere.
    irls.decompose(&mut Work::default());
    irls.first = if irls.s[0] > 0.0 { irls.s[0] } else { 1.0 };
    Ok(CpuStepper::boxed(irls, CompletionReferee::new(model, k)))
}

impl Irls {
    /// Finds what the next weights need of the iterate `low` plus `residual`.
    fn decompose(&mut self, work: &mut Work) {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return };
        let a = SparsePlusLowRank { places: &entries.by_row, values: &self.residual, low: &[(1.0, &self.low)] };
        self.leading.find(&a, 0.0, work);
        self.leading.write(&mut self.x, |s| s);
        let k = self.x.rank;
        let b = self.leading.s.len();
        for (to, from) in self.u.chunks_exact_mut(k).zip(self.leading.left.chunks_exact(b)) {
            to.copy_from_slice(&from[..k]);
        }
        self.s.copy_from_slice(&self.leading.s[..k]);
        let beyond = self.leading.s.get(k).copied().unwrap_or(0.0);
        self.smoothing = self.smoothing.min(beyond);
    }
}

impl Iteration for Irls {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let k = self.x.rank;
        // The inverse weight is e I + U C U' with e = ε^(2-p). A column of the iterate is B y where it is not seen, with
        // B = U C^(1/2) and y its ridge regression on B; where it is seen it is the data.
        let power = |x: f64| libm::pow(x, 2.0 - self.p);
        let e = power(self.smoothing);
        for (to, from) in self.low.u.chunks_exact_mut(k).zip(self.u.chunks_exact(k)) {
            for ((to, from), s) in to.iter_mut().zip(from).zip(&self.s) {
                *to = from * (power(s.max(self.smoothing)) - e).max(0.0).sqrt();
            }
        }
        half_sweep(
            &entries.by_col,
            &self.low.u,
            &mut self.low.v,
            k,
            Ridge { lambda: e, weighted: false },
            &mut self.rows,
        );
        residual(entries, &self.low, &mut self.residual);
        let (m, n) = (model.rows, model.cols);
        work.operator += 2;
        work.flops += sweep_flops(entries.count(), 0, n, k) / 2;
        work.bytes += sweep_bytes(entries.count(), m, n, k) / 2;
        self.decompose(work);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.smoothing / self.first;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("p", Some(p)) => {
                self.p = p;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.slice(&self.u);
        out.slice(&self.s);
        self.leading.save(out);
        out.real(self.p);
        out.real(self.smoothing);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        from.slice(&mut self.u);
        from.slice(&mut self.s);
        self.leading.load(from);
        self.p = from.real();
        self.smoothing = from.real();
    }
}
