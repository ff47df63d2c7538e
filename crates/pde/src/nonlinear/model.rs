//! Nonlinear equations that are the gradient of an energy, `-div(a(|grad u|^2) grad u) = f(u)`, on the nodes of a grid.
//!
//! The energy is summed over corners: a node together with one neighbour along each axis, whose differences are the gradient there. In one dimension a corner is an
//! interval; in two, the corners of a cell that look up and down are the two triangles of linear finite elements; in three, all
//! eight corners of a cell are used. Where the coefficient is 1 the usual stencil of 2 d + 1 points comes out. Every equation is divided by the
//! volume of a full cell, as in flux form.

use std::rc::Rc;

use iterscope_core::BuildError;
use iterscope_kernels::csr::Csr;

use crate::flux::Discrete;
use crate::layout::KNOWN;
use crate::typed::finite;

/// What a corner and a node contribute: the energy is `E(u) = sum of density(|grad u|^2) - source_integral(f, u)`.
pub trait Law {
    /// `phi(s)` of the squared slope `s`.
    fn density(&self, s: f64) -> f64;
    /// `a(s) = 2 phi'(s)`
    fn coefficient(&self, s: f64) -> f64;
    /// `a'(s)`
    fn slope(&self, s: f64) -> f64;
    /// Whether `a` is 1 everywhere.
    fn is_linear(&self) -> bool {
        false
    }
    /// The right-hand side at a node where `f` was typed.
    fn source(&self, f: f64, u: f64) -> f64 {
        let _ = u;
        f
    }
    /// Its derivative with respect to `u`.
    fn source_slope(&self, u: f64) -> f64 {
        let _ = u;
        0.0
    }
    /// Its integral from 0 to `u`, up to a constant.
    fn source_integral(&self, f: f64, u: f64) -> f64 {
        f * u
    }
}

/// A condition on the derivative at an unknown: `value - coefficient u` is added to its equation.
#[derive(Clone, Copy, Debug)]
struct Natural {
    unknown: usize,
    coefficient: f64,
    value: f64,
}

/// The equation on its grid. What takes `values` works in memory of the size of the grid, see [`GridEquation::lay`].
pub struct GridEquation {
    /// Nodes, unknowns and known values. The source is that of the nonlinear equation.
    pub discrete: Rc<Discrete>,
    law: Rc<dyn Law>,
    /// The node of each corner and its neighbours along the axes.
    corners: Vec<[u32; 4]>,
    /// Where the corners of each unknown begin in `around`.
    starts: Vec<u32>,
    /// Corner times four, plus the place of the unknown in it.
    around: Vec<u32>,
    natural: Vec<Natural>,
    /// Part of a cell that belongs to a corner.
    share: f64,
    /// `1 / h^2` along the axes.
    inverse: [f64; 3],
}

/// A corner with its differences.
#[derive(Clone, Copy)]
struct At {
    /// Differences divided by the square of the distance.
    pull: [f64; 3],
    /// The squared slope.
    s: f64,
}

impl GridEquation {
    /// The equation of `law` on the grid of `discrete`.
    ///
    /// # Errors
    /// A value beyond the edge of a typed domain is not finite where a corner reads it.
    pub fn new(discrete: Discrete, law: Rc<dyn Law>) -> Result<GridEquation, BuildError> {
        let g = &discrete.grid;
        let dimension = g.dimension;
        let masks: &[usize] = match dimension {
            1 => &[0],
            2 => &[0, 3],
            _ => &[0, 1, 2, 3, 4, 5, 6, 7],
        };
        let step = |axis: usize, from: usize, down: bool| -> Option<usize> {
            let (n, periodic) = (g.intervals[axis], discrete.periodic[axis]);
            match (down, from) {
                (true, 0) if periodic => Some(n - 1),
                (true, 0) => None,
                (true, from) => Some(from - 1),
                (false, from) if from + 1 == n && periodic => Some(0),
                (false, from) if from == n => None,
                (false, from) => Some(from + 1),
            }
        };
        let mut corners = Vec::new();
        for node in 0..g.nodes() {
            let at = g.steps(node);
            if (0..dimension).any(|a| discrete.periodic[a] && at[a] == g.intervals[a]) {
                continue;
            }
            for mask in masks {
                let mut corner = [node as u32; 4];
                let whole = (0..dimension).all(|axis| {
                    let Some(to) = step(axis, at[axis], mask >> axis & 1 == 1) else { return false };
                    let mut beside = at;
                    beside[axis] = to;
                    corner[axis + 1] = g.node(beside) as u32;
                    true
                });
                let own = &corner[..=dimension];
                // On a whole box corners between known values belong to the energy.
                if whole
                    && (discrete.shape.is_some() || own.iter().any(|&node| discrete.unknown[node as usize] != KNOWN))
                {
                    corners.push(corner);
                }
            }
        }
        for corner in &corners {
            for &node in &corner[..=dimension] {
                let (node, at) = (node as usize, g.coordinates(node as usize));
                finite("boundary", "the value beside the domain", discrete.known[node], &at[..dimension])?;
            }
        }
        let mut starts = vec![0u32; discrete.len() + 1];
        let members = |visit: &mut dyn FnMut(usize, u32)| {
            for (e, corner) in corners.iter().enumerate() {
                for (place, &node) in corner[..=dimension].iter().enumerate() {
                    let k = discrete.unknown[node as usize];
                    if k != KNOWN {
                        visit(k as usize, (4 * e + place) as u32);
                    }
                }
            }
        };
        members(&mut |k, _| starts[k + 1] += 1);
        for k in 0..discrete.len() {
            starts[k + 1] += starts[k];
        }
        let (mut next, mut around) = (starts.clone(), vec![0; starts[discrete.len()] as usize]);
        members(&mut |k, member| {
            around[next[k] as usize] = member;
            next[k] += 1;
        });
        let natural = discrete.natural().map(|(unknown, coefficient, value)| Natural { unknown, coefficient, value });
        let inverse = std::array::from_fn(|a| {
            let h = if a < dimension { g.spacing(a) } else { 1.0 };
            1.0 / (h * h)
        });
        let (natural, share) = (natural.collect(), 1.0 / masks.len() as f64);
        Ok(GridEquation { law, corners, starts, around, natural, share, inverse, discrete: Rc::new(discrete) })
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.discrete.len()
    }

    /// Whether there are none; never so for an equation that was discretised.
    pub fn is_empty(&self) -> bool {
        self.discrete.is_empty()
    }

    /// Whether lagged coefficients are the same for every iterate.
    pub fn is_semilinear(&self) -> bool {
        self.law.is_linear()
    }

    /// Operations of one evaluation of the residual, about: powers and roots counted as twenty.
    pub fn flops(&self) -> u64 {
        let each = if self.law.is_linear() { 12 } else { 40 };
        (each * self.corners.len() + 4 * self.len()) as u64
    }

    /// Memory for `values`, filled with what is known.
    pub fn values(&self) -> Vec<f64> {
        self.discrete.known.clone()
    }

    /// Brings `u` to the nodes. The known nodes of `values` are left as they are.
    pub fn lay(&self, u: &[f64], values: &mut [f64]) {
        for (&node, &u) in self.discrete.nodes.iter().zip(u) {
            values[node] = u;
        }
    }

    fn at(&self, corner: &[u32; 4], values: &[f64]) -> At {
        let (mut pull, mut s) = ([0.0; 3], 0.0);
        let own = values[corner[0] as usize];
        for (axis, pull) in pull.iter_mut().enumerate().take(self.discrete.grid.dimension) {
            let difference = values[corner[axis + 1] as usize] - own;
            *pull = difference * self.inverse[axis];
            s += difference * *pull;
        }
        At { pull, s }
    }

    /// How strongly the node at `place` of a corner is pulled by the others: minus the derivative of `s / 2`.
    fn pulled(&self, at: &At, place: usize) -> f64 {
        if place == 0 { at.pull[0] + at.pull[1] + at.pull[2] } else { -at.pull[place - 1] }
    }

    /// `out = f(u) + div(a grad u)`, corner by corner; it is minus the gradient of [`GridEquation::energy`].
    pub fn residual(&self, u: &[f64], values: &mut [f64], out: &mut [f64]) {
        self.lay(u, values);
        let d = &self.discrete;
        self.source(u, out);
        for natural in &self.natural {
            out[natural.unknown] += natural.value - natural.coefficient * u[natural.unknown];
        }
        for corner in &self.corners {
            let at = self.at(corner, values);
            let a = self.share * self.law.coefficient(at.s);
            for (place, &node) in corner[..=d.grid.dimension].iter().enumerate() {
                let k = d.unknown[node as usize];
                if k != KNOWN {
                    out[k as usize] += a * self.pulled(&at, place);
                }
            }
        }
    }

    /// The source in the equation of unknown `k`.
    pub fn source_at(&self, k: usize, u: f64) -> f64 {
        self.discrete.weight[k] * self.law.source(self.discrete.source[k], u)
    }

    /// Its derivative with respect to `u`.
    pub fn source_slope_at(&self, k: usize, u: f64) -> f64 {
        self.discrete.weight[k] * self.law.source_slope(u)
    }

    /// The sources in all equations.
    pub fn source(&self, u: &[f64], out: &mut [f64]) {
        for (k, (out, &u)) in out.iter_mut().zip(u).enumerate() {
            *out = self.source_at(k, u);
        }
    }

    /// The residual at unknown `k` and its derivative with respect to that unknown, from the values at the nodes.
    pub fn at_unknown(&self, k: usize, values: &[f64]) -> (f64, f64) {
        let d = &self.discrete;
        let u = values[d.nodes[k]];
        let (mut sum, mut slope) = (self.source_at(k, u), self.source_slope_at(k, u));
        let all: f64 = self.inverse[..d.grid.dimension].iter().sum();
        for &member in &self.around[self.starts[k] as usize..self.starts[k + 1] as usize] {
            let (corner, place) = (&self.corners[member as usize / 4], member as usize % 4);
            let at = self.at(corner, values);
            let pulled = self.pulled(&at, place);
            let a = self.law.coefficient(at.s);
            sum += self.share * a * pulled;
            let own = if place == 0 { all } else { self.inverse[place - 1] };
            let bend = if self.law.is_linear() { 0.0 } else { 2.0 * self.law.slope(at.s) * pulled * pulled };
            slope -= self.share * (a * own + bend);
        }
        // At most a handful, and only on sides with a condition on the derivative.
        if d.weight[k] < 1.0 || d.shape.is_none() {
            for natural in self.natural.iter().filter(|n| n.unknown == k) {
                sum += natural.value - natural.coefficient * u;
                slope -= natural.coefficient;
            }
        }
        (sum, slope)
    }

    /// The energy, divided by the volume of a cell.
    pub fn energy(&self, u: &[f64], values: &mut [f64]) -> f64 {
        self.lay(u, values);
        let d = &self.discrete;
        let mut sum = 0.0;
        for corner in &self.corners {
            sum += self.share * self.law.density(self.at(corner, values).s);
        }
        for (k, &u) in u.iter().enumerate() {
            sum -= d.weight[k] * self.law.source_integral(d.source[k], u);
        }
        for natural in &self.natural {
            let u = u[natural.unknown];
            sum -= natural.value * u - 0.5 * natural.coefficient * u * u;
        }
        sum
    }

    /// The volume of a cell.
    pub fn volume(&self) -> f64 {
        (0..self.discrete.grid.dimension).map(|a| self.discrete.grid.spacing(a)).product()
    }

    /// A matrix of zeros with the pattern of [`GridEquation::jacobian`], or of [`GridEquation::lagged`], which couples neighbours along the axes only.
    ///
    /// # Errors
    /// There are too many unknowns for 32-bit indices.
    pub fn pattern(&self, lagged: bool) -> Result<Csr, BuildError> {
        let star = lagged || self.law.is_linear();
        let mut triplets: Vec<(u32, u32, f64)> = (0..self.len() as u32).map(|k| (k, k, 0.0)).collect();
        for corner in &self.corners {
            let own = &corner[..=self.discrete.grid.dimension];
            for (p, &row) in own.iter().enumerate() {
                for (q, &column) in own.iter().enumerate() {
                    let [row, column] = [row, column].map(|node| self.discrete.unknown[node as usize]);
                    if row != KNOWN && column != KNOWN && p != q && !(star && p != 0 && q != 0) {
                        triplets.push((row, column, 0.0));
                    }
                }
            }
        }
        Csr::from_triplets(self.len(), self.len(), &triplets).map_err(|e| BuildError::new("n", e.to_string()))
    }

    /// The negative derivative of the residual, the second derivative of the energy, in a matrix of the pattern of [`GridEquation::pattern`].
    pub fn jacobian(&self, u: &[f64], values: &mut [f64], out: &mut Csr) {
        let star = self.law.is_linear();
        let bend = |s: f64| if star { 0.0 } else { 2.0 * self.law.slope(s) };
        self.assemble(u, values, out, star, &bend, None);
        for (k, &u) in u.iter().enumerate() {
            add(out, k, k, -self.source_slope_at(k, u));
        }
    }

    /// The matrix and right-hand side of the linear equation whose coefficients and source are those at `u`.
    pub fn lagged(&self, u: &[f64], values: &mut [f64], out: &mut Csr, rhs: &mut [f64]) {
        self.source(u, rhs);
        for natural in &self.natural {
            rhs[natural.unknown] += natural.value;
        }
        self.assemble(u, values, out, true, &|_| 0.0, Some(rhs));
    }

    /// Adds what known values give to the equations beside them, where the coefficient is 1.
    pub fn known(&self, rhs: &mut [f64]) {
        let d = &self.discrete;
        for natural in &self.natural {
            rhs[natural.unknown] += natural.value;
        }
        for corner in &self.corners {
            for axis in 0..d.grid.dimension {
                let pair = [corner[0], corner[axis + 1]].map(|node| node as usize);
                for (own, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                    if d.unknown[own] != KNOWN && d.unknown[other] == KNOWN {
                        rhs[d.unknown[own] as usize] += self.share * self.inverse[axis] * d.known[other];
                    }
                }
            }
        }
    }

    fn assemble(
        &self,
        u: &[f64],
        values: &mut [f64],
        out: &mut Csr,
        star: bool,
        bend: &dyn Fn(f64) -> f64,
        mut rhs: Option<&mut [f64]>,
    ) {
        self.lay(u, values);
        let d = &self.discrete;
        let dimension = d.grid.dimension;
        let all: f64 = self.inverse[..dimension].iter().sum();
        out.values.fill(0.0);
        for natural in &self.natural {
            add(out, natural.unknown, natural.unknown, natural.coefficient);
        }
        for corner in &self.corners {
            let at = self.at(corner, values);
            let (a, bend) = (self.share * self.law.coefficient(at.s), self.share * bend(at.s));
            for p in 0..=dimension {
                let row = d.unknown[corner[p] as usize];
                if row == KNOWN {
                    continue;
                }
                for q in 0..=dimension {
                    let linear = match (p, q) {
                        (0, 0) => all,
                        (0, axis) | (axis, 0) => -self.inverse[axis - 1],
                        (p, q) if p == q => self.inverse[p - 1],
                        _ if star => continue,
                        _ => 0.0,
                    };
                    // Multiplied in this order the matrix is symmetric to the last bit.
                    let entry = a * linear + bend * (self.pulled(&at, p) * self.pulled(&at, q));
                    let column = d.unknown[corner[q] as usize];
                    if column != KNOWN {
                        add(out, row as usize, column as usize, entry);
                    } else if let Some(rhs) = &mut rhs {
                        rhs[row as usize] -= entry * values[corner[q] as usize];
                    }
                }
            }
        }
    }
}

/// Adds to an entry that the pattern has.
pub(crate) fn add(out: &mut Csr, row: usize, column: usize, value: f64) {
    let range = out.indptr[row] as usize..out.indptr[row + 1] as usize;
    if let Ok(place) = out.indices[range.clone()].binary_search(&(column as u32)) {
        out.values[range.start + place] += value;
    }
}
