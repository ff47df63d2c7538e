//! WebGPU: the device, the kernels in WGSL, and the steppers that run on them in single precision.
//!
//! The only crate that names wgpu. A stepper here shares id, parameters, series and pictures with the CPU method of its
//! family; only the arithmetic happens elsewhere. `advance` encodes a batch of steps, submits it once and reads back once;
//! scalars such as the step length of conjugate gradients never leave the device in between.

mod batch;
mod device;
mod kernels;
mod methods;
mod operator;

pub use device::{Gpu, GpuAbsence, GpuInfo};
pub use kernels::GROUP;
pub use methods::{Built, GpuMethod, METHODS};
