//! Line relaxation: all unknowns of a grid line at once, exactly, line after line with the newest values of the others (D. M. Young, Iterative
//! Solution of Large Linear Systems, 1971, chapter 14; for its place in multigrid, U. Trottenberg, C. Oosterlee and A. Schüller, Multigrid,
//! 2001, section 5.1).
//!
//! Where the coupling along one axis is much stronger than across, point relaxation smooths along it only, and lines along the strong axis cure
//! that. Each line is a tridiagonal system, factorised once. A sweep costs about as much as a product with A and two recurrences along
//! the lines; alternating sweeps take each axis in turn.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, Values, Work};

use super::{ROLE, count};
use crate::memory::held;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "direction",
        "Lines along",
        "The axis along which the coupling is strong",
        &[("x", "x"), ("y", "y"), ("z", "z"), ("alternating", "each axis in turn")],
        "alternating",
    ),
    ParamInfo::choice(
        "order",
        "Order",
        "In which order the lines are visited",
        &[("forward", "first to last"), ("backward", "last to first"), ("symmetric", "forward, then backward")],
        "forward",
    ),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "line",
        "lines",
        "Grid lines at once: for a coupling that is much stronger along one axis",
        PARAMS,
    )
    .is(&["fixed"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let axis = match values.text("direction") {
        "x" => Some(0),
        "y" => Some(1),
        "z" => Some(2),
        _ => None,
    };
    let order = match values.text("order") {
        "backward" => LineOrder::Backward,
        "symmetric" => LineOrder::Symmetric,
        _ => LineOrder::Forward,
    };
    Ok(Box::new(Lines::new(setup, axis, order)?))
}

/// In which order the lines are visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOrder {
    /// First to last.
    Forward,
    /// Last to first.
    Backward,
    /// Forward, then backward.
    Symmetric,
}

/// The factors of all lines along one axis.
struct AxisLines<T> {
    stride: usize,
    length: usize,
    /// The first unknown of each line.
    starts: Vec<u32>,
    /// Entry of each unknown's row towards the unknown before it on the line.
    lower: Vec<T>,
    /// Entry towards the unknown after it, times the inverse pivot.
    upper: Vec<T>,
    /// Inverse pivots.
    inverse: Vec<T>,
}

/// Sweeps over the lines.
pub struct Lines<T> {
    matrix: Rc<Matrix<T>>,
    axes: Vec<AxisLines<T>>,
    order: LineOrder,
    line: Vec<T>,
}

impl<T: Scalar> AxisLines<T> {
    fn new(matrix: &Matrix<T>, shape: &[usize], axis: usize) -> Result<Self, BuildError> {
        let rows = matrix.rows();
        let n = rows.rows;
        let (stride, length) = (shape[..axis].iter().product::<usize>(), shape[axis]);
        let starts: Vec<u32> = (0..n).filter(|k| k / stride % length == 0).map(|k| k as u32).collect();
        let mut own = AxisLines {
            stride,
            length,
            lower: vec![T::ZERO; n],
            upper: vec![T::ZERO; n],
            inverse: vec![T::ZERO; n],
            starts,
        };
        let on = |k: usize| k - k / stride % length * stride;
        for k in 0..n {
            let far = |&(j, a): &(usize, T)| on(j) == on(k) && j.abs_diff(k) > stride && a != T::ZERO;
            if let Some((j, _)) = rows.row_iter(k).find(far) {
                let why = format!(
                    "lines are solved as tridiagonal systems, but row {} has an entry for unknown {} on its line, which is no neighbour",
                    k + 1,
                    j + 1
                );
                return Err(BuildError::new("method", why));
            }
        }
        for &start in &own.starts {
            let mut before = T::ZERO;
            for step in 0..length {
                let k = start as usize + step * stride;
                if step > 0 {
                    own.lower[k] = rows.entry(k, k - stride);
                }
                let pivot = rows.entry(k, k) - own.lower[k] * before;
                own.inverse[k] = T::ONE / pivot;
                if !own.inverse[k].is_finite() {
                    return Err(BuildError::new(
                        "method",
                        format!("a line's part of the matrix is singular at row {}", k + 1),
                    ));
                }
                if step + 1 < length {
                    own.upper[k] = rows.entry(k, k + stride) * own.inverse[k];
                }
                before = own.upper[k];
            }
        }
        Ok(own)
    }

    /// Solves one line with what the others have now.
    fn relax(&self, matrix: &Matrix<T>, start: usize, b: &[T], x: &mut [T], line: &mut [T]) {
        let rows = matrix.rows();
        let (stride, length) = (self.stride, self.length);
        let mut before = T::ZERO;
        for (step, y) in line[..length].iter_mut().enumerate() {
            let k = start + step * stride;
            let mut sum = b[k];
            let (columns, values) = rows.row(k);
            for (&j, &a) in columns.iter().zip(values) {
                let j = j as usize;
                let on_line = j == k || (step > 0 && j + stride == k) || (step + 1 < length && j == k + stride);
                if !on_line {
                    sum -= a * x[j];
                }
            }
            *y = (sum - self.lower[k] * before) * self.inverse[k];
            before = *y;
        }
        let mut after = T::ZERO;
        for (step, &y) in line[..length].iter().enumerate().rev() {
            let k = start + step * stride;
            x[k] = y - self.upper[k] * after;
            after = x[k];
        }
    }
}

impl<T: Scalar> Lines<T> {
    /// For the matrix of `setup` with lines along one axis, or along all in turn.
    ///
    /// # Errors
    /// The unknowns form no box, it has no such axis, or a line's part of the matrix is singular.
    pub fn new(setup: &Setup<'_, T>, axis: Option<usize>, order: LineOrder) -> Result<Self, BuildError> {
        let shape = setup.boxed()?;
        if axis.is_some_and(|a| a >= shape.len()) {
            return Err(BuildError::new("direction", format!("the problem has {} axes", shape.len())));
        }
        let chosen = axis.map_or(0..shape.len(), |a| a..a + 1);
        let axes = chosen.map(|a| AxisLines::new(setup.matrix, shape, a)).collect::<Result<Vec<_>, _>>()?;
        let longest = shape.iter().copied().max().unwrap_or(0);
        Ok(Lines { matrix: Rc::clone(setup.matrix), axes, order, line: vec![T::ZERO; longest] })
    }

    fn sweep(&mut self, b: &[T], x: &mut [T], work: &mut Work) {
        let (matrix, line) = (&*self.matrix, &mut self.line[..]);
        if self.order != LineOrder::Backward {
            for axis in &self.axes {
                axis.starts.iter().for_each(|&s| axis.relax(matrix, s as usize, b, x, line));
            }
        }
        if self.order != LineOrder::Forward {
            for axis in self.axes.iter().rev() {
                axis.starts.iter().rev().for_each(|&s| axis.relax(matrix, s as usize, b, x, line));
            }
        }
        let (cost, n) = (matrix.cost(), x.len() as u64);
        let sweeps = self.axes.len() as u64 * (1 + u64::from(self.order == LineOrder::Symmetric));
        count(work, sweeps * (cost.flops + 4 * n), sweeps * (cost.bytes + 5 * n * size_of::<T>() as u64));
    }
}

impl<T: Scalar> Preconditioner<T> for Lines<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        z.fill(T::ZERO);
        self.sweep(r, z, work);
    }

    fn relax(&mut self, _: &dyn Operator<T>, b: &[T], x: &mut [T], _: &mut [Vec<T>; 2], work: &mut Work) {
        self.sweep(b, x, work);
    }

    fn is_symmetric(&self) -> bool {
        self.order == LineOrder::Symmetric
    }

    fn memory(&self) -> usize {
        let axes: usize = self.axes.iter().map(|a| held(&[&a.starts, &a.lower, &a.upper, &a.inverse])).sum();
        held(&[&axes, &self.line])
    }
}
