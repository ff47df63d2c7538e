//! A ranking that methods of both kinds of data run on: games between two, or orders of several.

use iterscope_core::{BuildError, CpuStepper, Iteration, MethodInput, Stepper};

use crate::model::Strengths;
use crate::model::objective::LogLikelihood;
use crate::orders::instance::OrderInstance;
use crate::orders::objective::OrderLikelihood;
use crate::pairs::instance::PairInstance;
use crate::pairs::objective::PairLikelihood;

/// The ranking.
#[derive(Clone, Copy)]
pub enum RankingInstance<'a> {
    /// Of games between two.
    Pairs(&'a PairInstance),
    /// Of orders of several.
    Orders(&'a OrderInstance),
}

impl<'a> RankingInstance<'a> {
    /// That of a run.
    ///
    /// # Errors
    /// The instance is of another problem.
    pub fn of(input: &'a MethodInput<'_>) -> Result<RankingInstance<'a>, BuildError> {
        match input.downcast::<OrderInstance>() {
            Ok(ranking) => Ok(RankingInstance::Orders(ranking)),
            Err(_) => input.downcast::<PairInstance>().map(RankingInstance::Pairs),
        }
    }

    /// Its log-likelihood.
    pub fn objective(&self) -> Box<dyn LogLikelihood> {
        match self {
            RankingInstance::Pairs(ranking) => Box::new(PairLikelihood(ranking.model())),
            RankingInstance::Orders(ranking) => Box::new(OrderLikelihood::new(ranking.model())),
        }
    }

    /// An iteration on it, with its referee.
    pub fn stepper<I: Iteration<Iterate = Strengths> + 'static>(&self, iteration: I) -> Box<dyn Stepper> {
        match self {
            RankingInstance::Pairs(ranking) => CpuStepper::boxed(iteration, ranking.referee()),
            RankingInstance::Orders(ranking) => CpuStepper::boxed(iteration, ranking.referee()),
        }
    }
}
