//! Boxes that know their coarser ones, by discretising the equation anew: what geometric multigrid runs on.

use std::rc::Rc;

use iterscope_linear::{Coarsening, Coarser, Matrix, Scalar, Side};

use crate::boundary::Condition;
use crate::equation;
use crate::flux;

/// A box of an equation, with what makes the matrix for another number of intervals.
struct Boxed {
    shape: Vec<usize>,
    sides: Vec<[Side; 2]>,
    intervals: usize,
    make: Rc<Make>,
}

/// Makes the matrix and the shape of the box of so many intervals along every axis.
type Make = dyn Fn(usize) -> Option<(Rc<Matrix<f64>>, Vec<usize>)>;

impl Coarsening<f64> for Boxed {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn sides(&self) -> &[[Side; 2]] {
        &self.sides
    }

    fn coarser(&self) -> Option<Coarser<f64>> {
        if !self.intervals.is_multiple_of(2) || self.intervals < 4 {
            return None;
        }
        let intervals = self.intervals / 2;
        let (matrix, shape) = (self.make)(intervals)?;
        let coarser = Boxed { shape, sides: self.sides.clone(), intervals, make: Rc::clone(&self.make) };
        Some((matrix, Rc::new(coarser)))
    }
}

impl flux::Equation {
    /// The box of the unknowns, whose shape is given.
    pub fn coarsening(&self, shape: &[usize]) -> Rc<dyn Coarsening<f64>> {
        let side = |condition: &Condition| match condition {
            Condition::Dirichlet(_) => Side::Given,
            Condition::Periodic => Side::Periodic,
            Condition::Neumann(_) | Condition::Robin { .. } => Side::Unknown,
        };
        let sides = self.sides.chunks(2).map(|pair| [side(&pair[0]), side(&pair[1])]).collect();
        let equation = self.clone();
        let make = move |intervals| {
            let mut coarse = equation.clone();
            coarse.grid.n = intervals;
            let discrete = coarse.discretise().ok()?;
            Some((discrete.assemble().ok()?.0, discrete.shape?))
        };
        Rc::new(Boxed { shape: shape.to_vec(), sides, intervals: self.grid.n, make: Rc::new(make) })
    }
}

/// The box of an equation in non-divergence form on a square mesh.
pub fn of_equation(equation: equation::Equation, intervals: usize) -> Rc<dyn Coarsening<f64>> {
    let make = move |intervals: usize| {
        let discrete = equation.discretise(intervals, intervals).ok()?;
        Some((Rc::new(Matrix::from(discrete.stencil)), vec![intervals - 1; 2]))
    };
    let shape = vec![intervals - 1; 2];
    Rc::new(Boxed { shape, sides: vec![[Side::Given; 2]; 2], intervals, make: Rc::new(make) })
}

/// The same boxes with matrices in another precision.
pub fn cast<T: Scalar>(inner: Rc<dyn Coarsening<f64>>) -> Rc<dyn Coarsening<T>> {
    Rc::new(Cast { inner })
}

struct Cast {
    inner: Rc<dyn Coarsening<f64>>,
}

impl<T: Scalar> Coarsening<T> for Cast {
    fn shape(&self) -> &[usize] {
        self.inner.shape()
    }

    fn sides(&self) -> &[[Side; 2]] {
        self.inner.sides()
    }

    fn coarser(&self) -> Option<Coarser<T>> {
        let (matrix, coarser) = self.inner.coarser()?;
        Some((Rc::new(matrix.cast()), cast(coarser)))
    }
}
