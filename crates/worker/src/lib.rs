//! The wasm shell of the solvers: a message loop in a dedicated Web Worker.
//!
//! [`session`] holds the logic and is tested natively; [`shell`] moves messages in and out of JavaScript.

#[cfg_attr(not(feature = "analyses"), path = "no_answer.rs")]
mod answer;
mod data;
mod pictures;
mod session;
#[cfg(target_arch = "wasm32")]
mod shell;
#[cfg(test)]
mod tests;

pub use session::{Bulk, Outgoing, Session};
