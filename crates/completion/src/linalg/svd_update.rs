//! The update of a truncated singular value decomposition A = U diag(s) V' by rows of which few entries are not zero.

use std::ops::Range;

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::dense::{a_b, at_b, jacobi_svd, solve_upper, thin_qr, transpose};
use iterscope_kernels::reduce::{axpy, norm2};

use crate::model::factors::inner;

/// A new direction shorter than this share of its row counts as none: its square is known to rounding only.
const SHORT: f64 = 1e-6;
/// A small matrix is multiplied into its basis when the diagonal of its triangular factor spans more than this.
const ILL: f64 = 1e-6;

/// Orthonormal columns as a product: rows x k times k x k.
pub(crate) struct Basis {
    k: usize,
    outer: Vec<f64>,
    small: Vec<f64>,
    /// Work space: a k x k matrix, its triangular factor, room for a row.
    q: Vec<f64>,
    r: Vec<f64>,
    row: Vec<f64>,
}

impl Basis {
    pub fn new(rows: usize, k: usize) -> Basis {
        let square = || vec![0.0; k * k];
        let mut basis =
            Basis { k, outer: vec![0.0; rows * k], small: square(), q: square(), r: square(), row: vec![0.0; 2 * k] };
        basis.forget();
        basis
    }

    /// Takes these columns as they are.
    pub fn replace(&mut self, columns: &[f64]) {
        self.outer.copy_from_slice(columns);
        self.forget();
    }

    /// The small matrix becomes the identity.
    fn forget(&mut self) {
        self.small.fill(0.0);
        for i in 0..self.k {
            self.small[i * self.k + i] = 1.0;
        }
    }

    /// Row `i`.
    fn row(&self, i: usize, out: &mut [f64]) {
        a_b(&self.outer[i * self.k..][..self.k], &self.small, out, 1, self.k, self.k);
    }

    /// All rows.
    pub fn write(&self, out: &mut [f64]) {
        a_b(&self.outer, &self.small, out, out.len() / self.k, self.k, self.k);
    }

    /// Multiplies the basis by a k x k matrix from the right; where `explicit` or where the small matrix becomes
    /// ill-conditioned, it is multiplied into the rows and forgotten. Says whether that happened for the second reason.
    fn multiply(&mut self, by: &[f64], explicit: bool) -> bool {
        let k = self.k;
        a_b(&self.small, by, &mut self.q, k, k, k);
        self.small.copy_from_slice(&self.q);
        // Rows are later divided by the small matrix: x K = t is K' x' = t', and K' = Q R.
        transpose(&self.small, &mut self.q, k, k);
        thin_qr(&mut self.q, k, k, &mut self.r, &mut self.row);
        let diagonal = |i: usize| self.r[i * k + i].abs();
        let largest = (0..k).map(diagonal).fold(0.0, f64::max);
        let ill = (0..k).any(|i| diagonal(i) <= ILL * largest);
        if ill || explicit {
            let row = &mut self.row[..k];
            for outer in self.outer.chunks_exact_mut(k) {
                a_b(outer, &self.small, row, 1, k, k);
                outer.copy_from_slice(row);
            }
            self.forget();
            self.q.copy_from_slice(&self.small);
            self.r.copy_from_slice(&self.small);
        }
        ill && !explicit
    }

    /// Adds to row `i` of the whole the row `t`: to the outer row its quotient by the small matrix.
    fn add(&mut self, i: usize, t: &[f64]) {
        let k = self.k;
        let x = &mut self.row[..k];
        at_b(&self.q, t, x, k, k, 1);
        solve_upper(&self.r, k, x);
        axpy(1.0, x, &mut self.outer[i * k..][..k]);
    }

    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.outer);
        out.slice(&self.small);
    }

    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.outer);
        from.slice(&mut self.small);
    }
}

/// The Frobenius norm of Q'Q - I for a matrix of k columns; `work` holds k x k numbers.
pub(crate) fn drift(q: &[f64], k: usize, work: &mut [f64]) -> f64 {
    let gram = &mut work[..k * k];
    at_b(q, q, gram, q.len() / k, k, k);
    for i in 0..k {
        gram[i * k + i] -= 1.0;
    }
    norm2(gram)
}

/// One batch of s rows E, gathered row by row and then applied; the names are those of the formulas.
pub(crate) struct Update {
    k: usize,
    /// Numbers of the columns where a row of the batch has an entry, and each column's place among them.
    index: Vec<u32>,
    place: Vec<u32>,
    /// s rows: the entries at `index`, less their predictions.
    b: Vec<f64>,
    /// s rows of k numbers: V'E', and that of what the prediction left.
    original: Vec<f64>,
    c: Vec<f64>,
    r: Vec<f64>,
    m: Vec<f64>,
    rotations: Vec<f64>,
    sizes: Vec<f64>,
    turn: Vec<f64>,
    extra: Vec<f64>,
    basis_rows: Vec<f64>,
    rows: usize,
    entries: usize,
}

const NONE: u32 = u32::MAX;

impl Update {
    /// For batches of up to `s` rows of up to `longest` columns.
    pub fn new(k: usize, s: usize, longest: usize) -> Update {
        let w = k + s;
        Update {
            k,
            index: Vec::with_capacity(longest),
            place: vec![NONE; longest],
            b: vec![0.0; s * longest],
            original: vec![0.0; s * k],
            c: vec![0.0; s * k],
            r: vec![0.0; s * s],
            m: vec![0.0; w * w],
            rotations: vec![0.0; w * w],
            sizes: vec![0.0; w],
            turn: vec![0.0; k * k],
            extra: vec![0.0; k],
            basis_rows: vec![0.0; longest * k],
            rows: 0,
            entries: 0,
        }
    }

    /// Begins a batch of that many rows.
    pub fn start(&mut self, rows: usize) {
        let count = self.index.len();
        for b in self.b.chunks_exact_mut(self.place.len()) {
            b[..count].fill(0.0);
        }
        for &j in &self.index {
            self.place[j as usize] = NONE;
        }
        self.index.clear();
        self.original.fill(0.0);
        (self.rows, self.entries) = (rows, 0);
    }

    /// Gathers the rows of the basis at these columns, for the least squares of a prediction.
    pub fn gather_basis(&mut self, columns: impl Iterator<Item = usize>, basis: &Basis) {
        for (t, j) in columns.enumerate() {
            basis.row(j, &mut self.basis_rows[t * self.k..][..self.k]);
        }
    }

    /// What [`Self::gather_basis`] gathered.
    pub fn gathered(&self) -> &[f64] {
        &self.basis_rows
    }

    /// The weights of row `row` on the basis, to be found by the caller.
    pub fn prediction(&mut self, row: usize) -> &mut [f64] {
        &mut self.original[row * self.k..][..self.k]
    }

    /// Takes the entries of row `row`. Where `predicted`, the row is its prediction and what is left of the entries beside.
    pub fn take(&mut self, row: usize, entries: impl Iterator<Item = (usize, f64)>, predicted: bool) {
        let width = self.place.len();
        for (t, (j, value)) in entries.enumerate() {
            if self.place[j] == NONE {
                self.place[j] = self.index.len() as u32;
                self.index.push(j as u32);
            }
            let known = if predicted {
                inner(&self.basis_rows[t * self.k..][..self.k], &self.original[row * self.k..][..self.k])
            } else {
                0.0
            };
            self.b[row * width + self.place[j] as usize] = value - known;
            self.entries += 1;
        }
    }

    /// Updates the decomposition: `grown` gets the rows of `range`, `other` is what the entries refer to. Returns how many
    /// small matrices had to be multiplied into their bases.
    pub fn apply(
        &mut self,
        grown: &mut Basis,
        other: &mut Basis,
        range: &Range<usize>,
        values: &mut [f64],
        explicit: bool,
    ) -> u64 {
        self.project(other);
        self.factorise();
        self.decompose(values);
        let (k, s) = (self.k, self.rows);
        let w = k + s;
        // F and G stand by columns in `m` and `rotations`.
        for a in 0..k {
            for c in 0..k {
                self.turn[a * k + c] = self.m[c * w + a];
            }
        }
        let mut restarts = u64::from(grown.multiply(&self.turn, explicit));
        for (i, row) in range.clone().enumerate() {
            for c in 0..k {
                self.extra[c] = self.m[c * w + k + i];
            }
            grown.add(row, &self.extra);
        }
        for a in 0..k {
            for c in 0..k {
                let g = &self.rotations[c * w..][..w];
                let mut turned = g[a];
                for i in 0..s {
                    turned -= self.c[i * k + a] * g[k + i];
                }
                self.turn[a * k + c] = turned;
            }
        }
        restarts += u64::from(other.multiply(&self.turn, explicit));
        let width = self.place.len();
        for (t, &j) in self.index.iter().enumerate() {
            for c in 0..k {
                let g = &self.rotations[c * w + k..][..s];
                self.extra[c] = (0..s).map(|i| self.b[i * width + t] * g[i]).sum();
            }
            other.add(j as usize, &self.extra);
        }
        restarts
    }

    /// C = V'E', touching the rows of V at the entries alone.
    fn project(&mut self, other: &Basis) {
        let (k, width) = (self.k, self.place.len());
        for i in 0..self.rows {
            let sum = &mut self.extra[..k];
            sum.fill(0.0);
            for (t, &j) in self.index.iter().enumerate() {
                axpy(self.b[i * width + t], &other.outer[j as usize * k..][..k], sum);
            }
            at_b(&other.small, sum, &mut self.c[i * k..][..k], k, k, 1);
            axpy(1.0, &self.c[i * k..][..k], &mut self.original[i * k..][..k]);
        }
    }

    /// Gram-Schmidt on the pairs (B_i, C_i), whose inner product B_i.B_j - C_i.C_j is that of the rows of E less their part
    /// in V: leaves Q as pairs and R, upper triangular.
    fn factorise(&mut self) {
        let (k, s, width, count) = (self.k, self.rows, self.place.len(), self.index.len());
        self.r.fill(0.0);
        for i in 0..s {
            let size = norm2(&self.b[i * width..][..count]);
            self.sizes[i] = size;
        }
        for i in 0..s {
            let (b, later_b) = self.b[i * width..].split_at_mut(width);
            let (c, later_c) = self.c[i * k..].split_at_mut(k);
            let b = &mut b[..count];
            let square = inner(b, b) - inner(c, c);
            let length = square.max(0.0).sqrt();
            if length <= SHORT * self.sizes[i] {
                b.fill(0.0);
                c.fill(0.0);
                continue;
            }
            self.r[i * s + i] = length;
            b.iter_mut().for_each(|x| *x /= length);
            c.iter_mut().for_each(|x| *x /= length);
            for j in i + 1..s {
                let other_b = &mut later_b[(j - i - 1) * width..][..count];
                let other_c = &mut later_c[(j - i - 1) * k..][..k];
                let product = inner(b, other_b) - inner(c, other_c);
                self.r[i * s + j] = product;
                axpy(-product, b, other_b);
                axpy(-product, c, other_c);
            }
        }
    }

    /// The decomposition of [diag(values), 0; C', R'] by columns; `values` become its leading singular values.
    fn decompose(&mut self, values: &mut [f64]) {
        let (k, s) = (self.k, self.rows);
        let w = k + s;
        let m = &mut self.m[..w * w];
        m.fill(0.0);
        for a in 0..k {
            m[a * w + a] = values[a];
            for i in 0..s {
                m[a * w + k + i] = self.original[i * k + a];
            }
        }
        for a in 0..s {
            for i in a..s {
                m[(k + a) * w + k + i] = self.r[a * s + i];
            }
        }
        jacobi_svd(m, w, w, &mut self.sizes[..w], &mut self.rotations[..w * w]);
        values.copy_from_slice(&self.sizes[..k]);
    }

    /// Columns with an entry in the batch.
    pub fn touched(&self) -> usize {
        self.index.len()
    }

    /// Entries of the batch.
    pub fn entries(&self) -> usize {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    #[test]
    fn an_ill_conditioned_small_matrix_is_multiplied_into_its_basis() {
        let mut columns = vec![0.0; 7 * 2];
        Rng::new(1).normal_fill(&mut columns);
        for (second, ill) in [(0.5, false), (1e-8, true)] {
            let mut basis = Basis::new(7, 2);
            basis.replace(&columns);
            assert_eq!(basis.multiply(&[1.0, 0.0, 3.0, second], false), ill);
            assert_eq!(basis.small == [1.0, 0.0, 0.0, 1.0], ill);
            basis.add(2, &[0.25, -2.0]);
            let mut found = vec![0.0; 14];
            basis.write(&mut found);
            for (i, row) in found.chunks_exact(2).enumerate() {
                let (a, b) = (columns[2 * i], columns[2 * i + 1]);
                let extra = if i == 2 { [0.25, -2.0] } else { [0.0, 0.0] };
                assert!((row[0] - (a + 3.0 * b + extra[0])).abs() < 1e-14);
                assert!((row[1] - (second * b + extra[1])).abs() < 1e-14);
            }
        }
    }
}
