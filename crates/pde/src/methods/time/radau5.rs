//! The method of Radau IIA with three stages.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Stop,
    Str, Work, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_linear::inner_solver::InnerSolver;

use super::implicit::{INNER, NEWTON, SOLVER};
use super::runge_kutta::{add, count};
use super::shifted::Shifted;
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::adaptive::{ATOL, Adaptive, Attempt, Embedded, LENGTH, REJECTED, RTOL};
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict_adaptive};
use crate::time::stepper::build;

/// The most iterations of Newton's method.
const MOST: usize = 7;

static PARAMS: &[ParamInfo] = &[RTOL, ATOL, SOLVER];
static DIAGNOSTICS: &[SeriesInfo] = &[LENGTH, REJECTED, NEWTON, INNER];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.radau5"),
        label: Str::Borrowed("Radau IIA 5"),
        summary: words(
            "Implicit, of fifth order, with steps that are as long as the tolerances allow and no limit of stability: the usual choice where equations are stiff and digits count.",
        ),
        math: words(
            r"Z_i = \Delta t \sum_{j=1}^{3} a_{ij} F(t + c_j \Delta t, u + Z_j), \quad u_+ = u + Z_3, \quad c = \bigl( \tfrac{4 - \sqrt 6}{10}, \tfrac{4 + \sqrt 6}{10}, 1 \bigr)",
        ),
        citation: words(
            "E. Hairer and G. Wanner, Stiff differential equations solved by Radau methods, Journal of Computational and Applied Mathematics 111, 1999",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "simplified Newton iterations: three evaluations, a solve with n and one with 2n unknowns each; two factorisations",
        ),
        limits: words(
            "The solver must take matrices that are not symmetric: that of 2n unknowns is not, whatever the equation is. A Krylov solver needs a tolerance well below the relative one.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        build(Box::new(Adaptive::new(Radau::new(input, n)?, input.values, n)), input)
    },
    // The method is stable wherever the problem is.
    predict: Some(|input| predict_adaptive(input, &|_| 0.0, Region::Everything)),
};

/// Coefficients that follow from the nodes: the inverse of the tableau has a real eigenvalue and a pair of complex ones.
#[derive(Clone, Copy, Debug)]
pub struct Coefficients {
    /// Times of the stages.
    pub c: [f64; 3],
    /// The inverse of the tableau.
    pub inverse: [[f64; 3]; 3],
    /// The real eigenvalue of the inverse, and real and imaginary part of the others.
    pub eigenvalues: [f64; 3],
    /// Columns: the real eigenvector, and real and imaginary part of the other.
    pub t: [[f64; 3]; 3],
    /// The inverse of `t`.
    pub t_inverse: [[f64; 3]; 3],
    /// Weights of the stages in the estimate of the error.
    pub error: [f64; 3],
}

impl Coefficients {
    /// By formulas.
    pub fn new() -> Coefficients {
        let root = 6.0f64.sqrt();
        let a = [
            [(88.0 - 7.0 * root) / 360.0, (296.0 - 169.0 * root) / 1800.0, (-2.0 + 3.0 * root) / 225.0],
            [(296.0 + 169.0 * root) / 1800.0, (88.0 + 7.0 * root) / 360.0, (-2.0 - 3.0 * root) / 225.0],
            [(16.0 - root) / 36.0, (16.0 + root) / 36.0, 1.0 / 9.0],
        ];
        let inverse = inverted(&a);
        // The characteristic polynomial of the inverse is x^3 - 9 x^2 + 36 x - 60.
        let (one, two) = (libm::cbrt(3.0), libm::cbrt(9.0));
        let gamma = 3.0 + two - one;
        let alpha = 3.0 + 0.5 * (one - two);
        let beta = 0.5 * 3.0f64.sqrt() * (one + two);
        // Of (M - z) v = 0 with v_3 = 1, from the first two rows; for the pair z = alpha + i beta.
        let m = &inverse;
        let real = eigenvector(m, (gamma, 0.0));
        let pair = eigenvector(m, (alpha, beta));
        let mut t = [[0.0; 3]; 3];
        for k in 0..3 {
            t[k] = [real[k].0, pair[k].0, pair[k].1];
        }
        Coefficients {
            c: [(4.0 - root) / 10.0, (4.0 + root) / 10.0, 1.0],
            inverse,
            eigenvalues: [gamma, alpha, beta],
            t_inverse: inverted(&t),
            t,
            error: [(-13.0 - 7.0 * root) / 3.0, (-13.0 + 7.0 * root) / 3.0, -1.0 / 3.0],
        }
    }
}

impl Default for Coefficients {
    fn default() -> Self {
        Coefficients::new()
    }
}

/// The vector with `m v = z v` and 1 at its end, as pairs of real and imaginary part.
fn eigenvector(m: &[[f64; 3]; 3], (re, im): (f64, f64)) -> [(f64, f64); 3] {
    use crate::time::complex::Complex;
    let z = Complex::new(re, im);
    let (a, d) = (Complex::from(m[0][0]) - z, Complex::from(m[1][1]) - z);
    let determinant = a * d - Complex::from(m[0][1] * m[1][0]);
    let x = (Complex::from(m[0][1] * m[1][2]) - d.times(m[0][2])) / determinant;
    let y = (Complex::from(m[1][0] * m[0][2]) - a.times(m[1][2])) / determinant;
    [(x.re, x.im), (y.re, y.im), (1.0, 0.0)]
}

fn inverted(m: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let minor = |i: usize, j: usize| {
        let [r, s] = [(i + 1) % 3, (i + 2) % 3];
        let [p, q] = [(j + 1) % 3, (j + 2) % 3];
        m[r][p] * m[s][q] - m[r][q] * m[s][p]
    };
    let determinant: f64 = (0..3).map(|j| m[0][j] * minor(0, j)).sum();
    std::array::from_fn(|i| std::array::from_fn(|j| minor(j, i) / determinant))
}

/// The matrix of the complex pair as a real one: `[[alpha - h J, beta], [-beta, alpha - h J]]`.
struct Pair {
    solver: InnerSolver,
    matrix: Csr,
}

impl Pair {
    /// Takes the pattern of the Jacobian.
    fn adopt(&mut self, jacobian: &Csr) {
        let n = jacobian.rows;
        let m = &mut self.matrix;
        (m.rows, m.cols) = (2 * n, 2 * n);
        m.indptr.clear();
        m.indices.clear();
        m.indptr.push(0);
        for half in 0..2 {
            for i in 0..n {
                let (columns, _) = jacobian.row(i);
                if half == 1 {
                    m.indices.push(i as u32);
                }
                m.indices.extend(columns.iter().map(|c| c + (half * n) as u32));
                if half == 0 {
                    m.indices.push((n + i) as u32);
                }
                m.indptr.push(m.indices.len() as u32);
            }
        }
        m.values.resize(m.indices.len(), 0.0);
    }

    fn set(&mut self, jacobian: &Csr, h: f64, (alpha, beta): (f64, f64), work: &mut Work) -> Result<(), BuildError> {
        let n = jacobian.rows;
        if self.matrix.nnz() != 2 * (jacobian.nnz() + n) {
            self.adopt(jacobian);
        }
        let mut place = 0;
        let mut put = |value: f64| {
            self.matrix.values[place] = value;
            place += 1;
        };
        for half in 0..2 {
            for i in 0..n {
                if half == 1 {
                    put(-beta);
                }
                for (j, value) in jacobian.row_iter(i) {
                    put(if i == j { alpha } else { 0.0 } - h * value);
                }
                if half == 0 {
                    put(beta);
                }
            }
        }
        self.solver.set_matrix(&self.matrix, work)
    }
}

struct Radau {
    of: Coefficients,
    real: Shifted,
    pair: Pair,
    /// The length that the pair's matrix was made for.
    made_for: f64,
    /// A step was accepted since the Jacobian was taken.
    outdated: bool,
    /// Changes of the stages, and the same in coordinates of the eigenvectors.
    z: [Vec<f64>; 3],
    w: [Vec<f64>; 3],
    rates: [Vec<f64>; 3],
    right: [Vec<f64>; 2],
    change: [Vec<f64>; 2],
    at: Vec<f64>,
    iterations: u64,
    inner: u64,
}

impl Radau {
    fn new(input: &MethodInput<'_>, n: usize) -> Result<Radau, BuildError> {
        let solver = InnerSolver::build(input.values)?.seeded(input.seed);
        let matrix = Csr { rows: 0, cols: 0, indptr: Vec::new(), indices: Vec::new(), values: Vec::new() };
        let three = || std::array::from_fn(|_| vec![0.0; n]);
        let two = || [vec![0.0; n], vec![0.0; 2 * n]];
        Ok(Radau {
            of: Coefficients::new(),
            // Any length will do to take memory.
            real: Shifted::of(input, Part::All, 1e-6)?.whole(),
            pair: Pair { solver, matrix },
            made_for: 0.0,
            outdated: true,
            z: three(),
            w: three(),
            rates: three(),
            right: two(),
            change: two(),
            at: vec![0.0; n],
            iterations: 0,
            inner: 0,
        })
    }

    /// Solves for the stages by simplified Newton iterations; false where they do not converge.
    fn solve(&mut self, system: &mut dyn System, at: &Attempt<'_>, work: &mut Work) -> Result<bool, Stop> {
        let Coefficients { c, eigenvalues: [gamma, alpha, beta], t, t_inverse, .. } = self.of;
        let (h, n) = (at.dt, at.u.len());
        self.z.iter_mut().chain(&mut self.w).for_each(|x| x.fill(0.0));
        let goal = (10.0 * f64::EPSILON / at.tolerance.relative).max(0.03f64.min(at.tolerance.relative.sqrt()));
        let mut last = 0.0;
        for k in 0..MOST {
            for ((z, rate), c) in self.z.iter().zip(&mut self.rates).zip(c) {
                self.at.copy_from_slice(at.u);
                add(&mut self.at, 1.0, z);
                system.rate(Part::All, at.t + c * h, &self.at, rate);
            }
            count(work, system, 3, n);
            let [real, both] = &mut self.right;
            for x in 0..n {
                let f = [self.rates[0][x], self.rates[1][x], self.rates[2][x]];
                let g: [f64; 3] = std::array::from_fn(|i| {
                    h * (t_inverse[i][0] * f[0] + t_inverse[i][1] * f[1] + t_inverse[i][2] * f[2])
                });
                let w = [self.w[0][x], self.w[1][x], self.w[2][x]];
                real[x] = (g[0] - gamma * w[0]) / gamma;
                both[x] = g[1] - alpha * w[1] - beta * w[2];
                both[n + x] = g[2] + beta * w[1] - alpha * w[2];
            }
            let [one, two] = &mut self.change;
            let solved = self.real.solve(real, one, work);
            self.inner += self.real.take_inner();
            two.fill(0.0);
            let tolerance = self.pair.solver.tolerance();
            let paired = self.pair.solver.solve(both, two, tolerance, work);
            self.inner += u64::from(*paired.as_ref().unwrap_or(&0));
            if solved.is_err() || paired.is_err() {
                return Ok(false);
            }
            self.iterations += 1;
            add(&mut self.w[0], 1.0, one);
            add(&mut self.w[1], 1.0, &two[..n]);
            add(&mut self.w[2], 1.0, &two[n..]);
            for x in 0..n {
                for (z, t) in self.z.iter_mut().zip(&t) {
                    z[x] = t[0] * self.w[0][x] + t[1] * self.w[1][x] + t[2] * self.w[2][x];
                }
            }
            let norms = [one.as_slice(), &two[..n], &two[n..]].map(|d| at.tolerance.norm(d, at.u, at.u));
            let size = (norms.iter().map(|x| x * x).sum::<f64>() / 3.0).sqrt();
            if !size.is_finite() {
                return Ok(false);
            }
            let rate = if k > 0 { size / last } else { 0.0 };
            if size == 0.0 || (k > 0 && rate < 1.0 && rate / (1.0 - rate) * size < goal) {
                return Ok(true);
            }
            // Linear equations are solved at once, up to rounding.
            if size <= 1e-10 * goal {
                return Ok(true);
            }
            let left = (MOST - 1 - k) as f64;
            if rate >= 1.0 || (k > 0 && libm::pow(rate, left) / (1.0 - rate) * size > goal) {
                return Ok(false);
            }
            last = size;
        }
        Ok(false)
    }
}

impl Embedded for Radau {
    const ORDER: f64 = 4.0;

    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.real.prepare(system, start)?;
        let [_, alpha, beta] = self.of.eigenvalues;
        self.pair.set(self.real.jacobian(), 1e-6, (alpha, beta), &mut Work::default())
    }

    fn attempt(
        &mut self,
        system: &mut dyn System,
        at: &Attempt<'_>,
        next: &mut [f64],
        work: &mut Work,
    ) -> Result<f64, Stop> {
        let Attempt { t, dt, u, tolerance, uncertain } = *at;
        let [gamma, alpha, beta] = self.of.eigenvalues;
        if std::mem::take(&mut self.outdated) {
            self.real.outdated(system);
            (self.iterations, self.inner) = (0, 0);
        }
        let taken = self.real.linearise(system, t, u, work);
        let ready = self.real.shift(dt / gamma, work).is_ok()
            && ((self.made_for == dt && !taken)
                || self.pair.set(self.real.jacobian(), dt, (alpha, beta), work).is_ok());
        self.made_for = if ready { dt } else { 0.0 };
        if !ready || !self.solve(system, at, work)? {
            return Ok(f64::INFINITY);
        }
        next.copy_from_slice(u);
        add(next, 1.0, &self.z[2]);
        // (I - h/gamma J) e = h/gamma (F + sum e_i Z_i / h)
        let estimate = |of: &[f64; 3], z: &[Vec<f64>; 3], rate: &[f64], right: &mut [f64]| {
            for x in 0..right.len() {
                let sum = of[0] * z[0][x] + of[1] * z[1][x] + of[2] * z[2][x];
                right[x] = (dt * rate[x] + sum) / gamma;
            }
        };
        system.rate(Part::All, t, u, &mut self.rates[0]);
        count(work, system, 1, u.len());
        let ([right, _], [error, _]) = (&mut self.right, &mut self.change);
        estimate(&self.of.error, &self.z, &self.rates[0], right);
        if self.real.solve(right, error, work).is_err() {
            return Ok(f64::INFINITY);
        }
        let mut norm = tolerance.norm(error, u, next);
        if uncertain && norm > 1.0 {
            self.at.copy_from_slice(u);
            add(&mut self.at, 1.0, error);
            system.rate(Part::All, t, &self.at, &mut self.rates[0]);
            count(work, system, 1, u.len());
            estimate(&self.of.error, &self.z, &self.rates[0], right);
            if self.real.solve(right, error, work).is_err() {
                return Ok(f64::INFINITY);
            }
            norm = tolerance.norm(error, u, next);
        }
        self.inner += self.real.take_inner();
        Ok(norm)
    }

    fn accept(&mut self) {
        self.outdated = true;
    }

    fn diagnostics(&self, out: &mut [f64]) {
        (out[0], out[1]) = (self.iterations as f64, self.inner as f64);
    }

    fn forget(&mut self) {
        self.real.forget();
        self.made_for = 0.0;
    }

    fn save(&self, out: &mut StateWriter) {
        self.real.save(out);
        out.bits(self.iterations);
        out.bits(self.inner);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.real.load(from);
        (self.iterations, self.inner) = (from.bits(), from.bits());
        (self.made_for, self.outdated) = (0.0, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transformation_makes_the_tableau_diagonal() {
        let Coefficients { inverse, eigenvalues: [gamma, alpha, beta], t, t_inverse, c, .. } = Coefficients::new();
        let times = |a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]| -> [[f64; 3]; 3] {
            std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
        };
        let found = times(&times(&t_inverse, &inverse), &t);
        let expected = [[gamma, 0.0, 0.0], [0.0, alpha, beta], [0.0, -beta, alpha]];
        for i in 0..3 {
            for j in 0..3 {
                assert!((found[i][j] - expected[i][j]).abs() < 1e-12, "{i} {j}: {found:?} {expected:?}");
            }
        }
        // As printed in the source of the authors' program.
        assert!((gamma - 3.637_834_252_744_496).abs() < 1e-13);
        assert!((alpha - 2.681_082_873_627_752).abs() < 1e-13 && (beta - 3.050_430_199_247_411).abs() < 1e-13);
        // Collocation: rows of the tableau integrate 1, x and x^2.
        let a = inverted(&inverse);
        for i in 0..3 {
            for q in 0..3 {
                let sum: f64 = (0..3).map(|j| a[i][j] * libm::pow(c[j], f64::from(q))).sum();
                let exact = libm::pow(c[i], f64::from(q + 1)) / f64::from(q + 1);
                assert!((sum - exact).abs() < 1e-14, "{i} {q}");
            }
        }
    }
}
