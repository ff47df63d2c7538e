//! A ranking that methods of both kinds of data run on: games between two, or orders of several.

use iterscope_core::{BuildError, CpuStepper, Iteration, MethodInput, Stepper};

use crate::instance::Ranking;
use crate::model::Strengths;
use crate::objective::{Objective, OfPairs};
use crate::orders::instance::OrderRanking;
use crate::orders::objective::OfOrders;

/// The ranking.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// Of games between two.
    Pairs(&'a Ranking),
    /// Of orders of several.
    Orders(&'a OrderRanking),
}

impl<'a> Subject<'a> {
    /// That of a run.
    ///
    /// # Errors
    /// The instance is of another problem.
    pub fn of(input: &'a MethodInput<'_>) -> Result<Subject<'a>, BuildError> {
        match input.downcast::<OrderRanking>() {
            Ok(ranking) => Ok(Subject::Orders(ranking)),
            Err(_) => input.downcast::<Ranking>().map(Subject::Pairs),
        }
    }

    /// Its log-likelihood.
    pub fn objective(&self) -> Box<dyn Objective> {
        match self {
            Subject::Pairs(ranking) => Box::new(OfPairs(ranking.model())),
            Subject::Orders(ranking) => Box::new(OfOrders::new(ranking.model())),
        }
    }

    /// An iteration on it, with its referee.
    pub fn stepper<I: Iteration<Iterate = Strengths> + 'static>(&self, iteration: I) -> Box<dyn Stepper> {
        match self {
            Subject::Pairs(ranking) => CpuStepper::boxed(iteration, ranking.referee()),
            Subject::Orders(ranking) => CpuStepper::boxed(iteration, ranking.referee()),
        }
    }
}
