//! Shampoo: a gradient matrix is multiplied by inverse roots of the sums of its products with itself, from both sides.

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::dense::{
    InverseRoot, a_b, a_bt, at_b, cholesky, cholesky_solve_rows, inverse_root_newton, inverse_root_spectral,
    sqrt_newton_schulz, sqrt_pade, thin_qr,
};
use iterscope_kernels::reduce::{axpy, copy, dot, norm2, scale};

use crate::objective::Block;
use crate::quantise::Quantised;
use crate::rule::{Make, Probe, Root, Rule, RuleInfo, Setup, Unit};

/// `shampoo`.
pub const RULE: RuleInfo = RuleInfo {
    key: "shampoo",
    label: "Shampoo",
    math: r"L \leftarrow 0.95\,L + 0.05\,G G^{\top}, \quad R \leftarrow 0.95\,R + 0.05\,G^{\top} G, \quad X \leftarrow X - \eta\, \frac{\lVert G \rVert}{\lVert D \rVert} D, \quad D = L^{-1/4} G R^{-1/4}",
    citation: "V. Gupta, T. Koren, Y. Singer: Shampoo: preconditioned stochastic tensor optimization. ICML 2018; averages and \
               grafting as R. Anil, V. Gupta, T. Koren, K. Regan, Y. Singer: Scalable second order optimization for deep \
               learning. 2020, arXiv:2002.09018. Roots: Y. Song, N. Sebe, W. Wang: Fast differentiable matrix square root. \
               ICLR 2022 (Padé, Newton and Schulz).",
    limits: "a side longer than 64 gets no matrix; where only one side has one, its power is -1/2, and a vector is a matrix \
             of one column, for which that is full-matrix AdaGrad. Longer vectors are cut into pieces of 64.",
    unit: Unit::Curvature,
    step: 0.5,
    make: Make::Build(|setup| Ok(Box::new(Shampoo::new(setup, false)))),
};

/// `shampoo-4bit`.
pub const FOUR_BITS: RuleInfo = RuleInfo {
    key: "shampoo-4bit",
    label: "4-bit Shampoo",
    math: r"L = V \Lambda V^{\top}, \ V \text{ in 4 bits}, \quad V \leftarrow \tfrac32 V - \tfrac12 V V^{\top} V, \quad V \leftarrow \operatorname{qr}(L V), \quad \Lambda = \operatorname{diag}(V^{\top} L V); \quad \text{so for } R",
    citation: "S. Wang, P. Zhou, J. Li, H. Huang: 4-bit Shampoo for memory-efficient network training. NeurIPS 2024, \
               arXiv:2405.18144.",
    limits: "saves memory, not time. The averages take in a gradient only where roots are computed: reading and rounding \
             them at every update gathers errors, and a long step then diverges. Matrices of all sizes are quantised, where \
             the paper leaves small ones alone.",
    unit: Unit::Curvature,
    step: 0.5,
    make: Make::Build(|setup| Ok(Box::new(Shampoo::new(setup, true)))),
};

/// The longest side that gets a matrix.
const LONGEST: usize = 64;
/// Share of the past that the averages keep.
const KEEP: f64 = 0.95;
/// What the averages start from, times the identity.
const FIRST: f64 = 1e-6;
/// Added to the eigenvalues, times the largest.
const RIDGE: f64 = 1e-6;
/// Steps of Newton and Schulz: enough for the ridge.
const SCHULZ_STEPS: usize = 30;

/// One side of one piece.
struct Side {
    n: usize,
    /// p of the power -1/p.
    order: u32,
    store: Store,
    root: Vec<f64>,
}

/// The average that a side keeps.
enum Store {
    Full(Vec<f64>),
    /// Eigenvectors, by rows, and eigenvalues.
    Bits(Quantised, Vec<f64>),
}

/// A block, or a part of its rows.
struct Piece {
    from: usize,
    rows: usize,
    cols: usize,
    left: Option<Side>,
    right: Option<Side>,
}

struct Shampoo {
    root: Root,
    every: u64,
    bits: bool,
    x: Vec<f64>,
    pieces: Vec<Piece>,
    count: f64,
    length: f64,
    /// Work space for matrices of a side, and for a piece.
    side: Vec<f64>,
    product: Vec<f64>,
    half: Vec<f64>,
}

impl Side {
    fn new(n: usize, order: u32, bits: bool) -> Side {
        let unit = |x: f64| {
            let mut a = vec![0.0; n * n];
            a.iter_mut().step_by(n + 1).for_each(|d| *d = x);
            a
        };
        let store = if bits {
            let mut vectors = Quantised::zeros(n * n);
            vectors.encode(&unit(1.0));
            Store::Bits(vectors, vec![FIRST; n])
        } else {
            Store::Full(unit(FIRST))
        };
        Side { n, order, store, root: unit(1.0) }
    }

    /// Takes G G' (or G' G) in; `work` begins with it.
    fn learn(&mut self, work: &mut [f64]) {
        let n = self.n;
        let (gram, work) = work.split_at_mut(n * n);
        match &mut self.store {
            Store::Full(average) => {
                scale(KEEP, average);
                axpy(1.0 - KEEP, gram, average);
            }
            Store::Bits(vectors, values) => {
                let (v, work) = work.split_at_mut(n * n);
                let (w, work) = work.split_at_mut(n * n);
                let (r, work) = work.split_at_mut(n * n);
                let (square, work) = work.split_at_mut(n * n);
                // Rows of v are eigenvectors.
                vectors.decode(v);
                rectify(v, n, w, square);
                scale(1.0 - KEEP, gram);
                for (row, value) in v.chunks_exact(n).zip(&*values) {
                    for (to, x) in gram.chunks_exact_mut(n).zip(row) {
                        axpy(KEEP * value * x, row, to);
                    }
                }
                a_bt(gram, v, w, n, n, n);
                thin_qr(w, n, n, r, work);
                a_b(gram, w, r, n, n, n);
                for (j, value) in values.iter_mut().enumerate() {
                    *value = 0.0;
                    for i in 0..n {
                        *value += w[i * n + j] * r[i * n + j];
                    }
                }
                for i in 0..n {
                    for j in 0..n {
                        v[j * n + i] = w[i * n + j];
                    }
                }
                vectors.encode(v);
            }
        }
    }

    /// Computes the root anew; keeps the old one where that fails.
    fn renew(&mut self, how: Root, work: &mut [f64]) {
        let n = self.n;
        match &self.store {
            Store::Full(average) => full_root(average, n, self.order, how, &mut self.root, work),
            Store::Bits(vectors, values) => {
                let (v, work) = work.split_at_mut(n * n);
                let (w, work) = work.split_at_mut(n * n);
                let (square, _) = work.split_at_mut(n * n);
                vectors.decode(v);
                for _ in 0..4 {
                    rectify(v, n, w, square);
                }
                let largest = values.iter().fold(0.0, |m: f64, x| m.max(*x));
                self.root.fill(0.0);
                for (row, value) in v.chunks_exact(n).zip(values) {
                    let weight = libm::pow(value.max(0.0) + RIDGE * largest, -1.0 / f64::from(self.order));
                    for (to, x) in self.root.chunks_exact_mut(n).zip(row) {
                        axpy(weight * x, row, to);
                    }
                }
            }
        }
    }

    fn save(&self, out: &mut StateWriter) {
        match &self.store {
            Store::Full(average) => out.slice(average),
            Store::Bits(vectors, values) => {
                vectors.save(out);
                out.slice(values);
            }
        }
        out.slice(&self.root);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        match &mut self.store {
            Store::Full(average) => from.slice(average),
            Store::Bits(vectors, values) => {
                vectors.load(from);
                from.slice(values);
            }
        }
        from.slice(&mut self.root);
    }
}

/// One step towards orthonormal rows: V <- 3/2 V - 1/2 (V V') V.
fn rectify(v: &mut [f64], n: usize, w: &mut [f64], square: &mut [f64]) {
    a_bt(v, v, square, n, n, n);
    a_b(square, v, w, n, n, n);
    scale(1.5, v);
    axpy(-0.5, w, v);
}

/// (A + ridge)^(-1/order) into `root`, which stays where the way chosen fails. `work`: 5 n^2 and n more.
fn full_root(a: &[f64], n: usize, order: u32, how: Root, root: &mut [f64], work: &mut [f64]) {
    match how {
        Root::Spectral => inverse_root_spectral(a, n, order, RIDGE, root, work),
        Root::Newton => {
            let wanted = InverseRoot { order, ridge: RIDGE, tolerance: 1e-9, steps: 60 };
            inverse_root_newton(a, n, wanted, root, work);
        }
        Root::Schulz | Root::Pade => {
            let (b, work) = work.split_at_mut(n * n);
            copy(a, b);
            let ridge = RIDGE * norm2(a);
            b.iter_mut().step_by(n + 1).for_each(|d| *d += ridge);
            let (other, work) = work.split_at_mut(n * n);
            if how == Root::Schulz {
                // A^(-1/2), and where it is wanted the square root of that.
                if order == 2 {
                    sqrt_newton_schulz(b, n, SCHULZ_STEPS, other, root, work);
                } else {
                    sqrt_newton_schulz(b, n, SCHULZ_STEPS, root, other, work);
                    sqrt_newton_schulz(other, n, SCHULZ_STEPS, root, b, work);
                }
                return;
            }
            let mut made = sqrt_pade(b, n, 5, other, work);
            if order == 4 {
                copy(other, b);
                made = made.and_then(|()| sqrt_pade(b, n, 5, other, work));
            }
            if made.and_then(|()| cholesky(other, n)).is_ok() {
                root.fill(0.0);
                root.iter_mut().step_by(n + 1).for_each(|d| *d = 1.0);
                cholesky_solve_rows(other, n, root);
            }
        }
    }
}

/// The pieces of a block that starts at `from`.
fn cut(from: usize, block: Block, bits: bool, out: &mut Vec<Piece>) {
    let Block { rows, cols } = block;
    let side = |n: usize| n > 1 && n <= LONGEST;
    let height = if cols == 1 { LONGEST } else { rows.max(1) };
    for first in (0..rows).step_by(height) {
        let rows = height.min(rows - first);
        let order = if side(rows) && side(cols) { 4 } else { 2 };
        out.push(Piece {
            from: from + first * cols,
            rows,
            cols,
            left: side(rows).then(|| Side::new(rows, order, bits)),
            right: side(cols).then(|| Side::new(cols, order, bits)),
        });
    }
}

impl Shampoo {
    fn new(setup: &Setup<'_>, bits: bool) -> Shampoo {
        let (mut pieces, mut from) = (Vec::new(), 0);
        for &block in setup.blocks {
            cut(from, block, bits, &mut pieces);
            from += block.rows * block.cols;
        }
        let sides = pieces.iter().flat_map(|p| p.left.iter().chain(&p.right));
        let longest = sides.map(|s| s.n).max().unwrap_or(0);
        let largest = pieces.iter().map(|p| p.rows * p.cols).max().unwrap_or(0);
        Shampoo {
            root: setup.options.root,
            every: setup.options.every,
            bits,
            x: setup.start.to_vec(),
            pieces,
            count: 0.0,
            length: 0.0,
            side: vec![0.0; 5 * longest * longest + 2 * longest],
            product: vec![0.0; largest],
            half: vec![0.0; largest],
        }
    }
}

impl Rule for Shampoo {
    fn at(&self) -> &[f64] {
        &self.x
    }

    fn update(&mut self, gradient: &[f64], eta: f64, probe: &mut Probe<'_>) {
        let renew = (self.count as u64).is_multiple_of(self.every);
        self.count += 1.0;
        self.length = eta;
        for piece in &mut self.pieces {
            let (m, n) = (piece.rows, piece.cols);
            let g = &gradient[piece.from..][..m * n];
            // Every reading of four bits costs digits, so they are read as seldom as roots are computed.
            let learn = renew || !self.bits;
            if let Some(left) = piece.left.as_mut().filter(|_| learn) {
                a_bt(g, g, &mut self.side[..m * m], m, m, n);
                left.learn(&mut self.side);
            }
            if let Some(right) = piece.right.as_mut().filter(|_| learn) {
                at_b(g, g, &mut self.side[..n * n], m, n, n);
                right.learn(&mut self.side);
            }
            for side in piece.left.iter_mut().chain(&mut piece.right) {
                let cube = (side.n * side.n * side.n) as u64;
                if renew {
                    side.renew(self.root, &mut self.side);
                    probe.work.flops += 60 * cube;
                }
            }
            let (d, half) = (&mut self.product[..m * n], &mut self.half[..m * n]);
            match &piece.left {
                Some(left) => a_b(&left.root, g, half, m, m, n),
                None => copy(g, half),
            }
            match &piece.right {
                Some(right) => a_b(half, &right.root, d, m, n, n),
                None => copy(half, d),
            }
            let size = dot(d, d).sqrt();
            let graft = if size > 0.0 { norm2(g) / size } else { 0.0 };
            axpy(-eta * graft, d, &mut self.x[piece.from..][..m * n]);
            probe.work.flops += 4 * (m * n * (m + n)) as u64;
        }
    }

    fn length(&self) -> f64 {
        self.length
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x);
        out.slice(&[self.count, self.length]);
        for side in self.pieces.iter().flat_map(|p| p.left.iter().chain(&p.right)) {
            side.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x);
        self.count = from.real();
        self.length = from.real();
        for side in self.pieces.iter_mut().flat_map(|p| p.left.iter_mut().chain(&mut p.right)) {
            side.load(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_cut_and_long_sides_left_out() {
        let mut pieces = Vec::new();
        cut(5, Block { rows: 150, cols: 1 }, false, &mut pieces);
        cut(155, Block { rows: 300, cols: 4 }, false, &mut pieces);
        cut(1355, Block { rows: 6, cols: 4 }, true, &mut pieces);
        cut(1379, Block { rows: 1, cols: 1 }, false, &mut pieces);
        let found: Vec<_> = (pieces.iter())
            .map(|p| {
                let side = |s: &Option<Side>| s.as_ref().map_or((0, 0), |s| (s.n, s.order));
                (p.from, p.rows, side(&p.left), side(&p.right))
            })
            .collect();
        let none = (0, 0);
        let expected = [
            (5, 64, (64, 2), none),
            (69, 64, (64, 2), none),
            (133, 22, (22, 2), none),
            (155, 300, none, (4, 2)),
            (1355, 6, (6, 4), (4, 4)),
            (1379, 1, none, none),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn all_ways_to_a_root_agree_where_the_matrix_is_well_conditioned() {
        let n = 6usize;
        let a: Vec<f64> = (0..n * n)
            .map(|e| if e / n == e % n { 2.0 } else { 0.3 / (1.0 + (e / n).abs_diff(e % n) as f64) })
            .collect();
        for order in [2, 4] {
            let roots = [Root::Spectral, Root::Newton, Root::Schulz, Root::Pade].map(|how| {
                let mut root = vec![0.0; n * n];
                full_root(&a, n, order, how, &mut root, &mut vec![0.0; 5 * n * n + 2 * n]);
                root
            });
            for (root, limit) in roots[1..].iter().zip([1e-5, 1e-5, 1e-3]) {
                let d: Vec<f64> = root.iter().zip(&roots[0]).map(|(x, y)| x - y).collect();
                assert!(norm2(&d) < limit * norm2(&roots[0]), "order {order}: {}", norm2(&d));
            }
        }
    }
}
