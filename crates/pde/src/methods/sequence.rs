//! What methods that go through a sequence of systems share: the system at hand, the count, the iterate.

use std::rc::Rc;

use iterscope_core::{BuildError, MethodInput, StateReader, StateWriter};
use iterscope_kernels::compiled;
use iterscope_kernels::stencil::Stencil;

use crate::problems::sequence::{Sequence, left};

/// Where a method stands in a sequence.
pub struct Place {
    /// The sequence.
    pub sequence: Rc<Sequence>,
    /// The order in which its systems are solved.
    order: Vec<usize>,
    /// Systems that are solved.
    pub solved: usize,
    /// Steps on the one at hand.
    pub steps: u64,
    /// The matrix at hand.
    pub matrix: Stencil<f64>,
    /// The right-hand side at hand.
    pub rhs: Vec<f64>,
    /// Its length.
    pub size: f64,
    /// The relative residual at hand.
    pub residual: f64,
    /// See the problem.
    pub iterate: Vec<f64>,
}

impl Place {
    /// Before the first system of a sequence, which the method was asked to solve in this order.
    ///
    /// # Errors
    /// The problem is no sequence.
    pub fn new(input: &MethodInput<'_>, order: impl FnOnce(&Sequence) -> Vec<usize>) -> Result<Place, BuildError> {
        let sequence = Rc::new(input.downcast::<Sequence>()?.clone());
        let (matrix, rhs) = sequence.room();
        let (order, iterate) = (order(&sequence), sequence.iterate());
        let mut place = Place { sequence, order, solved: 0, steps: 0, matrix, rhs, size: 1.0, residual: 1.0, iterate };
        place.load_system();
        Ok(place)
    }

    /// The system at hand, or the last one.
    pub fn current(&self) -> usize {
        self.order[self.solved.min(self.order.len() - 1)]
    }

    /// Whether all are solved.
    pub fn is_done(&self) -> bool {
        self.solved == self.order.len()
    }

    /// Whether the one at hand is.
    pub fn is_solved(&self) -> bool {
        self.residual <= self.sequence.tolerance
    }

    fn load_system(&mut self) {
        self.sequence.fill(self.current(), &mut self.matrix, &mut self.rhs);
        let size = compiled::norm2(&self.rhs);
        self.size = if size > 0.0 { size } else { 1.0 };
    }

    /// Notes the steps and the choice of the system at hand, and goes to the next one, if there is one, with zero as its iterate.
    pub fn next(&mut self, choice: f64) {
        let (n, systems, t) = (self.sequence.len(), self.sequence.systems(), self.current());
        self.iterate[n + t] = self.steps as f64;
        self.iterate[n + systems + t] = choice;
        self.solved += 1;
        if !self.is_done() {
            self.steps = 0;
            self.residual = 1.0;
            self.iterate[..n].fill(0.0);
            self.load_system();
        }
        let end = n + 2 * systems;
        self.iterate[end] = self.solved as f64;
        self.iterate[end + 1] = self.current() as f64;
    }

    /// The unknowns of the system at hand.
    pub fn unknowns(&mut self) -> &mut [f64] {
        let n = self.sequence.len();
        &mut self.iterate[..n]
    }

    /// The method's own estimate of what is left.
    pub fn left(&self) -> f64 {
        left(self.sequence.systems(), self.solved, self.residual, self.sequence.tolerance)
    }

    /// Writes it; with `whole` the unknowns, too, where the method does not keep them itself.
    pub fn save(&self, whole: bool, out: &mut StateWriter) {
        let from = if whole || self.is_done() { 0 } else { self.sequence.len() };
        out.bits(self.solved as u64);
        out.bits(self.steps);
        out.real(self.residual);
        out.slice(&self.iterate[from..]);
    }

    /// Reads what [`Place::save`] wrote.
    pub fn load(&mut self, whole: bool, from: &mut StateReader<'_>) {
        self.solved = (from.bits() as usize).min(self.order.len());
        self.steps = from.bits();
        self.residual = from.real();
        let n = if whole || self.is_done() { 0 } else { self.sequence.len() };
        self.iterate[..n].fill(0.0);
        from.slice(&mut self.iterate[n..]);
        self.load_system();
    }
}
