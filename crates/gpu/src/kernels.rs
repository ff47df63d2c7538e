//! The kernels in WGSL, compiled once for a device.
//!
//! A reduction has two stages: every workgroup leaves the sum of its [`GROUP`] values, and one workgroup sums what they
//! left. Both trees are fixed, so that a device repeats its own results.

use wgpu::{BindGroup, Buffer, ComputePipeline, Device};

/// Invocations in a workgroup.
pub const GROUP: u32 = 256;

const STENCIL: &str = include_str!("kernels/stencil.wgsl");
const JACOBI: &str = include_str!("kernels/jacobi.wgsl");
const CG: &str = include_str!("kernels/cg.wgsl");

/// The compiled kernels.
pub(crate) struct Kernels {
    /// One weighted Jacobi sweep.
    pub(crate) jacobi: Kernel,
    /// Conjugate gradients.
    pub(crate) cg: CgKernels,
}

/// The kernels of conjugate gradients, in the order in which they run; the first two only before the first step.
pub(crate) struct CgKernels {
    pub(crate) residual: Kernel,
    pub(crate) begin: Kernel,
    pub(crate) apply: Kernel,
    pub(crate) step_length: Kernel,
    pub(crate) update: Kernel,
    pub(crate) conjugate: Kernel,
    pub(crate) turn: Kernel,
}

/// One entry point and the bindings that it uses.
pub(crate) struct Kernel {
    pub(crate) pipeline: ComputePipeline,
    bindings: &'static [u32],
}

impl Kernels {
    pub(crate) fn new(device: &Device) -> Kernels {
        let module = |label, own: &str| {
            let text = format!("const GROUP: u32 = {GROUP}u;\n{STENCIL}{own}");
            let source = wgpu::ShaderSource::Wgsl(text.into());
            device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some(label), source })
        };
        let kernel = |module: &wgpu::ShaderModule, entry: &str, bindings: &'static [u32]| {
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: None,
                module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            Kernel { pipeline, bindings }
        };
        let (jacobi, cg) = (module("jacobi", JACOBI), module("cg", CG));
        Kernels {
            jacobi: kernel(&jacobi, "sweep", &[0, 1, 2, 3, 4]),
            cg: CgKernels {
                residual: kernel(&cg, "residual", &[0, 1, 2, 3, 5, 6, 8]),
                begin: kernel(&cg, "begin", &[0, 8, 9]),
                apply: kernel(&cg, "apply", &[0, 1, 2, 7, 8]),
                step_length: kernel(&cg, "step_length", &[0, 8, 9]),
                update: kernel(&cg, "update", &[0, 4, 5, 6, 7, 8, 9]),
                conjugate: kernel(&cg, "conjugate", &[0, 8, 9]),
                turn: kernel(&cg, "turn", &[0, 5, 6, 9]),
            },
        }
    }
}

impl Kernel {
    /// Binds the kernel: `buffers[i]` stands at binding `i`, as far as the kernel uses it.
    pub(crate) fn bind(&self, device: &Device, buffers: &[&Buffer]) -> BindGroup {
        let entries: Vec<wgpu::BindGroupEntry<'_>> = self
            .bindings
            .iter()
            .map(|&binding| wgpu::BindGroupEntry { binding, resource: buffers[binding as usize].as_entire_binding() })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }
}
