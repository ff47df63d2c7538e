//! Multigrid cycles over levels that someone else has made: geometric or algebraic (A. Brandt, Multi-level adaptive solutions to boundary-value
//! problems, Mathematics of Computation 31, 1977; U. Trottenberg, C. Oosterlee and A. Schüller, Multigrid, 2001).
//!
//! A smoother removes what oscillates; what is left is smooth and is corrected on the next coarser level, which does the same; the
//! coarsest is solved exactly. V visits each level once, W twice what is below, F once as F and once as V, and K takes two steps of a Krylov method
//! on each level (Y. Notay and P. S. Vassilevski, Recursive Krylov-based multigrid cycles, Numerical Linear Algebra with Applications 15,
//! 2008). Full multigrid begins on the coarsest level and gives each finer one a first guess, where there is none yet; V-cycles follow.

use std::rc::Rc;

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::csr::Csr;

use crate::factors::Factors;
use crate::memory::{self, Many};
use crate::solvers::norm;
use crate::transfer::Transfer;
use crate::{Matrix, Operator, Preconditioner, Scalar};

/// A step of the Krylov method within a K-cycle is the last if it has lowered the residual by this.
const ENOUGH: f64 = 0.25;

/// On levels of at most so many unknowns full multigrid takes three cycles: they cost nothing, and what the coarsest leave does not spread.
const FEW: usize = 100;

/// In which way the levels are visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycle {
    /// Each once down and once up.
    V,
    /// What is below twice.
    W,
    /// What is below as F, then as V.
    F,
    /// Two steps of a Krylov method on each level.
    K,
    /// From the coarsest up, a V on each; from a start that is not zero one V.
    Full,
}

/// Keys and labels of the cycles.
pub const CYCLES: &[(&str, &str)] = &[("v", "V"), ("w", "W"), ("f", "F"), ("k", "K"), ("full", "full multigrid")];

impl Cycle {
    /// By its key; V where there is none of that key.
    pub fn of(key: &str) -> Cycle {
        match key {
            "w" => Cycle::W,
            "f" => Cycle::F,
            "k" => Cycle::K,
            "full" => Cycle::Full,
            _ => Cycle::V,
        }
    }
}

/// One level but the coarsest.
pub struct Level<T> {
    /// Its matrix.
    matrix: Rc<Matrix<T>>,
    /// Smoothers before and after the correction.
    smoothers: [Box<dyn Preconditioner<T>>; 2],
    /// To the level below.
    transfer: Transfer<T>,
    /// The right-hand side and the solution of the level below.
    below: [Vec<T>; 2],
    scratch: [Vec<T>; 2],
    /// Vectors of the level below for its Krylov method.
    krylov: Vec<Vec<T>>,
}

impl<T: Scalar> Level<T> {
    /// With `coarse` unknowns below.
    pub fn new(
        matrix: Rc<Matrix<T>>,
        smoothers: [Box<dyn Preconditioner<T>>; 2],
        transfer: Transfer<T>,
        coarse: usize,
    ) -> Self {
        let n = matrix.len();
        let of = |n: usize| vec![T::ZERO; n];
        // Smoothers that sweep in place leave the scratch to the residual, of which a few layers may do.
        let scratch = if smoothers.iter().any(|s| s.uses_scratch()) { [n; 2] } else { [transfer.scratch(n), 0] };
        Level {
            matrix,
            smoothers,
            transfer,
            below: [of(coarse), of(coarse)],
            scratch: scratch.map(of),
            krylov: Vec::new(),
        }
    }
}

/// All levels.
pub struct Hierarchy<T> {
    levels: Vec<Level<T>>,
    coarsest: Coarsest<T>,
    plan: Plan,
}

/// What every level needs to know.
#[derive(Clone, Copy)]
struct Plan {
    cycle: Cycle,
    /// Sweeps before and after.
    sweeps: [usize; 2],
    symmetric: bool,
}

struct Coarsest<T> {
    matrix: Rc<Matrix<T>>,
    factors: Factors<T>,
    /// Where the constant is in the null space, a unit vector in that of the transpose: the part of a right-hand side along it has no solution
    /// and is left out, and so is the mean of the solution.
    null: Option<Vec<T>>,
}

impl<T: Scalar> Hierarchy<T> {
    /// Of these levels, the finest first, and the matrix of the coarsest. A coarsest matrix that is singular because its rows sum to zero is
    /// solved for the solution of mean zero.
    ///
    /// # Errors
    /// The coarsest matrix is singular otherwise.
    pub fn new(
        mut levels: Vec<Level<T>>,
        coarsest: Rc<Matrix<T>>,
        cycle: Cycle,
        sweeps: [usize; 2],
    ) -> Result<Self, iterscope_kernels::banded::Singular> {
        let symmetric = coarsest.is_symmetric(1e-8);
        let (factors, null) = match null_constant(&coarsest) {
            Some(held) => (held.0, Some(held.1)),
            None => (Factors::new(coarsest.rows())?, None),
        };
        if cycle == Cycle::K {
            for level in &mut levels {
                let n = level.below[0].len();
                level.krylov = vec![vec![T::ZERO; n]; 4];
            }
        }
        let coarsest = Coarsest { matrix: coarsest, factors, null };
        Ok(Hierarchy { levels, coarsest, plan: Plan { cycle, sweeps, symmetric } })
    }

    /// Unknowns of each level, the finest first.
    pub fn sizes(&self) -> Vec<usize> {
        self.levels.iter().map(|l| l.matrix.len()).chain([self.coarsest.matrix.len()]).collect()
    }

    /// Entries of all matrices, relative to those of the finest.
    pub fn operator_complexity(&self) -> f64 {
        let entries = |m: &Matrix<T>| m.rows().nnz() as f64;
        let all: f64 = self.levels.iter().map(|l| entries(&l.matrix)).sum::<f64>() + entries(&self.coarsest.matrix);
        all / entries(self.levels.first().map_or(&self.coarsest.matrix, |l| &l.matrix))
    }

    /// Bytes that all levels hold, the matrix of the finest left out.
    pub fn memory(&self) -> usize {
        let one = |l: &Level<T>| {
            let smoothers: usize = l.smoothers.iter().map(|s| s.memory()).sum();
            let vectors = memory::held(&[&Many(&l.below), &Many(&l.scratch), &Many(&l.krylov)]);
            smoothers + vectors + l.transfer.memory()
        };
        let coarser = self.levels.iter().skip(1).map(|l| l.matrix.memory());
        let levels: usize = self.levels.iter().map(one).chain(coarser).sum();
        let last = if self.levels.is_empty() { 0 } else { self.coarsest.matrix.memory() };
        levels + last + self.coarsest.factors.memory()
    }

    /// The matrix of a level, the finest first.
    pub fn matrix(&self, level: usize) -> &Rc<Matrix<T>> {
        self.levels.get(level).map_or(&self.coarsest.matrix, |l| &l.matrix)
    }

    /// The same map each time.
    pub fn is_fixed(&self) -> bool {
        self.plan.cycle != Cycle::K && self.levels.iter().all(|l| l.smoothers.iter().all(|s| s.is_fixed()))
    }

    /// Symmetric wherever the matrices are: as many sweeps after as before, and no cycle that is not.
    pub fn is_symmetric(&self) -> bool {
        self.plan.sweeps[0] == self.plan.sweeps[1] && !matches!(self.plan.cycle, Cycle::F | Cycle::Full | Cycle::K)
    }

    /// One cycle on `A x = b` from `x`.
    pub fn cycle(&mut self, b: &[T], x: &mut [T], work: &mut Work) {
        let counted = (work.operator, work.preconditioner);
        match self.plan.cycle {
            Cycle::Full if x.iter().all(|x| *x == T::ZERO) => {
                full(&mut self.levels, &mut self.coarsest, self.plan, b, x, work);
            }
            // What full multigrid leaves is rough: a first guess by coarser grids would add nothing to it.
            Cycle::Full => run(&mut self.levels, &mut self.coarsest, self.plan, Cycle::V, b, x, work),
            kind => run(&mut self.levels, &mut self.coarsest, self.plan, kind, b, x, work),
        }
        // All of it is one application; what it costs stays counted.
        (work.operator, work.preconditioner) = (counted.0, counted.1 + 1);
    }

    /// Writes what the smoothers need.
    pub fn save(&self, out: &mut StateWriter) {
        self.levels.iter().for_each(|l| l.smoothers.iter().for_each(|s| s.save(out)));
    }

    /// Reads what [`Hierarchy::save`] wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.levels.iter_mut().for_each(|l| l.smoothers.iter_mut().for_each(|s| s.load(from)));
    }
}

/// Factors of a matrix whose rows sum to zero, with the first unknown held, and a unit vector in the null space of its transpose.
fn null_constant<T: Scalar>(matrix: &Matrix<T>) -> Option<(Factors<T>, Vec<T>)> {
    let rows = matrix.rows();
    let sums_to_zero = (0..rows.rows).all(|i| {
        let (sum, size) = rows.row(i).1.iter().fold((0.0, 0.0), |(s, a), v| (s + v.to_f64(), a + v.to_f64().abs()));
        sum.abs() <= 64.0 * T::EPSILON.to_f64() * size
    });
    if !sums_to_zero || rows.rows < 2 {
        return None;
    }
    let held = held(rows);
    // The null vector of the transpose with 1 as its first entry.
    let mut null: Vec<T> = (0..rows.rows).map(|j| if j == 0 { T::ONE } else { -rows.entry(0, j) }).collect();
    Factors::new(&held.transpose()).ok()?.solve(&mut null);
    let scale = T::ONE / norm(&null);
    null.iter_mut().for_each(|x| *x *= scale);
    Some((Factors::new(&held).ok()?, null))
}

/// The matrix with the first row and the first column of the identity.
fn held<T: Scalar>(rows: &Csr<T>) -> Csr<T> {
    let mut held = rows.clone();
    for i in 0..held.rows {
        for at in held.indptr[i] as usize..held.indptr[i + 1] as usize {
            if i == 0 || held.indices[at] == 0 {
                let own = i == 0 && held.indices[at] == 0;
                held.values[at] = if own { T::ONE } else { T::ZERO };
            }
        }
    }
    held
}

impl<T: Scalar> Coarsest<T> {
    fn solve(&mut self, b: &[T], x: &mut [T], work: &mut Work) {
        x.copy_from_slice(b);
        if let Some(null) = &self.null {
            let along = compiled::dot(null, x);
            compiled::axpy(-along, null, x);
            x[0] = T::ZERO;
        }
        self.factors.solve(x);
        if self.null.is_some() {
            remove_mean(x);
        }
        work.flops += self.factors.flops();
    }
}

fn remove_mean<T: Scalar>(x: &mut [T]) {
    let mut sum = T::ZERO;
    x.iter().for_each(|&x| sum += x);
    let mean = sum / T::from_f64(x.len() as f64);
    x.iter_mut().for_each(|x| *x -= mean);
}

/// One cycle of a kind from `x`.
fn run<T: Scalar>(
    levels: &mut [Level<T>],
    coarsest: &mut Coarsest<T>,
    plan: Plan,
    kind: Cycle,
    b: &[T],
    x: &mut [T],
    work: &mut Work,
) {
    let Some((level, rest)) = levels.split_first_mut() else { return coarsest.solve(b, x, work) };
    for _ in 0..plan.sweeps[0] {
        level.smoothers[0].relax(&*level.matrix, b, x, &mut level.scratch, work);
    }
    let [below, solution] = &mut level.below;
    level.transfer.restrict_residual(&level.matrix, b, x, &mut level.scratch[0], below);
    solution.fill(T::ZERO);
    work.flops += level.matrix.cost().flops + 2 * level.transfer.flops();
    work.bytes += level.matrix.cost().bytes + 3 * size_of_val(x) as u64;
    let deeper = !rest.is_empty();
    match kind {
        Cycle::K if deeper => krylov(rest, coarsest, plan, &mut level.krylov, below, solution, work),
        Cycle::W if deeper => {
            run(rest, coarsest, plan, Cycle::W, below, solution, work);
            run(rest, coarsest, plan, Cycle::W, below, solution, work);
        }
        Cycle::F if deeper => {
            run(rest, coarsest, plan, Cycle::F, below, solution, work);
            run(rest, coarsest, plan, Cycle::V, below, solution, work);
        }
        _ => run(rest, coarsest, plan, kind, below, solution, work),
    }
    level.transfer.prolong_add(solution, x);
    for _ in 0..plan.sweeps[1] {
        level.smoothers[1].relax(&*level.matrix, b, x, &mut level.scratch, work);
    }
}

/// At most two steps of flexible conjugate gradients, or of generalised conjugate residuals where the matrix is not symmetric, with
/// the cycle below as preconditioner; from zero.
fn krylov<T: Scalar>(
    levels: &mut [Level<T>],
    coarsest: &mut Coarsest<T>,
    plan: Plan,
    vectors: &mut [Vec<T>],
    b: &mut [T],
    x: &mut [T],
    work: &mut Work,
) {
    let matrix = levels.first().map_or_else(|| Rc::clone(&coarsest.matrix), |l| Rc::clone(&l.matrix));
    let [c, v, d, w] = vectors else { unreachable!("four vectors were made") };
    let first = norm(b);
    c.fill(T::ZERO);
    run(levels, coarsest, plan, Cycle::K, b, c, work);
    matrix.apply(c, v);
    let left = |z: &[T], az: &[T], y: &[T]| compiled::dot(if plan.symmetric { z } else { az }, y);
    let (rho, alpha) = (left(c, v, v), left(c, v, b));
    work.flops += matrix.cost().flops + 8 * x.len() as u64;
    if rho == T::ZERO {
        return;
    }
    // The right-hand side is no longer needed: it becomes the residual.
    compiled::axpy(-(alpha / rho), v, b);
    if norm(b) <= T::from_f64(ENOUGH) * first {
        compiled::axpy(alpha / rho, c, x);
        return;
    }
    d.fill(T::ZERO);
    run(levels, coarsest, plan, Cycle::K, b, d, work);
    matrix.apply(d, w);
    let (gamma, beta, second) = (left(d, w, v), left(d, w, w), left(d, w, b));
    let rest = beta - gamma * gamma / rho;
    work.flops += matrix.cost().flops + 10 * x.len() as u64;
    if rest == T::ZERO {
        compiled::axpy(alpha / rho, c, x);
        return;
    }
    compiled::axpy(alpha / rho - gamma * second / (rho * rest), c, x);
    compiled::axpy(second / rest, d, x);
}

/// Full multigrid from zero: the right-hand side on all levels, then from the coarsest up.
fn full<T: Scalar>(
    levels: &mut [Level<T>],
    coarsest: &mut Coarsest<T>,
    plan: Plan,
    b: &[T],
    x: &mut [T],
    work: &mut Work,
) {
    let Some((level, rest)) = levels.split_first_mut() else { return coarsest.solve(b, x, work) };
    let [below, solution] = &mut level.below;
    level.transfer.restrict(b, below);
    solution.fill(T::ZERO);
    full(rest, coarsest, plan, below, solution, work);
    level.transfer.guess(solution, x);
    work.flops += 2 * level.transfer.flops();
    let cycles = if b.len() <= FEW { 3 } else { 1 };
    (0..cycles).for_each(|_| run(levels, coarsest, plan, Cycle::V, b, x, work));
}
