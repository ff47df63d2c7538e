//! Boxes that know their coarser ones, by discretising the equation anew: what geometric multigrid runs on.

use std::rc::Rc;

use iterscope_linear::{Coarsening, Coarser, Matrix, Scalar, Side};

use crate::layout::Layout;

/// A box of an equation, with what makes the matrix for another number of intervals.
struct Boxed {
    shape: Vec<usize>,
    sides: Vec<[Side; 2]>,
    intervals: usize,
    make: Rc<Make>,
}

/// Makes the matrix and the shape of the box of so many intervals along each axis; 0 beyond the dimension.
pub type Make = dyn Fn([usize; 3]) -> Option<(Rc<Matrix<f64>>, Vec<usize>)>;

impl Coarsening<f64> for Boxed {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn sides(&self) -> &[[Side; 2]] {
        &self.sides
    }

    fn on(&self, intervals: &[usize]) -> Option<Rc<Matrix<f64>>> {
        let mut all = [0; 3];
        all.get_mut(..intervals.len())?.copy_from_slice(intervals);
        Some((self.make)(all)?.0)
    }

    fn coarser(&self) -> Option<Coarser<f64>> {
        if !self.intervals.is_multiple_of(2) || self.intervals < 4 {
            return None;
        }
        let intervals = self.intervals / 2;
        let along = |axis: usize| if axis < self.shape.len() { intervals } else { 0 };
        let (matrix, shape) = (self.make)([0, 1, 2].map(along))?;
        let coarser = Boxed { shape, sides: self.sides.clone(), intervals, make: Rc::clone(&self.make) };
        Some((matrix, Rc::new(coarser)))
    }
}

/// The box of a layout.
pub fn of(layout: &Layout, make: Rc<Make>) -> Rc<dyn Coarsening<f64>> {
    let (shape, sides) = (layout.shape.clone().unwrap_or_default(), layout.sides.clone());
    // Every axis has as many intervals.
    Rc::new(Boxed { shape, sides, intervals: layout.grid.intervals[0], make })
}

/// The box of another equation on a square mesh with given values on all sides; `make` gives the matrix and the shape for other intervals.
pub fn given_sides(
    shape: &[usize],
    intervals: usize,
    make: impl Fn(usize) -> Option<(Rc<Matrix<f64>>, Vec<usize>)> + 'static,
) -> Rc<dyn Coarsening<f64>> {
    let sides = vec![[Side::Given; 2]; shape.len()];
    let dimension = shape.len();
    let equal = move |n: [usize; 3]| {
        let same = n[..dimension].iter().all(|m| *m == n[0]);
        same.then(|| make(n[0])).flatten()
    };
    Rc::new(Boxed { shape: shape.to_vec(), sides, intervals, make: Rc::new(equal) })
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

    fn on(&self, intervals: &[usize]) -> Option<Rc<Matrix<T>>> {
        Some(Rc::new(self.inner.on(intervals)?.cast()))
    }

    fn coarser(&self) -> Option<Coarser<T>> {
        let (matrix, coarser) = self.inner.coarser()?;
        Some((Rc::new(matrix.cast()), cast(coarser)))
    }
}
