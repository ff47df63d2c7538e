//! Measures modes from the fluxes between nodes, not from the matrix that the methods use.

use std::rc::Rc;

use iterscope_core::{Artifact, Cell, Extent, Picture, PictureInfo, PictureKind, Referee, SeriesInfo, Snapshots, Str};

use super::EigenProblem;
use super::spectrum::Spectrum;
use crate::flux::Discrete;
use crate::grid::COORDINATES;
use crate::layout::KNOWN;
use crate::ritz;

/// Key of the headline series.
pub const RESIDUAL: &str = "residual.eigen.rel";
/// Key of the error against the eigenvalues of the discrete operator.
pub const DISCRETE: &str = "error.eigenvalue.discrete.rel";
/// Key of the error against those of the differential operator.
pub const EXACT: &str = "error.eigenvalue.exact.rel";
/// Key of the loss of orthogonality.
pub const ORTHOGONALITY: &str = "orthogonality";

const RESIDUAL_INFO: SeriesInfo = SeriesInfo::new(
    RESIDUAL,
    "residual",
    "The largest ||A u - λ W u|| over the wanted modes in the norm of W^-1, for u of length one in that of W, relative to λ (for a λ near zero, to the lowest \
     eigenvalue that a box of this length can have); recomputed from fluxes. A mode that the method does not have yet counts as 1",
)
.stops();
const DISCRETE_INFO: SeriesInfo = SeriesInfo::new(
    DISCRETE,
    "error of the eigenvalues",
    "The largest relative difference to the eigenvalues of the discrete operator, in order; of modes near a shift, to the nearest one",
);
const EXACT_INFO: SeriesInfo = SeriesInfo::new(
    EXACT,
    "error against the exact eigenvalues",
    "The largest relative difference to the eigenvalues of the differential operator that are known, in order; of modes near a shift, to the nearest one",
);
const ORTHOGONALITY_INFO: SeriesInfo = SeriesInfo::new(
    ORTHOGONALITY,
    "loss of orthogonality",
    "The largest |u_i' W u_j| of two modes, and of the deviations of u_i' W u_i from one",
);

/// What a method for eigenvalues has: modes by rising eigenvalue.
#[derive(Clone, Debug, Default)]
pub struct Modes {
    /// Their eigenvalues, as the method has them; fewer than there are vectors at the very start.
    pub values: Vec<f64>,
    /// Their values at the unknowns, of length one in the norm of W.
    pub vectors: Vec<Vec<f64>>,
    /// All Ritz values that the method has, rising.
    pub ritz: Vec<f64>,
    /// How many the method is to find.
    pub wanted: usize,
    /// They are to be the lowest; else those nearest to a shift.
    pub lowest: bool,
}

/// The series of a problem with so many modes.
pub(super) fn series(modes: usize, discrete: bool, exact: bool) -> Vec<SeriesInfo> {
    let fixed =
        [(true, RESIDUAL_INFO), (discrete, DISCRETE_INFO), (exact, EXACT_INFO), (modes > 1, ORTHOGONALITY_INFO)];
    let mut series: Vec<SeriesInfo> = fixed.into_iter().filter_map(|(has, info)| has.then_some(info)).collect();
    for i in 1..=modes {
        series.push(SeriesInfo {
            key: Str::Owned(format!("eigenvalue.{i}")),
            label: Str::Owned(format!("λ{i}")),
            doc: Str::Borrowed("The method's eigenvalue at this place of the rising order"),
            ..SeriesInfo::new("", "", "").linear()
        });
    }
    series
}

/// The pictures of a problem with so many modes, which are drawn as this kind.
pub(super) fn pictures(modes: usize, kind: PictureKind, spectrum: Option<&Spectrum>) -> Vec<PictureInfo> {
    let mode = |i: usize| PictureInfo {
        key: Str::Owned(format!("mode{i}")),
        label: Str::Owned(format!("mode {i}")),
        ..PictureInfo::new("", "", kind).signed()
    };
    let residual = PictureInfo::new("residual", "residual of the worst mode", kind).signed();
    (1..=modes).map(mode).chain([residual, ritz::info(is_definite(spectrum))]).collect()
}

/// Whether all eigenvalues are known to be positive.
fn is_definite(spectrum: Option<&Spectrum>) -> bool {
    spectrum.is_some_and(|s| s.lowest.first().is_some_and(|lowest| *lowest > 0.0))
}

/// The largest relative difference between values in order, as far as both go.
pub(super) fn largest_error(values: &[f64], known: &[f64], unit: f64) -> f64 {
    values.iter().zip(known).map(|(a, b)| (a - b).abs() / b.abs().max(unit)).fold(0.0, f64::max)
}

/// Recomputes residuals and errors of modes.
pub struct ModesReferee {
    discrete: Rc<Discrete>,
    values: Vec<f64>,
    spectrum: Option<Rc<Spectrum>>,
    exact: Rc<Vec<f64>>,
    unit: f64,
    modes: usize,
    series: usize,
    work: Vec<f64>,
    step: u64,
    /// Steps with the Ritz values that were seen at them.
    past: Snapshots<(f64, Vec<f64>)>,
    /// What the last measurement found to be amiss.
    overlooked: Option<String>,
}

impl ModesReferee {
    pub(super) fn new(problem: &EigenProblem) -> ModesReferee {
        ModesReferee {
            discrete: Rc::clone(&problem.discrete),
            values: vec![0.0; problem.discrete.grid.nodes()],
            spectrum: problem.spectrum.clone(),
            exact: Rc::clone(&problem.exact),
            unit: problem.unit,
            modes: problem.modes,
            series: problem.series.len(),
            work: vec![0.0; problem.len()],
            step: 0,
            past: Snapshots::default(),
            overlooked: None,
        }
    }

    /// `u' W v`
    fn inner(&self, u: &[f64], v: &[f64]) -> f64 {
        let mut sum = 0.0;
        for ((u, v), w) in u.iter().zip(v).zip(&self.discrete.weight) {
            sum += u * w * v;
        }
        sum
    }

    /// The eigenvalue and the relative residual of a mode, whose residual stays in `work`.
    fn residual(&mut self, modes: &Modes, i: usize) -> (f64, f64) {
        let u = &modes.vectors[i];
        let size = self.inner(u, u);
        // There is no source: what is left of it is -A u.
        self.discrete.residual(u, &mut self.values, &mut self.work);
        let mut quotient = 0.0;
        for (r, u) in self.work.iter().zip(u) {
            quotient -= r * u;
        }
        let value = modes.values.get(i).copied().unwrap_or(quotient / size);
        let mut sum = 0.0;
        for ((r, u), w) in self.work.iter_mut().zip(u).zip(&self.discrete.weight) {
            *r += value * w * u;
            sum += *r * *r / w;
        }
        (value, (sum / size).sqrt() / value.abs().max(self.unit))
    }

    fn worst(&mut self, modes: &Modes) -> (usize, f64) {
        let mut worst = (0, f64::NEG_INFINITY);
        for i in 0..modes.vectors.len() {
            let (_, residual) = self.residual(modes, i);
            // A number that is none must not be lost.
            if residual > worst.1 || residual.is_nan() {
                worst = (i, residual);
            }
        }
        worst
    }

    /// The error of values against `known`, which are the lowest.
    fn error(&self, modes: &Modes, values: &[f64], known: &[f64]) -> f64 {
        if modes.lowest {
            return largest_error(values, known, self.unit);
        }
        let nearest = |value: f64| {
            let beyond = known.last().is_none_or(|last| value > last + self.unit);
            let distance =
                known.iter().map(|k| (value - k).abs() / k.abs().max(self.unit)).fold(f64::INFINITY, f64::min);
            if beyond { f64::NAN } else { distance }
        };
        values.iter().map(|&v| nearest(v)).fold(0.0, |worst: f64, e| if e.is_nan() { e } else { worst.max(e) })
    }

    /// Says which eigenvalue has no mode although all residuals are small.
    fn look(&self, modes: &Modes, values: &[f64], residual: f64) -> Option<String> {
        let known = &self.spectrum.as_ref()?.lowest;
        if !modes.lowest || residual > 1e-5 || values.len() < modes.wanted {
            return None;
        }
        let off =
            |(i, value): (usize, &f64)| ((value - known[i]).abs() > 1e-4 * known[i].abs().max(self.unit)).then_some(i);
        let i = values.iter().enumerate().find_map(off)?;
        Some(format!(
            "These are eigenvalues, but not the lowest: {} is the {} of them, and was overlooked; the method has {} there.",
            (known[i] * 1e6).round() / 1e6,
            ordinal(i + 1),
            (values[i] * 1e6).round() / 1e6
        ))
    }

    fn mode(modes: &Modes, key: &str) -> Option<usize> {
        let i = key.strip_prefix("mode")?.parse::<usize>().ok()?.checked_sub(1)?;
        (i < modes.vectors.len()).then_some(i)
    }

    /// What a mode is multiplied by so that its square has the integral 1, and that it begins positive where it is large.
    fn scale(&self, u: &[f64]) -> f64 {
        let g = &self.discrete.grid;
        let cell: f64 = (0..g.dimension).map(|a| g.spacing(a)).product();
        let most = u.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        let first = u.iter().find(|x| x.abs() > 0.5 * most).copied().unwrap_or(1.0);
        let size = (self.inner(u, u) * cell).sqrt();
        if size > 0.0 { first.signum() / size } else { 1.0 }
    }
}

fn ordinal(n: usize) -> String {
    match n {
        1 => "first".into(),
        2 => "second".into(),
        3 => "third".into(),
        n => format!("{n}th"),
    }
}

impl Referee for ModesReferee {
    type Iterate = Modes;

    fn series(&self) -> usize {
        self.series
    }

    fn at(&mut self, step: u64) {
        self.step = step;
    }

    fn forget_after(&mut self, step: u64) {
        self.past.forget_after(step);
    }

    fn measure(&mut self, modes: &Modes, out: &mut [f64]) {
        let mut places = out.iter_mut();
        let mut write = |value: f64| *places.next().expect("a place for every series") = value;
        let (mut residual, mut values) = (0.0, Vec::with_capacity(modes.vectors.len()));
        for i in 0..modes.vectors.len() {
            let (value, own) = self.residual(modes, i);
            values.push(value);
            residual = if own.is_nan() { own } else { f64::max(residual, own) };
        }
        if values.len() < modes.wanted {
            residual = residual.max(1.0);
        }
        write(residual);
        if let Some(s) = &self.spectrum {
            write(self.error(modes, &values, &s.lowest));
        }
        if !self.exact.is_empty() {
            write(self.error(modes, &values, &self.exact));
        }
        if self.modes > 1 {
            let mut loss = 0.0;
            for (i, u) in modes.vectors.iter().enumerate() {
                for (j, v) in modes.vectors[..=i].iter().enumerate() {
                    let own = (self.inner(u, v) - if i == j { 1.0 } else { 0.0 }).abs();
                    loss = f64::max(loss, own);
                }
            }
            write(loss);
        }
        for i in 0..self.modes {
            write(values.get(i).copied().unwrap_or(f64::NAN));
        }
        self.overlooked = self.look(modes, &values, residual);
        self.past.record(self.step, || (self.step as f64, modes.ritz.clone()));
    }

    fn picture(&mut self, key: &str, modes: &Modes, extent: Extent, out: &mut Picture) {
        if key == ritz::KEY {
            let now = (self.step as f64, modes.ritz.clone());
            let columns = self.past.columns(self.step, &now, extent.width);
            let seen: Vec<(f64, Vec<f64>)> = columns.into_iter().flatten().cloned().collect();
            let eigenvalues = self.spectrum.as_ref().map_or(&[][..], |s| &s.lowest);
            let log = is_definite(self.spectrum.as_deref());
            ritz::draw_seen(&seen, eigenvalues, log, extent, out);
            return;
        }
        if key == "residual" {
            let (worst, _) = self.worst(modes);
            self.residual(modes, worst);
            self.discrete.draw(&self.work, false, extent, out);
            return;
        }
        match Self::mode(modes, key) {
            Some(i) => {
                let scale = self.scale(&modes.vectors[i]);
                self.work.iter_mut().zip(&modes.vectors[i]).for_each(|(w, u)| *w = scale * u);
                self.discrete.draw(&self.work, true, extent, out);
            }
            // The method does not have it: a hole.
            None => {
                self.work.fill(f64::NAN);
                self.discrete.draw(&self.work, false, extent, out);
            }
        }
    }

    fn result(&mut self, modes: &Modes) -> Artifact {
        let d = &*self.discrete;
        let scales: Vec<f64> = modes.vectors.iter().map(|u| self.scale(u)).collect();
        let rows = d.taking_part().into_iter().map(|node| {
            let at = d.grid.coordinates(node);
            let value = |(u, scale): (&Vec<f64>, &f64)| match d.unknown[node] {
                KNOWN => 0.0,
                k => scale * u[k as usize],
            };
            let values = modes.vectors.iter().zip(&scales).map(value);
            at[..d.grid.dimension].iter().copied().chain(values).map(Cell::Real).collect()
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        let values: Vec<f64> = (0..modes.vectors.len()).map(|i| self.residual(modes, i).0).collect();
        let named = values.iter().enumerate().map(|(i, v)| format!("mode {}: {v}", i + 1));
        let columns = COORDINATES[..self.discrete.grid.dimension].iter().map(|&name| name.to_owned()).chain(named);
        Artifact::Table { columns: columns.collect(), rows }
    }

    fn remark(&self) -> Option<String> {
        self.overlooked.clone()
    }
}
