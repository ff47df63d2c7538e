//! A discrete problem on the device.

use iterscope_core::BuildError;
use iterscope_pde::LinearProblem;
use wgpu::{Buffer, BufferUsages};

use crate::device::Gpu;
use crate::kernels::GROUP;

/// Matrix and right-hand side in single precision, and the sizes that all kernels read.
pub(crate) struct Operator {
    /// `Size` in `stencil.wgsl`.
    pub(crate) size: Buffer,
    /// The five coefficient arrays one after the other, then what the method adds.
    pub(crate) matrix: Buffer,
    /// Right-hand side.
    pub(crate) rhs: Buffer,
    /// Number of unknowns.
    pub(crate) unknowns: usize,
}

/// Byte offset of the relaxation parameter in `Size`.
const OMEGA: u64 = 12;

impl Operator {
    /// Brings the problem to the device, with `added` behind the coefficients.
    ///
    /// # Errors
    /// The matrix is no stencil, or the device cannot hold it or is lost.
    pub(crate) fn new(gpu: &Gpu, problem: &LinearProblem, added: &[f32], omega: f64) -> Result<Operator, BuildError> {
        let n = problem.rhs.len();
        gpu.check_size(5 * n + added.len(), n)?;
        gpu.healthy().map_err(|e| BuildError::new("backend", e.to_string()))?;
        let none = || BuildError::new("backend", "the matrix is no stencil");
        let s = problem.matrix.stencil().ok_or_else(none)?;
        let arrays = [&s.centre, &s.links[0].lower, &s.links[0].upper, &s.links[1].lower, &s.links[1].upper];
        let coefficients: Vec<f32> =
            arrays.into_iter().flatten().map(|&c| c as f32).chain(added.iter().copied()).collect();
        let rhs: Vec<f32> = problem.rhs.iter().map(|&b| b as f32).collect();

        let size = buffer(gpu, "size", 4, BufferUsages::UNIFORM | BufferUsages::COPY_DST);
        let words = [n as u32, s.links[1].stride as u32, groups(n), (omega as f32).to_bits()];
        gpu.queue().write_buffer(&size, 0, bytemuck::cast_slice(&words));
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let matrix = buffer(gpu, "matrix", coefficients.len(), usage);
        gpu.queue().write_buffer(&matrix, 0, bytemuck::cast_slice(&coefficients));
        let right = buffer(gpu, "rhs", n, usage);
        gpu.queue().write_buffer(&right, 0, bytemuck::cast_slice(&rhs));
        Ok(Operator { size, matrix, rhs: right, unknowns: n })
    }

    /// Changes the relaxation parameter from the next submission on.
    pub(crate) fn set_omega(&self, gpu: &Gpu, omega: f64) {
        gpu.queue().write_buffer(&self.size, OMEGA, bytemuck::bytes_of(&(omega as f32)));
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        // On the web a dropped handle frees nothing until the garbage collector comes by.
        for b in [&self.size, &self.matrix, &self.rhs] {
            b.destroy();
        }
    }
}

/// Workgroups that cover `n` unknowns.
pub(crate) fn groups(n: usize) -> u32 {
    n.div_ceil(GROUP as usize) as u32
}

/// A buffer of `words` 32-bit words.
pub(crate) fn buffer(gpu: &Gpu, label: &str, words: usize, usage: BufferUsages) -> Buffer {
    gpu.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: 4 * words as u64,
        usage,
        mapped_at_creation: false,
    })
}
