//! Messages and the catalog as plain trees, read and written by hand.
//!
//! Derived code would read them as well, and weigh a third of the page. The tests hold this code to what is derived.

mod plain;
mod read;
mod write;

pub use plain::Plain;
pub use read::{catalog, event, experiment, outlines, value};
pub use write::{experiment as write_experiment, request};

#[cfg(test)]
mod tests;
