//! A sparse factorisation L D L' of a weighted graph Laplacian, with an ordering of minimum degree, in pieces; and those
//! entries of the inverse that stand where L has entries (K. Takahashi, J. Fagan, M.-S. Chin, Formation of a sparse bus
//! impedance matrix, 1973).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Entries of L that are worth their memory: 32 MB with their indices.
const MOST_ENTRIES: usize = 2_500_000;
/// Multiplications that are worth the wait, about a second.
const MOST_WORK: f64 = 4e8;
/// Pivots below this part of the diagonal are 0: the level of a connected part without a prior.
const SINGULAR: f64 = 1e-11;
const NONE: u32 = u32::MAX;

/// The graph, given to [`Ldl::start`]: an edge `(i, j, weight)` for each pair, and what stands on the diagonal beside the
/// weights.
pub struct Laplacian<'a> {
    /// Edges; several of them may join the same two.
    pub edges: &'a [(u32, u32, f64)],
    /// Not negative; all 0 makes the matrix singular.
    pub diagonal: &'a [f64],
}

enum Stage {
    Order {
        lists: Vec<Vec<u32>>,
        heap: BinaryHeap<(Reverse<u32>, Reverse<u32>)>,
        gone: Vec<bool>,
        entries: usize,
        work: f64,
    },
    Factor {
        head: Vec<u32>,
        next: Vec<u32>,
        at: Vec<u32>,
        column: usize,
    },
    Invert {
        column: usize,
    },
    Done,
}

/// The factorisation under way or done. A singular direction, one for each connected part without a prior, is grounded:
/// the inverse has zeros for the last item of that part.
pub struct Ldl {
    n: usize,
    /// Items in the order of elimination.
    order: Vec<u32>,
    /// Place of each item in that order.
    place: Vec<u32>,
    starts: Vec<u32>,
    rows: Vec<u32>,
    lower: Vec<f64>,
    /// 1/D, 0 where the pivot is.
    pivot: Vec<f64>,
    inverse: Vec<f64>,
    inverse_diagonal: Vec<f64>,
    matrix: Vec<Vec<(u32, f64)>>,
    full: Vec<f64>,
    scratch: Vec<f64>,
    stage: Stage,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// This share is done.
    Going(f64),
    /// L is known, and the entries of the inverse.
    Done,
    /// L would have too many entries, or take too long.
    TooLarge,
}

impl Ldl {
    /// Starts on a matrix.
    pub fn start(of: &Laplacian<'_>) -> Ldl {
        let n = of.diagonal.len();
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); n];
        let mut matrix: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
        let mut full = of.diagonal.to_vec();
        for &(i, j, weight) in of.edges {
            lists[i as usize].push(j);
            lists[j as usize].push(i);
            matrix[i as usize].push((j, -weight));
            matrix[j as usize].push((i, -weight));
            full[i as usize] += weight;
            full[j as usize] += weight;
        }
        for list in &mut lists {
            list.sort_unstable();
            list.dedup();
        }
        let heap = (0..n).map(|i| (Reverse(lists[i].len() as u32), Reverse(i as u32))).collect();
        Ldl {
            n,
            order: Vec::with_capacity(n),
            place: vec![NONE; n],
            starts: vec![0],
            rows: Vec::new(),
            lower: Vec::new(),
            pivot: vec![0.0; n],
            inverse: Vec::new(),
            inverse_diagonal: vec![0.0; n],
            matrix,
            full,
            scratch: vec![0.0; n],
            stage: Stage::Order { lists, heap, gone: vec![false; n], entries: 0, work: 0.0 },
        }
    }

    /// Works on for about `budget` multiplications.
    pub fn work(&mut self, budget: f64) -> Way {
        match &mut self.stage {
            Stage::Order { .. } => self.find_order(budget),
            Stage::Factor { .. } => self.factor(budget),
            Stage::Invert { .. } => self.invert(budget),
            Stage::Done => Way::Done,
        }
    }

    /// Eliminates the item with the fewest neighbours, which become neighbours of each other, until those left all are.
    fn find_order(&mut self, budget: f64) -> Way {
        let Stage::Order { lists, heap, gone, entries, work } = &mut self.stage else { return Way::Done };
        let mut spent = 0.0;
        while let Some((Reverse(degree), Reverse(item))) = heap.pop() {
            let v = item as usize;
            if gone[v] || degree as usize != lists[v].len() {
                continue;
            }
            let left = self.n - self.order.len();
            // Its neighbours are to become a full matrix of their own, at least.
            let d = f64::from(degree);
            if *entries as f64 + 0.5 * d * d > MOST_ENTRIES as f64 || *work + d * d * d / 3.0 > MOST_WORK {
                return Way::TooLarge;
            }
            // So few of the rest are missing that the rest is taken as a full matrix.
            if degree as usize * 4 >= (left - 1) * 3 && left > 1 {
                let mut rest: Vec<u32> = (0..self.n as u32).filter(|i| !gone[*i as usize]).collect();
                rest.sort_by_key(|i| lists[*i as usize].len());
                *entries += left * (left - 1) / 2;
                *work += (left as f64) * (left as f64) * (left as f64) / 3.0;
                if *entries > MOST_ENTRIES || *work > MOST_WORK {
                    return Way::TooLarge;
                }
                for (k, i) in rest.iter().enumerate() {
                    self.rows.extend(&rest[k + 1..]);
                    self.starts.push(self.rows.len() as u32);
                    self.place[*i as usize] = self.order.len() as u32;
                    self.order.push(*i);
                }
                break;
            }
            gone[v] = true;
            self.place[v] = self.order.len() as u32;
            self.order.push(item);
            let around = std::mem::take(&mut lists[v]);
            *entries += around.len();
            let cost = around.len() as f64 * around.len() as f64;
            *work += cost;
            // Lists are merged much more slowly than numbers are multiplied.
            spent += 20.0 * cost + 100.0;
            if *entries > MOST_ENTRIES || *work > MOST_WORK {
                return Way::TooLarge;
            }
            for &u in &around {
                let merged = merge(&lists[u as usize], &around, u, item);
                heap.push((Reverse(merged.len() as u32), Reverse(u)));
                lists[u as usize] = merged;
            }
            self.rows.extend(&around);
            self.starts.push(self.rows.len() as u32);
            if spent > budget {
                return Way::Going(0.3 * self.order.len() as f64 / self.n as f64);
            }
        }
        for row in &mut self.rows {
            *row = self.place[*row as usize];
        }
        for k in 0..self.n {
            self.rows[self.starts[k] as usize..self.starts[k + 1] as usize].sort_unstable();
        }
        self.lower = vec![0.0; self.rows.len()];
        self.inverse = vec![0.0; self.rows.len()];
        let none = || vec![NONE; self.n];
        self.stage = Stage::Factor { head: none(), next: none(), at: vec![0; self.n], column: 0 };
        Way::Going(0.3)
    }

    /// Column by column, each from those columns to its left that have an entry in its row; these wait in lists.
    fn factor(&mut self, budget: f64) -> Way {
        let Stage::Factor { head, next, at, column } = &mut self.stage else { return Way::Done };
        let mut spent = 0.0;
        while *column < self.n {
            let j = *column;
            *column += 1;
            let item = self.order[j] as usize;
            let own = self.starts[j] as usize..self.starts[j + 1] as usize;
            let mut diagonal = self.full[item];
            for (other, value) in &self.matrix[item] {
                let row = self.place[*other as usize];
                if row as usize > j {
                    self.scratch[row as usize] += value;
                }
            }
            let mut k = head[j];
            while k != NONE {
                let following = next[k as usize];
                let (here, end) = (at[k as usize] as usize, self.starts[k as usize + 1] as usize);
                let pivot = self.pivot[k as usize];
                // `lower` holds L; D is the reciprocal of `pivot`.
                let factor = if pivot > 0.0 { self.lower[here] / pivot } else { 0.0 };
                diagonal -= factor * self.lower[here];
                for t in here + 1..end {
                    self.scratch[self.rows[t] as usize] -= factor * self.lower[t];
                }
                spent += (end - here) as f64;
                if here + 1 < end {
                    at[k as usize] = here as u32 + 1;
                    let row = self.rows[here + 1] as usize;
                    next[k as usize] = head[row];
                    head[row] = k;
                }
                k = following;
            }
            let inverse = if diagonal > SINGULAR * self.full[item] { 1.0 / diagonal } else { 0.0 };
            self.pivot[j] = inverse;
            for t in own.clone() {
                let row = self.rows[t] as usize;
                self.lower[t] = self.scratch[row] * inverse;
                self.scratch[row] = 0.0;
            }
            if !own.is_empty() {
                at[j] = own.start as u32;
                let row = self.rows[own.start] as usize;
                next[j] = head[row];
                head[row] = j as u32;
            }
            if spent > budget {
                return Way::Going(0.3 + 0.3 * *column as f64 / self.n as f64);
            }
        }
        self.matrix = Vec::new();
        self.stage = Stage::Invert { column: self.n };
        Way::Going(0.6)
    }

    /// From the last column to the first: the inverse is symmetric, and L' times it is lower triangular.
    fn invert(&mut self, budget: f64) -> Way {
        let Stage::Invert { column } = &mut self.stage else { return Way::Done };
        let mut spent = 0.0;
        let mut found: Vec<f64> = Vec::new();
        while *column > 0 {
            *column -= 1;
            let j = *column;
            let own = self.starts[j] as usize..self.starts[j + 1] as usize;
            found.clear();
            found.resize(own.len(), 0.0);
            for a in 0..own.len() {
                let (k, weight) = (self.rows[own.start + a] as usize, self.lower[own.start + a]);
                found[a] -= weight * self.inverse_diagonal[k];
                // The rows of column k that also stand in column j: both are sorted.
                let mut b = a + 1;
                for t in self.starts[k] as usize..self.starts[k + 1] as usize {
                    let row = self.rows[t];
                    while b < own.len() && self.rows[own.start + b] < row {
                        b += 1;
                    }
                    if b == own.len() {
                        break;
                    }
                    if self.rows[own.start + b] == row {
                        found[a] -= self.lower[own.start + b] * self.inverse[t];
                        found[b] -= weight * self.inverse[t];
                        b += 1;
                    }
                }
                spent += 2.0 * (own.len() - a) as f64;
            }
            let mut diagonal = self.pivot[j];
            for (weight, entry) in self.lower[own.clone()].iter().zip(&found) {
                diagonal -= weight * entry;
            }
            self.inverse[own].copy_from_slice(&found);
            self.inverse_diagonal[j] = diagonal;
            if spent > budget {
                return Way::Going(0.6 + 0.4 * (1.0 - *column as f64 / self.n as f64));
            }
        }
        self.stage = Stage::Done;
        Way::Done
    }

    /// Entry (i, i) of the inverse.
    pub fn diagonal(&self, i: usize) -> f64 {
        self.inverse_diagonal[self.place[i] as usize]
    }

    /// Entry (i, j) of the inverse; none unless L has one there, as it has for all edges.
    pub fn entry(&self, i: usize, j: usize) -> Option<f64> {
        let (a, b) = (self.place[i].min(self.place[j]), self.place[i].max(self.place[j]));
        if a == b {
            return Some(self.diagonal(i));
        }
        let own = self.starts[a as usize] as usize..self.starts[a as usize + 1] as usize;
        self.rows[own.clone()].binary_search(&b).ok().map(|k| self.inverse[own.start + k])
    }

    /// Replaces `b` by the inverse times `b`.
    pub fn solve(&mut self, b: &mut [f64]) {
        let mut y = std::mem::take(&mut self.scratch);
        for (k, i) in self.order.iter().enumerate() {
            y[k] = b[*i as usize];
        }
        for j in 0..self.n {
            for t in self.starts[j] as usize..self.starts[j + 1] as usize {
                y[self.rows[t] as usize] -= self.lower[t] * y[j];
            }
        }
        for (y, pivot) in y.iter_mut().zip(&self.pivot) {
            *y *= pivot;
        }
        self.back(&mut y, b);
        self.scratch = y;
    }

    /// Replaces independent normal numbers by a vector whose covariance is the inverse.
    pub fn colour(&mut self, normal: &mut [f64]) {
        let mut y = std::mem::take(&mut self.scratch);
        for k in 0..self.n {
            y[k] = normal[k] * self.pivot[k].sqrt();
        }
        self.back(&mut y, normal);
        self.scratch = y;
    }

    /// L' x = y, into the items' own order; leaves zeros behind.
    fn back(&self, y: &mut [f64], x: &mut [f64]) {
        for j in (0..self.n).rev() {
            let mut sum = y[j];
            for t in self.starts[j] as usize..self.starts[j + 1] as usize {
                sum -= self.lower[t] * y[self.rows[t] as usize];
            }
            y[j] = sum;
        }
        for (k, i) in self.order.iter().enumerate() {
            x[*i as usize] = y[k];
        }
        y.fill(0.0);
    }
}

/// The union of two sorted lists without `a` and `b`.
fn merge(left: &[u32], right: &[u32], a: u32, b: u32) -> Vec<u32> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        let (x, y) = (left.get(l).copied().unwrap_or(NONE), right.get(r).copied().unwrap_or(NONE));
        let next = x.min(y);
        l += usize::from(x == next);
        r += usize::from(y == next);
        if next != a && next != b {
            out.push(next);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use iterscope_kernels::dense::{cholesky, cholesky_solve};
    use iterscope_kernels::rng::Rng;

    use super::*;

    fn graph(n: usize, edges: usize, seed: u64) -> Vec<(u32, u32, f64)> {
        let mut rng = Rng::new(seed);
        // A path keeps it connected.
        let mut all: Vec<(u32, u32, f64)> = (1..n as u32).map(|i| (i - 1, i, 0.1 + rng.uniform())).collect();
        while all.len() < edges {
            let (i, j) = (rng.below(n) as u32, rng.below(n) as u32);
            if i != j {
                all.push((i.min(j), i.max(j), 0.1 + rng.uniform()));
            }
        }
        all
    }

    fn finish(edges: &[(u32, u32, f64)], diagonal: &[f64]) -> Ldl {
        let mut ldl = Ldl::start(&Laplacian { edges, diagonal });
        let mut last = 0.0;
        loop {
            match ldl.work(50.0) {
                Way::Going(share) => {
                    assert!(share >= last && share <= 1.0);
                    last = share;
                }
                way => {
                    assert_eq!(way, Way::Done);
                    return ldl;
                }
            }
        }
    }

    fn dense(n: usize, edges: &[(u32, u32, f64)], diagonal: &[f64]) -> Vec<f64> {
        let mut a = vec![0.0; n * n];
        for i in 0..n {
            a[i * n + i] = diagonal[i];
        }
        for &(i, j, w) in edges {
            let (i, j) = (i as usize, j as usize);
            a[i * n + i] += w;
            a[j * n + j] += w;
            a[i * n + j] -= w;
            a[j * n + i] -= w;
        }
        a
    }

    #[test]
    fn solutions_and_entries_of_the_inverse_are_those_of_a_full_factorisation() {
        for (n, m, seed) in [(1, 0, 1), (2, 1, 2), (30, 33, 3), (40, 90, 4), (25, 280, 5)] {
            let edges = graph(n, m, seed);
            let mut rng = Rng::new(seed);
            let diagonal: Vec<f64> = (0..n).map(|_| 0.05 + rng.uniform()).collect();
            let mut ldl = finish(&edges, &diagonal);
            let mut l = dense(n, &edges, &diagonal);
            cholesky(&mut l, n).unwrap();
            for i in 0..n {
                let mut x = vec![0.0; n];
                x[i] = 1.0;
                let mut y = x.clone();
                cholesky_solve(&l, n, &mut x);
                ldl.solve(&mut y);
                let near = |a: f64, b: f64| (a - b).abs() < 1e-12 * (1.0 + a.abs());
                assert!(x.iter().zip(&y).all(|(a, b)| near(*a, *b)), "n = {n}, column {i}");
                assert!(near(ldl.diagonal(i), x[i]));
                for &(a, b, _) in edges.iter().filter(|e| e.0 as usize == i) {
                    assert!(near(ldl.entry(i, b as usize).unwrap(), x[b as usize]), "n = {n}, entry {a}, {b}");
                }
            }
        }
    }

    #[test]
    fn a_singular_part_is_grounded_and_differences_are_right() {
        // Two parts, the second with a prior on one item; effective resistances of a path add up.
        let edges = [(0, 1, 2.0), (1, 2, 4.0), (3, 4, 1.0)];
        let mut ldl = finish(&edges, &[0.0, 0.0, 0.0, 0.5, 0.0]);
        let mut x = [1.0, 0.0, -1.0, 0.0, 1.0];
        ldl.solve(&mut x);
        assert!((x[0] - x[2] - 0.75).abs() < 1e-14, "{x:?}");
        assert!((x[4] - 3.0).abs() < 1e-14 && (x[3] - 2.0).abs() < 1e-14, "{x:?}");
    }

    #[test]
    fn coloured_numbers_have_the_covariance_of_the_inverse() {
        let edges = graph(5, 7, 9);
        let diagonal = [0.3; 5];
        let mut ldl = finish(&edges, &diagonal);
        let mut rng = Rng::new(1);
        let (mut square, draws) = ([0.0; 5], 20_000);
        for _ in 0..draws {
            let mut x = [0.0; 5];
            rng.normal_fill(&mut x);
            ldl.colour(&mut x);
            (0..5).for_each(|i| square[i] += x[i] * x[i]);
        }
        for (i, s) in square.iter().enumerate() {
            // Four standard deviations of an estimated variance.
            assert!((s / f64::from(draws) / ldl.diagonal(i) - 1.0).abs() < 4.0 * (2.0 / f64::from(draws)).sqrt());
        }
    }

    #[test]
    fn what_would_fill_up_is_refused_in_time() {
        let edges = graph(6000, 120_000, 2);
        let mut ldl = Ldl::start(&Laplacian { edges: &edges, diagonal: &vec![1.0; 6000] });
        let mut calls = 0;
        let end = loop {
            match ldl.work(1e7) {
                Way::Going(_) => calls += 1,
                end => break end,
            }
        };
        assert_eq!(end, Way::TooLarge);
        assert!(calls < 300, "{calls}");
    }
}
