//! Tests of the family as a whole.

mod analyses;
pub(crate) mod analysis_case;
mod cases;
mod existence;
mod golden;
mod likelihood;
mod methods;
mod metric;
mod models;
mod orders;
mod parts;
mod problems;
mod properties;
pub(crate) mod samples;
mod selection;
