//! What steps in time are compared with where no exact solution is known: the trajectory of the same semi-discrete system by Dormand and Prince's
//! pair to tight tolerances. What a run differs from it by is the error of its time stepping alone; that of the mesh is in both.
//!
//! A second trajectory to looser tolerances goes beside it. Where both part, as they do after a while where the system is chaotic, the
//! reference ends: beyond that nobody knows the solution.

use iterscope_core::{Stop, Work, phase};

use super::adaptive::{Adaptive, Tolerance};
use super::mesh::Mesh;
use super::semidiscrete::SemiDiscrete;
use super::stepper::TimeStepper;
use crate::methods::time::dopri5::DormandPrince;

/// The most values of a state for which a reference is computed.
pub const MOST_VALUES: usize = 4096;
/// Relative tolerances of the reference and of the trajectory beside it; absolute ones are a hundredth of them, over the size of the start.
const TOLERANCES: [f64; 2] = [1e-10, 3e-9];
/// The trajectories have parted where they differ by this part of the largest state so far.
const PARTED: f64 = 1e-6;
/// Evaluated values, with what an evaluation costs besides, that may be spent.
const EFFORT: usize = 500_000_000;
/// What an evaluation costs besides its values, in values.
const BESIDES: usize = 200;
/// The same for one piece of work.
const PIECE: usize = 2_000_000;
/// Stored values, at most.
const STORED: usize = 4_000_000;

/// Why a reference goes no further.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ended {
    /// The two trajectories have parted.
    Parted,
    /// It would take too long.
    Dear,
    /// The solution itself ends, or no step is short enough.
    Failed,
}

struct Trajectory {
    pair: Adaptive<DormandPrince>,
    time: f64,
    state: Vec<f64>,
}

impl Trajectory {
    fn new(start: &[f64], tolerance: f64, size: f64) -> Trajectory {
        let tolerance = Tolerance { relative: tolerance, absolute: 1e-2 * tolerance * size };
        let pair = Adaptive::with(DormandPrince::new(start.len()), tolerance, start.len());
        Trajectory { pair, time: 0.0, state: start.to_vec() }
    }

    fn step(&mut self, system: &mut SemiDiscrete, end: f64, work: &mut Work) -> Result<(), Stop> {
        self.time = self.pair.step(system, self.time, end, &mut self.state, work)?;
        if self.state.iter().all(|u| u.is_finite()) { Ok(()) } else { Err(Stop::Diverged) }
    }

    fn go(&mut self, system: &mut SemiDiscrete, end: f64, work: &mut Work) -> Result<(), Stop> {
        while self.time < end {
            self.step(system, end, work)?;
        }
        Ok(())
    }
}

/// A moment of the reference from which others are reached.
struct Place {
    time: f64,
    /// The length of the step that led here.
    dt: f64,
    state: Vec<f64>,
    /// The largest norm of a state so far.
    size: f64,
    /// The largest difference of the trajectories so far, as a part of the largest norm.
    gap: f64,
}

/// The reference of a problem. What it says of a time depends on nothing that was asked before.
pub struct Reference {
    system: SemiDiscrete,
    tight: Trajectory,
    loose: Trajectory,
    /// What is asked for, between two places.
    between: Trajectory,
    places: Vec<Place>,
    /// Steps from one place to the next.
    stride: usize,
    work: Work,
    ended: Option<Ended>,
}

/// What the reference says of a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The norm of the difference from a state, as a part of the largest norm of the reference so far.
    pub error: f64,
    /// What the reference may itself be wrong by, as such a part.
    pub uncertainty: f64,
}

/// The norm over the domain of all fields together.
fn norm(mesh: &Mesh, values: impl Iterator<Item = f64>) -> f64 {
    let nodes = mesh.len();
    let weighted = values.enumerate().filter(|(k, _)| mesh.is_inside(k % nodes));
    weighted.map(|(k, u)| mesh.weight(k % nodes) * u * u).sum::<f64>().sqrt()
}

impl Reference {
    /// That of a system from its start.
    pub fn new(system: SemiDiscrete, start: &[f64]) -> Reference {
        let n = start.len().max(1);
        let largest = start.iter().fold(0.0f64, |m, u| m.max(u.abs()));
        let scale = if largest > 0.0 { largest } else { 1.0 };
        let trajectory = |k: usize| Trajectory::new(start, TOLERANCES[k], scale);
        let size = norm(system.mesh(), start.iter().copied());
        let steps = EFFORT / (14 * (n + BESIDES));
        Reference {
            tight: trajectory(0),
            loose: trajectory(1),
            between: trajectory(0),
            places: vec![Place { time: 0.0, dt: 0.0, state: start.to_vec(), size, gap: 0.0 }],
            stride: (steps * n / STORED).max(1),
            work: Work::default(),
            ended: None,
            system,
        }
    }

    /// Where it ends, if it was asked for more than it knows.
    pub fn end(&self) -> Option<(f64, Ended)> {
        self.ended.map(|ended| (self.last().time, ended))
    }

    fn last(&self) -> &Place {
        self.places.last().expect("the start is a place")
    }

    fn spent(&self) -> usize {
        let n = self.tight.state.len() + BESIDES;
        usize::try_from(self.work.operator).unwrap_or(usize::MAX).saturating_mul(n)
    }

    /// One place more.
    fn extend(&mut self) {
        let before = self.tight.time;
        let mut walk = || -> Result<(), Stop> {
            for _ in 0..self.stride {
                self.tight.step(&mut self.system, f64::INFINITY, &mut self.work)?;
            }
            self.loose.go(&mut self.system, self.tight.time, &mut self.work)
        };
        if walk().is_err() {
            self.ended = Some(Ended::Failed);
            return;
        }
        let (mesh, last) = (self.system.mesh(), self.last());
        let state = &self.tight.state;
        let size = norm(mesh, state.iter().copied()).max(last.size);
        let gap = norm(mesh, state.iter().zip(&self.loose.state).map(|(a, b)| a - b));
        let gap = if size > 0.0 { (gap / size).max(last.gap) } else { gap };
        if gap.is_nan() || gap > PARTED {
            self.ended = Some(Ended::Parted);
            return;
        }
        let dt = (self.tight.time - before) / self.stride as f64;
        self.places.push(Place { time: self.tight.time, dt, state: state.clone(), size, gap });
        if self.spent() > EFFORT {
            self.ended = Some(Ended::Dear);
        }
    }

    /// Goes some way towards a time; whether there is more to do.
    pub fn work(&mut self, time: f64) -> bool {
        let goal = self.spent() + PIECE;
        while self.last().time < time && self.ended.is_none() {
            if self.spent() >= goal {
                return true;
            }
            self.extend();
        }
        false
    }

    /// Compares a state at a time with it; nothing where it is not known so far.
    pub fn compare(&mut self, time: f64, state: &[f64]) -> Option<Compared> {
        if self.last().time < time && self.ended.is_none() {
            phase::reference(|| {
                while self.last().time < time && self.ended.is_none() {
                    self.extend();
                }
            });
        }
        if self.last().time < time || !time.is_finite() {
            return None;
        }
        let k = self.places.partition_point(|p| p.time <= time) - 1;
        let place = &self.places[k];
        self.between.time = place.time;
        self.between.state.copy_from_slice(&place.state);
        self.between.pair.begin(self.places.get(k + 1).map_or(place.dt, |next| next.dt));
        // Nearer than this no step is possible.
        if time - place.time > 1e-13 * time {
            self.between.go(&mut self.system, time, &mut Work::default()).ok()?;
        }
        let mesh = self.system.mesh();
        let size = norm(mesh, self.between.state.iter().copied()).max(place.size);
        let off = norm(mesh, self.between.state.iter().zip(state).map(|(a, b)| a - b));
        Some(Compared { error: if size > 0.0 { off / size } else { off }, uncertainty: place.gap })
    }

    /// Why it says nothing of a time, in words.
    pub fn words(&self) -> Option<String> {
        let (time, ended) = self.end()?;
        Some(match ended {
            Ended::Parted => format!(
                "The error of the time stepping is known until t = {time:.4}: from there on two references of different tolerances differ by more than {PARTED:e}, as \
                 neighbouring solutions part. Beyond that only statistics can be compared."
            ),
            Ended::Dear => format!(
                "The error of the time stepping is known until t = {time:.4}: further on the explicit reference would take too many steps."
            ),
            Ended::Failed => {
                format!("The error of the time stepping is known until t = {time:.4}: the reference ends there.")
            }
        })
    }
}
