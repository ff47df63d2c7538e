//! The problems of the family. All build a [`crate::Completion`].

pub mod distances;
pub(crate) mod duplicates;
pub mod image;
pub mod ired;
pub mod low_rank;
pub mod mask;
pub(crate) mod notes;
pub mod ratings;
pub mod sample_pictures;
pub(crate) mod sampling;
pub mod sensing;
pub(crate) mod spectrum;
pub mod stream;
pub mod table;
