//! Rankings from games between two: what is known before a run, the objective, the optimum, and what is measured.

pub mod contraction;
pub mod existence;
pub mod instance;
pub mod many;
pub mod objective;
pub mod optimum;
pub mod referee;
