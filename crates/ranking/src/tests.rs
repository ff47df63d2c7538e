//! Tests of the family as a whole.

mod diagnosis;
mod methods;
mod problems;
mod properties;
