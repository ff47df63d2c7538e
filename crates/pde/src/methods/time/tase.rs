//! Explicit Runge-Kutta methods whose rates are damped by rational functions of the Jacobian: `K_i = T_i F(u + h sum a_ij K_j)` with
//! `T_i = sum_j beta_ij R^j` and `R = (I - alpha h W)^-1`.

use iterscope_core::{
    BuildError, MethodInput, ParamInfo, Prediction, SeriesInfo, StateReader, StateWriter, Stepper, Stop, Work,
};
use iterscope_kernels::compiled::accumulate;

use super::implicit::INNER;
use super::runge_kutta::{Tableau, add, count};
use super::shifted::Shifted;
use crate::system::{Part, System};
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, FixedStep, build};

/// How far stability is looked for.
const FARTHEST: f64 = 1000.0;

/// The parameter `alpha`.
pub const fn alpha(default: f64) -> ParamInfo {
    ParamInfo::real(
        "alpha",
        "Damping alpha",
        "Of I - alpha dt W: more damps more and is less accurate",
        [0.1, 5.0],
        default,
    )
}

/// The parameter `jacobian`.
pub const JACOBIAN: ParamInfo = ParamInfo::choice(
    "jacobian",
    "Matrix W",
    "The derivative of all terms at the beginning of each step, or of diffusion alone, which often stays the same",
    &[("all", "all terms"), ("stiff", "diffusion")],
    "all",
);

/// What these methods show beside the referee's series.
pub static DIAGNOSTICS: &[SeriesInfo] = &[INNER];

/// A member of the class.
#[derive(Clone, Copy)]
pub struct Member {
    /// The explicit method.
    pub tableau: Tableau,
    /// For each stage, the coefficients of R, R^2, ...
    pub beta: &'static [&'static [f64]],
}

impl Member {
    /// By what a step multiplies a mode, where W is the Jacobian.
    pub fn factor(&self, alpha: f64, z: Complex) -> f64 {
        let r = Complex::ONE / (Complex::ONE - z.times(alpha));
        let mut stages = [Complex::default(); 4];
        for (i, row) in self.tableau.a.iter().enumerate() {
            let mut power = Complex::ONE;
            let mut damped = Complex::default();
            for &beta in self.beta[i] {
                power = power * r;
                damped = damped + power.times(beta);
            }
            let at = row.iter().zip(&stages).fold(Complex::ONE, |sum, (a, k)| sum + k.times(*a));
            stages[i] = damped * z * at;
        }
        self.tableau.b.iter().zip(&stages).fold(Complex::ONE, |sum, (b, k)| sum + k.times(*b)).abs()
    }

    /// Linear solves of a step.
    pub fn solves(&self) -> usize {
        self.beta.iter().map(|b| b.len()).sum()
    }

    /// A run.
    ///
    /// # Errors
    /// As [`Shifted::of`].
    pub fn build(&self, input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        let (dt, alpha) = (input.values.real("dt"), input.values.real("alpha"));
        let part = if input.values.text("jacobian") == "stiff" { Part::Stiff } else { Part::All };
        let zero = || vec![0.0; n];
        let tase = Tase {
            member: *self,
            alpha,
            matrix: Shifted::of(input, part, alpha * dt)?,
            stages: self.beta.iter().map(|_| zero()).collect(),
            at: zero(),
            solved: zero(),
            inner: 0,
        };
        build(Box::new(Fixed::new(tase, dt)), input)
    }

    /// What is expected; nothing where W is not the whole Jacobian.
    pub fn predict(&self, input: &MethodInput<'_>) -> Option<Prediction> {
        let alpha = input.values.real("alpha");
        let whole = input.values.text("jacobian") == "all";
        whole.then(|| predict(input, &|z| self.factor(alpha, z), Region::Upto(FARTHEST), Part::All))?
    }
}

struct Tase {
    member: Member,
    alpha: f64,
    matrix: Shifted,
    stages: Vec<Vec<f64>>,
    at: Vec<f64>,
    solved: Vec<f64>,
    inner: u64,
}

impl FixedStep for Tase {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.matrix.prepare(system, start)
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        self.matrix.outdated(system);
        self.matrix.linearise(system, t, u, work);
        self.matrix.shift(self.alpha * dt, work)?;
        let Member { tableau: Tableau { a, b, c }, beta } = self.member;
        for i in 0..b.len() {
            self.at.copy_from_slice(u);
            accumulate(&mut self.at, dt, a[i], &self.stages);
            let stage = &mut self.stages[i];
            system.rate(Part::All, t + c[i] * dt, &self.at, stage);
            self.at.copy_from_slice(stage);
            stage.fill(0.0);
            for &beta in beta[i] {
                let solved = self.matrix.solve(&self.at, &mut self.solved, work);
                std::mem::swap(&mut self.at, &mut self.solved);
                solved?;
                add(stage, beta, &self.at);
            }
        }
        for (stage, &b) in self.stages.iter().zip(b) {
            add(u, dt * b, stage);
        }
        count(work, system, b.len() as u64, u.len());
        self.inner = self.matrix.take_inner();
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.inner as f64;
    }

    fn forget(&mut self) {
        self.matrix.forget();
    }

    fn save(&self, out: &mut StateWriter) {
        self.matrix.save(out);
        out.bits(self.inner);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.matrix.load(from);
        self.inner = from.bits();
    }
}
