//! First-order optimisers on flat parameter vectors. Nothing here knows a family: a family brings an [`Objective`], and an
//! [`Algorithm`] steps on it.
//!
//! Two kinds of algorithm exist. [`stochastic::Stochastic`] visits the parts of a sum in some [`order`] and hands each
//! gradient to a [`rule::Rule`], such as Adam. The others ([`fosi`], [`optex`], [`proxprox`], [`forward`]) ask for more
//! than one gradient a step. All memory is taken when they are built, all arithmetic has a fixed order, and all state can
//! be saved and loaded.

pub mod algorithm;
pub mod const_text;
pub mod curvature;
pub mod direction;
pub mod first_order;
pub mod forward;
pub mod fosi;
mod lanczos;
pub mod objective;
pub mod optex;
pub mod order;
pub mod papers;
pub mod params;
pub mod proxprox;
pub mod quantise;
pub mod rule;
pub mod rules;
pub mod stochastic;

pub use algorithm::Algorithm;
pub use first_order::FirstOrder;
pub use objective::{Block, Differences, Objective, Sample};
