//! What is drawn and taken away of a problem and of an iterate.

pub(crate) mod filled_table;
pub(crate) mod pictures;
pub(crate) mod predictions;
pub(crate) mod singular_history;
