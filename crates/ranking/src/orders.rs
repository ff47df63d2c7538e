//! Rankings from orders of several competitors (Plackett and Luce): the counterpart of the family's main instance.
//!
//! `model` holds the contests, `instance` what is known before a run, `referee` what is measured. The methods stand in the family's
//! list beside those for pairs, under the same ids. Those that climb the likelihood know it by [`crate::model::objective`] alone; what the others do with orders is here.

pub(crate) mod chain;
pub(crate) mod contraction;
pub(crate) mod coordinates;
pub(crate) mod hessian;
pub mod instance;
pub mod likelihood;
pub(crate) mod links;
pub mod model;
pub(crate) mod objective;
pub mod optimum;
pub(crate) mod passes;
pub mod referee;
pub(crate) mod sample;
mod suffix;
