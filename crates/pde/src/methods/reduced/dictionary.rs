//! A dictionary of reduced models (D. Amsallem, M. J. Zahr and C. Farhat, Nonlinear model order reduction based on local reduced-order bases,
//! International Journal for Numerical Methods in Engineering 92, 2012; clusters by T. Daniel, F. Casenave, N. Akkari, A. Ketata and D. Ryckelynck,
//! Physics-informed cluster analysis and a priori efficiency criterion for the construction of local reduced-order bases, Journal of Computational
//! Physics 458, 2022).
//!
//! Snapshots are clustered by k-medoids in the sine of the angle between them, which sees neither size nor sign; each cluster has singular
//! vectors of its own. A step is taken in the space whose medoid is nearest.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Stop,
    Str, Work, words,
};
use iterscope_kernels::compiled::{dot, norm2};
use iterscope_kernels::rng::Rng;

use super::basis::{Basis, Memory, Projected, SNAPSHOTS, SPAN, TRAIN, Training, course, leading, training};
use super::pod_galerkin::{Beside, COMPARE, ERROR};
use crate::methods::time::shifted::affordable;
use crate::methods::time::slab::Propagator;
use crate::methods::time::{BACKENDS, EVOLUTION};
use crate::system::System;
use crate::time::problem::Evolution;
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// Random starts of the clustering, of which the best is kept, and rounds of each.
const STARTS: usize = 20;
const ROUNDS: usize = 100;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::int("clusters", "Clusters", "Bases in the dictionary", [1, 64], 8),
    ParamInfo::int("modes", "Modes", "Vectors that span each space", [1, 100], 4),
    ParamInfo::real(
        "overlap",
        "Overlap",
        "Snapshots of other clusters, those nearest to the medoid, that a basis is made from too, as a part of its own: where one space ends the next has begun",
        [0.0, 4.0],
        0.5,
    ),
    ParamInfo::choice(
        "integrator",
        "Integrator",
        "Of the training run and of the reduced systems",
        &[("euler", "Euler"), ("rk4", "RK4"), ("implicit-euler", "implicit Euler")],
        "rk4",
    ),
    SPAN,
    SNAPSHOTS,
    TRAIN,
    COMPARE,
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    ERROR,
    SeriesInfo::new("dictionary.basis", "Basis", "Which basis of the dictionary the last step was taken in").linear(),
    SeriesInfo::new(
        "dictionary.distance",
        "Distance to the medoid",
        "Sine of the angle between the state and the nearest medoid: near 1 where nothing in the dictionary looks like the state",
    )
    .linear(),
    SeriesInfo::new(
        "dictionary.lost",
        "Lost on the way",
        "The largest part of a state, up to now, that the space of its step left out: what changes of the basis cost",
    ),
    SeriesInfo::new("rom.modes", "Modes", "Vectors that span the space of the last step").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.dictionary-rom"),
        label: Str::Borrowed("Dictionary of reduced models"),
        summary: words(
            "Where states move on through ever new directions no small space holds them all, but a few small ones do in turn. The states of a training run \
             are clustered by their angles, each cluster has a basis of its own, and a step is taken in that whose medoid is nearest.",
        ),
        math: words(
            r"d(u, v) = \sqrt{1 - \tfrac{\langle u, v \rangle^2}{\|u\|^2 \|v\|^2}}, \quad \min_{m_1, \dots, m_K} \sum_i \min_k d(s_i, m_k); \qquad k = \arg\min_j d(u, m_j), \quad u \leftarrow V_k z, \quad \dot z = V_k^\top F(t, V_k z), \quad z_0 = V_k^\top u",
        ),
        citation: words(
            "D. Amsallem, M. J. Zahr and C. Farhat, Nonlinear model order reduction based on local reduced-order bases, International Journal for Numerical Methods in Engineering \
             92, 2012; T. Daniel, F. Casenave, N. Akkari, A. Ketata and D. Ryckelynck, Physics-informed cluster analysis and a priori efficiency criterion for the construction of \
             local reduced-order bases, Journal of Computational Physics 458, 2022",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "an inner product with each medoid, a projection, and a step of the integrator on r unknowns; each evaluation is one of the full rate",
        ),
        limits: words(
            "Training costs distances of all pairs of snapshots. The rate is evaluated at all nodes. A change of the basis loses what the next space does not hold, and what \
             training did not show is sent to whatever is least far away: beyond the training it fails as one basis does.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        let (values, dt) = (input.values, input.values.real("dt"));
        let dictionary = Dictionary {
            integrator: values.text("integrator").to_owned(),
            training: training(input)?,
            wanted: (values.real("span"), dt, values.size("snapshots"), values.size("modes")),
            clusters: values.size("clusters"),
            overlap: values.real("overlap"),
            seed: input.seed,
            entries: Vec::new(),
            z: Vec::new(),
            memory: Memory::new(n),
            full: values.bool("compare").then(|| Beside::new(values.text("integrator"), n)).transpose()?,
            left: vec![0.0; n],
            at: 0,
            distance: f64::NAN,
            lost: 0.0,
        };
        build(Box::new(Fixed::new(dictionary, dt)), input)
    },
    predict: None,
};

/// Clusters of items.
pub(crate) struct Clusters {
    /// The items in the middle.
    pub medoids: Vec<usize>,
    /// For each item its cluster.
    pub of: Vec<usize>,
    /// The sum of the distances of all items to their medoids.
    pub cost: f64,
}

/// The sine of the angle between any two of the unit vectors, `count` by `count`.
pub(crate) fn sines(units: &[Vec<f64>]) -> Vec<f64> {
    let count = units.len();
    let mut all = vec![0.0; count * count];
    for i in 0..count {
        for j in 0..i {
            let sine = sine(dot(&units[i], &units[j]));
            (all[i * count + j], all[j * count + i]) = (sine, sine);
        }
    }
    all
}

fn sine(cosine: f64) -> f64 {
    (1.0 - cosine * cosine).max(0.0).sqrt()
}

/// The vectors at unit length.
pub(crate) fn units<'a>(vectors: impl Iterator<Item = &'a [f64]>) -> Vec<Vec<f64>> {
    let unit = |v: &[f64]| {
        let size = norm2(v);
        v.iter().map(|x| x / size).collect()
    };
    vectors.map(unit).collect()
}

/// The place of the smallest value, the first of equals.
fn smallest(values: impl Iterator<Item = f64>) -> (usize, f64) {
    values.enumerate().fold((0, f64::INFINITY), |best, (i, v)| if v < best.1 { (i, v) } else { best })
}

/// K-medoids by turns (L. Kaufman and P. J. Rousseeuw 1987): items join the nearest medoid, and the item nearest to all of its cluster becomes the
/// medoid, until nothing changes; the best of [`STARTS`] random starts.
pub(crate) fn medoids(distances: &[f64], count: usize, clusters: usize, seed: u64) -> Clusters {
    let mut rng = Rng::new(seed);
    let between = |i: usize, j: usize| distances[i * count + j];
    let nearest = |m: &[usize]| (0..count).map(|i| smallest(m.iter().map(|&m| between(i, m))).0).collect::<Vec<_>>();
    let mut best: Option<Clusters> = None;
    for _ in 0..STARTS {
        let mut items: Vec<usize> = (0..count).collect();
        for k in 0..clusters {
            items.swap(k, k + rng.below(count - k));
        }
        let mut middle = items[..clusters].to_vec();
        for _ in 0..ROUNDS {
            let (of, before) = (nearest(&middle), middle.clone());
            for (k, middle) in middle.iter_mut().enumerate() {
                let own: Vec<usize> = (0..count).filter(|&i| of[i] == k).collect();
                let sums = own.iter().map(|&j| own.iter().map(|&i| between(i, j)).sum());
                if !own.is_empty() {
                    *middle = own[smallest(sums).0];
                }
            }
            if middle == before {
                break;
            }
        }
        let of = nearest(&middle);
        let cost = (0..count).map(|i| between(i, middle[of[i]])).sum();
        if best.as_ref().is_none_or(|b| cost < b.cost) {
            best = Some(Clusters { medoids: middle, of, cost });
        }
    }
    best.unwrap_or(Clusters { medoids: Vec::new(), of: Vec::new(), cost: 0.0 })
}

/// The items of a cluster, then those of others that are nearest to its medoid, as many as a part of its own.
fn members(clusters: &Clusters, distances: &[f64], k: usize, overlap: f64) -> Vec<usize> {
    let count = clusters.of.len();
    let (mut own, mut others): (Vec<usize>, Vec<usize>) = (0..count).partition(|&i| clusters.of[i] == k);
    let far = |i: &usize| distances[clusters.medoids[k] * count + i];
    others.sort_by(|a, b| far(a).total_cmp(&far(b)));
    let more = libm::ceil(overlap * own.len() as f64) as usize;
    own.extend(others.iter().take(more));
    own
}

/// One reduced model.
struct Entry {
    /// The medoid, at unit length.
    medoid: Vec<f64>,
    basis: Basis,
    reduced: Propagator,
}

struct Dictionary {
    integrator: String,
    training: Vec<Training>,
    /// Training time and dt, snapshots, modes.
    wanted: (f64, f64, usize, usize),
    clusters: usize,
    overlap: f64,
    seed: u64,
    entries: Vec<Entry>,
    z: Vec<f64>,
    memory: Memory,
    full: Option<Beside>,
    left: Vec<f64>,
    at: usize,
    distance: f64,
    lost: f64,
}

impl FixedStep for Dictionary {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        if self.integrator == "implicit-euler" {
            affordable(system)?;
        }
        let (span, dt, snapshots, modes) = self.wanted;
        let n = start.len();
        let mut runs = std::mem::take(&mut self.training);
        let rows = course(&mut runs, &self.integrator, (span, dt), snapshots, &vec![0.0; n])?;
        // A state that is zero has no direction.
        let states: Vec<&[f64]> = rows.chunks_exact(n).filter(|row| norm2(row) > 0.0).collect();
        if states.is_empty() {
            return Err(BuildError::new("span", "all states of the training run are zero: there are no modes"));
        }
        if self.clusters > states.len() {
            let why = format!("there are {} snapshots, which are the most clusters", states.len());
            return Err(BuildError::new("clusters", why));
        }
        let units = units(states.iter().copied());
        let distances = sines(&units);
        let clusters = medoids(&distances, states.len(), self.clusters, self.seed);
        for (k, &medoid) in clusters.medoids.iter().enumerate() {
            let own = members(&clusters, &distances, k, self.overlap);
            let own: Vec<f64> = own.iter().flat_map(|&i| states[i]).copied().collect();
            if own.is_empty() {
                continue;
            }
            let found = leading(&own, n, modes);
            let basis = Basis::new(vec![0.0; n], found.columns, found.left);
            let mut reduced = Propagator::new(&self.integrator, 1, basis.modes)?;
            let mut z = vec![0.0; basis.modes];
            basis.coordinates(states[medoid], &mut z);
            let mut projected = Projected { system: &mut *system, basis: &basis, memory: &mut self.memory };
            reduced.warm_up(&mut projected, &mut z, dt)?;
            self.z.resize(self.z.len().max(basis.modes), 0.0);
            self.entries.push(Entry { medoid: units[medoid].clone(), basis, reduced });
        }
        if let Some(full) = &mut self.full {
            full.prepare(system, start, dt)?;
        }
        Ok(())
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        let size = norm2(u);
        let cosine = |e: &Entry| if size > 0.0 { dot(&e.medoid, u) / size } else { 0.0 };
        (self.at, self.distance) = smallest(self.entries.iter().map(|e| sine(cosine(e))));
        let (n, count) = (u.len(), self.entries.len());
        let Some(Entry { basis, reduced, .. }) = self.entries.get_mut(self.at) else { return Err(Stop::Stagnated) };
        let z = &mut self.z[..basis.modes];
        basis.coordinates(u, z);
        basis.lift(z, &mut self.left);
        self.left.iter_mut().zip(&*u).for_each(|(l, u)| *l -= u);
        let lost = norm2(&self.left) / if size > 0.0 { size } else { 1.0 };
        self.lost = self.lost.max(lost);
        work.flops += (2 * n * count + 6 * n * basis.modes) as u64;
        let mut projected = Projected { system: &mut *system, basis, memory: &mut self.memory };
        reduced.forget();
        reduced.step(&mut projected, (t, dt), z, work)?;
        basis.lift(z, u);
        if let Some(full) = &mut self.full {
            full.step(system, (t, dt), u);
        }
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let error = self.full.as_ref().map_or(f64::NAN, |full| full.error);
        let modes = self.entries.get(self.at).map_or(f64::NAN, |e| e.basis.modes as f64);
        out.copy_from_slice(&[error, self.at as f64 + 1.0, self.distance, self.lost, modes]);
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.at as u64);
        out.real(self.distance);
        out.real(self.lost);
        if let Some(full) = &self.full {
            full.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.at = from.bits() as usize;
        self.distance = from.real();
        self.lost = from.real();
        if let Some(full) = &mut self.full {
            full.load(from);
        }
    }
}
