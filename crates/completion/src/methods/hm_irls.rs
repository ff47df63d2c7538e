//! Iteratively reweighted least squares with the harmonic mean of left and right weights.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::dense::at_b;
use iterscope_kernels::reduce::{axpy, xpby};

use super::shared::params::{ENTRY_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::leading::{Leading, SparsePlusLowRank};
use crate::methods::shared::fixed_rank::{at_seen, product, project, subtract};
use crate::methods::shared::start::generator;
use crate::model::factors::Factors;
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

/// The inner system is solved to this share of its right-hand side at least, and closer as it starts closer.
const ACCURACY: f64 = 1e-7;
/// The inner system cannot be solved closer than this share of its right-hand side.
const ROUNDING: f64 = 1e-15;
/// An inverse weight exceeds its level beyond the rank by this share at least, so that it can be divided by.
const LEAST: f64 = 1e-10;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::real(
        "p",
        "Exponent p",
        "Which Schatten quasi-norm is minimised: 1 is the nuclear norm, 0 the logarithm of the determinant. Near the solution \
         the error of a step is the last one to the power 2 - p.",
        [0.0, 1.0],
        0.0,
    )
    .live(),
    ParamInfo::int("inner", "Most inner steps", "The most conjugate gradient steps inside one step.", [1, 1000], 300).live(),
];

const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "smoothing.rel",
        "smoothing ε",
        "The smoothing ε, which follows the first singular value beyond the rank, divided by the largest singular value of \
         the first iterate.",
    ),
    SeriesInfo::new("inner.last", "inner steps", "Conjugate gradient steps inside the last step.").linear(),
];

/// `completion.hm-irls`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.hm-irls"),
        label: Str::Borrowed("Harmonic-mean IRLS"),
        summary: words(
            "Reweighted least squares with weights on both sides at once: a pair of singular directions weighs the harmonic mean \
             of its two weights. That is enough for locally superlinear convergence, quadratic for p = 0, where weights on one \
             side converge linearly.",
        ),
        math: words(
            r"X_{t+1} = \arg\min_X \Big\{ \sum_{i,j} \frac{2}{\omega_i + \omega_j} \big(U_t^{\top} X V_t\big)_{ij}^2 : P_\Omega(X) = P_\Omega(M) \Big\}, \quad
\omega_i = \max(\sigma_i, \varepsilon_t)^{2-p}, \quad \varepsilon_{t+1} = \min(\varepsilon_t, \sigma_{r+1}(X_{t+1}))",
        ),
        citation: words(
            "C. Kümmerle, J. Sigl: Harmonic mean iteratively reweighted least squares for low-rank matrix recovery. Journal of \
             Machine Learning Research 19 (2018). The solution in the tangent space follows C. Kümmerle, C. Mayrink Verdun: A \
             scalable second order method for ill-conditioned matrix completion from few samples. ICML 2021.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "conjugate gradients in the tangent space, 8 |Ω| k + 12 (m + n) k² flops for each inner step, and a truncated \
             singular value decomposition, 2 to 30 rounds of 4 |Ω| b + 8 (m + n) k b + 6 (m + n) b² flops, b = k + 6",
        ),
        limits: words(
            "Beyond the rank one weight is kept, that of ε, where the paper keeps all; the paper proves the local rate for \
             0 < p ≤ 1 and sees it at p = 0. An inner system of the size of the factors replaces the small ones of one-sided \
             weights. Needs the rank for ε, and fits every entry: not for noise. The last digits are those of the truncated \
             decomposition.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct HmIrls {
    model: Rc<Model>,
    p: f64,
    inner: u64,
    /// The iterate cut to the rank.
    x: Factors,
    /// Leading singular vectors and values of the iterate.
    basis: Factors,
    s: Vec<f64>,
    smoothing: f64,
    first: f64,
    leading: Leading,
    /// The low-rank part of the iterate, a tangent vector; the rest stands on the seen entries.
    part: Factors,
    low: Factors,
    residual: Vec<f64>,
    values: Vec<f64>,
    /// The inner system: right-hand side or residual, direction, its image, preconditioned residual.
    r: Factors,
    d: Factors,
    h: Factors,
    z: Factors,
    weighted: Factors,
    weights: Vec<f64>,
    core: Vec<f64>,
    last: u64,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n, count) = (model.rows, model.cols, entries.count());
    let zero = || Factors::zero(m, n, k);
    let mut irls = HmIrls {
        p: input.values.real("p"),
        inner: input.values.int("inner") as u64,
        x: zero(),
        basis: zero(),
        s: vec![0.0; k],
        smoothing: f64::INFINITY,
        first: 1.0,
        leading: Leading::new(m, n, k + 1, 2 * k, &mut generator(input.seed)),
        part: zero(),
        low: Factors::zero(m, n, 2 * k),
        residual: entries.by_row.values.clone(),
        values: vec![0.0; count],
        r: zero(),
        d: zero(),
        h: zero(),
        z: zero(),
        weighted: zero(),
        weights: vec![0.0; k],
        core: vec![0.0; k * k],
        last: 0,
        model: model.clone(),
    };
    // Without weights the solution is the data themselves, zero elsewhere.
    irls.decompose(&mut Work::default());
    irls.first = if irls.s[0] > 0.0 { irls.s[0] } else { 1.0 };
    Ok(CpuStepper::boxed(irls, CompletionReferee::new(model, k)))
}

/// out = D a for the diagonal D of the basis of the tangent space: `pair(i, j)` for the pair of singular directions i and
/// j, `single(i)` for direction i and all those beyond the rank.
fn diagonal(
    basis: &Factors,
    a: &Factors,
    out: &mut Factors,
    core: &mut [f64],
    pair: impl Fn(usize, usize) -> f64,
    single: impl Fn(usize) -> f64,
) {
    let k = basis.rank;
    at_b(&basis.u, &a.u, core, basis.u.len() / k, k, k);
    for (to, from) in [(&mut out.u, &a.u), (&mut out.v, &a.v)] {
        for (to, from) in to.chunks_exact_mut(k).zip(from.chunks_exact(k)) {
            for (j, (to, from)) in to.iter_mut().zip(from).enumerate() {
                *to = from * single(j);
            }
        }
    }
    // What stands within U is weighted by its pair instead.
    for i in 0..k {
        for j in 0..k {
            core[i * k + j] *= single(j) - pair(i, j);
        }
    }
    subtract(&mut out.u, &basis.u, core, k);
}

impl HmIrls {
    /// Finds what the next weights need of the iterate `low` plus `residual`.
    fn decompose(&mut self, work: &mut Work) {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return };
        let a = SparsePlusLowRank { places: &entries.by_row, values: &self.residual, low: &[(1.0, &self.low)] };
        self.leading.find(&a, 0.0, work);
        self.leading.write(&mut self.x, |s| s);
        self.leading.write(&mut self.basis, |_| 1.0);
        let k = self.x.rank;
        self.s.copy_from_slice(&self.leading.s[..k]);
        let beyond = self.leading.s.get(k).copied().unwrap_or(0.0);
        self.smoothing = self.smoothing.min(beyond);
    }

    /// h = (e D^-1 + B' P B) d, where D holds the inverse weights less e = ε^(2-p).
    fn apply(&mut self, entries: &Entries, e: f64) {
        at_seen(entries, &self.basis, &self.d, &mut self.values);
        project(entries, &self.values, &self.basis, &mut self.h, &mut self.core);
        let w = &self.weights;
        let (pair, single) = (|i: usize, j: usize| 2.0 * e / (w[i] + w[j]), |i: usize| 2.0 * e / w[i]);
        diagonal(&self.basis, &self.d, &mut self.weighted, &mut self.core, pair, single);
        axpy(1.0, &self.weighted.u, &mut self.h.u);
        axpy(1.0, &self.weighted.v, &mut self.h.v);
    }

    /// z = (e D^-1 + p)^-1 r, p the share of the entries that is seen.
    fn precondition(&mut self, e: f64, rate: f64) {
        let w = &self.weights;
        let pair = |i: usize, j: usize| 1.0 / (2.0 * e / (w[i] + w[j]) + rate);
        let single = |i: usize| 1.0 / (2.0 * e / w[i] + rate);
        diagonal(&self.basis, &self.r, &mut self.z, &mut self.core, pair, single);
    }

    /// Solves for the tangent vector `part` by preconditioned conjugate gradients, started from the iterate itself.
    fn solve(&mut self, entries: &Entries) {
        let k = self.x.rank;
        let power = |x: f64| libm::pow(x, 2.0 - self.p);
        let e = power(self.smoothing);
        for (w, s) in self.weights.iter_mut().zip(&self.s) {
            *w = (power(s.max(self.smoothing)) - e).max(LEAST * e).max(f64::MIN_POSITIVE);
        }
        for (to, from) in self.part.u.chunks_exact_mut(k).zip(self.basis.u.chunks_exact(k)) {
            for ((to, from), s) in to.iter_mut().zip(from).zip(&self.s) {
                *to = from * s;
            }
        }
        self.part.v.fill(0.0);
        project(entries, &entries.by_row.values, &self.basis, &mut self.r, &mut self.core);
        let whole = product(&self.r, &self.r).sqrt();
        self.d.u.copy_from_slice(&self.part.u);
        self.d.v.fill(0.0);
        self.apply(entries, e);
        axpy(-1.0, &self.h.u, &mut self.r.u);
        axpy(-1.0, &self.h.v, &mut self.r.v);
        let start = product(&self.r, &self.r).sqrt();
        let target = (start * ACCURACY.min(start / whole.max(f64::MIN_POSITIVE))).max(ROUNDING * whole);
        self.last = 0;
        self.precondition(e, entries.rate());
        self.d.u.copy_from_slice(&self.z.u);
        self.d.v.copy_from_slice(&self.z.v);
        let mut rz = product(&self.r, &self.z);
        while self.last < self.inner && rz > 0.0 && product(&self.r, &self.r).sqrt() > target {
            self.apply(entries, e);
            let alpha = rz / product(&self.d, &self.h);
            axpy(alpha, &self.d.u, &mut self.part.u);
            axpy(alpha, &self.d.v, &mut self.part.v);
            axpy(-alpha, &self.h.u, &mut self.r.u);
            axpy(-alpha, &self.h.v, &mut self.r.v);
            self.precondition(e, entries.rate());
            let next = product(&self.r, &self.z);
            let beta = next / rz;
            rz = next;
            xpby(&self.z.u, beta, &mut self.d.u);
            xpby(&self.z.v, beta, &mut self.d.v);
            self.last += 1;
        }
    }
}

/// x = A V' + U B' as factors of twice the rank: [A, U] and [V, B].
fn join(basis: &Factors, part: &Factors, x: &mut Factors) {
    let k = basis.rank;
    for (to, (a, b)) in [(&mut x.u, (&part.u, &basis.u)), (&mut x.v, (&basis.v, &part.v))] {
        for ((to, a), b) in to.chunks_exact_mut(2 * k).zip(a.chunks_exact(k)).zip(b.chunks_exact(k)) {
            to[..k].copy_from_slice(a);
            to[k..].copy_from_slice(b);
        }
    }
}

impl Iteration for HmIrls {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        // Where nothing is left beyond the rank, the iterate is the solution.
        if self.smoothing == 0.0 {
            return Outcome::Stop(Stop::Stagnated);
        }
        self.solve(entries);
        at_seen(entries, &self.basis, &self.part, &mut self.residual);
        for (r, m) in self.residual.iter_mut().zip(&entries.by_row.values) {
            *r = m - *r;
        }
        join(&self.basis, &self.part, &mut self.low);
        let (c, s, k) = (entries.count() as u64, (model.rows + model.cols) as u64, self.x.rank as u64);
        work.inner += self.last;
        work.operator += 2 * self.last + 4;
        work.flops += (self.last + 2) * (8 * c * k + 12 * s * k * k);
        work.bytes += (self.last + 2) * (2 * c * (12 + 16 * k) + 64 * s * k);
        self.decompose(work);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.smoothing / self.first;
        out[1] = self.last as f64;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real(), value.as_int()) {
            ("p", Some(p), _) => self.p = p,
            ("inner", _, Some(inner)) => self.inner = inner.max(1) as u64,
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x.u, &self.x.v, &self.basis.u, &self.basis.v, &self.s] {
            out.slice(part);
        }
        self.leading.save(out);
        out.real(self.p);
        out.real(self.smoothing);
        out.bits(self.inner);
        out.bits(self.last);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x.u, &mut self.x.v, &mut self.basis.u, &mut self.basis.v, &mut self.s] {
            from.slice(part);
        }
        self.leading.load(from);
        self.p = from.real();
        self.smoothing = from.real();
        self.inner = from.bits();
        self.last = from.bits();
    }
}
