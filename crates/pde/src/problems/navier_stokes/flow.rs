//! Incompressible flow on a staggered grid, with velocities on the faces of square cells (F. H. Harlow and J. E. Welch, Numerical calculation of
//! time-dependent viscous incompressible flow of fluid with free surface, Physics of Fluids 8, 1965).
//!
//! The velocities without divergence are `C psi`, the differences of a stream function at the nodes. So the state is psi, and the
//! projected momentum `P a = C L^{-1} C' a` of the accelerations `a` is `L psi_t = C' a` with `L = C'C`, the five-point Laplacian with
//! its sign changed: pressure is gone, the divergence is zero up to rounding, and a step needs one fast solve.

use std::rc::Rc;

use iterscope_expr::Expr;
use iterscope_kernels::csr::Csr;

use super::poisson::Poisson;
use crate::system::{Part, System};
use crate::time::sparsity::group;

/// Columns beside a node that matter for its accelerations: those at most two steps away, in the order of rows.
const NEAR: [(i32, i32); 13] =
    [(0, -2), (-1, -1), (0, -1), (1, -1), (-2, 0), (-1, 0), (0, 0), (1, 0), (2, 0), (-1, 1), (0, 1), (1, 1), (0, 2)];

/// Places along an axis of which no two of a group matter for the same node.
const WIDTH: usize = 5;

const NONE: Csr = Csr { rows: 0, cols: 0, indptr: Vec::new(), indices: Vec::new(), values: Vec::new() };

/// What is solved.
#[derive(Clone)]
pub struct Setup {
    /// Cells along each axis.
    pub n: usize,
    /// Their length.
    pub h: f64,
    /// The lower left corner is the origin; opposite sides are joined, or all are walls.
    pub periodic: bool,
    /// Viscosity.
    pub viscosity: f64,
    /// The velocity of the upper wall, of x, y and t.
    pub lid: Rc<Expr>,
    /// The force along each axis, of x, y and t; none is zero.
    pub force: [Option<Rc<Expr>>; 2],
}

/// Values around the cells: at places `(i, j)` from -1 to n + 1.
pub(super) struct Padded {
    width: usize,
    values: Vec<f64>,
}

impl Padded {
    fn new(n: usize) -> Padded {
        Padded { width: n + 3, values: vec![0.0; (n + 3) * (n + 3)] }
    }

    /// The value at `(i - 1, j - 1)`.
    fn place(&self, i: usize, j: usize) -> usize {
        j * self.width + i
    }

    /// The value at a place; the least one is (-1, -1).
    pub(super) fn at(&self, i: isize, j: isize) -> f64 {
        self.values[(j + 1) as usize * self.width + (i + 1) as usize]
    }
}

/// The system. A state holds the stream function at the nodes that are no wall, x fastest.
pub struct StreamFunctionSystem {
    setup: Setup,
    poisson: Poisson,
    psi: Padded,
    pub(super) u: Padded,
    pub(super) v: Padded,
    acceleration: [Padded; 2],
    mass: Csr,
    /// How the derivative is found, once it was asked for.
    plan: Option<Box<Plan>>,
    column: Vec<f64>,
}

struct Plan {
    pattern: Csr,
    /// Row, column and place of each entry, and where the groups of columns begin.
    entries: Vec<(u32, u32, u32)>,
    begins: Vec<usize>,
    shifted: [Vec<f64>; 2],
    rates: [Vec<f64>; 2],
}

impl StreamFunctionSystem {
    /// The flow that is set up.
    pub fn new(setup: Setup) -> StreamFunctionSystem {
        let n = setup.n;
        let padded = || Padded::new(n);
        let mut flow = StreamFunctionSystem {
            poisson: Poisson::new(n, setup.h, setup.periodic),
            psi: padded(),
            u: padded(),
            v: padded(),
            acceleration: [padded(), padded()],
            mass: NONE,
            plan: None,
            column: Vec::new(),
            setup,
        };
        flow.mass = flow.laplacian();
        flow.column = vec![0.0; flow.len()];
        flow
    }

    /// What is solved.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Nodes along an axis that hold values, and the index of the first.
    fn nodes(&self) -> (usize, usize) {
        if self.setup.periodic { (self.setup.n, 0) } else { (self.setup.n - 1, 1) }
    }

    /// The column at some steps from a node, where there is one.
    fn beside(&self, row: usize, (di, dj): (i32, i32)) -> Option<usize> {
        let (m, _) = self.nodes();
        let step = |at: usize, d: i32| {
            let to = at as i64 + i64::from(d);
            let m = m as i64;
            if self.setup.periodic {
                Some(to.rem_euclid(m) as usize)
            } else {
                (0..m).contains(&to).then_some(to as usize)
            }
        };
        Some(step(row / m, dj)? * m + step(row % m, di)?)
    }

    /// L; on a joined square with one more entry, which keeps the first value as it is: the stream function is known up to a constant.
    fn laplacian(&self) -> Csr {
        let (m, _) = self.nodes();
        let (count, weight) = (m * m, 1.0 / (self.setup.h * self.setup.h));
        let mut entries: Vec<(u32, u32, f64)> = Vec::with_capacity(5 * count);
        for row in 0..count {
            entries.push((row as u32, row as u32, 4.0 * weight));
            for step in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                entries.extend(self.beside(row, step).map(|column| (row as u32, column as u32, -weight)));
            }
        }
        if self.setup.periodic {
            entries.push((0, 0, weight));
        }
        Csr::from_triplets(count, count, &entries).expect("places are within")
    }

    /// Computes the velocities that belong to a state.
    pub fn velocities(&mut self, t: f64, state: &[f64]) {
        let Setup { n, h, periodic, ref lid, .. } = self.setup;
        let (m, first) = self.nodes();
        let width = self.psi.width;
        for (j, row) in state.chunks_exact(m).enumerate() {
            let begin = self.psi.place(first + 1, j + first + 1);
            self.psi.values[begin..begin + m].copy_from_slice(row);
        }
        if periodic {
            wrap(&mut self.psi, n);
        }
        // psi is 0 on walls, and is not looked at beyond.
        let (from, to) = if periodic { (0, n + 2) } else { (1, n + 1) };
        for j in from..to {
            for i in from..=to {
                let at = j * width + i;
                self.u.values[at] = (self.psi.values[at + width] - self.psi.values[at]) / h;
            }
        }
        for j in from..=to {
            for i in from..to {
                let at = j * width + i;
                self.v.values[at] = -(self.psi.values[at + 1] - self.psi.values[at]) / h;
            }
        }
        if periodic {
            wrap(&mut self.u, n);
            wrap(&mut self.v, n);
            return;
        }
        let (bottom, top) = (width, (n + 1) * width);
        for i in 1..=n + 1 {
            let speed = lid.eval(&[(i - 1) as f64 * h, n as f64 * h, t]);
            self.u.values[bottom - width + i] = -self.u.values[bottom + i];
            self.u.values[top + i] = 2.0 * speed - self.u.values[top - width + i];
        }
        for j in 1..=n + 1 {
            let row = j * width;
            self.v.values[row] = -self.v.values[row + 1];
            self.v.values[row + n + 1] = -self.v.values[row + n];
        }
    }

    /// Writes `C' a` of the accelerations at a state.
    fn curl_of_acceleration(&mut self, part: Part, t: f64, state: &[f64], forced: bool, out: &mut [f64]) {
        self.velocities(t, state);
        let Setup { n, h, viscosity, ref force, .. } = self.setup;
        let width = self.psi.width;
        let (spread, carry) = (viscosity / (h * h), 0.25 / h);
        let (u, v) = (&self.u.values[..], &self.v.values[..]);
        let [along, up] = &mut self.acceleration;
        let (stiff, rest) = (part != Part::Rest, part != Part::Stiff);
        for j in 1..=n + 1 {
            for i in 1..=n + 1 {
                let at = j * width + i;
                // Walls have no acceleration; places beyond the last node are not looked at.
                let [mut a, mut b] = [0.0; 2];
                if stiff {
                    a += spread * (u[at - 1] + u[at + 1] + u[at - width] + u[at + width] - 4.0 * u[at]);
                    b += spread * (v[at - 1] + v[at + 1] + v[at - width] + v[at + width] - 4.0 * v[at]);
                }
                if rest {
                    // Four times the products at the middles of cells and at nodes.
                    let square = |x: f64| x * x;
                    let cells = square(u[at] + u[at + 1]) - square(u[at - 1] + u[at]);
                    let node = |at: usize| (u[at - width] + u[at]) * (v[at - 1] + v[at]);
                    a -= carry * (cells + node(at + width) - node(at));
                    let cells = square(v[at] + v[at + width]) - square(v[at - width] + v[at]);
                    b -= carry * (cells + node(at + 1) - node(at));
                }
                along.values[at] = a;
                up.values[at] = b;
            }
        }
        if rest && forced {
            for (axis, force) in force.iter().enumerate() {
                let Some(force) = force else { continue };
                let (dx, dy) = if axis == 0 { (0.0, 0.5) } else { (0.5, 0.0) };
                for j in 1..=n + 1 {
                    for i in 1..=n + 1 {
                        let place = [((i - 1) as f64 + dx) * h, ((j - 1) as f64 + dy) * h, t];
                        self.acceleration[axis].values[j * width + i] += force.eval(&place);
                    }
                }
            }
        }
        if self.setup.periodic {
            self.acceleration.iter_mut().for_each(|a| wrap(a, n));
        }
        let (m, first) = self.nodes();
        let [along, up] = &self.acceleration;
        for (j, row) in out.chunks_exact_mut(m).enumerate() {
            let begin = along.place(first + 1, j + first + 1);
            for (i, out) in row.iter_mut().enumerate() {
                let at = begin + i;
                *out = (up.values[at] - up.values[at - 1] - along.values[at] + along.values[at - width]) / h;
            }
        }
    }

    /// Writes the stream function of the velocities `(u, v)` without their divergence and mean.
    pub fn project(&mut self, velocity: impl Fn(f64, f64) -> [f64; 2], out: &mut [f64]) {
        let Setup { n, h, .. } = self.setup;
        let (m, first) = self.nodes();
        for j in 0..m {
            for i in 0..m {
                let (x, y) = ((i + first) as f64 * h, (j + first) as f64 * h);
                // Beyond the lower ends of a joined square are its upper ends.
                let back = |x: f64| if x < 0.0 { x + n as f64 * h } else { x };
                let u = |y: f64| velocity(x, back(y))[0];
                let v = |x: f64| velocity(back(x), y)[1];
                out[j * m + i] = (v(x + 0.5 * h) - v(x - 0.5 * h) - u(y + 0.5 * h) + u(y - 0.5 * h)) / h;
            }
        }
        self.poisson.solve(out);
    }

    fn plan(&self) -> Plan {
        let (m, _) = self.nodes();
        let count = m * m;
        let along = |i: usize| group(i, m, WIDTH, self.setup.periodic);
        let groups = (0..m).map(along).max().unwrap_or(0) + 1;
        let mut places: Vec<(u32, u32, f64)> = Vec::with_capacity(NEAR.len() * count);
        for row in 0..count {
            places.extend(NEAR.iter().filter_map(|&d| Some((row as u32, self.beside(row, d)? as u32, 0.0))));
        }
        // On a small joined square two steps may meet.
        places.sort_by_key(|&(row, column, _)| (row, column));
        places.dedup();
        let pattern = Csr::from_triplets(count, count, &places).expect("places are within");
        let of = |column: u32| along(column as usize % m) + groups * along(column as usize / m);
        let mut entries: Vec<(u32, u32, u32)> = Vec::with_capacity(pattern.nnz());
        for row in 0..count {
            let begin = pattern.indptr[row];
            let (columns, _) = pattern.row(row);
            entries.extend(columns.iter().enumerate().map(|(k, &column)| (row as u32, column, begin + k as u32)));
        }
        entries.sort_by_key(|&(row, column, _)| (of(column), row));
        let begins = (0..=groups * groups).map(|g| entries.partition_point(|&(_, c, _)| of(c) < g)).collect();
        let zero = || [vec![0.0; count], vec![0.0; count]];
        Plan { pattern, entries, begins, shifted: zero(), rates: zero() }
    }
}

/// Values around a joined square are those of the opposite side; those from 0 to n - 1 are given.
fn wrap(field: &mut Padded, n: usize) {
    let width = field.width;
    for j in 1..=n {
        let row = j * width;
        field.values[row] = field.values[row + n];
        field.values[row + n + 1] = field.values[row + 1];
        field.values[row + n + 2] = field.values[row + 2];
    }
    field.values.copy_within(n * width..(n + 1) * width, 0);
    field.values.copy_within(width..3 * width, (n + 1) * width);
}

impl System for StreamFunctionSystem {
    fn len(&self) -> usize {
        let (m, _) = self.nodes();
        m * m
    }

    fn rate(&mut self, part: Part, t: f64, u: &[f64], out: &mut [f64]) {
        self.curl_of_acceleration(part, t, u, true, out);
        self.poisson.solve(out);
    }

    fn jacobian(&mut self, part: Part, t: f64, u: &[f64]) -> Csr {
        let n = self.len();
        let mut out = Csr {
            rows: n,
            cols: n,
            indptr: (0..=n).map(|i| (i * n) as u32).collect(),
            indices: (0..n).flat_map(|_| 0..n as u32).collect(),
            values: vec![0.0; n * n],
        };
        self.jacobian_into(part, t, u, &mut out);
        out
    }

    fn jacobian_into(&mut self, part: Part, t: f64, u: &[f64], out: &mut Csr) {
        let n = self.len();
        if out.nnz() != n * n {
            *out = self.jacobian(part, t, u);
            return;
        }
        // The columns of the sparse derivative, one after the other, through the solver.
        let mut plan = self.plan.take().unwrap_or_else(|| Box::new(self.plan()));
        let mut pattern = std::mem::replace(&mut plan.pattern, NONE);
        self.plan = Some(plan);
        self.sparse_jacobian_into(part, t, u, &mut pattern);
        let mut column = std::mem::take(&mut self.column);
        for j in 0..n {
            column.fill(0.0);
            for (i, value) in column.iter_mut().enumerate() {
                let (columns, values) = pattern.row(i);
                if let Ok(k) = columns.binary_search(&(j as u32)) {
                    *value = values[k];
                }
            }
            self.poisson.solve(&mut column);
            column.iter().enumerate().for_each(|(i, &x)| out.values[i * n + j] = x);
        }
        self.column = column;
        if let Some(plan) = &mut self.plan {
            plan.pattern = pattern;
        }
    }

    fn mass(&self) -> Option<&Csr> {
        Some(&self.mass)
    }

    fn sparse_jacobian_into(&mut self, part: Part, t: f64, u: &[f64], out: &mut Csr) {
        let mut plan = self.plan.take().unwrap_or_else(|| Box::new(self.plan()));
        if out.nnz() != plan.entries.len() {
            out.clone_from(&plan.pattern);
        }
        // Accelerations are quadratic in the state: central differences are exact up to rounding, over any distance.
        let size = if part == Part::Stiff { 1.0 } else { u.iter().fold(0.0f64, |m, x| m.max(x.abs())) };
        let size = if size > 0.0 && size.is_finite() { size } else { 1.0 };
        for g in 0..plan.begins.len() - 1 {
            let entries = &plan.entries[plan.begins[g]..plan.begins[g + 1]];
            for (sign, (shifted, rate)) in [1.0, -1.0].into_iter().zip(plan.shifted.iter_mut().zip(&mut plan.rates)) {
                // What is linear has the same derivative, to the last bit, wherever it is taken.
                if part == Part::Stiff {
                    shifted.fill(0.0)
                } else {
                    shifted.copy_from_slice(u)
                }
                for &(_, column, _) in entries {
                    let base = if part == Part::Stiff { 0.0 } else { u[column as usize] };
                    shifted[column as usize] = base + sign * size;
                }
                self.curl_of_acceleration(part, t, shifted, false, rate);
            }
            let [over, under] = &plan.rates;
            for &(row, _, place) in entries {
                out.values[place as usize] = (over[row as usize] - under[row as usize]) / (2.0 * size);
            }
        }
        self.plan = Some(plan);
    }

    fn jacobian_evaluations(&self, _: Part) -> u64 {
        // Without the fast solve, an evaluation is about a third of one.
        2 * (WIDTH * WIDTH) as u64 / 3
    }

    fn is_linear(&self, part: Part) -> bool {
        part == Part::Stiff
    }

    fn flops(&self) -> u64 {
        40 * self.len() as u64 + self.poisson.flops()
    }
}
