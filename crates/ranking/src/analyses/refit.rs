//! The optimum of a model, found step by step from a start nearby: Newton's method with inner conjugate gradients that are
//! only as exact as the step deserves.

use std::rc::Rc;

use iterscope_core::{BuildError, Work};
use iterscope_kernels::reduce::dot;

use super::ranking_model::{Question, RankingModel};
use crate::model::Strengths;
use crate::model::objective::{Curvature, LogLikelihood};
use crate::solvers::ascent::{Point, rises_enough};
use crate::solvers::conjugate_gradients::NewtonSystem;

/// Steps after which it is given up.
const MOST_STEPS: usize = 100;
/// Distance from the optimum in the norm of the information: this part of one standard error is nothing.
const NEAR: f64 = 1e-6;

/// A fit under way.
pub struct Refit {
    objective: Box<dyn LogLikelihood>,
    now: Point,
    trial: Point,
    hessian: Box<dyn Curvature>,
    solver: NewtonSystem,
    steps: usize,
    decrement: f64,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Not there yet.
    Going,
    /// At the optimum.
    Found,
    /// There is none, or it was not reached.
    Lost,
}

impl Refit {
    /// From equal strengths.
    pub fn new(mut objective: Box<dyn LogLikelihood>) -> Refit {
        let hessian = objective.curvature();
        let (now, trial) = (Point::start(objective.as_mut()), Point::start(objective.as_mut()));
        let solver = NewtonSystem::new(hessian.as_ref());
        Refit { objective, solver, hessian, now, trial, steps: 0, decrement: f64::INFINITY }
    }

    /// From `start`, which may be an estimate from other games.
    pub fn from(objective: Box<dyn LogLikelihood>, start: &Strengths) -> Refit {
        let mut fit = Refit::new(objective);
        fit.now.at.log.copy_from_slice(&start.log);
        if start.nu > 0.0 {
            let tau = fit.objective.tau_of(start.nu);
            fit.now.set_log_nu(fit.objective.as_ref(), tau);
        }
        if fit.now.at.extra.len() == start.extra.len() {
            fit.now.at.extra.copy_from_slice(&start.extra);
        }
        fit.now.evaluate(fit.objective.as_mut(), &mut Work::default());
        fit
    }

    /// One step.
    pub fn step(&mut self) -> Fit {
        if self.decrement <= NEAR {
            return Fit::Found;
        }
        if self.steps == MOST_STEPS {
            return Fit::Lost;
        }
        self.steps += 1;
        let mut work = Work::default();
        let Refit { objective, now, trial, hessian, solver, .. } = self;
        hessian.assemble(&now.at);
        // The error of a step falls with the square of the last one's length, and so does what the next must be solved to.
        let inner = (0.1 * self.decrement).clamp(1e-8, 1e-2);
        solver.solve(hessian.as_mut(), 0.0, &now.slope, inner, &mut work);
        let direction = solver.direction();
        let order = direction.len();
        let rise = dot(&now.slope[..order], direction);
        self.decrement = rise.max(0.0).sqrt();
        let mut length = 1.0;
        loop {
            trial.climb(objective.as_mut(), now, length, direction, &mut work);
            let after = length * dot(&trial.slope[..order], direction);
            if rises_enough(now, trial, 1e-4, length * rise, after) {
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                return Fit::Lost;
            }
        }
        if trial.left_range() {
            return Fit::Lost;
        }
        std::mem::swap(now, trial);
        Fit::Going
    }

    /// Where it stands.
    pub fn at(&self) -> &Strengths {
        &self.now.at
    }
}

/// The fit of a problem: what was found beforehand, or found now.
///
/// # Errors
/// There is none; the field is `analysis`.
pub fn of<M: RankingModel + ?Sized>(question: &Question<M>) -> Result<Refit, BuildError> {
    let games = question.model.words().games;
    if question.scope.is_empty() {
        let why = format!(
            "the estimate of this model is infinite for these {games}: no two items are joined by results in both directions, so that \
             none can be compared. Estimate MAP"
        );
        return Err(BuildError::new("analysis", why));
    }
    if !question.finite {
        let why = format!(
            "the estimate of this model is infinite for these {games}, so nothing can be said about how sure it is: estimate MAP, or \
             rank the largest part alone"
        );
        return Err(BuildError::new("analysis", why));
    }
    let objective = Rc::clone(&question.model).objective();
    Ok(match &question.known {
        Some(at) => Refit::from(objective, at),
        None => Refit::new(objective),
    })
}

/// What is said where no optimum was reached.
pub fn lost() -> BuildError {
    BuildError::new(
        "analysis",
        "the optimum of the model was not reached: the data leave something undetermined; estimate MAP",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs::instance::PairInstance;
    use crate::pairs::objective::PairLikelihood;
    use crate::test_support::{choice, portable, problem, synthetic};

    fn fit(mut refit: Refit) -> (Strengths, usize) {
        while refit.step() == Fit::Going {}
        assert_eq!(refit.step(), Fit::Found);
        (refit.at().clone(), refit.steps)
    }

    #[test]
    fn it_finds_the_optimum_that_was_found_beforehand() {
        let ties = [("tie_rate", 0.3.into()), choice("ties", "davidson"), choice("estimate", "map")];
        for set in [portable().unwrap(), synthetic(&ties, 4).unwrap(), synthetic(&ties[..2], 5).unwrap()] {
            let ranking: &PairInstance = set.as_any().downcast_ref().unwrap();
            let known = ranking.optimum().unwrap();
            let (cold, steps) = fit(Refit::new(Box::new(PairLikelihood(ranking.model()))));
            let far = cold.log.iter().zip(&known.at.log).fold(0.0, |far: f64, (a, b)| far.max((a - b).abs()));
            assert!(far < 1e-6 && (cold.nu - known.at.nu).abs() < 1e-6, "{far:e}");
            let (_, warm) = fit(of(&Question::of_games(ranking)).unwrap());
            assert!(warm < steps, "{warm} {steps}");
        }
    }

    #[test]
    fn an_infinite_estimate_is_refused_with_a_remedy() {
        let set = problem("ranking.synthetic", &[("players", 30.into()), ("games", 20.into())], 1, None).unwrap();
        let error = of(&Question::of_games(set.as_any().downcast_ref().unwrap())).err().unwrap();
        assert_eq!(error.field, "analysis");
        assert!(error.message.contains("MAP"), "{error}");
    }
}
