//! What method files of one kind are built with.

pub mod contraction;
pub mod first_order;

use iterscope_core::{BuildError, Values};

use super::model_for;
use crate::pairs::instance::PairInstance;
use crate::solvers::fixed_point::Passes;

/// The state of the fixed-point method `id` on pairs, by the parameters `update` and `rescale`.
///
/// # Errors
/// Field `method`: it is not for this model.
pub fn passes(id: &str, ranking: &PairInstance, values: &Values) -> Result<Passes, BuildError> {
    let simultaneous = values.text("update") == "simultaneous";
    Ok(Passes::new(model_for(id, ranking)?, simultaneous, values.bool("rescale")))
}
