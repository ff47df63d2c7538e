//! Shared numerics, deterministic on every platform: the same input gives the same bits natively and on wasm32.
//!
//! Three rules give that: transcendental functions come from `libm` alone, sums are taken in a fixed order with a
//! fixed number of lanes, and no multiplication is fused with an addition.

pub mod banded;
pub mod compiled;
pub mod csr;
pub mod dense;
pub mod ghosted;
pub mod graph;
pub mod ldl;
pub mod order;
pub mod real;
pub mod reduce;
pub mod relaxation;
pub mod rng;
pub mod sine;
pub mod spline;
pub mod stencil;
pub mod tridiagonal;
