//! `L psi = w` for the five-point `L = -Delta` of stream functions on a square: by sine transforms where they are zero on the walls, by Fourier
//! transforms where the square is joined to itself.

use std::f64::consts::PI;

use iterscope_kernels::sine::{FourierTransform, SineTransform};

enum Transform {
    Sine(SineTransform),
    Fourier(FourierTransform, Vec<[f64; 2]>),
}

/// The fast solver.
pub struct Poisson {
    transform: Transform,
    /// Eigenvalues along one axis.
    eigenvalues: Vec<f64>,
}

impl Poisson {
    /// For `n` cells of length `h` along each axis.
    pub fn new(n: usize, h: f64, periodic: bool) -> Poisson {
        let eigenvalue = |part: f64| (2.0 - 2.0 * libm::cos(PI * part)) / (h * h);
        let along = n as f64;
        if periodic {
            let transform = Transform::Fourier(FourierTransform::new(n), vec![[0.0; 2]; n * n]);
            let eigenvalues = (0..n).map(|k| eigenvalue(2.0 * k as f64 / along)).collect();
            return Poisson { transform, eigenvalues };
        }
        let transform = Transform::Sine(SineTransform::new(n - 1));
        Poisson { transform, eigenvalues: (1..n).map(|k| eigenvalue(k as f64 / along)).collect() }
    }

    /// Replaces `w` by the solution; on a joined square by the one that is zero at the first node, for the part of `w` without a mean.
    pub fn solve(&mut self, w: &mut [f64]) {
        let (m, eigenvalues) = (self.eigenvalues.len(), &self.eigenvalues);
        match &mut self.transform {
            Transform::Sine(sine) => {
                sine.along(w, 1);
                sine.along(w, m);
                let scale = 2.0 / (m + 1) as f64;
                for (row, ey) in w.chunks_exact_mut(m).zip(eigenvalues) {
                    row.iter_mut().zip(eigenvalues).for_each(|(w, ex)| *w *= scale * scale / (ex + ey));
                }
                sine.along(w, 1);
                sine.along(w, m);
            }
            Transform::Fourier(fourier, complex) => {
                complex.iter_mut().zip(&*w).for_each(|(c, &w)| *c = [w, 0.0]);
                fourier.along(complex, 1);
                fourier.along(complex, m);
                let scale = 1.0 / (m * m) as f64;
                for (row, ey) in complex.chunks_exact_mut(m).zip(eigenvalues) {
                    for ([re, im], ex) in row.iter_mut().zip(eigenvalues) {
                        let sum = ex + ey;
                        let factor = if sum == 0.0 { 0.0 } else { scale / sum };
                        // The inverse is the transform of the conjugate, conjugated; what comes out is real.
                        (*re, *im) = (*re * factor, -*im * factor);
                    }
                }
                fourier.along(complex, 1);
                fourier.along(complex, m);
                let first = complex[0][0];
                w.iter_mut().zip(&*complex).for_each(|(w, [re, _])| *w = re - first);
            }
        }
    }

    /// Floating-point operations of one solve, about.
    pub fn flops(&self) -> u64 {
        let m = self.eigenvalues.len() as u64;
        let line = match &self.transform {
            Transform::Sine(sine) => sine.flops(),
            Transform::Fourier(fourier, _) => fourier.flops(),
        };
        4 * m * line + 4 * m * m
    }
}
