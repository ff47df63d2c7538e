//! The rates of a system's modes: eigenvalues of the Jacobian at the start, by Arnoldi's method on the rate of change itself (W. E. Arnoldi 1951; Y. Saad,
//! Numerical Methods for Large Eigenvalue Problems, 2011, chapter 6).

use iterscope_expr::system::FieldKind;
use iterscope_kernels::rng::Rng;
use iterscope_kernels::{compiled, reduce};

use super::complex::{Complex, hessenberg_eigenvalues};
use super::problem::Evolution;
use super::semidiscrete::SemiDiscrete;
use super::stepper::Moment;
use crate::system::{Part, System};

/// Most modes that are found one by one.
const MOST: usize = 160;
/// Multiplications that may be spent on orthogonality.
const EFFORT: f64 = 1.5e8;

/// Rates of modes: `exp(lambda t)` each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spectrum {
    /// Those that were found, without rates that are zero.
    pub rates: Vec<Complex>,
    /// All different ones were found. Otherwise the outermost are near the truth.
    pub all: bool,
}

impl Spectrum {
    /// The largest modulus.
    pub fn radius(&self) -> f64 {
        self.rates.iter().fold(0.0, |m, z| m.max(z.abs()))
    }

    /// The fastest and the slowest rate of decay, where some modes decay.
    pub fn decay(&self) -> Option<(f64, f64)> {
        let decaying = || self.rates.iter().map(|z| -z.re).filter(|r| *r > 0.0);
        let fastest = decaying().fold(0.0, f64::max);
        (fastest > 0.0).then(|| (fastest, decaying().fold(f64::INFINITY, f64::min)))
    }
}

/// The derivative of the rate of change times a vector.
pub struct Derivative<'a> {
    part: Part,
    t: f64,
    u: &'a [f64],
    /// The rate of an affine system at zero.
    at_zero: Option<Vec<f64>>,
    shifted: Vec<f64>,
    other: Vec<f64>,
    size: f64,
}

impl<'a> Derivative<'a> {
    /// At `u` and time `t`.
    pub fn new(system: &mut dyn System, part: Part, t: f64, u: &'a [f64]) -> Derivative<'a> {
        let n = u.len();
        let at_zero = system.is_linear(part).then(|| {
            let mut at_zero = vec![0.0; n];
            system.rate(part, t, &vec![0.0; n], &mut at_zero);
            at_zero
        });
        let size = u.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let size = if size > 0.0 && size.is_finite() { size } else { 1.0 };
        Derivative { part, t, u, at_zero, shifted: vec![0.0; n], other: vec![0.0; n], size }
    }

    /// Writes the derivative in direction `v`: exact up to rounding where the rate is affine, a central difference otherwise.
    pub fn apply(&mut self, system: &mut dyn System, v: &[f64], out: &mut [f64]) {
        if let Some(at_zero) = &self.at_zero {
            system.rate(self.part, self.t, v, out);
            out.iter_mut().zip(at_zero).for_each(|(o, z)| *o -= z);
            return;
        }
        let largest = v.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        if largest == 0.0 {
            out.fill(0.0);
            return;
        }
        let h = 6e-6 * self.size / largest;
        let shift = |to: &mut [f64], u: &[f64], h: f64| {
            for ((to, u), v) in to.iter_mut().zip(u).zip(v) {
                *to = u + h * v;
            }
        };
        shift(&mut self.shifted, self.u, h);
        system.rate(self.part, self.t, &self.shifted, out);
        shift(&mut self.shifted, self.u, -h);
        system.rate(self.part, self.t, &self.shifted, &mut self.other);
        out.iter_mut().zip(&self.other).for_each(|(o, b)| *o = (*o - b) / (2.0 * h));
    }
}

/// A start for power and Krylov methods: the roughest mode of the mesh, with a little of everything.
pub fn rough(system: &SemiDiscrete) -> Vec<f64> {
    let mesh = system.mesh();
    let (nodes, mut rng) = (mesh.len(), Rng::new(1));
    let value = |place: usize| {
        let steps = mesh.steps(place % nodes);
        let sign = if steps.iter().sum::<usize>().is_multiple_of(2) { 1.0 } else { -1.0 };
        sign + 0.05 * rng.normal()
    };
    (0..system.len()).map(value).collect()
}

/// The rates of modes about the start, or the state that the problem names.
pub fn spectrum(problem: &Evolution, part: Part) -> Spectrum {
    let steady = problem.linearised_about();
    about(problem, None, part, 0.0, steady.as_deref().unwrap_or(&problem.start))
}

/// The rates of modes about a moment of a run.
pub fn spectrum_at(problem: &Evolution, part: Part, moment: &Moment) -> Spectrum {
    about(problem, Some(&moment.live.values), part, moment.time, &moment.values)
}

fn about(problem: &Evolution, live: Option<&[f64]>, part: Part, t: f64, u: &[f64]) -> Spectrum {
    let (start, mut system) = (problem.rough(), problem.system());
    if let Some(system) = system.as_typed() {
        if let Some(values) = live {
            system.set_parameters(values);
        }
        if let Some(pairs) = second_order(system).filter(|_| part == Part::All)
            && undamped(system, u, &pairs)
        {
            return of_oscillations(system, (t, u), &pairs, &start);
        }
    }
    let mut derivative = Derivative::new(&mut *system, part, t, u);
    arnoldi(&start, |v, out| derivative.apply(&mut *system, v, out))
}

/// Where every field of a state is one with a velocity, or the velocity: places of both in the state, in nodes.
pub fn second_order(system: &SemiDiscrete) -> Option<Vec<(usize, usize)>> {
    let (fields, nodes) = (system.state_fields(), system.mesh().len());
    let kind = |f: usize| system.typed().fields[f].kind;
    let mut pairs = Vec::new();
    for (place, &field) in fields.iter().enumerate() {
        if let FieldKind::Velocity(of) = kind(field) {
            pairs.push((fields.iter().position(|f| *f == of)? * nodes, place * nodes));
        }
    }
    (2 * pairs.len() == fields.len()).then_some(pairs)
}

/// Whether accelerations do not depend on velocities, as far as a random change of these shows.
pub fn undamped(system: &mut SemiDiscrete, u: &[f64], pairs: &[(usize, usize)]) -> bool {
    let (n, nodes) = (u.len(), system.mesh().len());
    let (mut one, mut two, mut shifted) = (vec![0.0; n], vec![0.0; n], u.to_vec());
    let mut rng = Rng::new(2);
    for &(_, v) in pairs {
        shifted[v..v + nodes].iter_mut().for_each(|x| *x += rng.normal());
    }
    system.rate(Part::All, 0.0, u, &mut one);
    system.rate(Part::All, 0.0, &shifted, &mut two);
    pairs.iter().all(|&(_, v)| one[v..v + nodes] == two[v..v + nodes])
}

/// `u'' = F(u)`: rates are the square roots, of both signs, of the eigenvalues of F's derivative.
fn of_oscillations(
    system: &mut SemiDiscrete,
    (t, u): (f64, &[f64]),
    pairs: &[(usize, usize)],
    start: &[f64],
) -> Spectrum {
    let nodes = system.mesh().len();
    let (mut full, mut rate) = (vec![0.0; u.len()], vec![0.0; u.len()]);
    let gather = |from: &[f64], out: &mut [f64], velocity: bool| {
        for (out, &(x, v)) in out.chunks_exact_mut(nodes).zip(pairs) {
            out.copy_from_slice(&from[if velocity { v } else { x }..][..nodes]);
        }
    };
    let mut first = vec![0.0; u.len() / 2];
    gather(start, &mut first, false);
    let mut derivative = Derivative::new(system, Part::All, t, u);
    let squares = arnoldi(&first, |v, out| {
        for (v, &(x, _)) in v.chunks_exact(nodes).zip(pairs) {
            full[x..x + nodes].copy_from_slice(v);
        }
        derivative.apply(system, &full, &mut rate);
        gather(&rate, out, true);
    });
    let both = |z: &Complex| {
        let root = z.sqrt();
        [snapped(root, squares.radius().sqrt()), snapped(-root, squares.radius().sqrt())]
    };
    Spectrum { rates: squares.rates.iter().flat_map(both).collect(), all: squares.all }
}

/// Real and imaginary parts that are rounding become zero.
fn snapped(z: Complex, radius: f64) -> Complex {
    let clean = |x: f64| if x.abs() <= 1e-9 * radius { 0.0 } else { x };
    Complex::new(clean(z.re), clean(z.im))
}

/// Eigenvalues of the operator that `apply` writes, from the Krylov space of `start`.
fn arnoldi(start: &[f64], mut apply: impl FnMut(&[f64], &mut [f64])) -> Spectrum {
    let n = start.len();
    let most = ((EFFORT / n as f64).sqrt() as usize).clamp(12, MOST).min(n);
    let mut basis: Vec<Vec<f64>> = vec![start.to_vec()];
    let size = compiled::norm2(start);
    reduce::scale(1.0 / size, &mut basis[0]);
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let (mut ended, mut largest) = (false, 0.0f64);
    while basis.len() <= most {
        let mut w = vec![0.0; n];
        apply(&basis[basis.len() - 1], &mut w);
        let mut column = vec![0.0; basis.len()];
        // Twice is enough (W. Kahan; B. N. Parlett).
        for _ in 0..2 {
            for (h, v) in column.iter_mut().zip(&basis) {
                let part = compiled::dot(v, &w);
                compiled::axpy(-part, v, &mut w);
                *h += part;
            }
        }
        let beta = compiled::norm2(&w);
        if !beta.is_finite() {
            return Spectrum::default();
        }
        largest = column.iter().fold(largest, |m, x| m.max(x.abs()));
        columns.push(column);
        // What is below is the rounding of differences.
        if beta <= 1e-9 * largest || basis.len() == most {
            ended = beta <= 1e-9 * largest || basis.len() == n;
            break;
        }
        if let Some(column) = columns.last_mut() {
            column.push(beta);
        }
        largest = largest.max(beta);
        reduce::scale(1.0 / beta, &mut w);
        basis.push(w);
    }
    let of = |m: usize| {
        let mut h = vec![Complex::default(); m * m];
        for (j, column) in columns[..m].iter().enumerate() {
            column.iter().take(m).enumerate().for_each(|(i, &x)| h[i * m + j] = x.into());
        }
        hessenberg_eigenvalues(&mut h, m)
    };
    let m = columns.len();
    let mut rates = of(m);
    let radius = rates.iter().fold(0.0f64, |r, z| r.max(z.abs()));
    if !ended && m > 16 {
        // What has not settled is no eigenvalue.
        let before = of(m - 8);
        let settled = |z: &Complex| before.iter().any(|b| (*b - *z).abs() <= 0.02 * radius);
        if rates.iter().any(settled) {
            rates.retain(settled);
        }
    }
    let rates = rates.into_iter().map(|z| snapped(z, radius)).filter(|z| z.abs() > 1e-9 * radius);
    Spectrum { rates: rates.collect(), all: ended }
}
