//! Weighted Jacobi iteration; the CPU version in `iterscope-pde` has the mathematics and the source.

use iterscope_core::{BuildError, MethodInput, Value, Work};
use iterscope_pde::methods::jacobi::METHOD;
use wgpu::{BindGroup, Buffer, BufferUsages, ComputePass, ComputePipeline};

use super::{Built, live};
use crate::batch::{Batched, Made, Recurrence};
use crate::device::Gpu;
use crate::operator::{Operator, buffer, groups};

pub(crate) const ID: &str = "pde.jacobi";

struct Jacobi {
    pipeline: ComputePipeline,
    operator: Operator,
    /// Old and new iterate, changing places with every step.
    iterates: [Buffer; 2],
    /// `bindings[i]` reads `iterates[i]` and writes the other.
    bindings: [BindGroup; 2],
    now: usize,
}

pub(crate) fn build(gpu: &Gpu, input: &MethodInput<'_>) -> Built {
    let problem = super::problem(input)?;
    let inverse = problem.matrix.cast::<f32>().inverse_diagonal();
    let zero = |zero| BuildError::new("method", format!("needs a diagonal without zeros; {zero}"));
    let operator = Operator::new(gpu, problem, &inverse.map_err(zero)?, input.values.real("omega"))?;
    let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
    let iterates = ["even", "odd"].map(|label| buffer(gpu, label, operator.unknowns, usage));
    let kernel = &gpu.kernels().jacobi;
    let bind = |from: &Buffer, to: &Buffer| {
        kernel.bind(gpu.device(), &[&operator.size, &operator.matrix, from, &operator.rhs, to])
    };
    let bindings = [bind(&iterates[0], &iterates[1]), bind(&iterates[1], &iterates[0])];
    let initial = vec![0.0; operator.unknowns];
    let method = Jacobi { pipeline: kernel.pipeline.clone(), operator, iterates, bindings, now: 0 };
    Ok(Batched::boxed(gpu, method, problem.referee(), initial))
}

impl Recurrence for Jacobi {
    fn place(&mut self, gpu: &Gpu, iterate: &[f32]) {
        self.now = 0;
        gpu.queue().write_buffer(&self.iterates[0], 0, bytemuck::cast_slice(iterate));
    }

    fn start(&self, _: &mut ComputePass<'_>) {}

    fn step(&mut self, pass: &mut ComputePass<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings[self.now], &[]);
        pass.dispatch_workgroups(groups(self.operator.unknowns), 1, 1);
        self.now = 1 - self.now;
    }

    fn iterate(&self) -> &Buffer {
        &self.iterates[self.now]
    }

    fn status(&self) -> Option<(&Buffer, usize)> {
        None
    }

    fn outcome(&mut self, asked: u32, _: &[u32]) -> Made {
        Made { steps: asked, charged: asked, stop: None }
    }

    fn cost(&self) -> Work {
        let n = self.operator.unknowns as u64;
        Work { operator: 1, flops: 13 * n, bytes: 4 * 9 * n, ..Work::default() }
    }

    fn set(&mut self, gpu: &Gpu, key: &str, value: &Value) -> Result<(), BuildError> {
        if let Some(omega) = live(&METHOD, key, value)?.as_real() {
            self.operator.set_omega(gpu, omega);
        }
        Ok(())
    }
}

impl Drop for Jacobi {
    fn drop(&mut self) {
        self.iterates.iter().for_each(Buffer::destroy);
    }
}
