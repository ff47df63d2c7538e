//! What is ranked: games added up by pair, which of them are chosen, what is known of the items, and which parts of them results
//! join.

mod count;
pub mod covariates;
pub mod games;
pub mod parts;
pub mod selection;
