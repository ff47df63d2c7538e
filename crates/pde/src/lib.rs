//! The PDE family.
