//! Block coordinate descent on `x'Ax/2 - b'x` for symmetric positive definite A, with the block chosen in turn, by chance or greedily
//! (J. Nutini, I. Laradji and M. Schmidt, Let's make block coordinate descent converge faster, Journal of Machine Learning Research 23, 2022).
//!
//! The gradient is kept up to date, so that its length, the residual, is known at no cost. A block is updated by a gradient step with the largest
//! eigenvalue of its part of A, or exactly, by a sparse factorisation without needless fill: on blocks that are forests that is message
//! passing from the leaves to the roots and back, linear in the size of the block. The objective falls with every step; greedily chosen
//! exact steps by at least half of the largest score. One step is the update of one block: the entries of its rows, and a solve.

use std::rc::Rc;

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::rng::Rng;

use super::{first_residual, norm};
use crate::factors::{Factors, part};
use crate::memory::{Held, held};
use crate::state::{get, put, put_count};
use crate::{LinearSolver, Matrix, Operator, Preconditioner, Scalar};

/// Power steps for the largest eigenvalue of a block.
const POWER: usize = 200;

/// Which block is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// In turn.
    Cyclic,
    /// Any, all alike.
    Random,
    /// The longest gradient: Gauss and Southwell's rule.
    Gradient,
    /// The longest gradient relative to the curvature of the block.
    Lipschitz,
    /// The longest gradient relative to the diagonal of A.
    Diagonal,
    /// The largest fall of the objective by an exact step.
    Exact,
}

/// How a block is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// A gradient step.
    Gradient,
    /// To the minimum over the block.
    Exact,
}

/// A block and what its update needs.
struct Block<T> {
    members: Vec<u32>,
    /// The largest eigenvalue of its part of A.
    largest: T,
    factors: Factors<T>,
}

/// The iteration.
pub struct BlockDescent<T> {
    matrix: Rc<Matrix<T>>,
    blocks: Vec<Block<T>>,
    selection: Selection,
    update: Update,
    inverse: Vec<T>,
    rng: Rng,
    turn: usize,
    x: Vec<T>,
    r: Vec<T>,
    local: Vec<T>,
}

impl<T: Scalar> BlockDescent<T> {
    /// With these blocks of unknowns, which may overlap.
    ///
    /// # Errors
    /// The matrix is not symmetric, a block is empty, names an unknown twice or one that is not there, or its part of A is not positive definite.
    pub fn new(
        matrix: &Rc<Matrix<T>>,
        blocks: Vec<Vec<u32>>,
        selection: Selection,
        update: Update,
        seed: u64,
    ) -> Result<Self, BuildError> {
        let n = matrix.len();
        let wrong = |k: usize, what: &str| Err(BuildError::new("blocks", format!("block {}: {what}", k + 1)));
        if !matrix.is_symmetric(1e-12) {
            return Err(BuildError::new("method", "needs a symmetric matrix"));
        }
        let inverse = matrix.inverse_diagonal();
        let inverse =
            inverse.map_err(|zero| BuildError::new("method", format!("needs a positive diagonal; {zero}")))?;
        let mut place = vec![u32::MAX; n];
        let mut made = Vec::with_capacity(blocks.len());
        for (k, mut members) in blocks.into_iter().enumerate() {
            members.sort_unstable();
            if members.is_empty() || members.windows(2).any(|w| w[0] == w[1]) {
                return wrong(k, "is empty or names an unknown twice");
            }
            if members.last().is_some_and(|&i| i as usize >= n) {
                return wrong(k, "names an unknown that is not there");
            }
            let own = Matrix::from(part(matrix.rows(), &members, &mut place));
            let Ok(factors) = Factors::new(own.rows()) else { return wrong(k, "its part of the matrix is singular") };
            if factors.negative() != Some(0) {
                return wrong(k, "its part of the matrix is not positive definite");
            }
            made.push(Block { largest: largest(&own), members, factors });
        }
        let longest = made.iter().map(|b| b.members.len()).max().unwrap_or(0);
        Ok(BlockDescent {
            matrix: Rc::clone(matrix),
            blocks: made,
            selection,
            update,
            inverse,
            rng: Rng::new(seed),
            turn: 0,
            x: vec![T::ZERO; n],
            r: vec![T::ZERO; n],
            local: vec![T::ZERO; longest],
        })
    }

    /// The block that was updated last, where there was one.
    pub fn last(&self) -> Option<usize> {
        self.turn.checked_sub(1)
    }

    fn score(&mut self, k: usize) -> T {
        let block = &mut self.blocks[k];
        let squares = |weight: &dyn Fn(usize) -> T| {
            let mut sum = T::ZERO;
            for &i in &block.members {
                let i = i as usize;
                sum += self.r[i] * self.r[i] * weight(i);
            }
            sum
        };
        match self.selection {
            Selection::Lipschitz => squares(&|_| T::ONE) / block.largest,
            Selection::Diagonal => squares(&|i| self.inverse[i]),
            Selection::Exact => {
                let local = &mut self.local[..block.members.len()];
                for (l, &i) in local.iter_mut().zip(&block.members) {
                    *l = self.r[i as usize];
                }
                block.factors.solve(local);
                let mut sum = T::ZERO;
                for (&l, &i) in local.iter().zip(&block.members) {
                    sum += l * self.r[i as usize];
                }
                sum
            }
            _ => squares(&|_| T::ONE),
        }
    }

    fn choose(&mut self) -> usize {
        let count = self.blocks.len();
        match self.selection {
            Selection::Cyclic => self.turn % count,
            Selection::Random => self.rng.below(count),
            _ => {
                let mut best = (0, T::ZERO);
                for k in 0..count {
                    let score = self.score(k);
                    if score > best.1 {
                        best = (k, score);
                    }
                }
                best.0
            }
        }
    }
}

/// The largest eigenvalue of a positive definite matrix, by the power method from a fixed vector.
fn largest<T: Scalar>(a: &Matrix<T>) -> T {
    let n = a.len();
    let mut draw = vec![0.0; n];
    Rng::new(1).normal_fill(&mut draw);
    let mut v: Vec<T> = draw.iter().map(|&x| T::from_f64(x)).collect();
    let mut w = vec![T::ZERO; n];
    let mut value = T::ZERO;
    for _ in 0..POWER {
        let scale = T::ONE / norm(&v);
        v.iter_mut().for_each(|v| *v *= scale);
        a.apply(&v, &mut w);
        let next = norm(&w);
        let settled = (next - value).abs() <= T::from_f64(4.0) * T::EPSILON * next;
        value = next;
        if settled {
            break;
        }
        std::mem::swap(&mut v, &mut w);
    }
    value
}

impl<T: Scalar> LinearSolver<T> for BlockDescent<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        first_residual(a, b, x, &mut self.r, work);
        self.turn = 0;
    }

    fn step(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        if self.blocks.is_empty() || self.r.iter().all(|r| *r == T::ZERO) {
            return Outcome::Stop(if self.blocks.is_empty() { Stop::Stagnated } else { Stop::Converged });
        }
        let k = self.choose();
        let block = &mut self.blocks[k];
        let local = &mut self.local[..block.members.len()];
        for (l, &i) in local.iter_mut().zip(&block.members) {
            *l = self.r[i as usize];
        }
        match self.update {
            Update::Gradient => local.iter_mut().for_each(|l| *l /= block.largest),
            Update::Exact => {
                block.factors.solve(local);
                work.flops += block.factors.flops();
            }
        }
        // A is symmetric: its rows are its columns.
        let rows = self.matrix.rows();
        let mut entries = 0;
        for (&l, &i) in local.iter().zip(&block.members) {
            self.x[i as usize] += l;
            for (j, value) in rows.row_iter(i as usize) {
                self.r[j] -= l * value;
            }
            entries += rows.row(i as usize).0.len();
        }
        work.flops += 2 * entries as u64;
        work.bytes += (entries * (2 * size_of::<T>() + 4)) as u64;
        self.turn = if self.selection == Selection::Cyclic { self.turn + 1 } else { k + 1 };
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        norm(&self.r)
    }

    fn diagnostics(&self, out: &mut [f64]) {
        if let Some(out) = out.first_mut() {
            *out = self.last().map_or(f64::NAN, |k| (k % self.blocks.len().max(1)) as f64);
        }
    }

    fn memory(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(|b| b.members.held() + b.factors.memory()).sum();
        held(&[&blocks, &self.inverse, &self.x, &self.r, &self.local])
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.rng.state());
        put_count(out, self.turn);
        put(out, &self.x);
        put(out, &self.r);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.rng = Rng::from_state(from.bits());
        self.turn = from.real() as usize;
        get(from, &mut self.x);
        get(from, &mut self.r);
    }
}

/// Two combs that cover a box of `width` x `height` unknowns, x fastest, each a tree: whole columns (every second one, without its last
/// unknown) joined along one side, and the rest.
pub fn combs(width: usize, height: usize) -> [Vec<u32>; 2] {
    let mut combs = [Vec::new(), Vec::new()];
    for j in 0..height {
        for i in 0..width {
            let first = i == 0 || (j % 2 == 0 && i + 1 < width);
            combs[usize::from(!first)].push((j * width + i) as u32);
        }
    }
    combs
}

/// The unknowns of a box of `width` x `height` by the colours of a chessboard.
pub fn colours(width: usize, height: usize) -> [Vec<u32>; 2] {
    let mut colours = [Vec::new(), Vec::new()];
    for k in 0..width * height {
        colours[(k % width + k / width) % 2].push(k as u32);
    }
    colours
}

/// Blocks of `size` unknowns in a row; the last may be shorter.
///
/// # Panics
/// Where `size` is zero.
pub fn runs(n: usize, size: usize) -> Vec<Vec<u32>> {
    (0..n).step_by(size).map(|from| (from..(from + size).min(n)).map(|i| i as u32).collect()).collect()
}
