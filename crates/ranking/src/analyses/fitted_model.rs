//! What many answers start from: the optimum of the model, and Fisher's information there.

use std::rc::Rc;

use iterscope_core::BuildError;
use iterscope_kernels::rng::Rng;

use super::information::Information;
use super::ranking_model::{Question, RankingModel, Scope};
use super::refit::{self, Fit, Refit};
use crate::model::Strengths;

/// Draws behind variances that are not exact.
const DRAWS: usize = 100;
const SEED: u64 = 20_250_102;

/// Both, under way or ready.
pub struct FittedModel<M: ?Sized> {
    /// The model.
    pub model: Rc<M>,
    /// What can be compared with what.
    pub scope: Rc<Scope>,
    fit: Option<Refit>,
    found: Option<(Strengths, Information)>,
    errors: Vec<f64>,
    rng: Rng,
    draws: usize,
}

impl<M: RankingModel + ?Sized> FittedModel<M> {
    /// Starts on a problem.
    ///
    /// # Errors
    /// Its estimate is infinite; the field is `analysis`.
    pub fn of(question: &Question<M>) -> Result<FittedModel<M>, BuildError> {
        Ok(FittedModel {
            model: Rc::clone(&question.model),
            scope: Rc::clone(&question.scope),
            fit: Some(refit::of(question)?),
            found: None,
            errors: Vec::new(),
            rng: Rng::new(SEED),
            draws: 0,
        })
    }

    /// Works on; the share done, 1 when it is ready.
    ///
    /// # Errors
    /// The optimum was not reached.
    pub fn work(&mut self) -> Result<f64, BuildError> {
        if let Some(fit) = &mut self.fit {
            match fit.step() {
                Fit::Going => return Ok(0.05),
                Fit::Lost => return Err(refit::lost()),
                Fit::Found => {
                    let at = self.scope.levelled(fit.at());
                    self.found = Some((at.clone(), self.model.information(&at, &self.scope.groups)));
                    self.fit = None;
                    return Ok(0.1);
                }
            }
        }
        Ok(self.found.as_mut().map_or(1.0, |(_, information)| 0.1 + 0.9 * information.work()))
    }

    /// Prepares the standard errors of the log-strengths, after [`FittedModel::work`] is done; the share done.
    pub fn work_errors(&mut self) -> f64 {
        let Some((_, information)) = &mut self.found else { return 1.0 };
        if self.errors.is_empty() {
            if !information.exact() && self.draws < DRAWS {
                information.draw(&mut self.rng);
                self.draws += 1;
                return self.draws as f64 / (DRAWS + 1) as f64;
            }
            self.errors = information.variances().iter().map(|v| v.sqrt()).collect();
        }
        1.0
    }

    /// Standard errors of the log-strengths; none before they are ready.
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// The log-strengths at the optimum; none before it is found.
    pub fn optimum(&self) -> &[f64] {
        self.found.as_ref().map_or(&[], |(at, _)| &at.log)
    }

    /// The optimum and the information; none before they are ready.
    pub fn found(&mut self) -> Option<(&Strengths, &mut Information)> {
        self.found.as_mut().map(|(at, information)| (&*at, information))
    }
}
