//! What many answers start from: the optimum of the model, and Fisher's information there.

use std::rc::Rc;

use iterscope_core::BuildError;

use super::information::Information;
use super::refit::{self, Fit, Refit};
use crate::instance::Ranking;
use crate::model::{Model, Strengths};

/// Both, under way or ready.
pub struct Basis {
    /// The model.
    pub model: Rc<Model>,
    fit: Option<Refit>,
    found: Option<(Strengths, Information)>,
}

impl Basis {
    /// Starts on a problem.
    ///
    /// # Errors
    /// Its estimate is infinite; the field is `analysis`.
    pub fn of(ranking: &Ranking) -> Result<Basis, BuildError> {
        Ok(Basis { model: ranking.model(), fit: Some(refit::of(ranking)?), found: None })
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
                    let at = fit.at().clone();
                    self.found = Some((at.clone(), Information::new(&self.model, &at)));
                    self.fit = None;
                    return Ok(0.1);
                }
            }
        }
        Ok(self.found.as_mut().map_or(1.0, |(_, information)| 0.1 + 0.9 * information.work()))
    }

    /// The optimum and the information; none before they are ready.
    pub fn found(&mut self) -> Option<(&Strengths, &mut Information)> {
        self.found.as_mut().map(|(at, information)| (&*at, information))
    }
}
