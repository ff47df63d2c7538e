//! Fixed-point iterations of the map `T x = x + omega M^-1 (b - A x)` that combine the image with what went before.
//!
//! Anchored to the start (B. Halpern, Fixed points of nonexpanding maps, Bulletin of the AMS 73, 1967), `x = x_0/(k + 2) + (k + 1)/(k + 2) T x`, the
//! displacement `x - T x` of a map that is nowhere a contraction tends to the smallest one that there is: zero where there is a
//! solution, and otherwise a certificate that there is none. Its square is at most `((sqrt(H_k + 12) + 1)/(k + 1))^2 |x_0 - x_*|^2` away, with the
//! harmonic number H_k (J. Park and E. K. Ryu, Accelerated infeasibility detection of constrained optimization and fixed-point iterations,
//! Proceedings of the 40th ICML, 2023).
//!
//! Averaged with the weight `2/(t + 2)` (Iterate to accelerate: a unified framework for iterative reasoning and feedback convergence, arXiv
//! 2502.03787, 2025) the error of a contraction by c falls like `t^(-2 (1 - c))`: slower than without, whose error falls like `c^t`.
//!
//! One step costs one product with A and one application of the preconditioner.

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Stop, Value, Work};
use iterscope_kernels::compiled;

use super::{count, norm};
use crate::memory::held;
use crate::state::{get, get_count, put, put_count};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// Names of the diagnostics: the length of the displacement, and how much it has changed, in its own unit, since half as many steps were done.
pub const DIAGNOSTICS: [&str; 2] = ["displacement", "displacement-change"];

/// What the next iterate is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// The image and the start: Halpern.
    Anchored,
    /// The image and the iterate, with the weight 2/(t + 2).
    Averaged,
    /// The image alone.
    Image,
}

/// The iteration.
pub struct FixedPoint<T> {
    weights: Weights,
    omega: T,
    x: Vec<T>,
    first: Vec<T>,
    r: Vec<T>,
    /// `T x - x`, and what it was at the last power of two.
    z: Vec<T>,
    earlier: Vec<T>,
    done: usize,
    displacement: f64,
    change: f64,
}

impl<T: Scalar> FixedPoint<T> {
    /// For `n` unknowns.
    pub fn new(n: usize, weights: Weights, omega: f64) -> Self {
        let zeros = || vec![T::ZERO; n];
        FixedPoint {
            weights,
            omega: T::from_f64(omega),
            x: zeros(),
            first: zeros(),
            r: zeros(),
            z: zeros(),
            earlier: zeros(),
            done: 0,
            displacement: f64::NAN,
            change: f64::NAN,
        }
    }
}

impl<T: Scalar> LinearSolver<T> for FixedPoint<T> {
    fn start(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], x: &[T], _: &mut Work) {
        self.x.copy_from_slice(x);
        self.first.copy_from_slice(x);
        self.earlier.fill(T::ZERO);
        (self.done, self.displacement, self.change) = (0, f64::NAN, f64::NAN);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        a.residual(b, &self.x, &mut self.r);
        a.cost().count(work);
        if m.is_identity() {
            self.z.copy_from_slice(&self.r);
        } else {
            m.apply(&self.r, &mut self.z, work);
        }
        let omega = self.omega;
        self.z.iter_mut().for_each(|z| *z *= omega);
        self.displacement = norm(&self.z).to_f64();
        if self.displacement == 0.0 {
            return Outcome::Stop(Stop::Converged);
        }
        self.done += 1;
        if self.done.is_power_of_two() {
            let mut difference = T::ZERO;
            for (&z, earlier) in self.z.iter().zip(&mut self.earlier) {
                difference += (z - *earlier) * (z - *earlier);
                *earlier = z;
            }
            self.change = difference.sqrt().to_f64() / self.displacement;
        }
        let n = self.x.len();
        match self.weights {
            Weights::Image => compiled::axpy(T::ONE, &self.z, &mut self.x),
            Weights::Averaged => {
                compiled::axpy(T::from_f64(2.0 / (self.done as f64 + 2.0)), &self.z, &mut self.x);
            }
            Weights::Anchored => {
                let anchor = T::from_f64(1.0 / (self.done as f64 + 1.0));
                for ((x, &z), &first) in self.x.iter_mut().zip(&self.z).zip(&self.first) {
                    *x = anchor * first + (T::ONE - anchor) * (*x + z);
                }
            }
        }
        count::<T>(work, n, 6, 8);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        T::from_f64(f64::NAN)
    }

    fn diagnostics(&self, out: &mut [f64]) {
        for (out, value) in out.iter_mut().zip([self.displacement, self.change]) {
            *out = value;
        }
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match value.as_real().filter(|_| key == "omega") {
            Some(omega) => self.omega = T::from_f64(omega),
            None => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.first, &self.r, &self.z, &self.earlier])
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.done);
        out.real(self.displacement);
        out.real(self.change);
        out.real(self.omega.to_f64());
        [&self.x, &self.first, &self.earlier].into_iter().for_each(|v| put(out, v));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.done = get_count(from, usize::MAX);
        self.displacement = from.real();
        self.change = from.real();
        self.omega = T::from_f64(from.real());
        [&mut self.x, &mut self.first, &mut self.earlier].into_iter().for_each(|v| get(from, v));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matrix;
    use crate::preconditioners::identity::Identity;
    use iterscope_kernels::csr::Csr;

    /// `I - T` of a rotation by a seventh of the circle in the plane and a step down along the third axis: there is no fixed point, and the
    /// smallest displacement is (0, 0, 1).
    fn falling() -> (Matrix<f64>, Vec<f64>) {
        let (s, c) = (libm::sin(std::f64::consts::TAU / 7.0), libm::cos(std::f64::consts::TAU / 7.0));
        let entries = [(0, 0, 1.0 - c), (0, 1, s), (1, 0, -s), (1, 1, 1.0 - c)];
        (Csr::from_triplets(3, 3, &entries).expect("valid").into(), vec![0.0, 0.0, -1.0])
    }

    /// The iterate after so many steps.
    fn after(a: &Matrix<f64>, b: &[f64], weights: Weights, start: &[f64], steps: usize) -> Vec<f64> {
        let (mut method, mut work) = (FixedPoint::new(b.len(), weights, 1.0), Work::default());
        method.start(a, &mut Identity, b, start, &mut work);
        (0..steps).for_each(|_| assert_eq!(method.step(a, &mut Identity, b, &mut work), Outcome::Continue));
        method.iterate().to_vec()
    }

    /// The square of the distance of `scale * v` from (0, 0, 1).
    fn off(v: &[f64], scale: f64) -> f64 {
        let v: Vec<f64> = v.iter().map(|v| v * scale).collect();
        v[0] * v[0] + v[1] * v[1] + (v[2] - 1.0) * (v[2] - 1.0)
    }

    #[test]
    fn the_displacement_of_the_anchored_iteration_certifies_that_there_is_no_solution() {
        // Figures of an independent program, and the bound of the theorem, whose value at 25 steps is 0.0366417.
        let ((a, b), start) = (falling(), [1.0, 0.0, 0.0]);
        let mut harmonic = 0.0;
        let mut checked = 0;
        for k in 1..=100_usize {
            harmonic += 1.0 / k as f64;
            let mut r = vec![0.0; 3];
            let mut displacement = |weights| {
                a.residual(&b, &after(&a, &b, weights, &start, k), &mut r);
                off(&r, -1.0)
            };
            let plain = displacement(Weights::Image);
            assert!((plain - 0.753_02).abs() < 1e-5, "the plain iteration's does not change: {plain}");
            let anchored = displacement(Weights::Anchored);
            let root = ((harmonic + 12.0_f64).sqrt() + 1.0) / (k as f64 + 1.0);
            assert!(anchored <= root * root, "k = {k}: {anchored}");
            if k == 25 {
                assert!((root * root - 0.036_641_7).abs() < 5e-8 && anchored <= 0.036_641_7, "{root}");
            }
            let figures =
                [(1, 6.1126e-1), (5, 2.0917e-2), (10, 3.1421e-2), (25, 3.6169e-3), (50, 9.4004e-4), (100, 3.7270e-4)];
            if let Some((_, expected)) = figures.iter().find(|(at, _)| *at == k) {
                assert!((anchored - expected).abs() < 1e-4 * expected, "k = {k}: {anchored}");
                checked += 1;
            }
        }
        assert_eq!(checked, 6);
        // The iterates divided by the steps: the anchored one drifts at half the speed.
        let drift = |weights, factor: f64| {
            let x = after(&a, &b, weights, &start, 25);
            let away: Vec<f64> = start.iter().zip(&x).map(|(s, x)| s - x).collect();
            off(&away, factor / 25.0)
        };
        assert!((drift(Weights::Image, 1.0) - 6.0831e-3).abs() < 1e-7);
        assert!((drift(Weights::Anchored, 2.0) - 6.6281e-3).abs() < 1e-7);
    }

    #[test]
    fn averaging_slows_every_contraction_down() {
        for (c, figures) in [
            (0.5, vec![(10, 2.0 / 12.0), (100, 2.0 / 102.0), (1000, 2.0 / 1002.0)]),
            (0.2, vec![(1000, 3.5628e-5)]),
            (0.9, vec![(10, 7.2098e-1), (100, 4.7268e-1), (1000, 2.9952e-1)]),
        ] {
            let a = Matrix::from(Csr::from_triplets(1, 1, &[(0, 0, 1.0 - c)]).expect("valid"));
            for (steps, expected) in figures {
                let error = after(&a, &[0.0], Weights::Averaged, &[1.0], steps)[0];
                assert!((error - expected).abs() < 1e-4 * expected, "c = {c}, {steps}: {error}");
                assert!(libm::pow(c, steps as f64) < error, "the plain iteration is ahead");
            }
        }
    }
}
