//! Newton's method on the log-strengths, damped by a line search; the linear systems are solved by conjugate gradients.

use std::rc::Rc;

use iterscope_core::{
    Backend, Breakdown, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work,
};
use iterscope_kernels::reduce::{axpy, dot, norm2, sum, xpby};

use super::{CHANGE, LOG_LIMIT, PROBLEMS, change};
use crate::hessian::Hessian;
use crate::instance::Ranking;
use crate::likelihood::{chance, gradient};
use crate::model::{Model, Strengths};

const DAMPING: ParamInfo = ParamInfo::choice(
    "damping",
    "Damping",
    "Halve a step until the likelihood rises enough, or always take the whole step.",
    &[("backtracking", "backtracking line search"), ("none", "none: whole steps")],
    "backtracking",
);
const CG_RTOL: ParamInfo = ParamInfo::real(
    "cg_rtol",
    "Inner tolerance",
    "Relative residual at which the conjugate gradients inside a step stop.",
    [1e-14, 0.9],
    1e-10,
)
.log();

const PARAMS: &[ParamInfo] = &[DAMPING, CG_RTOL];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "newton.decrement",
        "Newton decrement",
        "Square root of the inner product of the gradient with the Newton direction, in games: the distance to the \
                 optimum in the norm of the Hessian, to first order.",
    ),
    SeriesInfo::new("newton.damping", "step length t", "Part of the Newton direction that was taken.").linear(),
];

/// See [`MethodInfo::summary`].
pub static NEWTON: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.newton"),
        label: Str::Borrowed("Newton"),
        summary: Str::Borrowed(
            "Newton's method on the log-strengths s = log(pi), where the log-likelihood is concave. The Hessian is the \
             Laplacian of the graph of games; its systems are solved by conjugate gradients, without a matrix. Few steps, \
             each of them worth many passes: compare by work, too.",
        ),
        math: Str::Borrowed(
            r"s \leftarrow s + t\,H^{-1}\nabla\log L, \qquad H_{ij} = -n_{ij}\,p_{ij}\,p_{ji}, \quad H_{ii} = \textstyle\sum_j n_{ij}\,p_{ij}\,p_{ji}, \quad t = 1, \tfrac12, \tfrac14, \dots",
        ),
        citation: Str::Borrowed(
            "J. Nocedal, S. J. Wright, Numerical Optimization, 2nd edition, Springer 2006, chapters 3 and 7; for this \
             likelihood D. R. Hunter, Annals of Statistics 32(1), 2004, section 3.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "one gradient for each trial, one Hessian, and one pass over the pairs for each inner iteration",
        ),
        limits: Str::Borrowed(
            "Without damping a whole step can overshoot where strengths are far from right; from equal strengths it converged \
             on every set that we tried. Where maximum likelihood does not exist, each step moves the strengths that are \
             infinite by about 1 in log.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<Ranking>()?;
    let damped = input.values.text("damping") == "backtracking";
    let newton = Newton::new(ranking.model(), damped, input.values.real("cg_rtol"));
    Ok(CpuStepper::boxed(newton, ranking.referee()))
}

/// The iteration.
pub(crate) struct Newton {
    model: Rc<Model>,
    damped: bool,
    cg_rtol: f64,
    /// Current point, with its log-likelihood and gradient.
    at: Strengths,
    value: f64,
    slope: Vec<f64>,
    trial: Strengths,
    trial_slope: Vec<f64>,
    hessian: Hessian,
    direction: Vec<f64>,
    residual: Vec<f64>,
    scaled: Vec<f64>,
    search: Vec<f64>,
    image: Vec<f64>,
    p: Vec<f64>,
    change: f64,
    /// Newton decrement at the last step's start.
    pub decrement: f64,
    length: f64,
}

impl Newton {
    /// Starts from equal strengths.
    pub fn new(model: Rc<Model>, damped: bool, cg_rtol: f64) -> Newton {
        let n = model.games.items;
        let hessian = Hessian::new(&model);
        let order = hessian.order();
        let mut newton = Newton {
            damped,
            cg_rtol,
            at: Strengths::equal(&model),
            value: 0.0,
            slope: vec![0.0; n + 1],
            trial: Strengths::equal(&model),
            trial_slope: vec![0.0; n + 1],
            hessian,
            direction: vec![0.0; order],
            residual: vec![0.0; order],
            scaled: vec![0.0; order],
            search: vec![0.0; order],
            image: vec![0.0; order],
            p: vec![0.5; n],
            change: 0.0,
            decrement: 0.0,
            length: 0.0,
            model,
        };
        newton.value = gradient(&newton.model, &newton.at, &mut newton.slope);
        newton
    }

    /// Solves `H d = g` by conjugate gradients with the diagonal as preconditioner. Under maximum likelihood H is singular
    /// along the common scale (of each group that met), but the gradient has no part there: the iteration never sees it.
    fn solve(&mut self, work: &mut Work) {
        let order = self.hessian.order();
        self.direction.fill(0.0);
        self.residual.copy_from_slice(&self.slope[..order]);
        if !self.model.prior() {
            // Exactly 0 but for rounding, which is all there is close to the optimum.
            let items = &mut self.residual[..self.model.games.items];
            let mean = sum(items) / items.len() as f64;
            items.iter_mut().for_each(|r| *r -= mean);
        }
        let goal = self.cg_rtol * norm2(&self.residual);
        let mut old = 0.0;
        for k in 0..(2 * order + 20).min(2000) {
            if norm2(&self.residual) <= goal {
                break;
            }
            for ((z, r), d) in self.scaled.iter_mut().zip(&self.residual).zip(&self.hessian.diagonal) {
                *z = if *d > 0.0 { r / d } else { 0.0 };
            }
            let now = dot(&self.residual, &self.scaled);
            if k == 0 {
                self.search.copy_from_slice(&self.scaled);
            } else {
                xpby(&self.scaled, now / old, &mut self.search);
            }
            old = now;
            self.hessian.apply(&self.model, &self.search, &mut self.image);
            work.inner += 1;
            let curvature = dot(&self.search, &self.image);
            let weighed = self.search.iter().zip(&self.hessian.diagonal).fold(0.0, |sum, (p, d)| sum + d * p * p);
            // Only the singular direction is left, so rounding took over.
            if curvature <= 1e-14 * weighed || curvature.is_nan() {
                break;
            }
            let step = now / curvature;
            axpy(step, &self.search, &mut self.direction);
            axpy(-step, &self.image, &mut self.residual);
            self.count(work, 6, 12 * order as u64);
        }
    }

    /// Sets the trial point at `length` along the direction and evaluates it.
    fn try_length(&mut self, length: f64) -> f64 {
        let n = self.model.games.items;
        for ((t, s), d) in self.trial.log.iter_mut().zip(&self.at.log).zip(&self.direction) {
            *t = s + length * d;
        }
        if !self.model.prior() {
            let mean = sum(&self.trial.log) / n as f64;
            self.trial.log.iter_mut().for_each(|s| *s -= mean);
        }
        self.trial.nu = self.direction.get(n).map_or(self.at.nu, |d| self.at.nu * libm::exp(length * d));
        gradient(&self.model, &self.trial, &mut self.trial_slope)
    }

    fn count(&self, work: &mut Work, flops_per_pair: u64, more: u64) {
        let pairs = self.model.games.pairs.len() as u64;
        work.operator += 1;
        work.flops += flops_per_pair * pairs + more;
        work.bytes += 40 * pairs + 8 * more;
    }
}

impl Iteration for Newton {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let order = self.hessian.order();
        self.hessian.assemble(&self.model, &self.at);
        self.count(work, 30, 0);
        self.solve(work);
        let rise = dot(&self.slope[..order], &self.direction);
        self.decrement = rise.max(0.0).sqrt();
        let mut length = 1.0;
        loop {
            let value = self.try_length(length);
            self.count(work, 40, 2 * order as u64);
            // Close to the optimum the rise drowns in rounding, and whole steps are right.
            let close = rise <= 1e-12 * self.value.abs();
            if !self.damped || value >= self.value + 1e-4 * length * rise || (close && value.is_finite()) {
                self.length = length;
                let spread = self.trial.log.iter().fold(0.0, |most: f64, s| most.max(s.abs()));
                let nu = if order > self.trial.log.len() { libm::log(self.trial.nu).abs() } else { 0.0 };
                // Written so that a NaN counts as outside.
                if !(value.is_finite() && spread <= LOG_LIMIT && nu <= LOG_LIMIT) {
                    return Outcome::Stop(Stop::Diverged);
                }
                self.value = value;
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
            }
        }
        std::mem::swap(&mut self.at, &mut self.trial);
        std::mem::swap(&mut self.slope, &mut self.trial_slope);
        self.change = change(&mut self.p, self.at.log.iter().map(|s| chance(*s)));
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.at
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.change, self.decrement, self.length]);
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.at.log);
        out.slice(&self.p);
        for x in [self.at.nu, self.change, self.decrement, self.length] {
            out.real(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.at.log);
        from.slice(&mut self.p);
        self.at.nu = from.real();
        self.change = from.real();
        self.decrement = from.real();
        self.length = from.real();
        self.value = gradient(&self.model, &self.at, &mut self.slope);
    }
}
