//! Tests of the family as a whole.

mod diagnosis;
mod golden;
mod methods;
mod models;
mod problems;
mod properties;
pub(crate) mod samples;
mod setup;
