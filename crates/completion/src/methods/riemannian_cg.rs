//! Conjugate gradients on the manifold of matrices of fixed rank.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::dense::at_b;
use iterscope_kernels::reduce::xpby;

use super::shared::params::{ENTRY_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::leading::residual;
use crate::methods::shared::fixed_rank::{Point, Retraction, combine, off_basis, product, project};
use crate::model::factors::{Factors, inner};
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

/// Share of the first-order decrease that a step must reach (Armijo's rule).
const DECREASE: f64 = 1e-4;
/// The step is halved at most this often.
const HALVINGS: u32 = 25;
/// A direction whose cosine with the steepest descent is below this is dropped.
const OBLIQUE: f64 = 0.1;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::choice(
        "direction",
        "Direction",
        "Conjugate directions by the formula of Polak and Ribière, or steepest descent for comparison.",
        &[("conjugate", "conjugate gradients"), ("steepest", "steepest descent")],
        "conjugate",
    ),
];

/// `completion.riemannian-cg`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.riemannian-cg"),
        label: Str::Borrowed("Riemannian conjugate gradients"),
        summary: words(
            "Matrices of rank k form a smooth manifold. The gradient is projected to its tangent space, the last direction \
             is carried along, an exact line search in the tangent space gives the step, and a small singular value \
             decomposition leads back to the manifold. It neither depends on how factors are scaled nor solves a system.",
        ),
        math: words(
            r"\xi_t = P_{T_{X_t}}(R_t) + \beta_t\,P_{T_{X_t}}(\xi_{t-1}), \quad R_t = P_\Omega(M - X_t), \quad
t_* = \frac{\langle P_\Omega \xi_t, R_t \rangle}{\lVert P_\Omega \xi_t \rVert_F^2}, \quad X_{t+1} = H_k(X_t + t_* \xi_t)",
        ),
        citation: words(
            "B. Vandereycken: Low-rank matrix completion by Riemannian optimization. SIAM Journal on Optimization 23 (2013), \
             arXiv:1209.3834.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("10 |Ω| k + 40 (m + n) k² flops and a singular value decomposition of size 2 k"),
        limits: words(
            "Local: the rank must be right, and from a poor start it can end at a stationary point. Linear convergence, \
             slower for ill-conditioned matrices and where little is seen. Ends by itself where rounding leaves no decrease.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct RiemannianCg {
    model: Rc<Model>,
    conjugate: bool,
    /// U diag(s) and V.
    x: Factors,
    at: Point,
    next: Point,
    residual: Vec<f64>,
    next_residual: Vec<f64>,
    /// Half the squared residual.
    objective: f64,
    /// The negative gradient, and the direction.
    gradient: Factors,
    direction: Factors,
    old_gradient: Factors,
    carried: Factors,
    retraction: Retraction,
    /// Two k x k matrices.
    small: [Vec<f64>; 2],
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = model.method_rank(input.values.size("rank"))?;
    let conjugate = input.values.text("direction") == "conjugate";
    let iteration = start(model.clone(), k, conjugate, input.seed)?;
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

fn start(model: Rc<Model>, k: usize, conjugate: bool, seed: u64) -> Result<RiemannianCg, BuildError> {
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let zero = || Factors::zero(m, n, k);
    let at = Point::spectral(entries, k, seed);
    let mut iteration = RiemannianCg {
        conjugate,
        x: zero(),
        next: at.clone(),
        at,
        residual: vec![0.0; entries.count()],
        next_residual: vec![0.0; entries.count()],
        objective: 0.0,
        gradient: zero(),
        direction: zero(),
        old_gradient: zero(),
        carried: zero(),
        retraction: Retraction::new(m, n, k),
        small: [vec![0.0; k * k], vec![0.0; k * k]],
        model: model.clone(),
    };
    iteration.at.multiply(&mut iteration.x);
    iteration.objective = 0.5 * residual(entries, &iteration.x, &mut iteration.residual);
    iteration.find_gradient(entries);
    iteration.direction = iteration.gradient.clone();
    Ok(iteration)
}

impl RiemannianCg {
    /// The projection of the residual to the tangent space.
    fn find_gradient(&mut self, entries: &Entries) {
        project(entries, &self.residual, &self.at.basis, &mut self.gradient, &mut self.small[0]);
    }

    /// <R, P(ξ)>, which is the slope, and |P(ξ)|² for the direction ξ.
    fn along(&self, entries: &Entries) -> (f64, f64) {
        let (basis, d) = (&self.at.basis, &self.direction);
        let (mut top, mut bottom, mut e) = (0.0, 0.0, 0);
        for i in 0..entries.by_row.rows {
            let (mut part_top, mut part_bottom) = (0.0, 0.0);
            for &j in entries.by_row.row(i).0 {
                let j = j as usize;
                let x = inner(d.row(i), basis.col(j)) + inner(basis.row(i), d.col(j));
                part_top += x * self.residual[e];
                part_bottom += x * x;
                e += 1;
            }
            top += part_top;
            bottom += part_bottom;
        }
        (top, bottom)
    }

    /// Carries a tangent vector from `from` to `to` by projection: A+ = ξ V+, B+ = ξ'U+ without its part in V+.
    fn carry(from: &Factors, to: &Factors, vector: &mut Factors, out: &mut Factors, small: &mut [Vec<f64>; 2]) {
        let k = from.rank;
        let (m, n) = (from.u.len() / k, from.v.len() / k);
        let [c, d] = small;
        at_b(&from.v, &to.v, c, n, k, k);
        at_b(&vector.v, &to.v, d, n, k, k);
        combine(&vector.u, c, &from.u, d, k, &mut out.u);
        at_b(&vector.u, &to.u, c, m, k, k);
        at_b(&from.u, &to.u, d, m, k, k);
        combine(&from.v, c, &vector.v, d, k, &mut out.v);
        off_basis(&to.v, &mut out.v, k, c);
        std::mem::swap(vector, out);
    }

    /// Replaces the direction after a step from `next` (the old point) to `at`.
    fn turn(&mut self, entries: &Entries) {
        std::mem::swap(&mut self.old_gradient, &mut self.gradient);
        let before = product(&self.old_gradient, &self.old_gradient);
        self.find_gradient(entries);
        let now = product(&self.gradient, &self.gradient);
        let mut beta = 0.0;
        if self.conjugate && before > 0.0 {
            let (from, to) = (&self.next.basis, &self.at.basis);
            Self::carry(from, to, &mut self.old_gradient, &mut self.carried, &mut self.small);
            Self::carry(from, to, &mut self.direction, &mut self.carried, &mut self.small);
            beta = ((now - product(&self.gradient, &self.old_gradient)) / before).max(0.0);
        }
        xpby(&self.gradient.u, beta, &mut self.direction.u);
        xpby(&self.gradient.v, beta, &mut self.direction.v);
        let size = product(&self.direction, &self.direction);
        if product(&self.gradient, &self.direction) < OBLIQUE * (now * size).sqrt() {
            self.steepest();
        }
    }

    fn steepest(&mut self) {
        self.direction.u.copy_from_slice(&self.gradient.u);
        self.direction.v.copy_from_slice(&self.gradient.v);
    }
}

impl Iteration for RiemannianCg {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let (c, s, k) = (entries.count() as u64, (model.rows + model.cols) as u64, self.x.rank as u64);
        let (top, bottom) = self.along(entries);
        work.operator += 3;
        work.flops += 8 * c * k + 24 * s * k * k;
        work.bytes += 3 * c * (12 + 16 * k) + 80 * s * k;
        if !(top > 0.0 && bottom > 0.0) {
            return Outcome::Stop(Stop::Stagnated);
        }
        let mut t = top / bottom;
        for _ in 0..HALVINGS {
            self.retraction.go(&self.at, &self.direction, t, &mut self.next);
            self.next.multiply(&mut self.x);
            self.retraction.tidy(&self.x, &mut self.next);
            self.next.multiply(&mut self.x);
            let f = 0.5 * residual(entries, &self.x, &mut self.next_residual);
            work.operator += 1;
            work.inner += 1;
            work.flops += 2 * c * k + 16 * s * k * k + 200 * k * k * k;
            if f <= self.objective - DECREASE * t * top {
                std::mem::swap(&mut self.at, &mut self.next);
                std::mem::swap(&mut self.residual, &mut self.next_residual);
                self.objective = f;
                self.turn(entries);
                return Outcome::Continue;
            }
            t *= 0.5;
        }
        self.at.multiply(&mut self.x);
        Outcome::Stop(Stop::Stagnated)
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x.u, &self.x.v, &self.at.basis.u, &self.at.basis.v, &self.at.s] {
            out.slice(part);
        }
        for part in [&self.gradient.u, &self.gradient.v, &self.direction.u, &self.direction.v] {
            out.slice(part);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x.u, &mut self.x.v, &mut self.at.basis.u, &mut self.at.basis.v, &mut self.at.s] {
            from.slice(part);
        }
        for part in [&mut self.gradient.u, &mut self.gradient.v, &mut self.direction.u, &mut self.direction.v] {
            from.slice(part);
        }
        if let Data::Entries(entries) = &self.model.data {
            self.objective = 0.5 * residual(entries, &self.x, &mut self.residual);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Setting;
    use crate::problems::low_rank;
    use iterscope_core::Value;

    fn small() -> RiemannianCg {
        let given = [("rows", Value::Int(12)), ("cols", Value::Int(9)), ("sampling", Value::Real(0.7))];
        let setting = Setting::new(&low_rank::PROBLEM, &given, None, 2).expect("valid");
        let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
        start(model, 3, true, 2).expect("valid")
    }

    #[test]
    fn the_gradient_agrees_with_differences_along_the_retraction() {
        let mut cg = small();
        let model = cg.model.clone();
        let entries = model.entries().expect("entries");
        cg.step(&mut Work::default());
        let slope = product(&cg.gradient, &cg.direction);
        assert!((cg.along(entries).0 - slope).abs() < 1e-9 * slope, "two routes to the slope");
        let mut at = |t: f64| {
            let mut to = cg.at.clone();
            cg.retraction.go(&cg.at, &cg.direction, t, &mut to);
            let mut x = cg.x.clone();
            to.multiply(&mut x);
            0.5 * residual(entries, &x, &mut vec![0.0; entries.count()])
        };
        let h = 1e-6;
        let difference = (at(h) - at(-h)) / (2.0 * h);
        assert!((difference + slope).abs() < 1e-5 * slope, "{difference} {slope}");
    }

    #[test]
    fn carrying_is_the_projection_to_the_new_tangent_space() {
        let mut cg = small();
        let old = cg.at.basis.clone();
        let mut vector = cg.direction.clone();
        cg.step(&mut Work::default());
        let new = cg.at.basis.clone();
        let dense = |basis: &Factors, t: &Factors| -> Vec<f64> {
            (0..12 * 9)
                .map(|e| {
                    let (i, j) = (e / 9, e % 9);
                    inner(t.row(i), basis.col(j)) + inner(basis.row(i), t.col(j))
                })
                .collect()
        };
        let before = dense(&old, &vector);
        let mut out = vector.clone();
        RiemannianCg::carry(&old, &new, &mut vector, &mut out, &mut cg.small);
        let rest: Vec<f64> = dense(&new, &vector).iter().zip(&before).map(|(a, b)| a - b).collect();
        // What is lost is orthogonal to the tangent space: (I - U U') rest V = 0 and U' rest = 0.
        for c in 0..3 {
            for j in 0..9 {
                let sum: f64 = (0..12).map(|i| new.u[i * 3 + c] * rest[i * 9 + j]).sum();
                assert!(sum.abs() < 1e-10, "{sum}");
            }
            for i in 0..12 {
                let sum: f64 = (0..9).map(|j| new.v[j * 3 + c] * rest[i * 9 + j]).sum();
                assert!(sum.abs() < 1e-10, "{sum}");
            }
        }
    }
}
