//! What the worker does with requests, without JavaScript.

mod answer;
mod data;
mod pictures;
mod session;
mod studies;
#[cfg(test)]
mod tests;

pub use session::{Bulk, Next, Outgoing, Session};
