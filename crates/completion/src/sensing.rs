//! Linear measurements of a symmetric matrix.

use iterscope_kernels::reduce::{axpy, dot, norm2};
use iterscope_kernels::rng::Rng;

/// Measurements `y_i = <A_i, Z>` of a symmetric d x d matrix Z, with `A_i = (G + G')/2` and G standard normal; or Z itself,
/// the limit of infinitely many of them.
///
/// Symmetric matrices are packed: the upper triangle row by row, `d (d + 1) / 2` numbers. In the packed `A_i` the entries
/// off the diagonal are doubled, so that an inner product of matrices is one of packed vectors.
#[derive(Debug)]
pub struct Sensing {
    /// Size of Z.
    pub d: usize,
    /// Number of measurements; 0 for Z itself.
    pub count: usize,
    /// The packed `A_i`, one after the other.
    matrices: Vec<f64>,
    /// What was measured: `y`, or packed Z.
    pub values: Vec<f64>,
    /// Norm of what was measured.
    pub norm: f64,
}

/// Packed length for size `d`.
pub fn packed(d: usize) -> usize {
    d * (d + 1) / 2
}

impl Sensing {
    /// Measures packed `z` with `count` matrices drawn from `rng`, or observes it fully where `count` is 0.
    pub fn new(d: usize, z: Vec<f64>, count: usize, rng: &mut Rng) -> Sensing {
        let len = packed(d);
        let mut matrices = Vec::with_capacity(count * len);
        // One fill for all, as one call draws them: an odd call would drop a number of its last pair.
        let mut g = vec![0.0; count * d * d];
        rng.normal_fill(&mut g);
        for g in g.chunks_exact(d * d) {
            for i in 0..d {
                matrices.push(g[i * d + i]);
                for j in i + 1..d {
                    matrices.push(g[i * d + j] + g[j * d + i]);
                }
            }
        }
        let mut sensing = Sensing { d, count, matrices, values: Vec::new(), norm: 1.0 };
        sensing.values = if count == 0 {
            z
        } else {
            let mut y = vec![0.0; count];
            sensing.measure(&z, &mut y);
            y
        };
        sensing.norm = sensing.size(&sensing.values);
        sensing
    }

    /// Number of measured values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Never true; there is at least one value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// out_i = <A_i, X> for packed X, or X itself.
    pub fn measure(&self, x: &[f64], out: &mut [f64]) {
        if self.count == 0 {
            out.copy_from_slice(x);
            return;
        }
        for (o, a) in out.iter_mut().zip(self.matrices.chunks_exact(x.len())) {
            *o = dot(a, x);
        }
    }

    /// out = (1/m) sum_i r_i A_i as a full d x d matrix; the packed `work` has the length of [`packed`]. With full
    /// observation it is `r` itself.
    pub fn adjoint(&self, r: &[f64], work: &mut [f64], out: &mut [f64]) {
        let d = self.d;
        let (packed, diagonal, off) = if self.count == 0 {
            (r, 1.0, 1.0)
        } else {
            work.fill(0.0);
            for (&r, a) in r.iter().zip(self.matrices.chunks_exact(work.len())) {
                axpy(r, a, work);
            }
            let m = self.count as f64;
            (&*work, 1.0 / m, 0.5 / m)
        };
        let mut from = packed.iter();
        for i in 0..d {
            for j in i..d {
                let x = from.next().copied().unwrap_or(0.0);
                let x = x * if i == j { diagonal } else { off };
                out[i * d + j] = x;
                out[j * d + i] = x;
            }
        }
    }

    /// Norm of measured values: Euclidean, or the Frobenius norm of a packed matrix with full observation.
    pub fn size(&self, values: &[f64]) -> f64 {
        if self.count > 0 {
            return norm2(values);
        }
        let (mut diagonal, mut off, mut place) = (0.0, 0.0, 0);
        for i in 0..self.d {
            diagonal += values[place] * values[place];
            for x in &values[place + 1..place + self.d - i] {
                off += x * x;
            }
            place += self.d - i;
        }
        (diagonal + 2.0 * off).sqrt()
    }
}

/// Packs U U' for U of shape d x k.
pub fn pack_gram(u: &[f64], d: usize, k: usize, out: &mut [f64]) {
    let mut place = 0;
    for i in 0..d {
        for j in i..d {
            out[place] = dot(&u[i * k..][..k], &u[j * k..][..k]);
            place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(n: usize, seed: u64) -> Vec<f64> {
        let mut x = vec![0.0; n];
        Rng::new(seed).normal_fill(&mut x);
        x
    }

    #[test]
    fn the_adjoint_is_the_adjoint() {
        for count in [0, 9] {
            let d = 4;
            let mut x = vec![0.0; packed(d)];
            pack_gram(&random(d * 2, 1), d, 2, &mut x);
            let s = Sensing::new(d, x.clone(), count, &mut Rng::new(5));
            let r = random(s.len(), 2);
            let (mut work, mut full) = (vec![0.0; packed(d)], vec![0.0; d * d]);
            s.adjoint(&r, &mut work, &mut full);
            let mut measured = vec![0.0; s.len()];
            s.measure(&x, &mut measured);
            let mut dense = vec![0.0; d * d];
            Sensing::new(d, x.clone(), 0, &mut Rng::new(0)).adjoint(&x, &mut work, &mut dense);
            if count > 0 {
                let (left, right) = (dot(&r, &measured) / count as f64, dot(&full, &dense));
                assert!((left - right).abs() < 1e-12, "{left} {right}");
            } else {
                assert_eq!(measured, x);
                assert!((s.norm - norm2(&dense)).abs() < 1e-14);
            }
        }
    }
}
