//! Eigensolvers as iterations of the family: what they share, once.

use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    BuildError, CpuStepper, Iteration, MethodInput, Names, Outcome, ParamInfo, Prediction, StateReader, StateWriter,
    Stepper, Str, Value, Work,
};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;
use iterscope_linear::eigen::{self, EigenSolver};
use iterscope_linear::factors::{Factors, Refused};
use iterscope_linear::memory::held;
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::{Matrix, Preconditioner, Setup};

use super::adaptor;
use crate::problems::eigen::{self as problem, EigenProblem, Modes, Spectrum};

/// The problems that eigensolvers run on.
pub const EIGEN: Names = Names::Static(&[problem::ID]);

/// The shift of methods with an inverse.
pub const SHIFT: ParamInfo = ParamInfo::real(
    "shift",
    "Shift",
    "Modes with eigenvalues near this number are found; it must not be an eigenvalue itself",
    [-1e9, 1e9],
    0.0,
);

/// Vectors beside the wanted ones.
pub const fn guard(default: i64) -> ParamInfo {
    let doc = "Vectors beside the wanted ones: the gap that counts is then the one behind them";
    ParamInfo::int("guard", "Guard vectors", doc, [0, 40], default)
}

/// An eigensolver with its matrix and preconditioner.
pub struct EigenIteration {
    matrix: Rc<Matrix<f64>>,
    root: Option<Rc<Vec<f64>>>,
    solver: Box<dyn EigenSolver>,
    preconditioner: Box<dyn Preconditioner<f64>>,
    shown: Modes,
    remark: Option<String>,
}

impl EigenIteration {
    /// For `wanted` modes: the lowest, or those nearest to a shift.
    pub fn new(problem: &EigenProblem, solver: Box<dyn EigenSolver>, wanted: usize, lowest: bool) -> Self {
        EigenIteration {
            matrix: Rc::clone(&problem.matrix),
            root: problem.root.clone(),
            solver,
            preconditioner: Box::new(Identity),
            shown: Modes { values: Vec::new(), vectors: Vec::new(), ritz: Vec::new(), wanted, lowest },
            remark: None,
        }
    }

    /// With a preconditioner.
    #[must_use]
    pub fn preconditioned(mut self, preconditioner: Box<dyn Preconditioner<f64>>) -> Self {
        self.preconditioner = preconditioner;
        self
    }

    /// With what to know of the shift.
    #[must_use]
    pub fn remarked(mut self, remark: Option<String>) -> Self {
        self.remark = remark;
        self
    }

    /// As a stepper with the referee of its problem.
    pub fn boxed(self, problem: &EigenProblem) -> Box<dyn Stepper> {
        CpuStepper::boxed(self, problem.referee())
    }
}

impl Iteration for EigenIteration {
    type Iterate = Modes;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.solver.step(&*self.matrix, &mut *self.preconditioner, work)
    }

    fn iterate(&mut self) -> &Modes {
        let values = self.solver.values();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        self.shown.values = order.iter().map(|&i| values[i]).collect();
        self.shown.ritz.clear();
        self.shown.ritz.extend_from_slice(self.solver.ritz());
        let vectors = self.solver.vectors();
        self.shown.vectors.resize(vectors.len(), Vec::new());
        for (place, shown) in self.shown.vectors.iter_mut().enumerate() {
            let from = order.get(place).copied().unwrap_or(place);
            shown.clone_from(&vectors[from]);
            if let Some(root) = &self.root {
                shown.iter_mut().zip(root.iter()).for_each(|(u, r)| *u /= r);
            }
        }
        &self.shown
    }

    fn remark(&self) -> Option<String> {
        self.remark.clone()
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match key.strip_prefix("preconditioner.") {
            Some(own) => self.preconditioner.set(own, value).map_err(|e| e.under("preconditioner.")),
            None => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        self.preconditioner.save(out);
        self.solver.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.preconditioner.load(from);
        self.solver.load(from);
    }
}

/// A random vector of length one that a solve makes so long, in units of the matrix, has met an eigenvalue.
const GROWTH: f64 = 1e12;

/// Factors of the matrix less the shift.
///
/// # Errors
/// The shift is an eigenvalue, or the factors are too large.
pub fn factors(problem: &EigenProblem, shift: f64) -> Result<Factors<f64>, BuildError> {
    let singular = || {
        let other = shift - 0.1 * problem.unit;
        let why = format!("is an eigenvalue to working precision; take one beside it, such as {other}");
        BuildError::new("shift", why)
    };
    let made = eigen::shifted(&problem.matrix, shift);
    let mut factors = made.map_err(|refused| match refused {
        Refused::Singular(_) => singular(),
        Refused::TooLarge(entries) => {
            let why = format!(
                "needs factors of some {} entries, which is too much here; LOBPCG and Lanczos on the matrix itself need none",
                grouped(entries as usize)
            );
            BuildError::new("method", why)
        }
    })?;
    let mut probe = vec![0.0; problem.len()];
    Rng::new(1).normal_fill(&mut probe);
    let before = compiled::norm2(&probe);
    factors.solve(&mut probe);
    let largest = problem.matrix.rows().values.iter().fold(0.0, |m: f64, a| m.max(a.abs()));
    let grown = compiled::norm2(&probe) / before * largest;
    if grown <= GROWTH { Ok(factors) } else { Err(singular()) }
}

/// Whether no eigenvalue lies below the shift, and what to say where some do.
pub fn below(factors: &Factors<f64>, shift: f64) -> (bool, Option<String>) {
    match factors.negative() {
        Some(0) => (true, None),
        Some(count) => {
            let them =
                if count == 1 { "One eigenvalue lies".into() } else { format!("{} eigenvalues lie", grouped(count)) };
            let text = format!(
                "{them} below the shift {shift}, by the signs of the pivots: these are modes near it, not the lowest."
            );
            (false, Some(text))
        }
        None => (false, None),
    }
}

/// A preconditioner made from `A` for `W^(-1/2) A W^(-1/2)`.
struct Weighted {
    inner: Box<dyn Preconditioner<f64>>,
    root: Rc<Vec<f64>>,
    scaled: Vec<f64>,
}

impl Preconditioner<f64> for Weighted {
    fn apply(&mut self, r: &[f64], z: &mut [f64], work: &mut Work) {
        for ((s, r), w) in self.scaled.iter_mut().zip(r).zip(self.root.iter()) {
            *s = w * r;
        }
        self.inner.apply(&self.scaled, z, work);
        for (z, w) in z.iter_mut().zip(self.root.iter()) {
            *z *= w;
        }
    }

    fn memory(&self) -> usize {
        self.inner.memory() + held(&[&self.scaled])
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.inner.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        self.inner.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.inner.load(from);
    }
}

/// The preconditioner that was chosen.
///
/// # Errors
/// It does not fit the problem.
pub fn chosen(problem: &EigenProblem, input: &MethodInput<'_>) -> Result<Box<dyn Preconditioner<f64>>, BuildError> {
    let (shape, coarsening) = (problem.shape.as_deref(), problem.coarsening.as_ref());
    let setup = Setup { shape, coarsening, seed: input.seed, ..Setup::new(&problem.plain) };
    let inner = adaptor::chosen(&setup, input.values)?;
    Ok(match &problem.root {
        Some(root) => Box::new(Weighted { inner, root: Rc::clone(root), scaled: vec![0.0; root.len()] }),
        None => inner,
    })
}

/// The residual of random vectors, of which every mode is a part, relative to an eigenvalue.
pub fn random_start(s: &Spectrum, value: f64) -> f64 {
    0.5 * s.highest / value.abs()
}

/// A rate of the residual from where it begins.
pub fn rate(start: f64, factor: f64, bound: bool, label: &str, why: &str) -> Option<Prediction> {
    if !(factor > 0.0 && factor < 1.0) {
        return None;
    }
    let mut p = Prediction {
        series: Str::Borrowed(problem::RESIDUAL),
        start,
        factor,
        points: Vec::new(),
        bound,
        label: label.to_owned(),
        remedy: None,
        words: String::new(),
    };
    let steps = p.steps_to(1e-8).map_or(String::new(), |n| format!(": about {} steps to 1e-8", grouped(n as usize)));
    p.words = format!("{why} = {factor:.4}{steps}.");
    Some(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_one_or_more_are_none() {
        assert!(rate(1.0, 1.0, false, "", "").is_none() && rate(1.0, f64::NAN, false, "", "").is_none());
        let half = rate(1.0, 0.5, false, "half", "q").unwrap();
        assert_eq!(half.words, "q = 0.5000: about 27 steps to 1e-8.");
    }
}
