//! Shared numerics, deterministic on every platform.
