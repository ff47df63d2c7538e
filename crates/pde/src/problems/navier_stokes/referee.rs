//! Measures and draws moments of a flow.

use std::cell::OnceCell;
use std::rc::Rc;

use iterscope_core::{Artifact, Cell, Extent, Picture, PictureKind, Referee, phase};
use iterscope_kernels::reduce::larger;
use iterscope_linear::factors::Factors;

use super::flow::{Setup, StreamFunctionSystem};
use super::{Exact, ghia};
use crate::system::{Part, System};
use crate::time::stepper::Moment;

/// The most iterations for a steady flow at one viscosity.
const NEWTON: usize = 20;
/// Above this Reynolds number the steady flow is approached from smaller ones.
const EASY: f64 = 150.0;

/// What is asked of moments beside what all flows have.
#[derive(Clone)]
pub struct Wanted {
    /// The exact velocity, if it is known.
    pub exact: Option<Exact>,
    /// Distances from the steady flow are measured; it is computed when it is first asked for.
    pub steady: Option<Rc<OnceCell<Option<Vec<f64>>>>>,
    /// The flow is that of the table.
    pub table: bool,
    /// The strength of the vortex is measured.
    pub vortex: bool,
}

/// Looks at moments of one run.
pub struct FlowReferee {
    flow: StreamFunctionSystem,
    wanted: Wanted,
    rate: Vec<f64>,
    truth: Picture,
}

/// The steady flow by Newton's method, over larger viscosities where that is needed; none where it was not found.
pub fn steady(setup: &Setup) -> Option<Vec<f64>> {
    let mut easier = vec![setup.viscosity];
    while let Some(&last) = easier.last().filter(|&&v| 1.0 / v > EASY) {
        easier.push(2.0 * last);
    }
    let mut psi: Option<Vec<f64>> = None;
    for &viscosity in easier.iter().rev() {
        let mut flow = StreamFunctionSystem::new(Setup { viscosity, ..setup.clone() });
        let mut state = psi.take().unwrap_or_else(|| vec![0.0; flow.len()]);
        newton(&mut flow, &mut state)?;
        psi = Some(state);
    }
    psi
}

/// Solves `G(psi) = 0`; `L psi_t = G`.
fn newton(flow: &mut StreamFunctionSystem, psi: &mut [f64]) -> Option<()> {
    let mass = flow.mass()?.clone();
    let (mut rate, mut residual) = (vec![0.0; psi.len()], vec![0.0; psi.len()]);
    let mut jacobian = mass.clone();
    for _ in 0..NEWTON {
        flow.rate(Part::All, 0.0, psi, &mut rate);
        mass.matvec(&rate, &mut residual);
        flow.sparse_jacobian_into(Part::All, 0.0, psi, &mut jacobian);
        let mut factors = Factors::affordable(&jacobian).ok()?;
        factors.solve(&mut residual);
        psi.iter_mut().zip(&residual).for_each(|(p, d)| *p -= d);
        let largest = |v: &[f64]| v.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let (change, size) = (largest(&residual), largest(psi));
        if !change.is_finite() {
            return None;
        }
        // Nothing moves where neither lid nor force does.
        if change <= 1e-11 * size {
            return Some(());
        }
    }
    None
}

impl FlowReferee {
    /// For runs of a flow.
    pub fn new(setup: &Setup, wanted: Wanted) -> FlowReferee {
        let flow = StreamFunctionSystem::new(setup.clone());
        FlowReferee { rate: vec![0.0; flow.len()], flow, wanted, truth: Picture::default() }
    }

    fn n(&self) -> usize {
        self.flow.setup().n
    }

    /// Sum of a function of the velocities on the faces within, times the area that belongs to each.
    fn over_faces(&self, mut of: impl FnMut(usize, [f64; 2], f64) -> f64) -> f64 {
        let &Setup { n, h, periodic, .. } = self.flow.setup();
        let begin = usize::from(!periodic);
        let mut sum = 0.0;
        for j in 0..n {
            for i in begin..n {
                let (x, y) = (i as f64 * h, (j as f64 + 0.5) * h);
                sum += of(0, [x, y], self.flow.u.at(i as isize, j as isize));
            }
        }
        for j in begin..n {
            for i in 0..n {
                let (x, y) = ((i as f64 + 0.5) * h, j as f64 * h);
                sum += of(1, [x, y], self.flow.v.at(i as isize, j as isize));
            }
        }
        sum * h * h
    }

    fn divergence(&self) -> f64 {
        let (n, h) = (self.n() as isize, self.flow.setup().h);
        let of = |i: isize, j: isize| {
            (self.flow.u.at(i + 1, j) - self.flow.u.at(i, j) + self.flow.v.at(i, j + 1) - self.flow.v.at(i, j)) / h
        };
        let all = (0..n).flat_map(|j| (0..n).map(move |i| of(i, j).abs()));
        all.fold(0.0, larger)
    }

    /// The vorticity at a node.
    fn vorticity(&self, i: usize, j: usize) -> f64 {
        let (i, j, h) = (i as isize, j as isize, self.flow.setup().h);
        (self.flow.v.at(i, j) - self.flow.v.at(i - 1, j) - self.flow.u.at(i, j) + self.flow.u.at(i, j - 1)) / h
    }

    /// Velocities at a node, those of walls on walls.
    fn velocity(&self, i: usize, j: usize) -> [f64; 2] {
        let (i, j) = (i as isize, j as isize);
        let u = 0.5 * (self.flow.u.at(i, j - 1) + self.flow.u.at(i, j));
        let v = 0.5 * (self.flow.v.at(i - 1, j) + self.flow.v.at(i, j));
        [u, v]
    }

    /// The stream function at a node.
    fn psi(&self, state: &[f64], i: usize, j: usize) -> f64 {
        let &Setup { n, periodic, .. } = self.flow.setup();
        if periodic {
            return state[j % n * n + i % n];
        }
        if i == 0 || j == 0 || i == n || j == n { 0.0 } else { state[(j - 1) * (n - 1) + i - 1] }
    }

    /// The velocity along x on the vertical line through the middle, at a height: cubic through the four nearest values.
    fn on_the_middle(&self, y: f64) -> f64 {
        let &Setup { n, h, .. } = self.flow.setup();
        let of = |j: usize| {
            if n.is_multiple_of(2) {
                let column = (n / 2) as isize;
                self.flow.u.at(column, j as isize)
            } else {
                let column = (n / 2) as isize;
                0.5 * (self.flow.u.at(column, j as isize) + self.flow.u.at(column + 1, j as isize))
            }
        };
        // Walls are half a cell beside the first and the last value.
        let top = 0.5 * (of(n - 1) + self.flow.u.at((n / 2) as isize, n as isize));
        let place = |k: usize| match k {
            0 => (0.0, 0.0),
            k if k == n + 1 => (1.0, top),
            k => ((k as f64 - 0.5) * h, of(k - 1)),
        };
        let first = ((y / h + 0.5).floor().max(1.0) as usize - 1).min(n - 2);
        let near: [(f64, f64); 4] = std::array::from_fn(|k| place(first + k));
        let weight = |k: usize| {
            let others = near.iter().enumerate().filter(|(m, _)| *m != k);
            others.map(|(_, (at, _))| (y - at) / (near[k].0 - at)).product::<f64>()
        };
        (0..4).map(|k| weight(k) * near[k].1).sum()
    }

    fn deviation(&self) -> f64 {
        ghia::Y
            .iter()
            .zip(ghia::U)
            .map(|(&y, u)| (self.on_the_middle(y) - u).abs())
            .fold(0.0, |m, x| if x <= m { m } else { x })
    }

    /// The least value of the stream function: that of the parabolas through the least at a node and its neighbours.
    fn least(&self, state: &[f64]) -> f64 {
        let n = self.n();
        let (mut least, mut at) = (0.0, (1, 1));
        for j in 1..n {
            for i in 1..n {
                let value = self.psi(state, i, j);
                if value.is_nan() {
                    return value;
                }
                if value < least {
                    (least, at) = (value, (i, j));
                }
            }
        }
        let dip = |before: f64, after: f64| {
            let bend = before + after - 2.0 * least;
            if bend > 0.0 { (after - before) * (after - before) / (8.0 * bend) } else { 0.0 }
        };
        let (i, j) = at;
        let along = dip(self.psi(state, i - 1, j), self.psi(state, i + 1, j));
        least - along - dip(self.psi(state, i, j - 1), self.psi(state, i, j + 1))
    }

    /// The norm of the difference of two velocities, as a part of the second one.
    fn distance(&mut self, state: &[f64], from: &[f64]) -> f64 {
        let difference: Vec<f64> = state.iter().zip(from).map(|(a, b)| a - b).collect();
        // Norms of velocities without divergence are those of psi in L.
        let mut product = vec![0.0; state.len()];
        let mut norm = |psi: &[f64]| {
            if let Some(mass) = self.flow.mass() {
                mass.matvec(psi, &mut product);
            }
            psi.iter().zip(&product).map(|(a, b)| a * b).sum::<f64>().sqrt()
        };
        norm(&difference) / norm(from)
    }
}

impl Referee for FlowReferee {
    type Iterate = Moment;

    fn series(&self) -> usize {
        super::series(&self.wanted).len()
    }

    fn measure(&mut self, moment: &Moment, out: &mut [f64]) {
        let (t, state) = (moment.time, &moment.values[..]);
        let mut rate = std::mem::take(&mut self.rate);
        self.flow.rate(Part::All, t, state, &mut rate);
        let mut places = out.iter_mut();
        let mut write = |value: f64| *places.next().expect("a place for every series") = value;
        let viscosity = self.flow.setup().viscosity;
        if let Some(exact) = self.wanted.exact {
            let (mut difference, mut size) = (0.0, 0.0);
            let start = exact(0.0, viscosity);
            let now = exact(t, viscosity);
            difference += self.over_faces(|axis, [x, y], value| {
                let gap = value - now(x, y)[axis];
                gap * gap
            });
            size += self.over_faces(|axis, [x, y], _| start(x, y)[axis] * start(x, y)[axis]);
            write((difference / size).sqrt());
        }
        if let Some(steady) = self.wanted.steady.clone() {
            let setup = self.flow.setup().clone();
            let found = steady.get_or_init(|| phase::reference(|| self::steady(&setup)));
            write(found.as_ref().map_or(f64::NAN, |found| self.distance(state, found)));
        }
        if self.wanted.table {
            write(self.deviation());
        }
        write((rate.iter().map(|r| r * r).sum::<f64>() / rate.len() as f64).sqrt());
        self.rate = rate;
        write(0.5 * self.over_faces(|_, _, value| value * value));
        let &Setup { n, h, periodic, .. } = self.flow.setup();
        let last = if periodic { n } else { n + 1 };
        let weight = |k: usize| if !periodic && (k == 0 || k == n) { 0.5 } else { 1.0 };
        let square = |i: usize, j: usize| {
            let vorticity = self.vorticity(i, j);
            weight(i) * weight(j) * vorticity * vorticity
        };
        write(
            0.5 * h
                * h
                * (0..last).flat_map(|j| (0..last).map(move |i| (i, j))).map(|(i, j)| square(i, j)).sum::<f64>(),
        );
        write(self.divergence());
        if self.wanted.vortex {
            write(-self.least(state));
        }
        write(t);
    }

    fn picture(&mut self, key: &str, moment: &Moment, extent: Extent, out: &mut Picture) {
        self.flow.velocities(moment.time, &moment.values);
        let n = self.n();
        // y grows upwards.
        match key {
            super::VORTICITY => out.field(n + 1, n + 1, extent, |row, i| self.vorticity(i, n - row)),
            super::SPEED => out.field(n + 1, n + 1, extent, |row, i| {
                let [u, v] = self.velocity(i, n - row);
                (u * u + v * v).sqrt()
            }),
            super::PSI => out.field(n + 1, n + 1, extent, |row, i| self.psi(&moment.values, i, n - row)),
            super::PROFILE if self.wanted.table => {
                out.line((ghia::Y.len(), 1), extent, |k| ghia::Y[k], |_, k| self.on_the_middle(ghia::Y[k]));
                self.truth.line((ghia::Y.len(), 1), extent, |k| ghia::Y[k], |_, k| ghia::U[k]);
                out.with_truth(&self.truth);
            }
            super::PROFILE => {
                let h = self.flow.setup().h;
                out.line((n + 1, 1), extent, |j| j as f64 * h, |_, j| self.velocity(n / 2, j)[0]);
            }
            _ => {}
        }
        if out.kind == PictureKind::Field {
            out.flow(n + 1, n + 1, |row, i| self.velocity(i, n - row));
        }
    }

    fn result(&mut self, moment: &Moment) -> Artifact {
        self.flow.velocities(moment.time, &moment.values);
        let &Setup { n, h, periodic, .. } = self.flow.setup();
        let last = if periodic { n } else { n + 1 };
        let rows = (0..last * last).map(|k| {
            let (i, j) = (k % last, k / last);
            let [u, v] = self.velocity(i, j);
            let fields = [u, v, self.psi(&moment.values, i, j), self.vorticity(i, j)];
            [i as f64 * h, j as f64 * h].into_iter().chain(fields).map(Cell::Real).collect()
        });
        let columns = ["x", "y", "u", "v", "psi", "vorticity"].map(str::to_owned).into();
        Artifact::Table { columns, rows: rows.collect() }
    }
}
