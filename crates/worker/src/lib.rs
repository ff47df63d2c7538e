//! The wasm shell of the solvers.
