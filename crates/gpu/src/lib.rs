//! WebGPU steppers.
