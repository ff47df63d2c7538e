//! Rankings from orders of several competitors (Plackett and Luce): the counterpart of the family's main instance.
//!
//! `model` holds the races, `instance` what is known before a run, `referee` what is measured. The methods stand in the family's
//! list beside those for pairs, under the same ids; what they do with orders is here.

pub(crate) mod chain;
mod hessian;
pub mod instance;
pub mod likelihood;
pub mod model;
pub(crate) mod newton;
pub mod optimum;
pub(crate) mod passes;
pub mod referee;
mod suffix;

#[cfg(test)]
mod tests;
