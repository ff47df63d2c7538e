//! Reduced models in time: states are sought in a space of few vectors, which a run before has shown.

pub mod adaptive;
pub mod basis;
pub mod dictionary;
pub mod lagrangian_basis;
pub mod pod_galerkin;
