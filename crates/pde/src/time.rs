//! Problems in time: a typed system on a grid, its clock, and what measures and draws it.
//!
//! The way of the data: [`iterscope_expr::system::TypedSystem`] (plain data from text) is put on a [`mesh::Mesh`] by [`semidiscrete::SemiDiscrete`], a
//! [`crate::system::System`]; a [`stepper::TimeStepper`] takes a [`stepper::Moment`] of it forward; [`referee`] looks at moments.

pub mod adaptive;
pub mod boundary;
pub mod brush;
pub mod cells;
pub mod complex;
pub mod domain;
pub mod exponential;
pub mod formulas;
pub mod mesh;
pub mod problem;
pub mod referee;
pub mod reference;
mod right_side;
pub mod semidiscrete;
pub(crate) mod sparsity;
pub mod spectrum;
pub mod stability;
pub mod stepper;
pub mod typed;
