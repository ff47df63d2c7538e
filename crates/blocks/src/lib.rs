//! Formulas as programs that run over blocks of points: what a typed expression becomes before it is evaluated on a grid.
//!
//! [`compile`] takes the values that a formula is made of, shares those that occur twice, computes once what is the same at
//! every point, and joins pairs of sums and products. [`Program::run`] then works through the points in blocks of [`BLOCK`],
//! one loop for each operation, without allocating. At every point the bits are those that [`Unary::at`] and [`Binary::at`]
//! give, operation by operation.

mod compile;
mod functions;
mod kernels;
mod program;

pub use compile::{Value, compile};
pub use functions::{Binary, MAX_PRODUCT_POWER, Unary};
pub use program::{BLOCK, Input, Program, Scratch};
