//! Sparse LDL' factorisation of symmetric matrices without pivoting, row by row along the elimination tree (T. A. Davis, Algorithm 849: a
//! concise sparse Cholesky factorization package, ACM Transactions on Mathematical Software 31, 2005).
//!
//! For positive definite matrices it is backward stable; for indefinite ones a small pivot may spoil it, which is reported. The signs of the
//! pivots are those of the eigenvalues (J. J. Sylvester's law of inertia), so that the factorisation of A - s I counts the eigenvalues
//! below s.

use crate::banded::Singular;
use crate::csr::Csr;
use crate::order::dissection;
use crate::real::Real;

const NONE: u32 = u32::MAX;

/// What the pattern of a matrix says of its factors before a number is computed.
#[derive(Clone, Debug)]
pub struct Symbolic {
    /// The unknown eliminated at each step, and the step at which each is.
    order: Vec<u32>,
    place: Vec<u32>,
    /// The elimination tree.
    parent: Vec<u32>,
    /// Where each column of L begins.
    starts: Vec<usize>,
}

impl Symbolic {
    /// For `a` in the order of [`dissection`].
    ///
    /// # Panics
    /// Where the matrix is not square.
    pub fn new<T: Real>(a: &Csr<T>) -> Self {
        Self::in_order(a, dissection(a))
    }

    /// As [`Symbolic::new`] in a given order of elimination.
    ///
    /// # Panics
    /// Where `order` is not a permutation of the rows.
    pub fn in_order<T: Real>(a: &Csr<T>, order: Vec<u32>) -> Self {
        let n = a.rows;
        assert_eq!(order.len(), n, "every unknown is eliminated once");
        let mut place = vec![NONE; n];
        for (k, &i) in order.iter().enumerate() {
            place[i as usize] = k as u32;
        }
        let (mut parent, mut flag, mut counts) = (vec![NONE; n], vec![NONE; n], vec![0usize; n]);
        for k in 0..n {
            flag[k] = k as u32;
            for &j in a.row(order[k] as usize).0 {
                let mut i = place[j as usize] as usize;
                while i < k && flag[i] != k as u32 {
                    if parent[i] == NONE {
                        parent[i] = k as u32;
                    }
                    counts[i] += 1;
                    flag[i] = k as u32;
                    i = parent[i] as usize;
                }
            }
        }
        let mut starts = vec![0usize; n + 1];
        for k in 0..n {
            starts[k + 1] = starts[k] + counts[k];
        }
        Symbolic { order, place, parent, starts }
    }

    /// Entries of L below the diagonal.
    pub fn entries(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Floating-point operations of the factorisation.
    pub fn flops(&self) -> u64 {
        flops(&self.starts)
    }
}

fn flops(starts: &[usize]) -> u64 {
    starts.windows(2).map(|w| (w[1] - w[0]) as u64).map(|c| c * (c + 3)).sum()
}

/// The factors: `P A P' = L D L'`.
#[derive(Clone, Debug)]
pub struct Ldl<T = f64> {
    /// The unknown eliminated at each step.
    order: Vec<u32>,
    /// The step at which each unknown is eliminated.
    place: Vec<u32>,
    /// The elimination tree.
    parent: Vec<u32>,
    /// Columns of L below its unit diagonal.
    starts: Vec<usize>,
    rows: Vec<u32>,
    values: Vec<T>,
    /// `1 / D`
    inverse: Vec<T>,
    negative: usize,
}

/// Memory that a factorisation works in.
#[derive(Clone, Debug)]
pub struct Scratch<T = f64> {
    y: Vec<T>,
    path: Vec<u32>,
    pattern: Vec<u32>,
    filled: Vec<usize>,
    flag: Vec<u32>,
}

impl<T: Real> Scratch<T> {
    /// For `n` unknowns.
    pub fn new(n: usize) -> Self {
        let marks = || vec![0u32; n];
        Scratch { y: vec![T::ZERO; n], path: marks(), pattern: marks(), filled: vec![0; n], flag: marks() }
    }
}

impl<T: Real> Ldl<T> {
    /// Factorises `a`, of which only one triangle of the entries is used, in the order of [`dissection`].
    ///
    /// # Errors
    /// A pivot is zero to working precision.
    ///
    /// # Panics
    /// Where the matrix is not square.
    pub fn new(a: &Csr<T>) -> Result<Self, Singular> {
        Self::in_order(a, dissection(a))
    }

    /// As [`Ldl::new`] in a given order of elimination.
    ///
    /// # Errors
    /// A pivot is zero to working precision.
    ///
    /// # Panics
    /// Where `order` is not a permutation of the rows.
    pub fn in_order(a: &Csr<T>, order: Vec<u32>) -> Result<Self, Singular> {
        Self::of(a, Symbolic::in_order(a, order))
    }

    /// Factorises `a`, whose pattern was looked at before.
    ///
    /// # Errors
    /// A pivot is zero to working precision.
    pub fn of(a: &Csr<T>, symbolic: Symbolic) -> Result<Self, Singular> {
        let n = a.rows;
        let Symbolic { order, place, parent, starts } = symbolic;
        let entries = starts[n];
        let (rows, values) = (vec![0u32; entries], vec![T::ZERO; entries]);
        let inverse = vec![T::ZERO; n];
        let mut factors = Ldl { order, place, parent, starts, rows, values, inverse, negative: 0 };
        factors.factor(a, &mut Scratch::new(n))?;
        Ok(factors)
    }

    /// The factors of another matrix with the same pattern, in the memory of these. After an error they are of no use.
    ///
    /// # Errors
    /// A pivot is zero to working precision.
    ///
    /// # Panics
    /// Where the matrix or the memory has another size.
    pub fn factor(&mut self, a: &Csr<T>, scratch: &mut Scratch<T>) -> Result<(), Singular> {
        let n = self.len();
        assert!(a.rows == n && scratch.y.len() == n, "one entry per row");
        let Ldl { order, place, parent, starts, rows, values, inverse, negative } = self;
        let Scratch { y, path, pattern, filled, flag } = scratch;
        filled.copy_from_slice(&starts[..n]);
        flag.fill(NONE);
        y.fill(T::ZERO);
        *negative = 0;
        for k in 0..n {
            // Row k of L: its pattern is what the tree reaches from the entries, in topological order at the end of `pattern`.
            let mut top = n;
            flag[k] = k as u32;
            let mut size = T::ZERO;
            for (j, value) in a.row_iter(order[k] as usize) {
                let mut i = place[j] as usize;
                if i > k {
                    continue;
                }
                y[i] += value;
                if i == k {
                    size = value.abs();
                }
                let mut length = 0;
                while flag[i] != k as u32 {
                    path[length] = i as u32;
                    length += 1;
                    flag[i] = k as u32;
                    i = parent[i] as usize;
                }
                while length > 0 {
                    length -= 1;
                    top -= 1;
                    pattern[top] = path[length];
                }
            }
            let mut d = y[k];
            y[k] = T::ZERO;
            for &i in &pattern[top..] {
                let i = i as usize;
                let yi = y[i];
                y[i] = T::ZERO;
                let column = starts[i]..filled[i];
                for (&r, &l) in rows[column.clone()].iter().zip(&values[column]) {
                    y[r as usize] -= l * yi;
                }
                let l = yi * inverse[i];
                d -= l * yi;
                let update = (l * yi).abs();
                if update > size {
                    size = update;
                }
                rows[filled[i]] = k as u32;
                values[filled[i]] = l;
                filled[i] += 1;
            }
            // Nothing but rounding is left of what was subtracted.
            let rounding = T::from_f64(8.0) * T::EPSILON * size;
            if d.abs() <= rounding || !d.is_finite() {
                return Err(Singular { row: order[k] as usize });
            }
            *negative += usize::from(d < T::ZERO);
            inverse[k] = T::ONE / d;
        }
        Ok(())
    }

    /// Floating-point operations of a factorisation.
    pub fn flops(&self) -> u64 {
        flops(&self.starts)
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.inverse.len()
    }

    /// Whether there are no unknowns.
    pub fn is_empty(&self) -> bool {
        self.inverse.is_empty()
    }

    /// The number of negative eigenvalues.
    pub fn negative(&self) -> usize {
        self.negative
    }

    /// Entries of L below the diagonal.
    pub fn entries(&self) -> usize {
        self.values.len()
    }

    /// Replaces `b` by the solution; `work` has the same length.
    ///
    /// # Panics
    /// Where a length is wrong.
    pub fn solve(&self, b: &mut [T], work: &mut [T]) {
        let n = self.len();
        assert!(b.len() == n && work.len() == n, "one entry per row");
        for (y, &i) in work.iter_mut().zip(&self.order) {
            *y = b[i as usize];
        }
        for k in 0..n {
            let yk = work[k];
            for at in self.starts[k]..self.starts[k + 1] {
                work[self.rows[at] as usize] -= self.values[at] * yk;
            }
        }
        for k in (0..n).rev() {
            let mut y = work[k] * self.inverse[k];
            for at in self.starts[k]..self.starts[k + 1] {
                y -= self.values[at] * work[self.rows[at] as usize];
            }
            work[k] = y;
        }
        for (&y, &i) in work.iter().zip(&self.order) {
            b[i as usize] = y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn grid(m: u32, shift: f64) -> Csr {
        let mut triplets = Vec::new();
        for k in 0..m * m {
            triplets.push((k, k, 4.0 - shift));
            if k % m > 0 {
                triplets.extend([(k, k - 1, -1.0), (k - 1, k, -1.0)]);
            }
            if k >= m {
                triplets.extend([(k, k - m, -1.0), (k - m, k, -1.0)]);
            }
        }
        Csr::from_triplets((m * m) as usize, (m * m) as usize, &triplets).expect("valid")
    }

    #[test]
    fn solves_and_counts_negative_eigenvalues() {
        for shift in [0.0, 1.1, 3.7] {
            let a = grid(17, shift);
            let factors = Ldl::new(&a).expect("regular");
            let mut x = vec![0.0; 289];
            Rng::new(1).normal_fill(&mut x);
            let (mut b, mut work) = (vec![0.0; 289], vec![0.0; 289]);
            a.matvec(&x, &mut b);
            factors.solve(&mut b, &mut work);
            let worst = b.iter().zip(&x).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-10, "{worst}");
            let angle = |i: u32| libm::sin(f64::from(i) * core::f64::consts::PI / 36.0);
            let eigenvalue = |i, j| 4.0 * (angle(i) * angle(i) + angle(j) * angle(j));
            let below = (1..=17).flat_map(|i| (1..=17).map(move |j| (i, j))).filter(|&(i, j)| eigenvalue(i, j) < shift);
            assert_eq!(factors.negative(), below.count());
        }
    }

    #[test]
    fn factors_anew_in_the_same_memory_with_the_same_bits() {
        let mut factors = Ldl::new(&grid(9, 0.0)).expect("regular");
        let mut scratch = Scratch::new(81);
        for shift in [4.0, 1.1, 0.3] {
            // At a shift of 4 a pivot vanishes; that must leave no trace.
            let again = factors.factor(&grid(9, shift), &mut scratch);
            let fresh = Ldl::new(&grid(9, shift));
            assert_eq!(again.is_err(), fresh.is_err());
            if let Ok(fresh) = fresh {
                assert_eq!((&factors.values, &factors.inverse), (&fresh.values, &fresh.inverse));
            }
        }
    }

    #[test]
    fn dissection_fills_little_and_forests_fill_nothing() {
        let a = grid(63, 0.0);
        let natural = Ldl::in_order(&a, (0..63 * 63).collect()).expect("regular").entries();
        let dissected = Ldl::new(&a).expect("regular").entries();
        assert!(dissected * 2 < natural, "{dissected} {natural}");
        // A tree with random parents.
        let mut rng = Rng::new(4);
        let mut triplets = vec![(0, 0, 3.0)];
        for k in 1..200u32 {
            let parent = rng.below(k as usize) as u32;
            triplets.extend([(k, k, 30.0), (k, parent, -1.0), (parent, k, -1.0)]);
        }
        assert_eq!(Ldl::new(&Csr::from_triplets(200, 200, &triplets).expect("valid")).expect("regular").entries(), 199);
    }

    #[test]
    fn singular_matrices_are_named() {
        let a = Csr::from_triplets(2, 2, &[(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0), (1, 1, 1.0)]).expect("valid");
        assert!(Ldl::new(&a).is_err());
        let path = [(0, 0, 1.0), (0, 1, -1.0), (1, 0, -1.0), (1, 1, 2.0), (1, 2, -1.0), (2, 1, -1.0), (2, 2, 1.0)];
        assert!(Ldl::new(&Csr::from_triplets(3, 3, &path).expect("valid")).is_err());
    }
}
