//! LU factorisation of banded matrices with partial pivoting, the method of LAPACK's `gbtrf` and `gbtrs`.

use core::fmt;

/// The matrix is singular to working precision, or holds a number that is not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Singular {
    /// The row of the elimination at which no usable pivot was left, from 0.
    pub row: usize,
}

impl fmt::Display for Singular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the matrix is singular: no pivot in row {}", self.row + 1)
    }
}

impl core::error::Error for Singular {}

/// A square matrix with `kl` diagonals below the main one and `ku` above it: fill it with [`set`](Self::set) and
/// [`add`](Self::add), [`factor`](Self::factor) it once, then [`solve`](Self::solve) as often as wanted.
/// [`clear`](Self::clear) makes it ready to be filled anew. Only `new` allocates.
#[derive(Clone, Debug)]
pub struct BandedLu {
    n: usize,
    kl: usize,
    ku: usize,
    /// Row i holds the columns i - kl ..= i + kl + ku; the last kl of them take the fill-in from row exchanges.
    band: Vec<f64>,
    pivots: Vec<u32>,
    factored: bool,
}

impl BandedLu {
    /// The n x n zero matrix. Bands wider than the matrix are cut to it.
    pub fn new(n: usize, kl: usize, ku: usize) -> Self {
        let most = n.saturating_sub(1);
        let (kl, ku) = (kl.min(most), ku.min(most));
        Self { n, kl, ku, band: vec![0.0; n * (2 * kl + ku + 1)], pivots: vec![0; n], factored: false }
    }

    /// The number of rows.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Makes every entry zero and forgets the factors.
    pub fn clear(&mut self) {
        self.band.fill(0.0);
        self.factored = false;
    }

    /// Sets entry (i, j).
    ///
    /// # Panics
    /// Where (i, j) lies outside the band or the matrix is factored already.
    pub fn set(&mut self, i: usize, j: usize, v: f64) {
        *self.entry(i, j) = v;
    }

    /// Adds to entry (i, j).
    ///
    /// # Panics
    /// As [`set`](Self::set).
    pub fn add(&mut self, i: usize, j: usize, v: f64) {
        *self.entry(i, j) += v;
    }

    fn entry(&mut self, i: usize, j: usize) -> &mut f64 {
        let inside = i < self.n && j < self.n && j + self.kl >= i && j <= i + self.ku;
        assert!(inside, "({i}, {j}) is outside the band");
        assert!(!self.factored, "the matrix is factored already");
        let place = self.place(i, j);
        &mut self.band[place]
    }

    /// Numbers stored for each row.
    pub fn width(&self) -> usize {
        2 * self.kl + self.ku + 1
    }

    fn place(&self, i: usize, j: usize) -> usize {
        i * self.width() + j + self.kl - i
    }

    /// Replaces the matrix by its factors. After an error, [`clear`](Self::clear) and fill it again.
    pub fn factor(&mut self) -> Result<(), Singular> {
        assert!(!self.factored, "the matrix is factored already");
        for k in 0..self.n {
            let last_row = (k + self.kl).min(self.n - 1);
            let last_col = (k + self.kl + self.ku).min(self.n - 1);
            let mut pivot = k;
            let mut size = 0.0;
            for i in k..=last_row {
                let x = self.band[self.place(i, k)].abs();
                if !x.is_finite() {
                    return Err(Singular { row: k });
                }
                if x > size {
                    (pivot, size) = (i, x);
                }
            }
            if size == 0.0 {
                return Err(Singular { row: k });
            }
            self.pivots[k] = pivot as u32;
            let count = last_col - k + 1;
            let row_k = self.place(k, k);
            if pivot != k {
                // Only from column k on: the multipliers to the left stay where they arose.
                let row_p = self.place(pivot, k);
                let (head, tail) = self.band.split_at_mut(row_p);
                head[row_k..][..count].swap_with_slice(&mut tail[..count]);
            }
            for i in k + 1..=last_row {
                let row_i = self.place(i, k);
                let (head, tail) = self.band.split_at_mut(row_i);
                let (upper, lower) = (&head[row_k..][..count], &mut tail[..count]);
                let multiplier = lower[0] / upper[0];
                lower[0] = multiplier;
                if multiplier != 0.0 {
                    for (x, &u) in lower[1..].iter_mut().zip(&upper[1..]) {
                        *x -= multiplier * u;
                    }
                }
            }
        }
        self.factored = true;
        Ok(())
    }

    /// Solves A x = b in place.
    ///
    /// # Panics
    /// Before a successful [`factor`](Self::factor), or where `b` has not n entries.
    pub fn solve(&self, b: &mut [f64]) {
        assert!(self.factored, "factor the matrix first");
        assert_eq!(b.len(), self.n, "the right-hand side has n entries");
        for k in 0..self.n {
            b.swap(k, self.pivots[k] as usize);
            for i in k + 1..=(k + self.kl).min(self.n - 1) {
                b[i] -= self.band[self.place(i, k)] * b[k];
            }
        }
        for k in (0..self.n).rev() {
            let count = (k + self.kl + self.ku).min(self.n - 1) - k + 1;
            let row = &self.band[self.place(k, k)..][..count];
            let mut rest = b[k];
            for (&u, &x) in row[1..].iter().zip(&b[k + 1..]) {
                rest -= u * x;
            }
            b[k] = rest / row[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use nalgebra::{DMatrix, DVector};

    #[test]
    fn agrees_with_a_dense_solve() {
        for (n, kl, ku) in [(1, 0, 0), (2, 5, 5), (10, 1, 1), (10, 0, 3), (12, 3, 0), (30, 2, 4), (30, 5, 1)] {
            let mut rng = Rng::new(17);
            let mut banded = BandedLu::new(n, kl, ku);
            // Filled twice, so that a forgotten `clear` shows.
            for _ in 0..2 {
                banded.clear();
                let mut dense = DMatrix::zeros(n, n);
                for i in 0..n {
                    for j in i.saturating_sub(kl)..(i + ku + 1).min(n) {
                        let v = rng.normal();
                        // A small diagonal forces row exchanges (in a triangular matrix it would make it singular).
                        dense[(i, j)] = if i == j && kl > 0 && ku > 0 { 0.01 * v } else { v };
                        banded.set(i, j, dense[(i, j)] - 1.0);
                        banded.add(i, j, 1.0);
                    }
                }
                let x = DVector::from_fn(n, |_, _| rng.normal());
                let mut b: Vec<f64> = (&dense * &x).iter().copied().collect();
                let dense_solution = dense.clone().lu().solve(&DVector::from_row_slice(&b)).expect("regular");
                banded.factor().expect("regular");
                banded.solve(&mut b);
                // Both are off by about the condition number times the rounding error.
                let bound = 1e-13 * dense.singular_values()[0] / dense.singular_values()[n - 1];
                for i in 0..n {
                    assert!((b[i] - dense_solution[i]).abs() <= bound, "{n} {kl} {ku}");
                }
            }
        }
    }

    #[test]
    fn names_the_row_without_a_pivot() {
        let mut a = BandedLu::new(3, 1, 1);
        for (i, j, v) in [(0, 0, 1.0), (0, 1, 2.0), (1, 0, 2.0), (1, 1, 4.0), (2, 2, 1.0)] {
            a.set(i, j, v);
        }
        assert_eq!(a.factor(), Err(Singular { row: 1 }));
        a.clear();
        a.set(0, 0, f64::NAN);
        assert_eq!(a.factor(), Err(Singular { row: 0 }));
    }

    #[test]
    fn solves_without_rows() {
        let mut a = BandedLu::new(0, 2, 2);
        a.factor().expect("nothing to do");
        a.solve(&mut []);
    }
}
