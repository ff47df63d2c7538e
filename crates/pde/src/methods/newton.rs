//! Newton's method, with the linear equations solved as far as it pays (R. S. Dembo, S. C. Eisenstat and T. Steihaug, Inexact Newton methods,
//! SIAM Journal on Numerical Analysis 19, 1982), how far by S. C. Eisenstat and H. F. Walker (Choosing the forcing terms in an inexact
//! Newton method, SIAM Journal on Scientific Computing 17, 1996, choice 2), and steps that are cut until the residual falls (L. Armijo's
//! rule, with the parabola of C. T. Kelley, Solving Nonlinear Equations with Newton's Method, 2003).
//!
//! Near a solution with a regular derivative the number of correct digits doubles with each step. With `lazy` > 1 a derivative serves several steps
//! (V. E. Shamanskii 1967), each of which then costs one residual: the order per derivative grows, that per step falls.
//!
//! One step is one derivative (every `lazy`-th step), one linear solve and one residual for each length that is tried.

use iterscope_core::{
    Backend, Breakdown, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Values, Work, words,
};
use iterscope_kernels::compiled;
use iterscope_kernels::csr::Csr;
use iterscope_linear::inner_solver::{self, InnerSolver};

use super::live;
use super::nonlinear::{NONLINEAR, along, evaluated, is_rounding, no_solution};
use crate::nonlinear;
use crate::system::{Part, System};

/// Part of the fall that a linear model promises which a step must bring.
const ARMIJO: f64 = 1e-4;
/// A step shorter than this is none, by the residual and by the energy.
const SHORTEST: [f64; 2] = [1e-8, 1e-24];
/// The constants of the forcing term: first, largest, factor.
const FORCING: [f64; 3] = [0.5, 0.9, 0.9];

static PARAMS: &[ParamInfo] = &[
    inner_solver::ANY,
    ParamInfo::choice(
        "forcing",
        "Forcing term",
        "How far a Krylov solver goes: as far as Newton's step can use it, or to its own tolerance each time",
        &[("eisenstat-walker", "Eisenstat and Walker"), ("fixed", "tolerance of the solver")],
        "eisenstat-walker",
    ),
    ParamInfo::choice(
        "line_search",
        "Line search",
        "What must fall with each step, which is cut until it does: the residual, or the energy, for problems that minimise one from far away",
        &[("residual", "on the residual"), ("energy", "on the energy"), ("none", "none: full steps")],
        "residual",
    )
    .live(),
    ParamInfo::int("lazy", "Steps per derivative", "How many steps use the same derivative", [1, 50], 1).live(),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("inner", "Inner steps", "Steps of the linear solver in this step; 1 for the direct one").linear(),
    SeriesInfo::new("step-length", "Step length", "Part of Newton's step that was taken").linear(),
    SeriesInfo::new("forcing", "Forcing term", "Relative residual to which the linear equations were solved"),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.newton"),
        label: Str::Borrowed("Newton"),
        summary: words(
            "Solves the equation linearised at the iterate. Near a solution the digits double with each step; far from one the line search keeps it from running \
             away. With a Krylov solver the linear equations are solved only as far as it pays.",
        ),
        math: words(
            r"F'(u_k)\, d_k \approx -F(u_k), \qquad u_{k+1} = u_k + \lambda_k d_k, \qquad \|F(u_{k+1})\| \le (1 - 10^{-4} \lambda_k)\, \|F(u_k)\|",
        ),
        citation: words(
            "R. S. Dembo, S. C. Eisenstat and T. Steihaug, Inexact Newton methods, SIAM Journal on Numerical Analysis 19, 1982; S. C. Eisenstat and H. F. Walker, \
             Choosing the forcing terms in an inexact Newton method, SIAM Journal on Scientific Computing 17, 1996; V. E. Shamanskii, A modification of Newton's \
             method, Ukrainian Mathematical Journal 19, 1967",
        ),
        params: List::Borrowed(PARAMS),
        problems: NONLINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("a derivative, a linear solve, and a residual for each length that is tried"),
        limits: words(
            "Finds a solution near the start, not every one. At a fold the derivative is singular and the rate falls to one half; beyond it the line search ends where \
             the residual cannot fall further: no solution is found. On an unstable branch the matrix is indefinite: take MINRES or the direct solver in place of \
             conjugate gradients.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = nonlinear::of(input)?;
    let shape = problem.model.discrete.shape.as_deref();
    let solver = InnerSolver::build(input.values)?.shaped(shape).seeded(input.seed);
    let newton = Newton::new(
        Box::new(problem.system()),
        Some(problem.energy()),
        &problem.initial,
        problem.scale,
        solver,
        input.values,
    )?;
    Ok(CpuStepper::boxed(newton, problem.referee()))
}

/// An energy of which `F` is minus the gradient.
pub type Energy = Box<dyn FnMut(&[f64]) -> f64>;

/// What must fall with each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Merit {
    Residual,
    Energy,
    None,
}

impl Merit {
    const ALL: [Merit; 3] = [Merit::Residual, Merit::Energy, Merit::None];

    fn named(name: &str) -> Merit {
        match name {
            "energy" => Merit::Energy,
            "none" => Merit::None,
            _ => Merit::Residual,
        }
    }
}

/// Newton's method on `F(u) = 0`.
pub struct Newton {
    system: Box<dyn System>,
    energy: Option<Energy>,
    solver: InnerSolver,
    scale: f64,
    eisenstat_walker: bool,
    merit: Merit,
    lazy: u32,
    u: Vec<f64>,
    f: Vec<f64>,
    d: Vec<f64>,
    trial: Vec<f64>,
    matrix: Csr,
    diagonal: Vec<f64>,
    /// The iterate whose derivative the solver has, and the steps that have used it; 0 where it has none.
    taken_at: Vec<f64>,
    used: u32,
    norm: f64,
    before: f64,
    forcing: f64,
    inner: u32,
    length: f64,
    stopped: Option<Stop>,
    /// What starting cost, counted with the first step.
    start: Work,
}

impl Newton {
    /// From `initial`, residuals relative to `scale`, with the parameters of the method.
    ///
    /// # Errors
    /// The solver's preconditioner does not fit.
    pub fn new(
        mut system: Box<dyn System>,
        energy: Option<Energy>,
        initial: &[f64],
        scale: f64,
        mut solver: InnerSolver,
        values: &Values,
    ) -> Result<Newton, BuildError> {
        let n = system.len();
        let zeros = || vec![0.0; n];
        let mut matrix = system.jacobian(Part::All, 0.0, initial);
        matrix.values.iter_mut().for_each(|v| *v = -*v);
        // Memory is taken here; a derivative that is singular at the start is met again in the first step.
        match solver.set_matrix(&matrix, &mut Work::default()) {
            Err(e) if e.field != inner_solver::ROLE => return Err(e),
            _ => {}
        }
        let mut newton = Newton {
            system,
            energy,
            solver,
            scale,
            eisenstat_walker: values.text("forcing") == "eisenstat-walker",
            merit: Merit::named(values.text("line_search")),
            lazy: values.size("lazy") as u32,
            u: initial.to_vec(),
            f: zeros(),
            d: zeros(),
            trial: zeros(),
            matrix,
            diagonal: zeros(),
            taken_at: zeros(),
            used: 0,
            norm: 0.0,
            before: 0.0,
            forcing: FORCING[0],
            inner: 0,
            length: 1.0,
            stopped: None,
            start: Work::default(),
        };
        newton.evaluate();
        evaluated(&mut newton.start, newton.system.flops(), n);
        Ok(newton)
    }

    fn evaluate(&mut self) {
        self.system.rate(Part::All, 0.0, &self.u, &mut self.f);
        self.norm = compiled::norm2(&self.f);
    }

    /// Gives the solver the derivative at `taken_at`; false where it is singular.
    fn derive(&mut self, work: &mut Work) -> bool {
        self.system.jacobian_into(Part::All, 0.0, &self.taken_at, &mut self.matrix);
        self.matrix.values.iter_mut().for_each(|v| *v = -*v);
        for (k, d) in self.diagonal.iter_mut().enumerate() {
            *d = self.matrix.entry(k, k);
        }
        work.flops += 3 * self.system.flops();
        self.solver.set_matrix(&self.matrix, work).is_ok()
    }

    /// The relative residual to which the linear equations are solved.
    fn force(&mut self) {
        let [first, most, factor] = FORCING;
        if !self.eisenstat_walker {
            self.forcing = self.solver.tolerance();
            return;
        }
        if self.before == 0.0 {
            self.forcing = first;
            return;
        }
        let ratio = self.norm / self.before;
        let kept = factor * self.forcing * self.forcing;
        let wanted = factor * ratio * ratio;
        self.forcing = if kept > 0.1 { wanted.max(kept) } else { wanted }.clamp(1e-12, most);
    }

    /// Goes along `d`, cutting the step until what must fall does; false where it does not.
    fn advance(&mut self, work: &mut Work) -> bool {
        let (n, first) = (self.u.len(), self.norm);
        let energy =
            if self.merit == Merit::Energy { self.energy.as_mut().map(|energy| energy(&self.u)) } else { None };
        // What falls, here, and its slope along the step.
        let (here, slope) = match energy {
            Some(energy) => (energy, -compiled::dot(&self.f, &self.d)),
            None => (first * first, -2.0 * first * first),
        };
        let shortest = SHORTEST[usize::from(energy.is_some())];
        let noise = if energy.is_some() { 1e-14 * here.abs() } else { 0.0 };
        let mut length = 1.0;
        loop {
            along(&self.u, length, &self.d, &mut self.trial);
            std::mem::swap(&mut self.u, &mut self.trial);
            self.evaluate();
            evaluated(work, self.system.flops(), n);
            let there = match (energy, &mut self.energy) {
                (Some(_), Some(energy)) => energy(&self.u),
                _ => self.norm * self.norm,
            };
            let fallen = match energy {
                Some(_) => there <= here + ARMIJO * length * slope + noise && self.norm.is_finite(),
                None => self.norm <= (1.0 - ARMIJO * length) * first,
            };
            if self.merit == Merit::None || fallen {
                (self.length, self.before) = (length, first);
                return true;
            }
            std::mem::swap(&mut self.u, &mut self.trial);
            // The parabola through both ends with the slope at the first.
            let bend = (there - here - slope * length) / (length * length);
            let best = -slope / (2.0 * bend);
            length = if best.is_finite() { best.clamp(0.1 * length, 0.5 * length) } else { 0.1 * length };
            if length < shortest {
                self.evaluate();
                return false;
            }
        }
    }

    fn stop(&mut self, why: Stop) -> Outcome {
        // What rounding leaves is no failure.
        let rounding = matches!(why, Stop::Breakdown(_)) && is_rounding(self.norm, &self.diagonal, &self.u);
        let why = if rounding { Stop::Stagnated } else { why };
        self.stopped = Some(why);
        Outcome::Stop(why)
    }
}

impl Iteration for Newton {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        super::adaptor::add(work, std::mem::take(&mut self.start));
        self.stopped = None;
        if self.norm == 0.0 {
            return self.stop(Stop::Converged);
        }
        if !self.norm.is_finite() {
            return self.stop(Stop::Diverged);
        }
        self.force();
        loop {
            let fresh = self.used == 0 || self.used >= self.lazy;
            if fresh {
                self.taken_at.copy_from_slice(&self.u);
                self.used = 0;
                if !self.derive(work) {
                    return self.stop(Stop::Breakdown(Breakdown::Singular));
                }
            }
            self.d.fill(0.0);
            let solved = self.solver.solve(&self.f, &mut self.d, self.forcing, work);
            self.inner = *solved.as_ref().unwrap_or(&self.inner);
            let direction = self.d.iter().all(|d| d.is_finite()) && self.d.iter().any(|d| *d != 0.0);
            if direction && self.advance(work) {
                self.used += 1;
                return Outcome::Continue;
            }
            // With an older derivative it is no wonder: once more with that at the iterate itself.
            if fresh {
                return self.stop(solved.err().unwrap_or(Stop::Breakdown(Breakdown::LineSearch)));
            }
            self.used = self.lazy;
        }
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn estimate(&self) -> f64 {
        self.norm / self.scale
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let forcing = if self.solver.is_direct() { f64::NAN } else { self.forcing };
        for (out, value) in out.iter_mut().zip([f64::from(self.inner), self.length, forcing]) {
            *out = value;
        }
    }

    fn remark(&self) -> Option<String> {
        no_solution(self.stopped)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let value = live(PARAMS, key, value)?;
        match key {
            "lazy" => self.lazy = value.as_int().unwrap_or(1) as u32,
            _ => self.merit = Merit::named(value.as_text().unwrap_or_default()),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        for counter in self.start.counters() {
            out.bits(counter);
        }
        let scalars = [
            f64::from(self.used),
            self.before,
            self.forcing,
            f64::from(self.inner),
            self.length,
            f64::from(self.lazy),
            Merit::ALL.iter().position(|m| *m == self.merit).unwrap_or(0) as f64,
        ];
        out.slice(&scalars);
        out.slice(&self.u);
        out.slice(&self.taken_at);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let [operator, preconditioner, inner, flops, bytes] = std::array::from_fn(|_| from.bits());
        self.start = Work { operator, preconditioner, inner, flops, bytes };
        let mut scalars = [0.0; 7];
        from.slice(&mut scalars);
        let [used, before, forcing, inner, length, lazy, merit] = scalars;
        (self.used, self.before, self.forcing) = (used as u32, before, forcing);
        (self.inner, self.length, self.lazy) = (inner as u32, length, lazy as u32);
        self.merit = Merit::ALL.get(merit as usize).copied().unwrap_or(Merit::Residual);
        from.slice(&mut self.u);
        from.slice(&mut self.taken_at);
        self.stopped = None;
        self.evaluate();
        if self.used > 0 {
            self.derive(&mut Work::default());
        }
    }
}
