//! What the worker does with requests, without JavaScript.

#[cfg_attr(not(feature = "analyses"), path = "no_answer.rs")]
mod answer;
mod data;
mod pictures;
mod session;
#[cfg(test)]
mod tests;

pub use session::{Bulk, Outgoing, Session};
