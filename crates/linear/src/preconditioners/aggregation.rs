//! Smoothed aggregation: algebraic multigrid from the entries of the matrix alone (P. Vaněk, J. Mandel and M. Brezina, Algebraic multigrid by
//! smoothed aggregation for second and fourth order elliptic problems, Computing 56, 1996).
//!
//! Unknowns that are strongly coupled are gathered into aggregates of a neighbourhood each. A vector that the smoother hardly changes, the constant
//! after a few sweeps, is cut along the aggregates into the columns of a prolongation, which one step of Jacobi's method smooths; the
//! coarse matrix is Galerkin's. It suits jumps, masks and matrices without a grid; for symmetric positive definite ones a cycle is symmetric. With a
//! threshold above zero, weak couplings do not aggregate: for anisotropy, about 0.08. One cycle costs about
//! 4/3 of the smoothing of the finest level.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, StateReader, StateWriter, Values, Work};
use iterscope_kernels::csr::Csr;

use super::ROLE;
use super::gauss_seidel::{GaussSeidel, SweepOrder};
use super::jacobi::Jacobi;
use crate::hierarchy::{CYCLES, Cycle, Hierarchy, Level};
use crate::transfer::Transfer;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup, spectrum};

/// Levels of at most so many unknowns are solved exactly.
const SMALL: usize = 10;
/// The most levels.
const LEVELS: usize = 20;
/// Sweeps on the constant before it is cut, on the finest level.
const SWEEPS: usize = 4;
/// Steps of Lanczos' process for the largest eigenvalue of `D^-1 A`.
const STEPS: usize = 20;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice("cycle", "Cycle", "In which way the levels are visited", CYCLES, "v"),
    ParamInfo::real(
        "threshold",
        "Strength threshold",
        "Couplings below this share of the geometric mean of both diagonal entries do not aggregate",
        [0.0, 0.5],
        0.0,
    ),
    ParamInfo::int("pre", "Sweeps before", "Symmetric Gauss-Seidel sweeps before the correction", [0, 10], 1),
    ParamInfo::int("post", "Sweeps after", "Symmetric Gauss-Seidel sweeps after the correction", [0, 10], 1),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "aggregation",
        "smoothed aggregation",
        "Algebraic multigrid: levels from the entries of the matrix alone, for jumps, masks and matrices without a grid",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let sweeps = [values.int("pre") as usize, values.int("post") as usize];
    let cycle = Cycle::of(values.text("cycle"));
    Ok(Box::new(Aggregation::new(setup, cycle, values.real("threshold"), sweeps)?))
}

/// The levels.
pub struct Aggregation<T> {
    levels: Hierarchy<T>,
}

impl<T: Scalar> Aggregation<T> {
    /// For the matrix of `setup`.
    ///
    /// # Errors
    /// A diagonal entry is not positive, or the coarsest matrix is singular.
    pub fn new(setup: &Setup<'_, T>, cycle: Cycle, threshold: f64, sweeps: [usize; 2]) -> Result<Self, BuildError> {
        let mut matrix = Rc::clone(setup.matrix);
        if matrix.diagonal().iter().any(|d| d.to_f64().is_nan() || *d <= T::ZERO) {
            return Err(BuildError::new("method", "aggregation needs a positive diagonal"));
        }
        let mut candidate = vec![T::ONE; matrix.len()];
        let mut levels = Vec::new();
        while matrix.len() > SMALL && levels.len() < LEVELS {
            let own = setup.of(&matrix, None);
            if levels.is_empty() {
                let mut smoother = GaussSeidel::new(&own, SweepOrder::Symmetric, 1.0)?;
                let zero = vec![T::ZERO; matrix.len()];
                let mut scratch = [Vec::new(), Vec::new()];
                for _ in 0..SWEEPS {
                    smoother.relax(&*matrix, &zero, &mut candidate, &mut scratch, &mut Work::default());
                }
            }
            let (aggregates, count) = aggregate(matrix.rows(), threshold);
            if count == 0 || count == matrix.len() {
                break;
            }
            let (tentative, coarse) = cut(&aggregates, count, &candidate);
            let prolong = smooth(&own, &tentative)?;
            let transfer = Transfer::rows(prolong);
            let next: Rc<Matrix<T>> = Rc::new(transfer.galerkin(matrix.rows()).into());
            let smoother = || Ok::<_, BuildError>(Box::new(GaussSeidel::new(&own, SweepOrder::Symmetric, 1.0)?));
            let smoothers: [Box<dyn Preconditioner<T>>; 2] = [smoother()?, smoother()?];
            levels.push(Level::new(Rc::clone(&matrix), smoothers, transfer, count));
            (matrix, candidate) = (next, coarse);
        }
        let levels = Hierarchy::new(levels, matrix, cycle, sweeps)
            .map_err(|_| BuildError::new("method", "the matrix of the coarsest level is singular"))?;
        Ok(Aggregation { levels })
    }

    /// The levels.
    pub fn levels(&self) -> &Hierarchy<T> {
        &self.levels
    }
}

const FREE: u32 = u32::MAX;

/// The aggregate of each unknown, `u32::MAX` where it is coupled with none, and their number. First whole neighbourhoods that touch no other
/// aggregate; then what is left joins a neighbour's; then what is left of that makes aggregates of its own.
pub fn aggregate<T: Scalar>(a: &Csr<T>, threshold: f64) -> (Vec<u32>, usize) {
    let n = a.rows;
    let diagonal = a.diagonal();
    let strong = |i: usize| {
        let limit = threshold * threshold;
        let row = a.row_iter(i);
        let own = diagonal[i].to_f64().abs();
        let diagonal = &diagonal;
        row.filter(move |&(j, v)| {
            let v = v.to_f64();
            j != i && v != 0.0 && v * v >= limit * own * diagonal[j].to_f64().abs()
        })
        .map(|(j, _)| j)
    };
    let (mut own, mut count) = (vec![FREE; n], 0u32);
    let mut alone = vec![false; n];
    for i in 0..n {
        if own[i] != FREE {
            continue;
        }
        alone[i] = strong(i).next().is_none();
        if !alone[i] && strong(i).all(|j| own[j] == FREE) {
            strong(i).for_each(|j| own[j] = count);
            own[i] = count;
            count += 1;
        }
    }
    let whole = own.clone();
    for (i, own) in own.iter_mut().enumerate() {
        if *own == FREE
            && let Some(j) = strong(i).find(|&j| whole[j] != FREE)
        {
            *own = whole[j];
        }
    }
    for i in 0..n {
        if own[i] == FREE && !alone[i] {
            own[i] = count;
            strong(i).for_each(|j| {
                if own[j] == FREE {
                    own[j] = count;
                }
            });
            count += 1;
        }
    }
    (own, count as usize)
}

/// The candidate cut along the aggregates into columns of length one, and those lengths: the candidate of the coarse level.
fn cut<T: Scalar>(aggregates: &[u32], count: usize, candidate: &[T]) -> (Csr<T>, Vec<T>) {
    let mut lengths = vec![T::ZERO; count];
    for (&own, &x) in aggregates.iter().zip(candidate) {
        if own != FREE {
            lengths[own as usize] += x * x;
        }
    }
    lengths.iter_mut().for_each(|l| *l = l.sqrt());
    let mut p = Csr { rows: aggregates.len(), cols: count, indptr: vec![0], indices: Vec::new(), values: Vec::new() };
    for (&own, &x) in aggregates.iter().zip(candidate) {
        if own != FREE {
            p.indices.push(own);
            p.values.push(x / lengths[own as usize]);
        }
        p.indptr.push(p.indices.len() as u32);
    }
    (p, lengths)
}

/// `(I - 4/3 D^-1 A / rho(D^-1 A)) P`.
fn smooth<T: Scalar>(setup: &Setup<'_, T>, tentative: &Csr<T>) -> Result<Csr<T>, BuildError> {
    let inverse = super::inverse_diagonal(setup)?;
    let mut jacobi = Jacobi::new(setup, 1.0)?;
    let found = spectrum::extremes(&**setup.matrix, &mut jacobi, STEPS, setup.seed, &mut Work::default());
    let radius = match found {
        Some([_, most]) => most,
        None => super::chebyshev::largest(setup, &inverse)?,
    };
    let omega = T::from_f64(4.0 / 3.0 / radius);
    let mut p = setup.matrix.rows().times(tentative);
    for (i, &inverse) in inverse.iter().enumerate() {
        let range = p.indptr[i] as usize..p.indptr[i + 1] as usize;
        for at in range {
            let j = p.indices[at] as usize;
            p.values[at] = tentative.entry(i, j) - omega * (inverse * p.values[at]);
        }
    }
    Ok(p)
}

impl<T: Scalar> Preconditioner<T> for Aggregation<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        z.fill(T::ZERO);
        self.levels.cycle(r, z, work);
    }

    fn relax(&mut self, _: &dyn Operator<T>, b: &[T], x: &mut [T], _: &mut [Vec<T>; 2], work: &mut Work) {
        self.levels.cycle(b, x, work);
    }

    fn is_fixed(&self) -> bool {
        self.levels.is_fixed()
    }

    fn is_symmetric(&self) -> bool {
        self.levels.is_symmetric()
    }

    fn memory(&self) -> usize {
        self.levels.memory()
    }

    fn save(&self, out: &mut StateWriter) {
        self.levels.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.levels.load(from);
    }
}
