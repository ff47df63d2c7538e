//! What can be learned about eigenvalues without computing them: circles that hold them, and Ritz values of Lanczos' process.

use std::f64::consts::PI;

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;
use iterscope_kernels::tridiagonal;

use crate::state::{get_count, put_count};
use crate::{Matrix, Operator, Preconditioner, Scalar};

/// An interval that holds the real parts of all eigenvalues: the union of the circles around the diagonal with the sums of the other
/// magnitudes of each row as radii (S. Gerschgorin, Über die Abgrenzung der Eigenwerte einer Matrix, Izvestija Akademii Nauk SSSR 7, 1931).
pub fn gershgorin<T: Scalar>(a: &Csr<T>) -> [f64; 2] {
    let mut bounds = [f64::INFINITY, f64::NEG_INFINITY];
    for i in 0..a.rows {
        let (mut centre, mut radius) = (0.0, 0.0);
        for (j, value) in a.row_iter(i) {
            if j == i {
                centre = value.to_f64();
            } else {
                radius += value.to_f64().abs();
            }
        }
        bounds = [bounds[0].min(centre - radius), bounds[1].max(centre + radius)];
    }
    bounds
}

/// The eigenvalues of a matrix whose modes are sines, by their half waves along the axes of the box.
///
/// # Errors
/// Its modes are others; why, in a few words.
pub fn by_sines<T: Scalar>(a: &Matrix<T>, shape: &[usize]) -> Result<Vec<f64>, &'static str> {
    let fits = shape.iter().product::<usize>() == a.len();
    let Some(stencil) = a.stencil().filter(|_| fits) else { return Err("here the unknowns form no such box") };
    if stencil.links.len() != shape.len() {
        return Err("here unknowns are coupled beyond the axes");
    }
    let centre = stencil.centre[0];
    let mut constant = stencil.centre.iter().all(|&c| c == centre);
    let mut values = vec![centre.to_f64(); stencil.len()];
    for (&m, link) in shape.iter().zip(&stencil.links) {
        let coupling = if m > 1 { link.upper[0] } else { T::ZERO };
        let wave = |j: usize| 2.0 * coupling.to_f64() * libm::cos(PI * j as f64 / (m + 1) as f64);
        let waves: Vec<f64> = (1..=m).map(wave).collect();
        for (k, value) in values.iter_mut().enumerate() {
            let at = k / link.stride % m;
            constant &= at == 0 || link.lower[k] == coupling;
            constant &= at + 1 == m || link.upper[k] == coupling;
            *value += waves[at];
        }
    }
    if constant { Ok(values) } else { Err("here they vary") }
}

/// The coefficients of conjugate gradients, which are those of Lanczos' process in other clothes: steps `alpha` and ratios `beta`
/// (G. H. Golub and C. F. Van Loan, Matrix Computations, section 10.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coefficients {
    alpha: Vec<f64>,
    beta: Vec<f64>,
    most: usize,
}

impl Coefficients {
    /// For the first `most` steps; later ones are left out, so that nothing is allocated on the way.
    pub fn new(most: usize) -> Self {
        Coefficients { alpha: Vec::with_capacity(most), beta: Vec::with_capacity(most), most }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.alpha.clear();
        self.beta.clear();
    }

    /// One step: its length, and the ratio for the direction after it.
    pub fn push(&mut self, alpha: f64, beta: f64) {
        if self.alpha.len() < self.most {
            self.alpha.push(alpha);
            self.beta.push(beta);
        }
    }

    /// Steps that are kept.
    pub fn len(&self) -> usize {
        self.alpha.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.alpha.is_empty()
    }

    /// Writes them.
    pub fn save(&self, out: &mut StateWriter) {
        put_count(out, self.len());
        out.slice(&self.alpha);
        out.slice(&self.beta);
    }

    /// Reads what [`Coefficients::save`] wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        let n = get_count(from, self.most);
        for v in [&mut self.alpha, &mut self.beta] {
            v.resize(n, 0.0);
            from.slice(v);
        }
    }

    /// The tridiagonal matrix of Lanczos' process after the first `steps` of them: its diagonal and its off-diagonal.
    pub fn tridiagonal(&self, steps: usize) -> (Vec<f64>, Vec<f64>) {
        let k = steps.min(self.len());
        let before = |i: usize| if i == 0 { 0.0 } else { self.beta[i - 1] / self.alpha[i - 1] };
        let diagonal = (0..k).map(|i| 1.0 / self.alpha[i] + before(i)).collect();
        let off = (0..k.saturating_sub(1)).map(|i| self.beta[i].sqrt() / self.alpha[i]).collect();
        (diagonal, off)
    }

    /// The Ritz values after the first `steps` of them, rising, and the weights of the first residual on them, which sum to one. They
    /// are values of `M^-1 A` with a preconditioner, in whose norm the weights then are.
    pub fn ritz(&self, steps: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut d, mut e) = self.tridiagonal(steps);
        let mut first = vec![0.0; d.len()];
        if let Some(one) = first.first_mut() {
            *one = 1.0;
        }
        tridiagonal::eigenvalues(&mut d, &mut e, &mut [&mut first]);
        first.iter_mut().for_each(|x| *x *= *x);
        (d, first)
    }
}

/// Lanczos' process for `M^-1 A`, both symmetric and `M` positive definite, from `M^-1 r`: at most `steps` of them, as conjugate gradients on
/// `A x = r`. Ends earlier where A has shown itself indefinite or the space is exhausted. `alpha` may then be negative in the last step.
pub fn lanczos<T: Scalar>(
    a: &dyn Operator<T>,
    m: &mut dyn Preconditioner<T>,
    r: &[T],
    steps: usize,
    work: &mut Work,
) -> Coefficients {
    let n = a.len();
    let mut coefficients = Coefficients::new(steps);
    let mut r = r.to_vec();
    let (mut z, mut q) = (vec![T::ZERO; n], vec![T::ZERO; n]);
    m.apply(&r, &mut z, work);
    let mut p = z.clone();
    let mut rz = compiled::dot(&r, &z);
    let start = rz.to_f64();
    for _ in 0..steps {
        // What is left is rounding.
        if rz.to_f64() <= start * T::EPSILON.to_f64() * T::EPSILON.to_f64() || !rz.is_finite() {
            break;
        }
        a.apply(&p, &mut q);
        a.cost().count(work);
        let curvature = compiled::dot(&p, &q);
        if curvature == T::ZERO {
            break;
        }
        let alpha = rz / curvature;
        compiled::axpy(-alpha, &q, &mut r);
        m.apply(&r, &mut z, work);
        let next = compiled::dot(&r, &z);
        let beta = next / rz;
        coefficients.push(alpha.to_f64(), beta.to_f64());
        if alpha <= T::ZERO {
            break;
        }
        rz = next;
        compiled::xpby(&z, beta, &mut p);
    }
    coefficients
}

/// Estimates of the smallest and the largest eigenvalue of `M^-1 A`: the outer Ritz values after `steps` steps from a random vector. They lie
/// within the spectrum: the smallest is too large, and the largest too small, by less the more steps. None where A is indefinite.
pub fn extremes<T: Scalar>(
    a: &dyn Operator<T>,
    m: &mut dyn Preconditioner<T>,
    steps: usize,
    seed: u64,
    work: &mut Work,
) -> Option<[f64; 2]> {
    let mut draw = vec![0.0; a.len()];
    Rng::new(seed).normal_fill(&mut draw);
    let r: Vec<T> = draw.iter().map(|&x| T::from_f64(x)).collect();
    let (values, _) = lanczos(a, m, &r, steps, work).ritz(steps);
    match (values.first(), values.last()) {
        (Some(&least), Some(&most)) if least > 0.0 && most.is_finite() => Some([least, most]),
        _ => None,
    }
}
