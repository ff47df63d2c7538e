//! The methods that run on the device, one file each.

mod cg;
mod jacobi;

use iterscope_core::{BuildError, Method, MethodInput, Stepper, Value};

use iterscope_pde::linear::{self, LinearProblem};

use crate::device::Gpu;

/// What building a stepper gives.
pub type Built = Result<Box<dyn Stepper>, BuildError>;

/// A method on the device.
pub struct GpuMethod {
    /// Id of the CPU method that this is another backend of.
    pub id: &'static str,
    /// Builds a stepper for `webgpu-f32`.
    pub build: fn(&Gpu, &MethodInput<'_>) -> Built,
}

/// All of them.
pub static METHODS: &[GpuMethod] =
    &[GpuMethod { id: jacobi::ID, build: jacobi::build }, GpuMethod { id: cg::ID, build: cg::build }];

/// The problem, where there are kernels for it: a five-point matrix.
fn problem<'a>(input: &'a MethodInput<'_>) -> Result<&'a LinearProblem, BuildError> {
    let five = |p: &&LinearProblem| p.matrix.stencil().is_some_and(|s| s.links.len() == 2) && p.constants.is_none();
    let none = || BuildError::new("backend", "this problem has no kernels for WebGPU: they are for rectangles");
    linear::of(input).ok().filter(five).ok_or_else(none)
}

/// A new value of a live parameter, checked against the schema of the method.
fn live(method: &Method, key: &str, value: &Value) -> Result<Value, BuildError> {
    match method.info.params.iter().find(|p| p.key == key && p.live) {
        Some(p) => p.check(value),
        None => Err(BuildError::new(key, "cannot change while running")),
    }
}
