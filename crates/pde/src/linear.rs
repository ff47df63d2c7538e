//! What every linear problem of the family shows to the methods, and the instance of those with a matrix of their own.

use std::any::Any;
use std::ops::Deref;
use std::rc::Rc;

use iterscope_core::{
    Artifact, BuildError, Extent, Instance, Level, MethodInput, Note, Picture, PictureInfo, PictureKind, Referee,
    SeriesInfo, Str,
};
use iterscope_kernels::banded::BandedLu;
use iterscope_kernels::{compiled, graph, reduce};
use iterscope_linear::{Coarsening, Matrix, Operator};

use crate::discrete::Discrete;
use crate::frequencies::{self, Frequencies};
use crate::grid::Grid;
use crate::layout::Layout;
use crate::problems::{advection_diffusion, biharmonic, poisson};
use crate::ritz::{self, Excited};
use crate::{equation, flux, referee};

/// What is known of a matrix before a method runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// It equals its transpose.
    pub symmetric: bool,
    /// It is known to be symmetric positive definite, on the complement of its null space where it has one.
    pub positive_definite: bool,
}

/// The problem that a method was asked to run on.
///
/// # Errors
/// It is not linear.
pub fn of<'a>(input: &'a MethodInput<'_>) -> Result<&'a LinearProblem, BuildError> {
    input.downcast::<LinearProblem>()
}

/// What a linear problem was made of.
#[derive(Clone)]
pub enum Origin {
    /// An equation in flux form.
    Flux(Rc<flux::Equation>),
    /// An equation in non-divergence form, and its data at the unknowns.
    Nodal(Rc<equation::Equation>, Rc<Discrete>),
    /// The bending of a plate.
    Plate(Rc<biharmonic::Equation>),
    /// A matrix that was brought.
    Matrix,
}

/// A problem's own view of its unknowns: how to measure, draw and write them.
pub trait View {
    /// `b - A u` without the matrix.
    fn residual(&mut self, u: &[f64], out: &mut [f64]);
    /// `u' A u` without the matrix, where there is a way.
    fn energy(&mut self, u: &[f64]) -> Option<f64> {
        let _ = u;
        None
    }
    /// As what values at the unknowns are drawn.
    fn kind(&self) -> PictureKind {
        PictureKind::Field
    }
    /// Draws values at the unknowns; `known` says whether what is known elsewhere is drawn with them.
    fn draw(&self, u: &[f64], known: bool, extent: Extent, out: &mut Picture);
    /// Whether fields that are drawn with what is known elsewhere bring a flow along.
    fn flows(&self) -> bool {
        false
    }
    /// What a person takes away.
    fn result(&self, u: &[f64]) -> Artifact;
    /// Pictures of the problem that are not of values at the unknowns.
    fn own_pictures(&self) -> &'static [PictureInfo] {
        &[]
    }
    /// Draws one of [`View::own_pictures`]; false where there is none of that key.
    fn draw_own(&self, _key: &str, _extent: Extent, _out: &mut Picture) -> bool {
        false
    }
}

/// An assembled problem with what is known about it before a method runs.
pub struct LinearProblem {
    /// `A`
    pub matrix: Rc<Matrix<f64>>,
    /// `b`, without the part that no `A u` reaches.
    pub rhs: Rc<Vec<f64>>,
    /// Numbers of unknowns along the axes, where they form a box with a stencil.
    pub shape: Option<Vec<usize>>,
    /// The box and its coarser ones, where they form one.
    pub coarsening: Option<Rc<dyn Coarsening<f64>>>,
    /// What is known of `A`.
    pub facts: Facts,
    /// The part of the domain that each unknown belongs to, where a constant on it is in the null space.
    pub constants: Option<Rc<Constants>>,
    /// The exact solution at the unknowns.
    pub exact: Option<Rc<Vec<f64>>>,
    /// The solution of `A u = b` by elimination, where it is affordable.
    pub direct: Option<Rc<Vec<f64>>>,
    /// Makes a view for a referee.
    pub view: Box<dyn Fn() -> Box<dyn View>>,
    /// What it was made of.
    pub origin: Origin,
    /// Where its unknowns lie, where that is on the nodes of a grid.
    pub nodes: Option<Rc<dyn Deref<Target = Layout>>>,
    /// Size and kind in a few words.
    pub summary: String,
    /// What to know before running.
    pub notes: Vec<Note>,
    /// Lines in the chart.
    pub levels: Vec<Level>,
    /// Pictures of the problem itself, with their values at the unknowns and whether known values belong to them.
    pub given: Vec<(PictureInfo, Rc<Vec<f64>>, bool)>,
    /// The eigenvalues that Krylov methods can meet, where the matrix is symmetric.
    pub(crate) excited: Option<Rc<Excited>>,
    pub(crate) series: Vec<SeriesInfo>,
    pub(crate) pictures: Vec<PictureInfo>,
    pub(crate) given_pictures: Vec<PictureInfo>,
}

/// The null space of functions that are constant on each of some parts of the domain.
#[derive(Debug)]
pub struct Constants {
    /// The part of each unknown.
    pub part: Vec<u32>,
    /// Number of unknowns of each part; 0 for a part that has no constants in its null space.
    pub size: Vec<u32>,
}

impl Constants {
    /// Takes the mean over each part out of `v`, and returns the length of what was taken.
    pub fn remove(&self, v: &mut [f64]) -> f64 {
        let mut mean = vec![0.0; self.size.len()];
        for (&part, v) in self.part.iter().zip(&*v) {
            mean[part as usize] += v;
        }
        for (mean, &size) in mean.iter_mut().zip(&self.size) {
            *mean = if size > 0 { *mean / f64::from(size) } else { 0.0 };
        }
        for (&part, v) in self.part.iter().zip(v) {
            *v -= mean[part as usize];
        }
        mean.iter().zip(&self.size).map(|(m, &size)| m * m * f64::from(size)).sum::<f64>().sqrt()
    }
}

/// The parts of the domain that a matrix connects, each with its number of unknowns.
pub fn parts(matrix: &Matrix<f64>) -> graph::Components {
    graph::connected_components(matrix.rows())
}

/// Most operations and bytes that a direct solution may take.
const DIRECT_FLOPS: f64 = 2e9;
const DIRECT_BYTES: usize = 256 << 20;

/// Whether banded elimination of `n` unknowns is, `band` on either side of the diagonal.
pub(crate) fn affordable(n: usize, band: usize) -> bool {
    n as f64 * band as f64 * band as f64 <= DIRECT_FLOPS
        && n.saturating_mul(3 * band + 1).saturating_mul(8) <= DIRECT_BYTES
}

/// The least and the largest entry in magnitude of a right-hand side whose squares can be added up.
const SIZES: [f64; 2] = [1e-145, 1e145];

/// Refuses a right-hand side whose norm is not a number that methods can work with.
///
/// # Errors
/// At the field.
pub fn check_size(field: &str, rhs: &[f64]) -> Result<(), BuildError> {
    let largest = reduce::max_abs(rhs);
    if largest == 0.0 || (SIZES[0]..=SIZES[1]).contains(&largest) {
        return Ok(());
    }
    let (what, how) = if largest < 1.0 { ("small", "multiply") } else { ("large", "divide") };
    let why = format!(
        "is too {what}: the right-hand side has entries up to {largest:.2e}, and methods square them. The equation is linear: {how} \
         source and boundary values by a power of ten"
    );
    Err(BuildError::new(field, why))
}

/// What came of solving directly.
pub enum Direct {
    /// The solution.
    Solved(Vec<f64>),
    /// It would take too long or too much memory.
    TooLarge,
    /// No pivot was left.
    Singular,
}

/// Solves `A u = b` by banded elimination with pivoting. With `constants`, each part of them is tied down at one unknown, and
/// the mean taken out afterwards.
pub fn solve_direct(matrix: &Matrix<f64>, rhs: &[f64], constants: Option<&Constants>) -> Direct {
    let (rows, n) = (matrix.rows(), rhs.len());
    let band = (0..n).flat_map(|i| rows.row(i).0.iter().map(move |&j| i.abs_diff(j as usize))).max().unwrap_or(0);
    if !affordable(n, band) {
        return Direct::TooLarge;
    }
    let mut lu = BandedLu::new(n, band, band);
    let mut u = rhs.to_vec();
    let mut tied = vec![false; constants.map_or(0, |c| c.size.len())];
    for i in 0..n {
        if let Some(c) = constants
            && c.size[c.part[i] as usize] > 0
            && !std::mem::replace(&mut tied[c.part[i] as usize], true)
        {
            lu.set(i, i, 1.0);
            u[i] = 0.0;
            continue;
        }
        rows.row_iter(i).for_each(|(j, a)| lu.set(i, j, a));
    }
    if lu.factor().is_err() {
        return Direct::Singular;
    }
    lu.solve(&mut u);
    if let Some(c) = constants {
        c.remove(&mut u);
    }
    if u.iter().all(|u| u.is_finite()) { Direct::Solved(u) } else { Direct::Singular }
}

/// Level of the chart: how far the solution of the discrete problem is from the exact one.
pub fn discretisation_error(direct: &[f64], exact: &[f64], constants: Option<&Constants>) -> Level {
    let mut rest: Vec<f64> = direct.iter().zip(exact).map(|(u, v)| u - v).collect();
    if let Some(constants) = constants {
        constants.remove(&mut rest);
    }
    let scale = compiled::norm2(exact);
    let value = compiled::norm2(&rest) / if scale > 0.0 { scale } else { 1.0 };
    Level { series: Str::Borrowed(referee::EXACT), label: "error of the discrete solution".into(), value }
}

impl LinearProblem {
    /// Measures iterates by a route of its own.
    pub fn referee(&self) -> Box<dyn Referee<Iterate = [f64]>> {
        Box::new(LinearReferee::new(self))
    }

    /// Its grid.
    pub fn grid(&self) -> Option<&Grid> {
        match &self.origin {
            Origin::Flux(equation) => Some(&equation.grid),
            Origin::Nodal(equation, _) => Some(&equation.grid),
            Origin::Plate(equation) => Some(&equation.grid),
            Origin::Matrix => None,
        }
    }

    /// Where its unknowns lie, where that is on the nodes of a grid.
    pub fn layout(&self) -> Option<&Layout> {
        self.nodes.as_ref().map(|nodes| &***nodes)
    }

    /// The same problem with so many intervals along every axis, without a reference.
    ///
    /// # Errors
    /// It lies on no grid, or the grid does not fit it.
    pub fn on(&self, intervals: usize) -> Result<LinearProblem, BuildError> {
        let grid = self.grid().filter(|_| intervals >= 2);
        let grid = grid.ok_or_else(|| BuildError::new("n", "there is no such grid for this problem"))?;
        let intervals = grid.with_intervals(intervals).intervals;
        match &self.origin {
            Origin::Flux(equation) => poisson::of(equation.on(intervals), false),
            Origin::Nodal(equation, _) => advection_diffusion::of(equation.on(intervals), false),
            Origin::Plate(equation) => biharmonic::of(equation.on(intervals[0]), false),
            Origin::Matrix => Err(BuildError::new("n", "there is no such grid for this problem")),
        }
    }

    /// The equation in non-divergence form.
    pub fn nodal(&self) -> Option<(&equation::Equation, &Rc<Discrete>)> {
        match &self.origin {
            Origin::Nodal(equation, discrete) => Some((equation, discrete)),
            Origin::Flux(_) | Origin::Plate(_) | Origin::Matrix => None,
        }
    }

    /// Fills in the series and pictures that follow from the rest.
    #[must_use]
    pub(crate) fn finished(mut self) -> Self {
        let (exact, direct) = (self.exact.is_some(), self.direct.is_some());
        (self.series, self.pictures) = referee::kept(direct && self.facts.positive_definite, exact, direct);
        let view = (self.view)();
        let drawn = |info: PictureInfo| info.of_kind(view.kind());
        let solution = |info: PictureInfo| {
            let flow = view.flows() && info.key == referee::SOLUTION.key;
            info.flowing(flow)
        };
        self.pictures = self.pictures.into_iter().map(drawn).map(solution).collect();
        if let Some(shape) = frequencies::shape(&self).filter(|_| exact || direct) {
            self.pictures.push(frequencies::info(shape.len()));
        }
        if self.facts.symmetric {
            self.excited = Some(Rc::new(Excited::new(&self.matrix, &self.rhs, self.shape.as_ref())));
            self.pictures.push(ritz::info(self.facts.positive_definite));
        }
        self.given_pictures = view.own_pictures().to_vec();
        self.given_pictures
            .extend(self.given.iter().map(|(info, _, known)| drawn(info.clone()).flowing(*known && view.flows())));
        self
    }
}

impl Instance for LinearProblem {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn series(&self) -> &[SeriesInfo] {
        &self.series
    }
    fn pictures(&self) -> &[PictureInfo] {
        &self.pictures
    }
    fn summary(&self) -> String {
        self.summary.clone()
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
    fn levels(&self) -> &[Level] {
        &self.levels
    }
    fn given_pictures(&self) -> &[PictureInfo] {
        &self.given_pictures
    }
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        let found = self.given.iter().find(|(info, ..)| info.key == key);
        let view = (self.view)();
        let Some((_, values, known)) = found else { return view.draw_own(key, extent, out) };
        view.draw(values, *known, extent, out);
        true
    }
}

/// Measures iterates of a [`LinearProblem`] through its [`View`].
struct LinearReferee {
    view: Box<dyn View>,
    matrix: Rc<Matrix<f64>>,
    constants: Option<Rc<Constants>>,
    exact: Option<Rc<Vec<f64>>>,
    direct: Option<Rc<Vec<f64>>>,
    truth: Picture,
    /// Made when it is first drawn.
    frequencies: Option<Frequencies>,
    /// The box of [`LinearReferee::frequencies`], where there is one.
    shape: Option<Vec<usize>>,
    excited: Option<Rc<Excited>>,
    definite: bool,
    work: Vec<f64>,
    energy: Option<f64>,
    image: Vec<f64>,
    scales: [f64; 3],
    series: usize,
}

fn or_one(x: f64) -> f64 {
    if x > 0.0 { x } else { 1.0 }
}

impl LinearReferee {
    fn new(p: &LinearProblem) -> LinearReferee {
        let n = p.rhs.len();
        let norm = |v: &Option<Rc<Vec<f64>>>| v.as_ref().map_or(1.0, |v| or_one(compiled::norm2(v)));
        let mut referee = LinearReferee {
            view: (p.view)(),
            matrix: Rc::clone(&p.matrix),
            constants: p.constants.clone(),
            exact: p.exact.clone(),
            direct: p.direct.clone(),
            truth: Picture::default(),
            frequencies: None,
            shape: frequencies::shape(p).cloned(),
            excited: p.excited.clone(),
            definite: p.facts.positive_definite,
            work: vec![0.0; n],
            energy: None,
            image: vec![0.0; n],
            scales: [1.0, norm(&p.exact), norm(&p.direct)],
            series: p.series.len(),
        };
        // The residual of zero is b.
        referee.residual(&vec![0.0; n]);
        referee.scales[0] = or_one(compiled::norm2(&referee.work));
        if let Some(direct) = p.direct.as_ref().filter(|_| p.facts.positive_definite) {
            referee.work.copy_from_slice(direct);
            referee.energy = Some(or_one(referee.energy()));
        }
        referee
    }

    /// The energy norm of what stands in `work`.
    fn energy(&mut self) -> f64 {
        let square = self.view.energy(&self.work).unwrap_or_else(|| {
            self.matrix.apply(&self.work, &mut self.image);
            compiled::dot(&self.work, &self.image)
        });
        // Rounding can make the square of a tiny norm negative; a NaN must stay one.
        if square < 0.0 { 0.0 } else { square.sqrt() }
    }

    fn residual(&mut self, u: &[f64]) {
        self.view.residual(u, &mut self.work);
        if let Some(constants) = &self.constants {
            constants.remove(&mut self.work);
        }
    }

    fn difference(&mut self, u: &[f64], truth: &[f64]) {
        for ((e, u), v) in self.work.iter_mut().zip(u).zip(truth) {
            *e = u - v;
        }
        if let Some(constants) = &self.constants {
            constants.remove(&mut self.work);
        }
    }
}

impl Referee for LinearReferee {
    type Iterate = [f64];

    fn snapshot(&self, u: &[f64]) -> Option<Rc<dyn Any>> {
        Some(Rc::new(u.to_vec()))
    }

    fn series(&self) -> usize {
        self.series
    }

    fn measure(&mut self, u: &[f64], out: &mut [f64]) {
        self.residual(u);
        let mut values = out.iter_mut();
        let mut write = |value: f64| *values.next().expect("a place for every series") = value;
        write(compiled::norm2(&self.work) / self.scales[0]);
        let (exact, direct) = (self.exact.clone(), self.direct.clone());
        if let (Some(scale), Some(direct)) = (self.energy, &direct) {
            self.difference(u, direct);
            write(self.energy() / scale);
        }
        if let Some(exact) = &exact {
            self.difference(u, exact);
            write(compiled::norm2(&self.work) / self.scales[1]);
        }
        if let Some(direct) = &direct {
            self.difference(u, direct);
            write(compiled::norm2(&self.work) / self.scales[2]);
        }
    }

    fn picture(&mut self, key: &str, u: &[f64], extent: Extent, out: &mut Picture) {
        match key {
            frequencies::KEY => {
                let Some(truth) = self.direct.clone().or(self.exact.clone()) else { return };
                let Some(shape) = &self.shape else { return };
                let mut frequencies = self.frequencies.take().unwrap_or_else(|| Frequencies::new(shape, &truth));
                self.difference(u, &truth);
                frequencies.draw(&self.work, extent, out);
                self.frequencies = Some(frequencies);
            }
            // The method knows none: the eigenvalues alone.
            ritz::KEY => {
                let eigenvalues = self.excited.as_ref().map_or(&[][..], |e| e.values());
                ritz::draw(None, eigenvalues, self.definite, extent, out);
            }
            "residual" => {
                self.residual(u);
                self.view.draw(&self.work, false, extent, out);
            }
            "error" => {
                if let Some(truth) = self.exact.clone().or(self.direct.clone()) {
                    self.difference(u, &truth);
                    self.view.draw(&self.work, false, extent, out);
                }
            }
            _ => {
                self.view.draw(u, true, extent, out);
                if let Some(truth) = self.exact.as_ref().or(self.direct.as_ref())
                    && out.kind == PictureKind::Line
                {
                    self.view.draw(truth, true, extent, &mut self.truth);
                    out.with_truth(&self.truth);
                }
            }
        }
    }

    fn result(&mut self, u: &[f64]) -> Artifact {
        self.view.result(u)
    }
}
