//! Recomputes what matters about an iterate from the nodal data of the equation, not from the assembled matrix that the
//! methods use.

use std::rc::Rc;

use iterscope_core::{Artifact, Extent, Instance, Picture, PictureInfo, PictureKind, Referee, SeriesInfo};
use iterscope_kernels::compiled;

use crate::discrete::{Advection, Discrete};
use crate::problems::advection_diffusion::AdvectionDiffusion;

/// Key of the headline series.
pub const RESIDUAL: &str = "residual.l2.rel";
/// Key of the energy norm of the error.
pub const ENERGY: &str = "error.energy.rel";
/// Key of the error against the exact solution.
pub const EXACT: &str = "error.exact.l2.rel";
/// Key of the error against the direct solution of the discrete problem.
pub const DISCRETE: &str = "error.discrete.l2.rel";

const RESIDUAL_INFO: SeriesInfo = SeriesInfo::new(
    RESIDUAL,
    "residual",
    "||b - A u|| / ||b|| in the Euclidean norm over the unknowns, recomputed from the coefficients; absolute where b = 0",
)
.stops();
const ENERGY_INFO: SeriesInfo = SeriesInfo::new(
    ENERGY,
    "error, energy norm",
    "sqrt(e'A e / u'A u) with e the difference to the solution u of the discrete problem; absolute where u = 0",
);
const EXACT_INFO: SeriesInfo = SeriesInfo::new(
    EXACT,
    "error against the exact solution",
    "Euclidean norm of the difference over the unknowns, relative to the exact solution; absolute where that is zero",
);
const DISCRETE_INFO: SeriesInfo = SeriesInfo::new(
    DISCRETE,
    "error against the discrete solution",
    "Euclidean norm of the difference to the direct solution of the discrete problem, relative to it; absolute where that \
     is zero",
);

const SOLUTION: PictureInfo = PictureInfo::new("solution", "solution", PictureKind::Field);
const RESIDUAL_PICTURE: PictureInfo = PictureInfo::new("residual", "residual", PictureKind::Field).signed();
const ERROR_PICTURE: PictureInfo = PictureInfo::new("error", "error", PictureKind::Field).signed();

/// The series and pictures of a problem.
pub(crate) fn offers(d: &Discrete, direct: bool) -> (Vec<SeriesInfo>, Vec<PictureInfo>) {
    kept(direct && d.positive_definite, d.exact.is_some(), direct)
}

/// The series and pictures of a problem, by what is known of it: an energy norm, an exact solution, one by elimination.
pub(crate) fn kept(energy: bool, exact: bool, direct: bool) -> (Vec<SeriesInfo>, Vec<PictureInfo>) {
    let series = [(true, RESIDUAL_INFO), (energy, ENERGY_INFO), (exact, EXACT_INFO), (direct, DISCRETE_INFO)];
    let pictures = [(true, SOLUTION), (true, RESIDUAL_PICTURE), (direct || exact, ERROR_PICTURE)];
    (
        series.into_iter().filter_map(|(offered, info)| offered.then_some(info)).collect(),
        pictures.into_iter().filter_map(|(offered, info)| offered.then_some(info)).collect(),
    )
}

/// The referee of the family. The iterate is the vector of unknowns, x fastest.
pub struct PdeReferee {
    discrete: Rc<Discrete>,
    direct: Option<Rc<Vec<f64>>>,
    /// A function on the whole grid of nodes.
    grid: Vec<f64>,
    work: Vec<f64>,
    rhs_norm: f64,
    energy_norm: f64,
    series: usize,
}

fn or_one(x: f64) -> f64 {
    if x > 0.0 { x } else { 1.0 }
}

impl PdeReferee {
    /// The referee of a problem.
    pub fn new(problem: &AdvectionDiffusion) -> PdeReferee {
        let discrete = Rc::clone(&problem.discrete);
        let n = discrete.len();
        let mut referee = PdeReferee {
            grid: discrete.frame.clone(),
            work: vec![0.0; n],
            direct: problem.direct.clone(),
            discrete,
            rhs_norm: 1.0,
            energy_norm: 1.0,
            series: problem.series().len(),
        };
        // The residual of zero is b.
        referee.residual();
        referee.rhs_norm = or_one(compiled::norm2(&referee.work));
        if referee.discrete.positive_definite
            && let Some(direct) = &referee.direct
        {
            referee.energy_norm = or_one(energy(&referee.discrete, &mut referee.grid, direct));
        }
        referee
    }

    /// The residual of the function in `grid`, into `work`.
    fn residual(&mut self) {
        let d = &*self.discrete;
        for (k, out) in self.work.iter_mut().enumerate() {
            *out = d.nodal.source[k] - operator(d, &self.grid, k);
        }
    }

    fn lay(&mut self, u: &[f64], frame: bool) {
        lay(&self.discrete, &mut self.grid, frame, |k| u[k]);
    }
}

/// Brings a function on the unknowns to the whole grid, with the boundary values of the problem or with zero ones.
fn lay(d: &Discrete, grid: &mut [f64], frame: bool, at: impl Fn(usize) -> f64) {
    if frame {
        grid.copy_from_slice(&d.frame);
    } else {
        grid.fill(0.0);
    }
    let width = d.width();
    for k in 0..d.len() {
        grid[(k / width + 1) * (d.nx + 1) + k % width + 1] = at(k);
    }
}

/// The differential operator at unknown `k`, by differences of the function in `grid`.
fn operator(d: &Discrete, grid: &[f64], k: usize) -> f64 {
    let at = (k / d.width() + 1) * (d.nx + 1) + k % d.width() + 1;
    let c = &d.nodal;
    let u = grid[at];
    let one_way = |diffusion: f64, velocity: f64, low: f64, high: f64, h: f64| {
        let slope = match d.advection {
            Advection::Central => (high - low) / (2.0 * h),
            Advection::Upwind if velocity > 0.0 => (u - low) / h,
            Advection::Upwind => (high - u) / h,
        };
        velocity * slope - diffusion * ((high - u) - (u - low)) / (h * h)
    };
    let x = one_way(c.diffusion_x[k], c.velocity_x[k], grid[at - 1], grid[at + 1], d.hx);
    let y = one_way(c.diffusion_y[k], c.velocity_y[k], grid[at - d.nx - 1], grid[at + d.nx + 1], d.hy);
    x + y + c.reaction[k] * u
}

/// `sqrt(e'A e)` of a function on the unknowns; `grid` is overwritten.
fn energy(d: &Discrete, grid: &mut [f64], e: &[f64]) -> f64 {
    lay(d, grid, false, |k| e[k]);
    let mut sum = 0.0;
    for (k, e) in e.iter().enumerate() {
        sum += e * operator(d, grid, k);
    }
    // Rounding can make the square of a tiny norm negative; a NaN must stay one.
    if sum < 0.0 { 0.0 } else { sum.sqrt() }
}

impl Referee for PdeReferee {
    type Iterate = [f64];

    fn series(&self) -> usize {
        self.series
    }

    fn measure(&mut self, u: &[f64], out: &mut [f64]) {
        let mut places = out.iter_mut();
        let mut write = |value: f64| {
            if let Some(place) = places.next() {
                *place = value;
            }
        };
        self.lay(u, true);
        self.residual();
        write(compiled::norm2(&self.work) / self.rhs_norm);
        if self.discrete.positive_definite
            && let Some(direct) = &self.direct
        {
            for ((e, u), v) in self.work.iter_mut().zip(u).zip(direct.iter()) {
                *e = u - v;
            }
            write(energy(&self.discrete, &mut self.grid, &self.work) / self.energy_norm);
        }
        if let Some(exact) = &self.discrete.exact {
            write(compiled::norm2_diff(u, exact) / or_one(compiled::norm2(exact)));
        }
        if let Some(direct) = &self.direct {
            write(compiled::norm2_diff(u, direct) / or_one(compiled::norm2(direct)));
        }
    }

    fn picture(&mut self, key: &str, u: &[f64], extent: Extent, out: &mut Picture) {
        match key {
            "solution" => {
                self.lay(u, true);
                draw_grid(&self.discrete, &self.grid, extent, out);
            }
            "residual" => {
                self.lay(u, true);
                self.residual();
                draw_inside(&self.discrete, extent, out, |k| self.work[k]);
            }
            "error" => match self.discrete.exact.as_ref().or(self.direct.as_deref()) {
                Some(truth) => draw_inside(&self.discrete, extent, out, |k| u[k] - truth[k]),
                None => out.start(PictureKind::Field, 0, 0),
            },
            _ => out.start(PictureKind::Field, 0, 0),
        }
    }

    fn result(&mut self, u: &[f64]) -> Artifact {
        self.lay(u, true);
        let (rows, cols) = (self.discrete.ny + 1, self.discrete.nx + 1);
        Artifact::Grid { rows, cols, values: self.grid.clone() }
    }
}

fn draw_grid(d: &Discrete, grid: &[f64], extent: Extent, out: &mut Picture) {
    out.field(d.ny + 1, d.nx + 1, extent, |row, col| grid[(d.ny - row) * (d.nx + 1) + col]);
}

/// Draws a function on the unknowns together with the boundary values, y = 1 at the top.
pub(crate) fn draw_with_boundary(d: &Discrete, u: &[f64], extent: Extent, out: &mut Picture) {
    let mut grid = d.frame.clone();
    lay(d, &mut grid, true, |k| u[k]);
    draw_grid(d, &grid, extent, out);
}

/// Draws a function on the unknowns alone, y near 1 at the top.
pub(crate) fn draw_inside(d: &Discrete, extent: Extent, out: &mut Picture, at: impl Fn(usize) -> f64) {
    let (width, height) = (d.width(), d.height());
    out.field(height, width, extent, |row, col| at((height - 1 - row) * width + col));
}
