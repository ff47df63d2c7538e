//! Gauss-Seidel and successive over-relaxation: one unknown after the other takes the value that satisfies its own equation, the newest values of
//! the others (D. M. Young, Iterative Solution of Large Linear Systems, 1971).
//!
//! In the order of the unknowns, against it, both ways (which is symmetric), or by colours: unknowns of one colour are not coupled, so that
//! their order does not matter; on boxes with couplings along the axes two colours do, as on a chessboard. For symmetric positive definite
//! matrices the energy norm of the error falls with every sweep for any relaxation below 2. A sweep costs as much as a product with A, the symmetric
//! one two.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, StateReader, StateWriter, Value, Values, Work};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::stencil::Stencil;

use super::{ROLE, count};
use crate::memory::held;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "order",
        "Order",
        "In which order the unknowns are visited",
        &[
            ("forward", "first to last"),
            ("backward", "last to first"),
            ("symmetric", "forward, then backward"),
            ("red-black", "by colours"),
            ("black-red", "by colours, reversed"),
        ],
        "forward",
    ),
    ParamInfo::real("omega", "Relaxation", "1 is Gauss-Seidel; above, over-relaxation", [0.05, 1.99], 1.0).live(),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "gauss-seidel",
        "Gauss-Seidel",
        "One sweep over the unknowns with the newest values, in a chosen order",
        PARAMS,
    )
    .is(&["fixed"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let order = match values.text("order") {
        "backward" => SweepOrder::Backward,
        "symmetric" => SweepOrder::Symmetric,
        "red-black" => SweepOrder::RedBlack,
        "black-red" => SweepOrder::BlackRed,
        _ => SweepOrder::Forward,
    };
    Ok(Box::new(GaussSeidel::new(setup, order, values.real("omega"))?))
}

/// In which order the unknowns are visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepOrder {
    /// First to last.
    Forward,
    /// Last to first.
    Backward,
    /// Forward, then backward.
    Symmetric,
    /// Colour by colour.
    RedBlack,
    /// Colour by colour from the last.
    BlackRed,
}

/// One sweep.
pub struct GaussSeidel<T> {
    matrix: Rc<Matrix<T>>,
    inverse: Vec<T>,
    order: SweepOrder,
    colours: Colours,
    omega: T,
}

/// Which unknowns have which colour.
enum Colours {
    /// None are needed.
    None,
    /// Lines along x of this length; each begins with the colour of its number.
    Chessboard { width: usize, parity: Vec<bool> },
    /// The same, on the box of a stencil.
    Box,
    /// Any graph.
    Lists(Vec<Vec<u32>>),
}

impl<T: Scalar> GaussSeidel<T> {
    /// For the matrix of `setup`.
    ///
    /// # Errors
    /// The diagonal has a zero.
    pub fn new(setup: &Setup<'_, T>, order: SweepOrder, omega: f64) -> Result<Self, BuildError> {
        let colours = match order {
            SweepOrder::RedBlack | SweepOrder::BlackRed => Colours::of(setup),
            _ => Colours::None,
        };
        // One row for all has one diagonal entry.
        let one = setup
            .matrix
            .uniform()
            .filter(|row| row.inverse.is_finite() && matches!(colours, Colours::None | Colours::Box));
        let inverse = if one.is_some() { Vec::new() } else { super::inverse_diagonal(setup)? };
        Ok(GaussSeidel { matrix: Rc::clone(setup.matrix), inverse, order, colours, omega: T::from_f64(omega) })
    }

    fn colour(&self, colour: usize, b: &[T], x: &mut [T]) {
        match &self.colours {
            Colours::None | Colours::Box => {}
            Colours::Chessboard { width, parity } => {
                for (line, &odd) in parity.iter().enumerate() {
                    let (from, to) = (line * width, (line + 1) * width);
                    let first = from + usize::from(odd != (colour == 1));
                    self.matrix.relax_forward(b, &self.inverse, self.omega, (first, to, 2), x);
                }
            }
            Colours::Lists(lists) => {
                for &k in &lists[colour] {
                    self.matrix.relax_one(k as usize, b, &self.inverse, self.omega, x);
                }
            }
        }
    }

    fn sweep(&self, b: &[T], x: &mut [T], work: &mut Work) {
        let colours = self.colours.count();
        let reversed = self.order == SweepOrder::BlackRed;
        match self.order {
            SweepOrder::RedBlack | SweepOrder::BlackRed if matches!(self.colours, Colours::Box) => {
                self.matrix.relax_colours(b, &self.inverse, self.omega, reversed, x);
            }
            SweepOrder::Forward => self.matrix.relax_forward(b, &self.inverse, self.omega, (0, x.len(), 1), x),
            SweepOrder::Backward => self.matrix.relax_backward(b, &self.inverse, self.omega, x),
            SweepOrder::Symmetric => {
                self.matrix.relax_forward(b, &self.inverse, self.omega, (0, x.len(), 1), x);
                self.matrix.relax_backward(b, &self.inverse, self.omega, x);
            }
            SweepOrder::RedBlack => (0..colours).for_each(|c| self.colour(c, b, x)),
            SweepOrder::BlackRed => (0..colours).rev().for_each(|c| self.colour(c, b, x)),
        }
        let (cost, times) = (self.matrix.cost(), 1 + u64::from(self.order == SweepOrder::Symmetric));
        count(work, times * (cost.flops + 3 * x.len() as u64), times * cost.bytes);
    }
}

impl Colours {
    fn of<T: Scalar>(setup: &Setup<'_, T>) -> Colours {
        if let Ok(shape) = setup.boxed() {
            if setup.matrix.stencil().and_then(Stencil::shape).is_some_and(|own| own == shape && own.len() > 1) {
                return Colours::Box;
            }
            let width = shape.first().copied().unwrap_or(1).max(1);
            let sum = |mut line: usize| {
                let mut sum = 0;
                for &n in &shape[1..] {
                    sum += line % n;
                    line /= n;
                }
                sum
            };
            let parity: Vec<bool> = (0..setup.matrix.len() / width).map(|line| sum(line) % 2 == 1).collect();
            let odd = |k: usize| parity[k / width] != (k % width % 2 == 1);
            let rows = setup.matrix.stencil().map_or_else(|| Some(setup.matrix.rows()), |_| None);
            // A stencil with one link along each axis is known to alternate; anything else is looked at.
            let alternates = match rows {
                None => setup.matrix.stencil().is_some_and(|s| s.links.len() <= shape.len()),
                Some(rows) => (0..rows.rows).all(|k| rows.row_iter(k).all(|(j, _)| j == k || odd(j) != odd(k))),
            };
            if alternates {
                return Colours::Chessboard { width, parity };
            }
        }
        Colours::Lists(greedy(setup.matrix.rows(), setup.matrix.transposed()))
    }

    fn count(&self) -> usize {
        match self {
            Colours::None | Colours::Box => 0,
            Colours::Chessboard { .. } => 2,
            Colours::Lists(lists) => lists.len(),
        }
    }
}

/// Gives each unknown in turn the first colour that none of those coupled with it has.
fn greedy<T: Scalar>(a: &Csr<T>, t: &Csr<T>) -> Vec<Vec<u32>> {
    let mut colour = vec![u32::MAX; a.rows];
    let mut lists: Vec<Vec<u32>> = Vec::new();
    let mut taken: Vec<usize> = Vec::new();
    for k in 0..a.rows {
        for &j in a.row(k).0.iter().chain(t.row(k).0) {
            if let Some(taken) = taken.get_mut(colour[j as usize] as usize) {
                *taken = k;
            }
        }
        let free = taken.iter().position(|&t| t != k).unwrap_or(taken.len());
        if free == taken.len() {
            taken.push(usize::MAX);
            lists.push(Vec::new());
        }
        colour[k] = free as u32;
        lists[free].push(k as u32);
    }
    lists
}

impl<T: Scalar> Preconditioner<T> for GaussSeidel<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        z.fill(T::ZERO);
        self.sweep(r, z, work);
    }

    fn relax(&mut self, _: &dyn Operator<T>, b: &[T], x: &mut [T], _: &mut [Vec<T>; 2], work: &mut Work) {
        self.sweep(b, x, work);
    }

    fn uses_scratch(&self) -> bool {
        false
    }

    fn is_symmetric(&self) -> bool {
        self.order == SweepOrder::Symmetric
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.omega = T::from_f64(super::live_real(PARAMS, key, value)?);
        Ok(())
    }

    fn memory(&self) -> usize {
        held(&[&self.inverse])
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.omega.to_f64());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.omega = T::from_f64(from.real());
    }
}
