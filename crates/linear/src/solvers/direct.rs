//! Elimination as a solver: the first step solves, each further one refines what rounding left (J. H. Wilkinson, Rounding Errors in Algebraic
//! Processes, 1963, chapter 3, for the refinement).
//!
//! Three ways: factors `L D L'` after nested dissection (A. George, Nested dissection of a regular finite element mesh, SIAM Journal on Numerical
//! Analysis 10, 1973), whose fill is of order n log n on plane grids; banded factors with pivoting; and, where the coefficients are constant on a
//! box with given values on all sides, sine transforms, which make the matrix diagonal (R. W. Hockney, A fast direct solution of Poisson's equation
//! using Fourier analysis, Journal of the ACM 12, 1965).

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;
use iterscope_kernels::sine::SineTransform;

use super::norm;
use crate::factors::{Factors, Refused};
use crate::memory::{Held, held};
use crate::spectrum::by_sines;
use crate::state::{get, put};
use crate::{LinearSolver, Matrix, Operator, Preconditioner, Scalar, Setup};

/// What a solve runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elimination {
    /// Sparse factors: symmetric ones after dissection where the matrix is, banded ones elsewhere.
    Sparse,
    /// Banded factors with pivoting.
    Banded,
    /// Sine transforms.
    Sines,
}

/// A matrix that sine transforms make diagonal.
struct Sines<T> {
    transforms: Vec<(SineTransform<T>, usize)>,
    /// The inverse eigenvalues, scaled.
    inverse: Vec<T>,
}

impl<T: Scalar> Sines<T> {
    fn new(setup: &Setup<'_, T>) -> Result<Self, BuildError> {
        let refuse = |why: &str| {
            BuildError::new(
                "solver",
                format!(
                    "sine transforms need constant coefficients without flow on a box with given values on all sides; {why}"
                ),
            )
        };
        let shape = setup.boxed().map_err(|_| refuse("here the unknowns form no such box"))?;
        let values = by_sines(setup.matrix, shape).map_err(refuse)?;
        let size = setup.matrix.diagonal().first().map_or(1.0, |d| d.to_f64().abs());
        if values.iter().any(|value| value.abs() <= 1e-14 * size) {
            return Err(singular());
        }
        let scale = shape.iter().fold(1.0, |scale, &m| scale * (2.0 / (m + 1) as f64));
        let inverse = values.into_iter().map(|value| T::from_f64(scale / value)).collect();
        let strides = (0..shape.len()).map(|axis| shape[..axis].iter().product());
        let transforms = shape.iter().zip(strides).map(|(&m, stride)| (SineTransform::new(m), stride)).collect();
        Ok(Sines { transforms, inverse })
    }

    fn solve(&mut self, v: &mut [T]) {
        for (transform, stride) in &mut self.transforms {
            transform.along(v, *stride);
        }
        for (v, &inverse) in v.iter_mut().zip(&self.inverse) {
            *v *= inverse;
        }
        for (transform, stride) in self.transforms.iter_mut().rev() {
            transform.along(v, *stride);
        }
    }
}

fn singular() -> BuildError {
    BuildError::new("method", "the matrix is singular: elimination finds no pivot, and there is no unique solution")
}

/// Rounding may leave a pivot where there is none: a solve then makes a random vector longer than the matrix could.
fn regular<T: Scalar>(matrix: &Matrix<T>, factors: &mut Factors<T>) -> Result<(), BuildError> {
    let mut draw = vec![0.0; matrix.len()];
    Rng::new(1).normal_fill(&mut draw);
    let mut probe: Vec<T> = draw.iter().map(|&x| T::from_f64(x)).collect();
    let before = norm(&probe).to_f64();
    factors.solve(&mut probe);
    let largest = matrix.rows().values.iter().fold(0.0, |m: f64, a| m.max(a.to_f64().abs()));
    let grown = norm(&probe).to_f64() / before * largest;
    if grown <= 0.01 / T::EPSILON.to_f64() { Ok(()) } else { Err(singular()) }
}

enum Factored<T> {
    Factors(Factors<T>),
    Sines(Sines<T>),
}

/// The solver.
pub struct Direct<T> {
    kind: Factored<T>,
    /// Entries of the factors for each entry of the matrix, and negative pivots (NaN where unknown).
    fill: f64,
    negative: f64,
    /// Operations that made the factors, counted at the start.
    made: u64,
    x: Vec<T>,
    r: Vec<T>,
    z: Vec<T>,
    norm: T,
}

impl<T: Scalar> Direct<T> {
    /// For the matrix of `setup`.
    ///
    /// # Errors
    /// The matrix is singular, its factors are too large, or sine transforms do not fit.
    pub fn new(setup: &Setup<'_, T>, elimination: Elimination) -> Result<Self, BuildError> {
        let rows = || setup.matrix.rows();
        let refused = |refused| match refused {
            Refused::Singular(_) => singular(),
            Refused::TooLarge(entries) => BuildError::new(
                "method",
                format!(
                    "the factors would have some {entries:.0} entries, which is too much here: take a smaller grid or an iteration"
                ),
            ),
        };
        let mut kind = match elimination {
            Elimination::Sparse => Factored::Factors(Factors::affordable(rows()).map_err(refused)?),
            Elimination::Banded => Factored::Factors(Factors::banded(rows()).map_err(refused)?),
            Elimination::Sines => Factored::Sines(Sines::new(setup)?),
        };
        let (fill, negative, made) = match &kind {
            Factored::Factors(f) => {
                let fill = f.entries() as f64 / rows().nnz() as f64;
                (fill, f.negative().map_or(f64::NAN, |n| n as f64), f.factor_flops())
            }
            Factored::Sines(s) => (0.0, s.inverse.iter().filter(|x| **x < T::ZERO).count() as f64, 0),
        };
        if let Factored::Factors(f) = &mut kind {
            regular(setup.matrix, f)?;
        }
        let zeros = || vec![T::ZERO; setup.matrix.len()];
        Ok(Direct { kind, fill, negative, made, x: zeros(), r: zeros(), z: zeros(), norm: T::ZERO })
    }
}

impl<T: Scalar> LinearSolver<T> for Direct<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        super::first_residual(a, b, x, &mut self.r, work);
        self.norm = norm(&self.r);
        work.flops += self.made;
    }

    fn step(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        if self.norm == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        self.z.copy_from_slice(&self.r);
        let n = self.z.len();
        match &mut self.kind {
            Factored::Factors(f) => {
                f.solve(&mut self.z);
                work.flops += f.flops();
                work.bytes += f.flops() * size_of::<T>() as u64;
            }
            Factored::Sines(s) => {
                s.solve(&mut self.z);
                for (transform, _) in &s.transforms {
                    work.flops += 2 * transform.flops() * (n / transform.len()) as u64;
                }
                super::count::<T>(work, n, 1, 8 * s.transforms.len() as u64);
            }
        }
        work.preconditioner += 1;
        compiled::axpy(T::ONE, &self.z, &mut self.x);
        a.residual(b, &self.x, &mut self.r);
        a.cost().count(work);
        self.norm = norm(&self.r);
        super::count::<T>(work, n, 4, 6);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        self.norm
    }

    fn diagnostics(&self, out: &mut [f64]) {
        for (out, value) in out.iter_mut().zip([self.fill, self.negative]) {
            *out = value;
        }
    }

    fn memory(&self) -> usize {
        let kind = match &self.kind {
            Factored::Factors(factors) => factors.memory(),
            Factored::Sines(sines) => sines.inverse.held(),
        };
        held(&[&kind, &self.x, &self.r, &self.z])
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &self.x);
        put(out, &self.r);
        put(out, &[self.norm]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        get(from, &mut self.x);
        get(from, &mut self.r);
        let mut one = [T::ZERO];
        get(from, &mut one);
        self.norm = one[0];
    }
}

/// Names of the diagnostics.
pub const DIAGNOSTICS: [&str; 2] = ["fill", "negative"];
