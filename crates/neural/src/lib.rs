//! Small dense networks as functions of space and time: values, derivatives with respect to place and parameters, all exact, and the least-squares
//! problems that move their parameters. Deterministic on every platform; nothing allocates after it was made.

pub mod field;
pub mod least_squares;
pub mod network;
pub mod ridge;
pub mod splines;

pub use field::Field;
pub use least_squares::{LeastSquares, Residuals};
pub use network::{Activation, Ansatz, Jet, Network, Shape};
pub use ridge::Ridge;
pub use splines::{SplineNetwork, SplineShape};
