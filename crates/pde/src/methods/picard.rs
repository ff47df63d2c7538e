//! Picard's iteration: coefficients and source are those of the last iterate, and what is left is linear (E. Picard, Mémoire sur la théorie des
//! équations aux dérivées partielles et la méthode des approximations successives, Journal de Mathématiques Pures et Appliquées 6, 1890;
//! for the p-Laplace equation L. V. Kačanov's method).
//!
//! One step is one linear solve. The matrix is symmetric positive definite whatever the iterate, so that each step is safe; the factor
//! per step is the spectral radius of `I - A(u)^-1 F'(u)` at the solution, which may be beyond 1.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, Prediction,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Values, Work, words,
};
use iterscope_kernels::compiled;
use iterscope_linear::inner_solver::{self, InnerSolver};

use super::live;
use super::nonlinear::{Lagged, NONLINEAR, no_solution};
use crate::nonlinear;

static PARAMS: &[ParamInfo] = &[
    inner_solver::ANY,
    ParamInfo::real("omega", "Relaxation ω", "Part of the step that is taken", [0.01, 2.0], 1.0).live(),
];

static DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("inner", "Inner steps", "Steps of the linear solver in this step; 1 for the direct one")
        .linear()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.picard"),
        label: Str::Borrowed("Picard"),
        summary: words(
            "Freezes the coefficients at the last iterate and solves what is linear then. Simple and sturdy, with a fixed factor per step; near a fold, and \
             where the coefficients depend strongly on the slope, that factor is 1 and more.",
        ),
        math: words(r"A(u_k)\, \hat u = b(u_k), \qquad u_{k+1} = u_k + \omega\,(\hat u - u_k)"),
        citation: words(
            "E. Picard, Mémoire sur la théorie des équations aux dérivées partielles et la méthode des approximations successives, Journal de Mathématiques Pures et \
             Appliquées 6, 1890; L. V. Kačanov, Variational methods of solution of plasticity problems, Journal of Applied Mathematics and Mechanics 23, 1959",
        ),
        params: List::Borrowed(PARAMS),
        problems: NONLINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one linear solve with lagged coefficients"),
        limits: words(
            "Converges only linearly. For the p-Laplace equation the factor is |p - 2| in one dimension: from p = 3 on it needs ω below 2/(p - 1). On the upper branch of \
             Bratu's equation it diverges from every start but the solution.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = nonlinear::of(input)?;
    Ok(CpuStepper::boxed(Picard::new(problem, input.values, input.seed)?, problem.referee()))
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    nonlinear::theory::picard(nonlinear::of(input).ok()?, input.values.real("omega"))
}

/// The iteration.
pub struct Picard {
    map: Lagged,
    omega: f64,
    u: Vec<f64>,
    next: Vec<f64>,
    stopped: Option<Stop>,
}

impl Picard {
    /// From the start of the problem.
    ///
    /// # Errors
    /// The solver's preconditioner does not fit.
    pub fn new(problem: &nonlinear::NonlinearProblem, values: &Values, seed: u64) -> Result<Picard, BuildError> {
        let solver = InnerSolver::build(values)?.seeded(seed);
        let (map, u) = (Lagged::new(problem, solver)?, problem.initial.to_vec());
        Ok(Picard { map, omega: values.real("omega"), next: vec![0.0; u.len()], u, stopped: None })
    }
}

impl Iteration for Picard {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.next.copy_from_slice(&self.u);
        self.stopped = self.map.apply(&self.u, &mut self.next, work).err();
        if let Some(why) = self.stopped {
            return Outcome::Stop(why);
        }
        let omega = self.omega;
        for (u, &next) in self.u.iter_mut().zip(&self.next) {
            *u = if omega == 1.0 { next } else { *u + omega * (next - *u) };
        }
        if !compiled::norm2(&self.u).is_finite() {
            self.stopped = Some(Stop::Diverged);
            return Outcome::Stop(Stop::Diverged);
        }
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = f64::from(self.map.inner);
    }

    fn remark(&self) -> Option<String> {
        no_solution(self.stopped)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.omega = live(PARAMS, key, value)?.as_real().unwrap_or(1.0);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&[self.omega, f64::from(self.map.inner)]);
        out.slice(&self.u);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let mut scalars = [0.0; 2];
        from.slice(&mut scalars);
        (self.omega, self.map.inner) = (scalars[0], scalars[1] as u32);
        from.slice(&mut self.u);
        self.stopped = None;
    }
}
