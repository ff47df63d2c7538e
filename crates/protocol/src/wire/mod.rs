//! Messages and the catalog as plain trees, read and written by hand.
//!
//! Derived code would read and write them as well, and weigh a third of the page and a sixth of the solvers. The tests
//! hold this code to what is derived.

mod plain;
mod read;
mod write;

pub use plain::Plain;
pub use read::{
    catalog as read_catalog, data_kind as read_data_kind, event as read_event, experiment as read_experiment,
    request as read_request, value as read_value,
};
pub use write::{event as write_event, experiment as write_experiment, request as write_request};

#[cfg(test)]
mod tests;
