//! What is known of the lowest eigenvalues before a method runs.

use std::f64::consts::PI;

use iterscope_core::{Outcome, Work};
use iterscope_linear::eigen::lobpcg::Lobpcg;
use iterscope_linear::eigen::{self, EigenSolver};
use iterscope_linear::factors::Factors;
use iterscope_linear::{Matrix, Operator, Preconditioner};

use crate::boundary::Condition;
use crate::flux::{Discrete, Equation};

/// Eigenvalues beyond the wanted ones that are looked for, so that rates of convergence are known.
pub const BEYOND: usize = 4;
/// Most unknowns of which eigenvalues are computed for reference.
const MOST_UNKNOWNS: usize = 20_000;
/// The residuals of reference modes, relative to their eigenvalues.
const ENOUGH: f64 = 1e-10;

/// The lowest eigenvalues of the discrete operator, rising, each as often as it occurs.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// The wanted ones and some more.
    pub lowest: Vec<f64>,
    /// An upper bound of all; the largest itself where there is a formula.
    pub highest: f64,
    /// They follow from a formula; else they were computed, and counted by the signs of pivots.
    pub formula: bool,
    /// Those of the differential operator, where there is a formula.
    pub continuous: Option<Vec<f64>>,
}

/// The smallest eigenvalue that a box of these lengths could have with this diffusion, up to a factor: the unit in which an eigenvalue of zero
/// is measured.
pub fn unit(d: &Discrete) -> f64 {
    let least = d.cells.iter().copied().fold(f64::INFINITY, f64::min);
    let length = (0..d.grid.dimension).map(|a| d.grid.upper[a] - d.grid.lower[a]).fold(0.0, f64::max);
    least * PI * PI / (length * length)
}

/// Ends of an axis, as far as a formula knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Held,
    Free,
    Mixed,
    Joined,
}

/// Eigenvalues along one axis.
struct AxisModes {
    /// The lowest of the discrete operator.
    discrete: Vec<f64>,
    /// The lowest of the differential one.
    continuous: Vec<f64>,
    /// The largest discrete one.
    highest: f64,
}

/// Those of an axis of `n` intervals and this length, the lowest `count` (R. J. LeVeque, Finite Difference Methods for Ordinary and Partial
/// Differential Equations, 2007, section 2.10).
fn axis(ends: Ends, n: usize, length: f64, count: usize) -> AxisModes {
    let h = length / n as f64;
    // The wave number of the j-th mode in units of pi / length, and how many there are on the grid.
    let (wave, all): (fn(usize) -> f64, usize) = match ends {
        Ends::Held => (|j| (j + 1) as f64, n - 1),
        Ends::Free => (|j| j as f64, n + 1),
        Ends::Mixed => (|j| j as f64 + 0.5, n),
        Ends::Joined => (|j| 2.0 * j.div_ceil(2) as f64, n),
    };
    let discrete = |j: usize| {
        let s = libm::sin(wave(j) * PI / (2 * n) as f64);
        4.0 / (h * h) * s * s
    };
    let continuous = |j: usize| (wave(j) * PI / length) * (wave(j) * PI / length);
    AxisModes {
        discrete: (0..all.min(count)).map(discrete).collect(),
        continuous: (0..count).map(continuous).collect(),
        highest: discrete(all - 1),
    }
}

/// The lowest sums of one value from each list.
fn sums<'a>(lists: impl Iterator<Item = &'a Vec<f64>>, count: usize) -> Vec<f64> {
    let mut all = vec![0.0];
    for list in lists {
        all = all.iter().flat_map(|s| list.iter().map(move |x| s + x)).collect();
        all.sort_by(f64::total_cmp);
        all.truncate(count);
    }
    all
}

/// The eigenvalues of a box with constant coefficients; none where there is no formula.
pub fn by_formula(equation: &Equation, d: &Discrete, count: usize) -> Option<Spectrum> {
    let constant = |v: &[f64]| v.iter().all(|x| *x == v[0]);
    if equation.bounds.domain.is_some() || !constant(&d.cells) || !constant(&d.reaction) {
        return None;
    }
    let mut axes = Vec::new();
    for along in 0..d.grid.dimension {
        let ends = match &equation.bounds.sides[2 * along..2 * along + 2] {
            [Condition::Dirichlet(_), Condition::Dirichlet(_)] => Ends::Held,
            [Condition::Neumann(_), Condition::Neumann(_)] => Ends::Free,
            [Condition::Periodic, Condition::Periodic] => Ends::Joined,
            [Condition::Robin { .. }, _] | [_, Condition::Robin { .. }] => return None,
            _ => Ends::Mixed,
        };
        axes.push(axis(ends, d.grid.intervals[along], d.grid.upper[along] - d.grid.lower[along], count));
    }
    let (a, c) = (d.cells[0], d.reaction[0]);
    let moved = |values: Vec<f64>| values.into_iter().map(|x| a * x + c).collect::<Vec<f64>>();
    Some(Spectrum {
        lowest: moved(sums(axes.iter().map(|a| &a.discrete), count)),
        highest: a * axes.iter().map(|a| a.highest).sum::<f64>() + c,
        formula: true,
        continuous: Some(moved(sums(axes.iter().map(|a| &a.continuous), count))),
    })
}

/// The ends of Gershgorin's circles.
pub fn gershgorin(matrix: &Matrix<f64>) -> [f64; 2] {
    let rows = matrix.rows();
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for i in 0..rows.rows {
        let (mut centre, mut radius) = (0.0, 0.0);
        for (j, v) in rows.row_iter(i) {
            if i == j {
                centre = v;
            } else {
                radius += v.abs();
            }
        }
        low = low.min(centre - radius);
        high = high.max(centre + radius);
    }
    [low, high]
}

/// A factorised matrix as a preconditioner.
struct Exact(Factors<f64>);

impl Preconditioner<f64> for Exact {
    fn memory(&self) -> usize {
        self.0.memory()
    }

    fn apply(&mut self, r: &[f64], z: &mut [f64], _: &mut Work) {
        z.copy_from_slice(r);
        self.0.solve(z);
    }
}

/// The eigenvalues of a symmetric matrix: a block iteration with an exact solve below the spectrum, so that none of a multiple one is
/// overlooked, and then the signs of the pivots above the last of them, which count all. None where that does not come out, or is not
/// affordable.
pub fn computed(matrix: &Matrix<f64>, unit: f64, count: usize) -> Option<Spectrum> {
    let n = matrix.len();
    if n > MOST_UNKNOWNS {
        return None;
    }
    let [low, highest] = gershgorin(matrix);
    let mut exact = Exact(eigen::shifted(matrix, low - 0.1 * unit).ok()?);
    let count = count.min(n);
    let mut solver = Lobpcg::new(n, count, 2, 0x5eed);
    let mut scratch = vec![0.0; n];
    for _ in 0..200 {
        let outcome = solver.step(matrix, &mut exact, &mut Work::default());
        let values = solver.values().to_vec();
        let off =
            |(&value, v): (&f64, &Vec<f64>)| eigen::residual(matrix, value, v, &mut scratch) / value.abs().max(unit);
        let worst = values.iter().zip(solver.vectors()).map(off).fold(0.0, f64::max);
        if worst <= ENOUGH {
            return counted(matrix, &values, unit).then_some(Spectrum {
                lowest: values,
                highest,
                formula: false,
                continuous: None,
            });
        }
        if outcome != Outcome::Continue {
            return None;
        }
    }
    None
}

/// Whether these are all eigenvalues up to the last gap between them.
fn counted(matrix: &Matrix<f64>, values: &[f64], unit: f64) -> bool {
    // A cut must not meet an eigenvalue: the widest gap among the last half.
    let from = values.len() / 2;
    let gap = |i: usize| values[i + 1] - values[i];
    let widest = (from..values.len() - 1).max_by(|&i, &j| gap(i).total_cmp(&gap(j)));
    let Some(i) = widest.filter(|&i| gap(i) > 1e-6 * values[i].abs().max(unit)) else {
        return values.len() == matrix.len();
    };
    let middle = 0.5 * (values[i] + values[i + 1]);
    eigen::shifted(matrix, middle).is_ok_and(|f| f.negative() == Some(i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_of_an_axis() {
        // Held ends, three unknowns: 2 - sqrt 2, 2, 2 + sqrt 2 with h = 1.
        let held = axis(Ends::Held, 4, 4.0, 9);
        let close = |found: &[f64], known: &[f64]| {
            let off = found.iter().zip(known).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(found.len() == known.len() && off < 1e-14, "{found:?} {known:?}");
        };
        let root = 2f64.sqrt();
        close(&held.discrete, &[2.0 - root, 2.0, 2.0 + root]);
        close(&[held.highest], &[2.0 + root]);
        close(&held.continuous[..1], &[PI * PI / 16.0]);
        // Joined ends: every wave but the constant, and the shortest of an even number, twice.
        close(&axis(Ends::Joined, 4, 4.0, 9).discrete, &[0.0, 2.0, 2.0, 4.0]);
        close(&axis(Ends::Free, 2, 2.0, 9).discrete, &[0.0, 2.0, 4.0]);
        // One unknown on a free end with its half cell.
        close(&axis(Ends::Mixed, 1, 1.0, 9).discrete, &[2.0]);
        close(&sums([vec![1.0, 4.0], vec![0.0, 2.0, 5.0]].iter(), 3), &[1.0, 3.0, 4.0]);
    }
}
