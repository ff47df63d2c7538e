//! The connected parts of the pattern of seen entries: rows and columns that entries link, directly or by way of others. An
//! entry whose row and column lie in different parts is not determined by a matrix of low rank, whatever the rank: the factors
//! of one part may be scaled against those of another without a change of what is seen.

use iterscope_kernels::csr::Csr;

/// A row or a column without a seen entry.
const NONE: u32 = u32::MAX;

/// To which part each row and each column belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    row: Vec<u32>,
    col: Vec<u32>,
    count: usize,
}

impl Parts {
    /// Of the pattern of `a`.
    pub fn of(a: &Csr) -> Parts {
        let (m, n) = (a.rows, a.cols);
        // Rows, then columns; the root of a tree is its least member.
        let mut parent: Vec<u32> = (0..(m + n) as u32).collect();
        for i in 0..m {
            for &j in a.row(i).0 {
                let (p, q) = (root(&mut parent, i), root(&mut parent, m + j as usize));
                let (least, other) = (p.min(q), p.max(q));
                parent[other] = least as u32;
            }
        }
        let mut label = vec![NONE; m + n];
        let mut count = 0;
        for i in 0..m {
            if a.row(i).0.is_empty() {
                continue;
            }
            let top = root(&mut parent, i);
            if label[top] == NONE {
                label[top] = count;
                count += 1;
            }
            label[i] = label[top];
        }
        for j in 0..n {
            // The least member of a part with entries is a row, so that its label is known.
            label[m + j] = label[root(&mut parent, m + j)];
        }
        let col = label.split_off(m);
        Parts { row: label, col, count: count as usize }
    }

    /// How many parts have an entry.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether entry (i, j) lies in one part.
    pub fn linked(&self, i: usize, j: usize) -> bool {
        self.row[i] != NONE && self.row[i] == self.col[j]
    }

    /// The part of row `i`; none without a seen entry.
    pub fn of_row(&self, i: usize) -> Option<usize> {
        Some(self.row[i]).filter(|p| *p != NONE).map(|p| p as usize)
    }

    /// The part of column `j`; none without a seen entry.
    pub fn of_col(&self, j: usize) -> Option<usize> {
        Some(self.col[j]).filter(|p| *p != NONE).map(|p| p as usize)
    }
}

/// The root of a tree; halves the way for the next time.
fn root(parent: &mut [u32], mut at: usize) -> usize {
    while parent[at] as usize != at {
        parent[at] = parent[parent[at] as usize];
        at = parent[at] as usize;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    fn pattern(m: usize, n: usize, places: &[(u32, u32)]) -> Csr {
        let triplets: Vec<_> = places.iter().map(|&(i, j)| (i, j, 1.0)).collect();
        Csr::from_triplets(m, n, &triplets).expect("valid")
    }

    #[test]
    fn parts_are_what_entries_link() {
        // Rows 0 and 2 by column 1; row 1 by columns 0 and 3; row 3 and column 2 by nothing.
        let parts = Parts::of(&pattern(4, 4, &[(0, 1), (1, 0), (1, 3), (2, 1)]));
        assert_eq!(parts.count(), 2);
        assert_eq!((0..4).map(|i| parts.of_row(i)).collect::<Vec<_>>(), [Some(0), Some(1), Some(0), None]);
        assert_eq!((0..4).map(|j| parts.of_col(j)).collect::<Vec<_>>(), [Some(1), Some(0), None, Some(1)]);
        assert!(parts.linked(0, 1) && parts.linked(1, 3) && !parts.linked(0, 0) && !parts.linked(3, 2));
    }

    #[test]
    fn random_patterns_agree_with_a_flood() {
        for seed in 0..40 {
            let mut rng = Rng::new(seed);
            let (m, n) = (3 + rng.below(8), 3 + rng.below(8));
            let places: Vec<_> =
                (0..m * n).filter(|_| rng.uniform() < 0.15).map(|e| ((e / n) as u32, (e % n) as u32)).collect();
            let parts = Parts::of(&pattern(m, n, &places));
            // Reach of row 0 by repeated passes over the entries.
            let (mut rows, mut cols) = (vec![false; m], vec![false; n]);
            rows[0] = true;
            for _ in 0..m + n {
                for &(i, j) in &places {
                    let on = rows[i as usize] || cols[j as usize];
                    (rows[i as usize], cols[j as usize]) = (on, on);
                }
            }
            let found: Vec<bool> = (0..n).map(|j| parts.linked(0, j)).collect();
            assert_eq!(found, cols, "seed {seed}");
        }
    }
}
