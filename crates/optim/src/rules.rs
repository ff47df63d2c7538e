//! The rules, one file each; [`crate::rule::RULES`] lists them.

pub mod adam;
pub mod dog;
pub mod heavy_ball;
pub mod linear_decay;
pub mod nesterov;
pub mod plain;
pub mod scaling;
pub mod schedule_free;
pub mod shampoo;
pub mod udog;
