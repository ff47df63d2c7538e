//! Conjugate gradients; the CPU version in `iterscope-pde` has the mathematics and the source.

use iterscope_core::{Breakdown, BuildError, MethodInput, Stop, Value, Work};
use iterscope_pde::methods::cg::METHOD;
use wgpu::{BindGroup, Buffer, BufferUsages, ComputePass, ComputePipeline};

use super::{Built, live};
use crate::batch::{Batched, Made, Recurrence};
use crate::device::Gpu;
use crate::kernels::Kernel;
use crate::operator::{Operator, buffer, groups};

pub(crate) const ID: &str = "pde.cg";

/// Words of `State` in `cg.wgsl`, and where in it the steps and the reason to stop stand.
const STATE: usize = 5;
const STEPS: usize = 3;
const STOP: usize = 4;
const SOLVED: u32 = 1;
const INDEFINITE: u32 = 2;

/// One dispatch of a kernel that is bound to this run's buffers.
struct Stage {
    pipeline: ComputePipeline,
    bindings: BindGroup,
    groups: u32,
}

impl Stage {
    fn encode(&self, pass: &mut ComputePass<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        pass.dispatch_workgroups(self.groups, 1, 1);
    }
}

struct Cg {
    operator: Operator,
    x: Buffer,
    state: Buffer,
    /// Buffers that only the kernels see: residual, direction, its image, partial sums.
    inner: [Buffer; 4],
    start: [Stage; 2],
    step: [Stage; 5],
    /// Steps that the device had counted at the last readback.
    counted: u32,
}

pub(crate) fn build(gpu: &Gpu, input: &MethodInput<'_>) -> Built {
    let problem = super::problem(input)?;
    if input.values.get("preconditioner").is_some_and(|v| v.as_text() != Some("none")) {
        return Err(BuildError::new("backend", "preconditioners have no kernels for WebGPU"));
    }
    let operator = Operator::new(gpu, problem, &[], 0.0)?;
    let n = operator.unknowns;
    let all = groups(n);
    let kept = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
    let x = buffer(gpu, "x", n, kept);
    let state = buffer(gpu, "state", STATE, kept);
    let inner = [("r", n), ("p", n), ("q", n), ("sums", all as usize)]
        .map(|(label, words)| buffer(gpu, label, words, BufferUsages::STORAGE));
    let [r, p, q, sums] = &inner;
    let kernels = &gpu.kernels().cg;
    let stage = |kernel: &Kernel, u: &Buffer, groups: u32| Stage {
        pipeline: kernel.pipeline.clone(),
        bindings: kernel
            .bind(gpu.device(), &[&operator.size, &operator.matrix, u, &operator.rhs, &x, r, p, q, sums, &state]),
        groups,
    };
    let start = [stage(&kernels.residual, &x, all), stage(&kernels.begin, &x, 1)];
    let step = [
        stage(&kernels.apply, p, all),
        stage(&kernels.step_length, p, 1),
        stage(&kernels.update, p, all),
        stage(&kernels.conjugate, p, 1),
        stage(&kernels.turn, p, all),
    ];
    let method = Cg { operator, x, state, inner, start, step, counted: 0 };
    Ok(Batched::boxed(gpu, method, problem.referee(), vec![0.0; n]))
}

impl Recurrence for Cg {
    fn place(&mut self, gpu: &Gpu, iterate: &[f32]) {
        self.counted = 0;
        gpu.queue().write_buffer(&self.x, 0, bytemuck::cast_slice(iterate));
    }

    fn start(&self, pass: &mut ComputePass<'_>) {
        self.start.iter().for_each(|stage| stage.encode(pass));
    }

    fn step(&mut self, pass: &mut ComputePass<'_>) {
        self.step.iter().for_each(|stage| stage.encode(pass));
    }

    fn iterate(&self) -> &Buffer {
        &self.x
    }

    fn status(&self) -> Option<(&Buffer, usize)> {
        Some((&self.state, STATE))
    }

    fn outcome(&mut self, _: u32, status: &[u32]) -> Made {
        let steps = status[STEPS].wrapping_sub(self.counted);
        self.counted = status[STEPS];
        match status[STOP] {
            SOLVED => Made { steps, charged: steps.saturating_sub(1), stop: Some(Stop::Converged) },
            INDEFINITE => Made { steps, charged: steps, stop: Some(Stop::Breakdown(Breakdown::Indefinite)) },
            _ => Made { steps, charged: steps, stop: None },
        }
    }

    fn cost(&self) -> Work {
        let n = self.operator.unknowns as u64;
        Work { operator: 1, flops: 19 * n, bytes: 4 * 19 * n, ..Work::default() }
    }

    fn set(&mut self, _: &Gpu, key: &str, value: &Value) -> Result<(), BuildError> {
        live(&METHOD, key, value).map(|_| ())
    }
}

impl Drop for Cg {
    fn drop(&mut self) {
        self.inner.iter().chain([&self.x, &self.state]).for_each(Buffer::destroy);
    }
}
