//! The matrix-completion family.
