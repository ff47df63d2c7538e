//! What the sources of the rules and algorithms claim, on problems that any language can rebuild from a seed. Figures come
//! from independent numpy programs on the same problems with the same random numbers, unless a claim says otherwise.
//!
//! The families list these as their paper checks: the methods are the same code everywhere.

pub mod claims;
mod functions;
mod logistic;
mod quadratics;

pub use functions::{Beale, Formula, Function, Rosenbrock};
pub use logistic::Logistic;
pub use quadratics::{Diagonal, MatrixSquares, SumOfSquares};
