//! The run loop: races, history, checkpoints, stop rules.
