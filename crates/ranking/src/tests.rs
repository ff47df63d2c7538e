//! Tests of the family as a whole.

mod analyses;
pub(crate) mod analysis_case;
mod existence;
mod golden;
mod likelihood;
mod methods;
mod metric;
mod models;
mod orders;
mod problems;
mod properties;
pub(crate) mod samples;
mod selection;
