//! The wasm shell of the solvers: a message loop in a dedicated Web Worker around a
//! [`Session`](iterscope_session::Session), which holds the logic and is tested natively.

#[cfg(target_arch = "wasm32")]
mod shell;
