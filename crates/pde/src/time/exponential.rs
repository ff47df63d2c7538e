//! Exponentials of matrices times vectors, from Krylov spaces (M. Hochbruck and C. Lubich, On Krylov subspace approximations to the matrix exponential operator,
//! SIAM Journal on Numerical Analysis 34, 1997), with steps in the exponent that follow the error (J. Niesen and W. M. Wright, Algorithm 919, ACM Transactions on
//! Mathematical Software 38, 2012), of a matrix that is bordered so that one exponential gives sums of phi functions (A. H. Al-Mohy and N. J. Higham, Computing the
//! action of the matrix exponential, SIAM Journal on Scientific Computing 33, 2011).

use iterscope_core::{Breakdown, Stop, Work};
use iterscope_kernels::compiled::{axpy, dot, norm2};
use iterscope_kernels::csr::Csr;

/// The largest dimension of a space.
const MOST: usize = 40;
/// The error of a result, as a part of its size.
const TOLERANCE: f64 = 1e-12;
/// The most steps for one result.
const STEPS: usize = 10_000;

/// Solves `w' = A w + sum_k t^(k-1)/(k-1)! b_k`: `w(t) = exp(tA) w_0 + sum_k t^k phi_k(tA) b_k`. All memory is taken when it is made.
pub struct Exponential {
    /// Basis vectors, each with the places of the border behind.
    basis: Vec<Vec<f64>>,
    /// The projected matrix, `MOST + 2` wide.
    h: Vec<f64>,
    small: Small,
    /// The state with its border.
    w: Vec<f64>,
    /// Products with the matrix since they were last asked for.
    products: u64,
}

impl Exponential {
    /// For matrices of `n` rows and up to `border` vectors.
    pub fn new(n: usize, border: usize) -> Exponential {
        let width = MOST + 2;
        Exponential {
            basis: (0..=MOST).map(|_| vec![0.0; n + border]).collect(),
            h: vec![0.0; width * width],
            small: Small::new(width),
            w: vec![0.0; n + border],
            products: 0,
        }
    }

    /// Products with the matrix since the last call.
    pub fn take_products(&mut self) -> u64 {
        std::mem::take(&mut self.products)
    }

    /// Replaces `w` by the solution at time `t`, with `b` the vectors `b_1`, `b_2`, ..., at most as many as it was made for.
    ///
    /// # Errors
    /// It took too many steps, or met what is no number.
    pub fn apply(&mut self, a: &Csr, t: f64, w: &mut [f64], b: &[&[f64]], work: &mut Work) -> Result<(), Stop> {
        let (n, p) = (w.len(), b.len());
        let end = n + p;
        // The border's derivative shifts it by one place; b is scaled to the size of the rest.
        let largest = b.iter().map(|b| norm2(b)).fold(0.0, f64::max);
        let size = norm2(w).max(largest * t);
        if size == 0.0 {
            return Ok(());
        }
        if !size.is_finite() {
            return Err(Stop::Diverged);
        }
        let eta = if largest > 0.0 { size / largest } else { 1.0 };
        self.w[..n].copy_from_slice(w);
        self.w[n..end].fill(0.0);
        if p > 0 {
            // Places n, n+1, ...: eta^-1 times t^(p-1)/(p-1)!, ..., t, 1.
            self.w[n + p - 1] = eta;
        }
        let norm = row_norm(a).max(1.0 / t);
        let mut tau = (t).min(20.0 / norm);
        let mut done = 0.0;
        for _ in 0..STEPS {
            if done >= t {
                w.copy_from_slice(&self.w[..n]);
                return Ok(());
            }
            tau = f64::min(tau, t - done);
            let beta = norm2(&self.w[..end]);
            if beta == 0.0 || !beta.is_finite() {
                return Err(Stop::Diverged);
            }
            let (dimension, next) = self.krylov(a, beta, b, eta, work);
            let width = MOST + 2;
            loop {
                // One row more: its last place holds the next Krylov vector's share.
                let order = dimension + 1;
                self.small.load(order, |i, j| {
                    if i < dimension && j < dimension {
                        tau * self.h[i * width + j]
                    } else if i == dimension && j + 1 == dimension {
                        tau * next
                    } else {
                        0.0
                    }
                });
                // exp of the bordered matrix: its last row is tau h phi_1.
                self.small.exponentiate(order);
                let error = beta * self.small.entry(order, dimension, 0).abs();
                let allowed = TOLERANCE * size * (tau / t).max(1e-3);
                if error <= allowed || next == 0.0 {
                    let w = &mut self.w[..end];
                    w.fill(0.0);
                    for (j, v) in self.basis[..dimension].iter().enumerate() {
                        axpy(beta * self.small.entry(order, j, 0), &v[..end], w);
                    }
                    if next != 0.0 {
                        axpy(beta * self.small.entry(order, dimension, 0), &self.basis[dimension][..end], w);
                    }
                    done = if tau >= t - done { t } else { done + tau };
                    let grow = libm::pow(0.5 * allowed / error.max(1e-300), 1.0 / (dimension as f64 * 0.5 + 1.0));
                    tau *= if next == 0.0 { 1e3 } else { grow.clamp(0.8, 3.0) };
                    break;
                }
                let shrink = if error.is_finite() {
                    libm::pow(0.5 * allowed / error, 1.0 / (dimension as f64 * 0.5 + 1.0))
                } else {
                    0.3
                };
                tau *= shrink.clamp(0.2, 0.9);
                if tau <= 1e-14 * t {
                    return Err(Stop::Breakdown(Breakdown::NoConvergence));
                }
            }
        }
        Err(Stop::Breakdown(Breakdown::NoConvergence))
    }

    /// Builds the space from `w / beta`: its dimension, and the size of what leads out of it, 0 where nothing does.
    fn krylov(&mut self, a: &Csr, beta: f64, b: &[&[f64]], eta: f64, work: &mut Work) -> (usize, f64) {
        let (n, p, width) = (a.rows, b.len(), MOST + 2);
        let end = n + p;
        self.h.fill(0.0);
        for (v, w) in self.basis[0].iter_mut().zip(&self.w[..end]) {
            *v = w / beta;
        }
        let mut largest = 0.0f64;
        let most = MOST.min(end);
        for j in 0..most {
            let (before, after) = self.basis.split_at_mut(j + 1);
            let (v, out) = (&before[j], &mut after[0][..end]);
            a.matvec(&v[..n], &mut out[..n]);
            // The last place of the border goes with b_1, the one before it with b_2.
            for (k, b) in b.iter().enumerate() {
                axpy(v[n + p - 1 - k] / eta, b, &mut out[..n]);
            }
            for k in 0..p {
                out[n + k] = if k + 1 < p { v[n + k + 1] } else { 0.0 };
            }
            self.products += 1;
            work.inner += 1;
            work.flops += 2 * a.nnz() as u64 + 8 * (j as u64 + 1) * n as u64;
            for _ in 0..2 {
                for (i, v) in before.iter().enumerate() {
                    let part = dot(&v[..end], out);
                    axpy(-part, &v[..end], out);
                    self.h[i * width + j] += part;
                }
            }
            let next = norm2(out);
            largest = (0..=j).fold(largest, |m, i| m.max(self.h[i * width + j].abs())).max(next);
            if next <= 1e-15 * largest {
                return (j + 1, 0.0);
            }
            out.iter_mut().for_each(|x| *x /= next);
            if j + 1 == most {
                return (most, next);
            }
            self.h[(j + 1) * width + j] = next;
        }
        (most, 0.0)
    }
}

/// The largest sum of sizes in a row.
fn row_norm(a: &Csr) -> f64 {
    (0..a.rows).map(|i| a.row(i).1.iter().map(|x| x.abs()).sum()).fold(0.0, f64::max)
}

/// Exponentials of small dense matrices by scaling, squaring and a Padé approximant of order 13 (N. J. Higham, The scaling and squaring method for the matrix
/// exponential revisited, SIAM Journal on Matrix Analysis and Applications 26, 2005).
struct Small {
    a: Vec<f64>,
    powers: [Vec<f64>; 3],
    u: Vec<f64>,
    v: Vec<f64>,
    work: Vec<f64>,
}

/// Coefficients of the approximant of order 13.
const PADE: [f64; 14] = [
    64_764_752_532_480_000.0,
    32_382_376_266_240_000.0,
    7_771_770_303_897_600.0,
    1_187_353_796_428_800.0,
    129_060_195_264_000.0,
    10_559_470_521_600.0,
    670_442_572_800.0,
    33_522_128_640.0,
    1_323_241_920.0,
    40_840_800.0,
    960_960.0,
    16_380.0,
    182.0,
    1.0,
];

impl Small {
    fn new(width: usize) -> Small {
        let zero = || vec![0.0; width * width];
        Small { a: zero(), powers: [zero(), zero(), zero()], u: zero(), v: zero(), work: zero() }
    }

    fn load(&mut self, n: usize, entry: impl Fn(usize, usize) -> f64) {
        for i in 0..n {
            for j in 0..n {
                self.a[i * n + j] = entry(i, j);
            }
        }
    }

    fn entry(&self, n: usize, i: usize, j: usize) -> f64 {
        self.a[i * n + j]
    }

    /// Replaces the matrix by its exponential.
    fn exponentiate(&mut self, n: usize) {
        let Small { a, powers: [a2, a4, a6], u, v, work } = self;
        let [a, a2, a4, a6, u, v, work] = [a, a2, a4, a6, u, v, work].map(|x| &mut x[..n * n]);
        let column = |j: usize| (0..n).map(|i| a[i * n + j].abs()).sum::<f64>();
        let size = (0..n).map(column).fold(0.0, f64::max);
        let mut squarings = 0;
        let mut scale = 1.0;
        while size * scale > 5.371_920_351_148_152 && squarings < 60 {
            scale *= 0.5;
            squarings += 1;
        }
        a.iter_mut().for_each(|x| *x *= scale);
        product(a, a, a2, n);
        product(a2, a2, a4, n);
        product(a2, a4, a6, n);
        let b = &PADE;
        for k in 0..n * n {
            work[k] = b[13] * a6[k] + b[11] * a4[k] + b[9] * a2[k];
        }
        product(a6, work, v, n);
        for k in 0..n * n {
            v[k] += b[7] * a6[k] + b[5] * a4[k] + b[3] * a2[k];
        }
        (0..n).for_each(|i| v[i * n + i] += b[1]);
        product(a, v, u, n);
        for k in 0..n * n {
            work[k] = b[12] * a6[k] + b[10] * a4[k] + b[8] * a2[k];
        }
        product(a6, work, v, n);
        for k in 0..n * n {
            v[k] += b[6] * a6[k] + b[4] * a4[k] + b[2] * a2[k];
        }
        (0..n).for_each(|i| v[i * n + i] += b[0]);
        // (V - U) R = V + U
        for k in 0..n * n {
            work[k] = v[k] - u[k];
            a[k] = v[k] + u[k];
        }
        eliminate(work, a, n);
        for _ in 0..squarings {
            product(a, a, work, n);
            a.copy_from_slice(work);
        }
    }
}

fn product(a: &[f64], b: &[f64], out: &mut [f64], n: usize) {
    out.fill(0.0);
    for i in 0..n {
        for k in 0..n {
            let factor = a[i * n + k];
            if factor != 0.0 {
                axpy(factor, &b[k * n..][..n], &mut out[i * n..][..n]);
            }
        }
    }
}

/// Replaces `b` by the solution of `a x = b`, by elimination with row exchanges.
fn eliminate(a: &mut [f64], b: &mut [f64], n: usize) {
    for k in 0..n {
        let pivot = (k..n).fold(k, |best, i| if a[i * n + k].abs() > a[best * n + k].abs() { i } else { best });
        if pivot != k {
            for j in 0..n {
                a.swap(k * n + j, pivot * n + j);
                b.swap(k * n + j, pivot * n + j);
            }
        }
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            if factor == 0.0 {
                continue;
            }
            for j in k..n {
                a[i * n + j] -= factor * a[k * n + j];
            }
            for j in 0..n {
                b[i * n + j] -= factor * b[k * n + j];
            }
        }
    }
    for k in (0..n).rev() {
        for j in 0..n {
            let mut sum = b[k * n + j];
            for i in k + 1..n {
                sum -= a[k * n + i] * b[i * n + j];
            }
            b[k * n + j] = sum / a[k * n + k];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Second differences with u = 0 beyond both ends.
    fn laplacian(n: usize, factor: f64) -> Csr {
        let mut triplets = Vec::new();
        for i in 0..n {
            triplets.push((i as u32, i as u32, -2.0 * factor));
            if i > 0 {
                triplets.push((i as u32, i as u32 - 1, factor));
            }
            if i + 1 < n {
                triplets.push((i as u32, i as u32 + 1, factor));
            }
        }
        Csr::from_triplets(n, n, &triplets).expect("valid")
    }

    #[test]
    fn modes_of_a_laplacian_go_as_their_exponentials() {
        // phi_0 .. phi_3 of lambda, by their recursion from the exponential.
        for (n, factor, t) in [(20, 1.0, 0.7), (100, 1e4, 0.01), (60, 50.0, 3.0)] {
            let a = laplacian(n, factor);
            for mode in [1, n / 2, n] {
                let angle = std::f64::consts::PI * mode as f64 / (n + 1) as f64;
                let z = -2.0 * factor * (1.0 - libm::cos(angle)) * t;
                let v: Vec<f64> = (1..=n).map(|i| libm::sin(angle * i as f64)).collect();
                let phi1 = libm::expm1(z) / z;
                let phi2 = (phi1 - 1.0) / z;
                let phi3 = (phi2 - 0.5) / z;
                let mut w = v.clone();
                let mut e = Exponential::new(n, 3);
                let scaled: Vec<Vec<f64>> =
                    [2.0, -3.0, 5.0].iter().map(|c| v.iter().map(|v| c * v).collect()).collect();
                let b: Vec<&[f64]> = scaled.iter().map(Vec::as_slice).collect();
                e.apply(&a, t, &mut w, &b, &mut Work::default()).expect("it gets there");
                let factor = libm::exp(z) + 2.0 * t * phi1 - 3.0 * t * t * phi2 + 5.0 * t * t * t * phi3;
                for (w, v) in w.iter().zip(&v) {
                    assert!((w - factor * v).abs() < 1e-10 * (1.0 + t * t * t), "{n} {mode}: {w} {}", factor * v);
                }
            }
        }
    }
}
