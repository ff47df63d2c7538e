//! The small least-squares problem of one row: min over x of `|A x - b|^2 + ridge |x|^2`, where the d rows of A are the
//! rows of the other factor at the seen places.

use iterscope_kernels::dense::{
    NormalEquations, cholesky, cholesky_solve, solve_upper, solve_upper_transposed, thin_qr,
};
use iterscope_kernels::rng::Rng;

use crate::linalg::sketch::{Sketch, SketchKind};
use crate::model::factors::inner;

/// A shift of the diagonal, relative to its mean, that keeps a singular system solvable; grows by 100 until it does.
const SHIFT: f64 = 1e-14;
/// Rows of a count sketch for each unknown.
const SKETCH_ROWS: usize = 4;
/// A triangular factor is singular where its diagonal falls below this, relative to its largest entry.
const SINGULAR: f64 = 1e-12;

/// Work space for the rows of one problem, and the system of the current row.
pub(crate) struct RowSolver {
    k: usize,
    d: usize,
    a: Vec<f64>,
    b: Vec<f64>,
    normal: NormalEquations,
    square: Vec<f64>,
    factor: Vec<f64>,
    rhs: Vec<f64>,
    mixer: Option<Sketch>,
    sketch: Vec<f64>,
    sketch_b: Vec<f64>,
    r: Vec<f64>,
    work: Vec<f64>,
    residual: Vec<f64>,
    g: Vec<f64>,
    z: Vec<f64>,
    p: Vec<f64>,
    ap: Vec<f64>,
}

impl RowSolver {
    /// For rows with up to `longest` entries and `k` unknowns.
    pub fn new(k: usize, longest: usize) -> RowSolver {
        let s = SKETCH_ROWS * k;
        RowSolver {
            k,
            d: 0,
            a: vec![0.0; longest * k],
            b: vec![0.0; longest],
            normal: NormalEquations::new(k),
            square: vec![0.0; k * k],
            factor: vec![0.0; k * k],
            rhs: vec![0.0; k],
            mixer: None,
            sketch: vec![0.0; s * k],
            sketch_b: vec![0.0; s],
            r: vec![0.0; k * k],
            work: vec![0.0; 2 * k],
            residual: vec![0.0; longest],
            g: vec![0.0; k],
            z: vec![0.0; k],
            p: vec![0.0; k],
            ap: vec![0.0; longest],
        }
    }

    /// Takes the system of one row: `entries` are places in `other` (rows of length k) and values.
    pub fn gather(&mut self, entries: impl Iterator<Item = (usize, f64)>, other: &[f64]) {
        let k = self.k;
        self.d = 0;
        for (j, value) in entries {
            self.a[self.d * k..][..k].copy_from_slice(&other[j * k..][..k]);
            self.b[self.d] = value;
            self.d += 1;
        }
    }

    /// The same with a root of a weight beside each value, by which its equation is multiplied; those of weight zero are
    /// left out.
    pub fn gather_weighted(&mut self, entries: impl Iterator<Item = (usize, f64, f64)>, other: &[f64]) {
        let k = self.k;
        self.d = 0;
        for (j, value, root) in entries.filter(|e| e.2 != 0.0) {
            for (a, x) in self.a[self.d * k..][..k].iter_mut().zip(&other[j * k..][..k]) {
                *a = root * x;
            }
            self.b[self.d] = root * value;
            self.d += 1;
        }
    }

    /// As [`RowSolver::new`], with sketches of that kind.
    pub fn with_sketch(k: usize, longest: usize, kind: SketchKind) -> RowSolver {
        let mixer = Some(Sketch::new(kind, SKETCH_ROWS * k, longest, k));
        RowSolver { mixer, ..RowSolver::new(k, longest) }
    }

    /// Draws the sketch for all rows of this half sweep.
    pub fn draw_sketch(&mut self, rng: &mut Rng) {
        if let Some(mixer) = &mut self.mixer {
            mixer.draw(rng);
        }
    }

    /// Flops of the sketch of a row of d entries; none where the row is its own sketch.
    pub fn sketch_flops(&self, d: u64) -> u64 {
        let k = self.k as u64;
        let long = d > SKETCH_ROWS as u64 * k;
        self.mixer.as_ref().filter(|_| long).map_or(0, |m| m.flops(d, k))
    }

    /// Exact solution by normal equations and Cholesky; with fewer entries than unknowns, the one of least norm. A row
    /// without entries gets zero.
    pub fn exact(&mut self, ridge: f64, x: &mut [f64]) {
        let (k, d) = (self.k, self.d);
        let a = &self.a[..d * k];
        x.fill(0.0);
        if d >= k {
            self.normal.clear();
            self.normal.add(a.chunks_exact(k).zip(self.b.iter().copied()));
            self.normal_solution(ridge, x);
        } else if d > 0 {
            // The dual system A A' w = b, x = A' w, is the smaller one and has the least-norm solution.
            let gram = &mut self.square[..d * d];
            for i in 0..d {
                for j in 0..=i {
                    gram[i * d + j] = inner(&a[i * k..][..k], &a[j * k..][..k]);
                }
            }
            let w = &mut self.rhs[..d];
            w.copy_from_slice(&self.b[..d]);
            solve_shifted(gram, &mut self.factor[..d * d], d, ridge, w);
            for (row, &w) in a.chunks_exact(k).zip(&*w) {
                for (x, a) in x.iter_mut().zip(row) {
                    *x += w * a;
                }
            }
        }
    }

    /// The same for `entries` in `other`, as [`RowSolver::gather`] takes them, without a copy of rows that have at least as
    /// many entries as there are unknowns: work space for `k` entries is enough.
    pub fn exact_of(
        &mut self,
        entries: impl ExactSizeIterator<Item = (usize, f64)>,
        other: &[f64],
        ridge: f64,
        x: &mut [f64],
    ) {
        let k = self.k;
        if entries.len() < k {
            self.gather(entries, other);
            return self.exact(ridge, x);
        }
        self.normal.clear();
        self.normal.add(entries.map(|(j, value)| (&other[j * k..][..k], value)));
        self.normal_solution(ridge, x);
    }

    /// The solution of the normal equations that were summed.
    fn normal_solution(&mut self, ridge: f64, x: &mut [f64]) {
        self.normal.write(&mut self.square, x);
        solve_shifted(&self.square, &mut self.factor, self.k, ridge, x);
    }

    /// Sketch, QR of the sketch, sketch-and-solve start, then `steps` steps preconditioned by R: conjugate gradients, or
    /// plain gradient steps where `plain`. A row with no more entries than the sketch has rows is its own sketch.
    pub fn sketched(&mut self, steps: usize, plain: bool, x: &mut [f64]) {
        let (k, d) = (self.k, self.d);
        if d < k {
            return self.exact(0.0, x);
        }
        let s = d.min(SKETCH_ROWS * k);
        let (sketch, sketch_b) = (&mut self.sketch[..s * k], &mut self.sketch_b[..s]);
        match &mut self.mixer {
            Some(mixer) if d > s => mixer.apply(&self.a[..d * k], &self.b[..d], k, sketch, sketch_b),
            _ => {
                sketch.copy_from_slice(&self.a[..s * k]);
                sketch_b.copy_from_slice(&self.b[..s]);
            }
        }
        thin_qr(sketch, s, k, &mut self.r, &mut self.work);
        if singular(&self.r, k) {
            return self.exact(0.0, x);
        }
        x.fill(0.0);
        for (q, &b) in sketch.chunks_exact(k).zip(&*sketch_b) {
            for (x, q) in x.iter_mut().zip(q) {
                *x += q * b;
            }
        }
        solve_upper(&self.r, k, x);
        if plain { self.gradient_steps(steps, x) } else { self.conjugate_gradients(steps, true, x) }
    }

    /// `steps` conjugate gradient steps on the normal equations from the `x` that is there. A row without entries gets
    /// zero, as with the other solvers.
    pub fn warm(&mut self, steps: usize, x: &mut [f64]) {
        if self.d == 0 {
            return x.fill(0.0);
        }
        self.conjugate_gradients(steps, false, x);
    }

    fn conjugate_gradients(&mut self, steps: usize, preconditioned: bool, x: &mut [f64]) {
        let k = self.k;
        self.find_gradient(x);
        self.precondition(preconditioned);
        self.p.copy_from_slice(&self.z);
        let mut gz = inner(&self.g, &self.z);
        for _ in 0..steps {
            let rows = self.a[..self.d * k].chunks_exact(k);
            let mut curvature = 0.0;
            for (ap, row) in self.ap.iter_mut().zip(rows) {
                *ap = inner(row, &self.p);
                curvature += *ap * *ap;
            }
            // At the solution both vanish: there is nothing left to do.
            if !(curvature > 0.0 && gz > 0.0) {
                return;
            }
            let alpha = gz / curvature;
            for (x, p) in x.iter_mut().zip(&self.p) {
                *x += alpha * p;
            }
            for (r, ap) in self.residual[..self.d].iter_mut().zip(&self.ap) {
                *r -= alpha * ap;
            }
            self.gather_gradient();
            self.precondition(preconditioned);
            let next = inner(&self.g, &self.z);
            let beta = next / gz;
            gz = next;
            for (p, z) in self.p.iter_mut().zip(&self.z) {
                *p = z + beta * *p;
            }
        }
    }

    fn gradient_steps(&mut self, steps: usize, x: &mut [f64]) {
        for _ in 0..steps {
            self.find_gradient(x);
            self.precondition(true);
            for (x, z) in x.iter_mut().zip(&self.z) {
                *x += z;
            }
        }
    }

    /// residual = b - A x, g = A' residual.
    fn find_gradient(&mut self, x: &[f64]) {
        let k = self.k;
        for ((r, row), b) in self.residual.iter_mut().zip(self.a[..self.d * k].chunks_exact(k)).zip(&self.b) {
            *r = b - inner(row, x);
        }
        self.gather_gradient();
    }

    fn gather_gradient(&mut self) {
        let k = self.k;
        self.g.fill(0.0);
        for (row, &r) in self.a[..self.d * k].chunks_exact(k).zip(&self.residual) {
            for (g, a) in self.g.iter_mut().zip(row) {
                *g += r * a;
            }
        }
    }

    /// z = (R'R)^-1 g, or g itself.
    fn precondition(&mut self, by_sketch: bool) {
        self.z.copy_from_slice(&self.g);
        if by_sketch {
            solve_upper_transposed(&self.r, self.k, &mut self.z);
            solve_upper(&self.r, self.k, &mut self.z);
        }
    }
}

/// Solves (G + ridge I) x = rhs in place, G given by its lower triangle. Without a ridge the diagonal is shifted by a
/// rounding error, and by more where that is not enough.
fn solve_shifted(gram: &[f64], factor: &mut [f64], n: usize, ridge: f64, x: &mut [f64]) {
    let trace: f64 = (0..n).map(|i| gram[i * n + i]).sum();
    let mut relative = SHIFT;
    while relative < 1.0 {
        factor.copy_from_slice(gram);
        let shift = ridge + relative * trace / n as f64;
        for i in 0..n {
            factor[i * n + i] += shift;
        }
        if cholesky(factor, n).is_ok() {
            cholesky_solve(factor, n, x);
            return;
        }
        relative *= 100.0;
    }
    // All columns are zero: so is the solution of least norm. A trace that is not finite must stay visible.
    x.fill(if trace == 0.0 { 0.0 } else { f64::NAN });
}

fn singular(r: &[f64], k: usize) -> bool {
    let diagonal = |i: usize| r[i * k + i].abs();
    let largest = (0..k).map(diagonal).fold(0.0, f64::max);
    // Written so that a NaN counts as singular.
    !(0..k).all(|i| diagonal(i) > SINGULAR * largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system of d random rows, and its solution by QR.
    fn system(d: usize, k: usize, kind: SketchKind) -> (RowSolver, Vec<f64>) {
        let mut rng = Rng::new(4);
        let (mut a, mut b) = (vec![0.0; d * k], vec![0.0; d]);
        rng.normal_fill(&mut a);
        rng.normal_fill(&mut b);
        let mut solver = RowSolver::with_sketch(k, d, kind);
        solver.gather(b.iter().copied().enumerate(), &a);
        solver.draw_sketch(&mut rng);
        let mut r = vec![0.0; k * k];
        let mut q = a.clone();
        thin_qr(&mut q, d, k, &mut r, &mut vec![0.0; 2 * k]);
        let mut x: Vec<f64> = (0..k).map(|c| (0..d).map(|i| q[i * k + c] * b[i]).sum()).collect();
        solve_upper(&r, k, &mut x);
        (solver, x)
    }

    fn distance(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn every_solver_finds_the_least_squares_solution() {
        for kind in [SketchKind::Count, SketchKind::Gaussian, SketchKind::Hadamard] {
            let (mut solver, expected) = system(60, 5, kind);
            let mut x = vec![0.0; 5];
            solver.exact(0.0, &mut x);
            assert!(distance(&x, &expected) < 1e-12);
            solver.sketched(0, false, &mut x);
            let start = distance(&x, &expected);
            solver.sketched(2, false, &mut x);
            assert!(start > 1e-3 && distance(&x, &expected) < 0.3 * start, "{kind:?}");
            solver.sketched(5, false, &mut x);
            assert!(distance(&x, &expected) < 1e-11, "{kind:?}");
            x.fill(0.0);
            solver.warm(5, &mut x);
            assert!(distance(&x, &expected) < 1e-11);
        }
    }

    #[test]
    fn a_short_row_is_its_own_sketch() {
        let (mut solver, expected) = system(20, 5, SketchKind::Count);
        let mut x = vec![0.0; 5];
        solver.sketched(0, false, &mut x);
        assert!(distance(&x, &expected) < 1e-12);
    }

    #[test]
    fn too_few_entries_give_the_solution_of_least_norm() {
        let mut solver = RowSolver::new(3, 4);
        let other = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
        let mut x = [f64::NAN; 3];
        solver.gather([(0, 4.0)].into_iter(), &other);
        for sketch in [false, true] {
            if sketch {
                solver.sketched(2, false, &mut x)
            } else {
                solver.exact(0.0, &mut x)
            }
            assert!(distance(&x, &[2.0, 0.0, 2.0]) < 1e-12);
        }
        // Equal rows twice: singular also in the dual, and still solved.
        solver.gather([(0, 4.0), (1, 4.0)].into_iter(), &other);
        solver.exact(0.0, &mut x);
        assert!(distance(&x, &[2.0, 0.0, 2.0]) < 1e-6);
        solver.gather([].into_iter(), &other);
        solver.exact(0.0, &mut x);
        assert_eq!(x, [0.0; 3]);
    }
}
