//! Tests of the family as a whole.

mod diagnosis;
mod golden;
mod methods;
mod problems;
mod properties;
