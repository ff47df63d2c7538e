//! Sweeps over the unknowns in a fixed order, each relaxed with the newest values of the others: what Gauss-Seidel and SOR do.

use std::rc::Rc;

use iterscope_core::{BuildError, Outcome, ParamInfo, StateReader, StateWriter, Value, Work};
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::memory::held;
use iterscope_linear::{LinearSolver, Matrix, Operator, Preconditioner, Scalar, Setup};

use super::live;

/// Ranges of unknowns, visited one after the other: first, end, stride.
type Visits = Vec<(usize, usize, usize)>;

/// All unknowns as they are numbered.
pub fn lexicographic(n: usize) -> Visits {
    vec![(0, n, 1)]
}

/// The unknowns of a box like the fields of a chessboard, all of one colour before those of the other.
pub fn red_black(shape: &[usize]) -> Visits {
    let width = shape[0];
    let rows: usize = shape[1..].iter().product();
    let height = shape.get(1).copied().unwrap_or(1);
    let visit = |colour: usize, row: usize| {
        let parity = (row % height + row / height + colour) % 2;
        (row * width + parity, (row + 1) * width, 2)
    };
    (0..2).flat_map(|colour| (0..rows).map(move |row| visit(colour, row))).collect()
}

/// The sweep; `params` is the schema of its live parameters.
pub struct Sweep<T: Scalar> {
    matrix: Rc<Matrix<T>>,
    inverse: Vec<T>,
    omega: T,
    visits: Visits,
    /// The visits are those of the colours of the stencil's own box, which has a loop for them.
    coloured: bool,
    params: &'static [ParamInfo],
    x: Vec<T>,
}

impl<T: Scalar> Sweep<T> {
    /// For the matrix of `setup`.
    ///
    /// # Errors
    /// The diagonal has a zero.
    pub fn new(
        setup: &Setup<'_, T>,
        omega: f64,
        visits: Visits,
        params: &'static [ParamInfo],
    ) -> Result<Self, BuildError> {
        let zero = |zero| BuildError::new("method", format!("needs a diagonal without zeros; {zero}"));
        let inverse = setup.matrix.inverse_diagonal().map_err(zero)?;
        let x = vec![T::ZERO; inverse.len()];
        let own = setup.matrix.stencil().and_then(Stencil::shape).filter(|shape| shape.len() > 1);
        let coloured = visits.len() > 1 && own.is_some_and(|shape| visits == red_black(&shape));
        Ok(Sweep { matrix: Rc::clone(setup.matrix), inverse, omega: T::from_f64(omega), visits, coloured, params, x })
    }
}

impl<T: Scalar> LinearSolver<T> for Sweep<T> {
    fn start(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], x: &[T], _: &mut Work) {
        self.x.copy_from_slice(x);
    }

    fn step(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        if !self.coloured || !self.matrix.relax_colours(b, &self.inverse, self.omega, false, &mut self.x) {
            for &visit in &self.visits {
                self.matrix.relax_forward(b, &self.inverse, self.omega, visit, &mut self.x);
            }
        }
        a.cost().count(work);
        work.flops += 3 * b.len() as u64;
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        T::from_f64(f64::NAN)
    }

    fn diagnostics(&self, out: &mut [f64]) {
        if let Some(out) = out.first_mut() {
            *out = self.omega.to_f64();
        }
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if let Some(omega) = live(self.params, key, value)?.as_real() {
            self.omega = T::from_f64(omega);
        }
        Ok(())
    }

    fn memory(&self) -> usize {
        held(&[&self.inverse, &self.x])
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.omega.to_f64());
        self.x.iter().for_each(|x| out.real(x.to_f64()));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.omega = T::from_f64(from.real());
        self.x.iter_mut().for_each(|x| *x = T::from_f64(from.real()));
    }
}
