//! The ranking family.
