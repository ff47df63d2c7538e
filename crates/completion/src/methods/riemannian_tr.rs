//! A trust-region method on the manifold of matrices of fixed rank.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::dense::at_b;
use iterscope_kernels::reduce::{axpy, xpby};

use super::shared::params::{ENTRY_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::leading::{residual, sparse_times, sparse_transposed_times};
use crate::methods::shared::fixed_rank::{Point, Retraction, at_seen, off_basis, product, project, subtract};
use crate::model::factors::Factors;
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

/// The first radius and the largest one, as shares of the norm of the start.
const START: f64 = 0.02;
const MOST: f64 = 0.1;
/// A step is taken where the decrease is at least this share of the model's.
const ACCEPT: f64 = 0.1;
/// Below this share the radius shrinks to a quarter, above the other it may double.
const SHRINK: f64 = 0.25;
const GROW: f64 = 0.75;
/// The inner solver ends where its residual fell by this factor, and further as the gradient itself falls.
const FORCING: f64 = 0.1;
/// Changes of the objective below this share of it are rounding.
const ROUNDING: f64 = 1e-13;
/// The method rests when the radius falls below this share of its largest.
const LEAST_RADIUS: f64 = 1e-13;
/// Singular values count at least as this share of the largest where they are divided by.
const LEAST_VALUE: f64 = 1e-12;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::choice(
        "hessian",
        "Second derivatives",
        "The exact Hessian of the manifold, or its Gauss-Newton part alone, which leaves out the curvature of the manifold and \
         is never indefinite.",
        &[("exact", "exact"), ("gauss-newton", "Gauss-Newton")],
        "exact",
    ),
    ParamInfo::int(
        "inner",
        "Most inner steps",
        "The most conjugate gradient steps for one trust-region step.",
        [1, 500],
        60,
    )
    .live(),
];

const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("radius.rel", "trust radius", "Radius of the trust region divided by the norm of the start."),
    SeriesInfo::new("inner.last", "inner steps", "Conjugate gradient steps inside the last step.").linear(),
    SeriesInfo::new(
        "gradient.manifold.rel",
        "gradient on the manifold",
        "Norm of the Riemannian gradient divided by that at the start.",
    ),
];

/// `completion.riemannian-tr`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.riemannian-tr"),
        label: Str::Borrowed("Riemannian trust region"),
        summary: words(
            "Newton's method on the manifold of matrices of rank k: a quadratic model of the objective in the tangent space is \
             minimised within a trust region by truncated conjugate gradients, and a step is taken only where the objective \
             falls as the model said. Near the solution it converges superlinearly.",
        ),
        math: words(
            r"\eta_t \approx \operatorname*{arg\,min}_{\eta \in T_{X_t},\ \lVert \eta \rVert \le \Delta_t} f + \langle g, \eta \rangle + \tfrac12 \langle \eta, H \eta \rangle, \quad
H[A V^{\top} + U B^{\top}] = P_{T}\big(P_\Omega \xi\big) + P_U^{\perp} R B \Sigma^{-1} V^{\top} + U \Sigma^{-1} A^{\top} P_U^{\perp} R P_V^{\perp},
\quad R = P_\Omega(X_t - M)",
        ),
        citation: words(
            "B. Vandereycken: Low-rank matrix completion by Riemannian optimization. SIAM Journal on Optimization 23 (2013). \
             N. Boumal, P.-A. Absil: RTRMC: a Riemannian trust-region method for low-rank matrix completion. NIPS 2011. P.-A. \
             Absil, C. Baker, K. Gallivan: Trust-region methods on Riemannian manifolds. Foundations of Computational \
             Mathematics 7 (2007).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one trust-region step: for each inner step 12 |Ω| k + 20 (m + n) k² flops, and one way back to the manifold",
        ),
        limits: words(
            "The geometry is that of Vandereycken (embedded manifold); RTRMC of Boumal and Absil works on the subspace of U \
             alone and regularises. No preconditioner: inner steps grow with the condition number. Second derivatives pay \
             where conjugate gradients are slow; on easy problems conjugate gradients need a third of the work. Local: of 15 \
             random 100 x 80 matrices of rank 3, condition number 10, 30 % seen, it completed 12 and ran off along a valley in \
             the others (conjugate gradients: 11 within 200 steps, the rest unfinished); longer radii end there more often. A \
             rejected step changes nothing but the radius. Ends by itself where rounding leaves no decrease.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct RiemannianTr {
    model: Rc<Model>,
    exact: bool,
    inner: u64,
    /// U diag(s) and V.
    x: Factors,
    at: Point,
    next: Point,
    /// M - X on the seen entries.
    residual: Vec<f64>,
    next_residual: Vec<f64>,
    objective: f64,
    /// The negative gradient.
    gradient: Factors,
    first: f64,
    eta: Factors,
    rest: Factors,
    direction: Factors,
    h: Factors,
    over: Factors,
    beside: Factors,
    values: Vec<f64>,
    small: Vec<f64>,
    retraction: Retraction,
    radius: f64,
    most: f64,
    last: u64,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = model.method_rank(input.values.size("rank"))?;
    let exact = input.values.text("hessian") == "exact";
    let iteration = start(model.clone(), k, exact, input.values.int("inner") as u64, input.seed)?;
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

fn start(model: Rc<Model>, k: usize, exact: bool, inner: u64, seed: u64) -> Result<RiemannianTr, BuildError> {
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let zero = || Factors::zero(m, n, k);
    let at = Point::spectral(entries, k, seed);
    let size = at.s.iter().map(|s| s * s).sum::<f64>().sqrt();
    let most = if size > 0.0 { size } else { 1.0 };
    let mut iteration = RiemannianTr {
        exact,
        inner,
        x: zero(),
        next: at.clone(),
        at,
        residual: vec![0.0; entries.count()],
        next_residual: vec![0.0; entries.count()],
        objective: 0.0,
        gradient: zero(),
        first: 1.0,
        eta: zero(),
        rest: zero(),
        direction: zero(),
        h: zero(),
        over: zero(),
        beside: zero(),
        values: vec![0.0; entries.count()],
        small: vec![0.0; k * k],
        retraction: Retraction::new(m, n, k),
        radius: START * most,
        most: MOST * most,
        last: 0,
        model: model.clone(),
    };
    iteration.at.multiply(&mut iteration.x);
    iteration.refresh(entries);
    let size = product(&iteration.gradient, &iteration.gradient).sqrt();
    iteration.first = if size > 0.0 { size } else { 1.0 };
    Ok(iteration)
}

impl RiemannianTr {
    /// Recomputes residual, objective and gradient at the point.
    fn refresh(&mut self, entries: &Entries) {
        self.objective = 0.5 * residual(entries, &self.x, &mut self.residual);
        project(entries, &self.residual, &self.at.basis, &mut self.gradient, &mut self.small);
    }

    /// h = H[direction].
    fn apply(&mut self, entries: &Entries) {
        let (a, basis, d) = (&entries.by_row, &self.at.basis, &self.direction);
        let (k, m) = (basis.rank, self.model.rows);
        at_seen(entries, basis, d, &mut self.values);
        project(entries, &self.values, basis, &mut self.h, &mut self.small);
        if !self.exact {
            return;
        }
        // The curvature of the manifold: (I - U U') R B S^-1 beside V, and its counterpart. `residual` is -R.
        self.over.v.copy_from_slice(&d.v);
        self.over.u.copy_from_slice(&d.u);
        at_b(&basis.u, &d.u, &mut self.small, m, k, k);
        subtract(&mut self.over.u, &basis.u, &self.small, k);
        let least = LEAST_VALUE * self.at.s[0];
        for part in [&mut self.over.u, &mut self.over.v] {
            for row in part.chunks_exact_mut(k) {
                for (x, s) in row.iter_mut().zip(&self.at.s) {
                    *x /= -s.max(least).max(f64::MIN_POSITIVE);
                }
            }
        }
        self.beside.u.fill(0.0);
        self.beside.v.fill(0.0);
        sparse_times(a, &self.residual, &self.over.v, k, &mut self.beside.u);
        sparse_transposed_times(a, &self.residual, &self.over.u, k, &mut self.beside.v);
        off_basis(&basis.u, &mut self.beside.u, k, &mut self.small);
        off_basis(&basis.v, &mut self.beside.v, k, &mut self.small);
        add(1.0, &self.beside, &mut self.h);
    }

    /// Steihaug and Toint's truncated conjugate gradients: leaves the step in `eta` and the model's residual in `rest`.
    /// Returns the decrease that the model promises, and whether the step ends at the border of the region.
    fn solve(&mut self, entries: &Entries) -> (f64, bool) {
        self.eta.u.fill(0.0);
        self.eta.v.fill(0.0);
        copy(&self.gradient, &mut self.rest);
        copy(&self.gradient, &mut self.direction);
        let mut rr = product(&self.rest, &self.rest);
        let start = rr.sqrt();
        let target = start * FORCING.min(start / self.first);
        self.last = 0;
        let mut border = false;
        while self.last < self.inner {
            self.apply(entries);
            self.last += 1;
            let curvature = product(&self.direction, &self.h);
            let alpha = rr / curvature;
            let (ee, ed, dd) = (
                product(&self.eta, &self.eta),
                product(&self.eta, &self.direction),
                product(&self.direction, &self.direction),
            );
            let beyond = ee + 2.0 * alpha * ed + alpha * alpha * dd >= self.radius * self.radius;
            border = curvature <= 0.0 || beyond;
            let alpha = if border {
                let room = (self.radius * self.radius - ee).max(0.0);
                ((ed * ed + dd * room).sqrt() - ed) / dd
            } else {
                alpha
            };
            add(alpha, &self.direction, &mut self.eta);
            add(-alpha, &self.h, &mut self.rest);
            if border {
                break;
            }
            let next = product(&self.rest, &self.rest);
            if next.sqrt() <= target {
                break;
            }
            let beta = next / rr;
            rr = next;
            xpby(&self.rest.u, beta, &mut self.direction.u);
            xpby(&self.rest.v, beta, &mut self.direction.v);
        }
        (0.5 * (product(&self.eta, &self.gradient) + product(&self.eta, &self.rest)), border)
    }
}

fn copy(from: &Factors, to: &mut Factors) {
    to.u.copy_from_slice(&from.u);
    to.v.copy_from_slice(&from.v);
}

/// to += alpha from.
fn add(alpha: f64, from: &Factors, to: &mut Factors) {
    axpy(alpha, &from.u, &mut to.u);
    axpy(alpha, &from.v, &mut to.v);
}

impl Iteration for RiemannianTr {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let slope = product(&self.gradient, &self.gradient);
        if slope == 0.0 || self.radius < LEAST_RADIUS * self.most {
            return Outcome::Stop(Stop::Stagnated);
        }
        let (promised, border) = self.solve(entries);
        self.retraction.go(&self.at, &self.eta, 1.0, &mut self.next);
        self.next.multiply(&mut self.x);
        self.retraction.tidy(&self.x, &mut self.next);
        self.next.multiply(&mut self.x);
        let f = 0.5 * residual(entries, &self.x, &mut self.next_residual);
        let (c, s, k) = (entries.count() as u64, (model.rows + model.cols) as u64, self.x.rank as u64);
        work.inner += self.last;
        work.operator += 4 * self.last + 3;
        work.flops += self.last * (12 * c * k + 20 * s * k * k) + 6 * c * k + 24 * s * k * k + 200 * k * k * k;
        work.bytes += (4 * self.last + 3) * c * (12 + 16 * k) + 80 * (self.last + 1) * s * k;
        // Near the solution both decreases drown in rounding: the same is added to both, so that their quotient tends to 1.
        let last_digit = f64::EPSILON * entries.norm;
        let rounding = ROUNDING * self.objective + last_digit * last_digit;
        let share = (self.objective - f + rounding) / (promised + rounding);
        if share < SHRINK || share.is_nan() {
            self.radius *= 0.25;
        } else if share > GROW && border {
            self.radius = (2.0 * self.radius).min(self.most);
        }
        if share >= ACCEPT && f <= self.objective {
            std::mem::swap(&mut self.at, &mut self.next);
            std::mem::swap(&mut self.residual, &mut self.next_residual);
            self.objective = f;
            project(entries, &self.residual, &self.at.basis, &mut self.gradient, &mut self.small);
            return if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) };
        }
        self.at.multiply(&mut self.x);
        // A good step that does not lower the objective: the decrease is below rounding.
        if share >= ACCEPT { Outcome::Stop(Stop::Stagnated) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.radius / self.most;
        out[1] = self.last as f64;
        out[2] = product(&self.gradient, &self.gradient).sqrt() / self.first;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_int()) {
            ("inner", Some(inner)) => {
                self.inner = inner.max(1) as u64;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x.u, &self.x.v, &self.at.basis.u, &self.at.basis.v, &self.at.s] {
            out.slice(part);
        }
        out.real(self.radius);
        out.bits(self.inner);
        out.bits(self.last);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x.u, &mut self.x.v, &mut self.at.basis.u, &mut self.at.basis.v, &mut self.at.s] {
            from.slice(part);
        }
        self.radius = from.real();
        self.inner = from.bits();
        self.last = from.bits();
        let model = self.model.clone();
        if let Data::Entries(entries) = &model.data {
            self.refresh(entries);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Setting;
    use crate::problems::low_rank;
    use iterscope_kernels::rng::Rng;

    fn small() -> RiemannianTr {
        let given = [("rows", Value::Int(12)), ("cols", Value::Int(9)), ("sampling", Value::Real(0.7))];
        let setting = Setting::new(&low_rank::PROBLEM, &given, None, 2).expect("valid");
        let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
        start(model, 3, true, 60, 2).expect("valid")
    }

    /// A random tangent vector.
    fn tangent(tr: &mut RiemannianTr, seed: u64) -> Factors {
        let mut d = Factors::zero(12, 9, 3);
        let mut rng = Rng::new(seed);
        rng.normal_fill(&mut d.u);
        rng.normal_fill(&mut d.v);
        off_basis(&tr.at.basis.v, &mut d.v, 3, &mut tr.small);
        d
    }

    #[test]
    fn the_hessian_agrees_with_second_differences_along_the_retraction_and_is_symmetric() {
        let mut tr = small();
        let model = tr.model.clone();
        let entries = model.entries().expect("entries");
        let (a, b) = (tangent(&mut tr, 1), tangent(&mut tr, 2));
        copy(&a, &mut tr.direction);
        tr.apply(entries);
        let (aa, ab) = (product(&tr.h, &a), product(&tr.h, &b));
        copy(&b, &mut tr.direction);
        tr.apply(entries);
        assert!((ab - product(&tr.h, &a)).abs() < 1e-11 * aa.abs(), "symmetric");
        let mut at = |t: f64| {
            let mut to = tr.at.clone();
            tr.retraction.go(&tr.at, &a, t, &mut to);
            let mut x = tr.x.clone();
            to.multiply(&mut x);
            0.5 * residual(entries, &x, &mut vec![0.0; entries.count()])
        };
        let h = 1e-3;
        // Fourth order, so that the step may be long enough to keep rounding away.
        let second = (-at(2.0 * h) + 16.0 * at(h) - 30.0 * at(0.0) + 16.0 * at(-h) - at(-2.0 * h)) / (12.0 * h * h);
        assert!((second - aa).abs() < 1e-5 * aa.abs(), "{second} {aa}");
    }

    #[test]
    fn a_step_stays_in_its_region_and_the_model_keeps_its_promise() {
        let mut tr = small();
        let model = tr.model.clone();
        let entries = model.entries().expect("entries");
        tr.radius = 1e-3;
        let (promised, border) = tr.solve(entries);
        assert!(border && (product(&tr.eta, &tr.eta).sqrt() - 1e-3).abs() < 1e-15);
        let before = tr.objective;
        tr.step(&mut Work::default());
        assert!(((before - tr.objective) / promised - 1.0).abs() < 1e-2);
    }
}
