//! Geometric multigrid on boxes of nodes in one to three dimensions; see [`crate::hierarchy`] for the cycles.
//!
//! Prolongation is linear interpolation along each axis, restriction its weighted transpose (full weighting). The matrices of the coarser levels are
//! discretised anew where the problem can do that, or where the matrix has constant coefficients; else, or where it is asked for, they are
//! Galerkin's `R A P`. Mirrored sweeps, those after the correction in the opposite order of those before, make a V-cycle symmetric wherever
//! the matrix is, as conjugate gradients need it; but black after black wastes a half sweep: as a method of its own red-black is
//! faster without. For Poisson's equation a V-cycle with one sweep of red-black Gauss-Seidel before and after lowers the error
//! by about ten, however fine the grid; local Fourier analysis ([`crate::fourier`]) predicts how much. The work of a V-cycle is that of
//! its finest level times 4/3 in two dimensions, 8/7 in three.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, StateReader, StateWriter, Values, Work};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::stencil::Stencil;

use super::ROLE;
use super::chebyshev::Polynomial;
use super::gauss_seidel::{self, GaussSeidel};
use super::jacobi::Jacobi;
use super::line::{self, Lines};
use crate::hierarchy::{CYCLES, Cycle, Hierarchy, Level};
use crate::transfer::{BoxTransfer, Transfer, halved};
use crate::{Coarsening, Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup, Side};

/// Levels of at most so many unknowns are solved exactly.
const SMALL: usize = 4;

static PARAMS: &[ParamInfo] = &params(true);

/// The parameters, with the sweeps mirrored by default (as a preconditioner) or not (as a method of its own).
pub const fn params(mirrored: bool) -> [ParamInfo; 9] {
    [
    ParamInfo::choice("cycle", "Cycle", "In which way the levels are visited", CYCLES, "v"),
    ParamInfo::choice(
        "smoother",
        "Smoother",
        "What removes the oscillating part of the error",
        &[
            ("jacobi", "Jacobi"),
            ("gauss-seidel", "Gauss-Seidel"),
            ("red-black", "red-black Gauss-Seidel"),
            ("chebyshev", "Chebyshev polynomial"),
            ("line", "lines along each axis"),
        ],
        "red-black",
    ),
    ParamInfo::real(
        "smoother.omega",
        "Relaxation",
        "Weight of the smoother; 0 takes the usual one: for Jacobi 2/3, 4/5 and 6/7 in one, two and three dimensions, else 1",
        [0.0, 1.99],
        0.0,
    )
    .when("smoother", &["jacobi", "gauss-seidel", "red-black"]),
    ParamInfo::int("smoother.degree", "Degree", "Degree of the polynomial", [1, 10], 2).when("smoother", &["chebyshev"]),
    ParamInfo::int("pre", "Sweeps before", "Smoothing sweeps before the correction", [0, 10], 1),
    ParamInfo::int("post", "Sweeps after", "Smoothing sweeps after the correction", [0, 10], 1),
    ParamInfo::choice(
        "coarse",
        "Coarse matrices",
        "Discretised anew where the problem can do that (Galerkin's elsewhere), or Galerkin's",
        &[("rediscretised", "discretised anew"), ("galerkin", "Galerkin")],
        "rediscretised",
    ),
    ParamInfo::choice(
        "axes",
        "Coarsened axes",
        "One axis alone where the coupling along it is much stronger: semicoarsening",
        &[("all", "all"), ("x", "x"), ("y", "y"), ("z", "z")],
        "all",
    ),
    ParamInfo::switch(
        "mirrored",
        "Mirrored sweeps",
        "Sweeps after the correction in the opposite order: conjugate gradients need that, other methods are faster without",
        mirrored,
    ),
    ]
}

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "multigrid",
        "multigrid",
        "Cycles over coarser and coarser grids: the number of steps does not depend on the grid",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let options = Options {
        cycle: Cycle::of(values.text("cycle")),
        smoother: match values.text("smoother") {
            "jacobi" => Smoother::Jacobi,
            "gauss-seidel" => Smoother::GaussSeidel,
            "chebyshev" => Smoother::Chebyshev(values.int("smoother.degree") as usize),
            "line" => Smoother::Line,
            _ => Smoother::RedBlack,
        },
        omega: Some(values.real("smoother.omega")).filter(|w| *w > 0.0),
        sweeps: [values.int("pre") as usize, values.int("post") as usize],
        galerkin: values.text("coarse") == "galerkin",
        axis: match values.text("axes") {
            "x" => Some(0),
            "y" => Some(1),
            "z" => Some(2),
            _ => None,
        },
        mirrored: values.bool("mirrored"),
    };
    Ok(Box::new(Multigrid::new(setup, &options)?))
}

/// What removes the oscillating part of the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoother {
    /// Weighted Jacobi.
    Jacobi,
    /// Gauss-Seidel, forwards before and backwards after.
    GaussSeidel,
    /// Gauss-Seidel by colours.
    RedBlack,
    /// A Chebyshev polynomial of this degree.
    Chebyshev(usize),
    /// Lines along each axis in turn.
    Line,
}

/// How the levels are made and visited.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The cycle.
    pub cycle: Cycle,
    /// The smoother.
    pub smoother: Smoother,
    /// Its weight; the usual one where none is given.
    pub omega: Option<f64>,
    /// Sweeps before and after the correction.
    pub sweeps: [usize; 2],
    /// Galerkin's matrices even where the problem could be discretised anew.
    pub galerkin: bool,
    /// The only axis that is coarsened, where not all are.
    pub axis: Option<usize>,
    /// The sweeps after the correction in the opposite order of those before.
    pub mirrored: bool,
}

impl Default for Options {
    fn default() -> Self {
        let (cycle, smoother) = (Cycle::V, Smoother::RedBlack);
        Options { cycle, smoother, omega: None, sweeps: [1, 1], galerkin: false, axis: None, mirrored: true }
    }
}

/// The levels of a box.
pub struct Multigrid<T> {
    levels: Hierarchy<T>,
    mirrored: bool,
}

impl<T: Scalar> Multigrid<T> {
    /// For the matrix of `setup`.
    ///
    /// # Errors
    /// The unknowns form no box, no axis has a coarser one, the smoother does not fit, or the coarsest matrix is singular.
    pub fn new(setup: &Setup<'_, T>, options: &Options) -> Result<Self, BuildError> {
        let mut shape = setup.boxed()?.to_vec();
        let mut sides = setup.coarsening.map(|c| c.sides()).or(setup.sides).map_or(Vec::new(), <[_]>::to_vec);
        sides.resize(shape.len(), [Side::Given; 2]);
        if options.axis.is_some_and(|a| a >= shape.len()) {
            return Err(BuildError::new("axes", format!("the problem has {} axes", shape.len())));
        }
        let mut geometry: Option<Rc<dyn Coarsening<T>>> = setup.coarsening.filter(|_| !options.galerkin).cloned();
        // Rows that couple next neighbours alone are relaxed faster as a stencil.
        let by_rows = setup.matrix.stencil().is_none();
        let stencil = if by_rows { as_stencil(setup.matrix.rows(), &shape) } else { None };
        let mut matrix = stencil.map_or_else(|| Rc::clone(setup.matrix), |stencil| Rc::new(stencil.into()));
        let mut levels = Vec::new();
        while matrix.len() > SMALL {
            let own = if options.axis.is_none() { geometry.as_ref().and_then(|g| g.coarser()) } else { None };
            let coarse: Vec<usize> = match &own {
                Some((_, g)) => g.shape().to_vec(),
                None => (0..shape.len())
                    .map(|a| {
                        let wanted = options.axis.is_none_or(|only| only == a);
                        if wanted { halved(shape[a], sides[a]).unwrap_or(shape[a]) } else { shape[a] }
                    })
                    .collect(),
            };
            if coarse == shape {
                break;
            }
            let transfer = Transfer::Boxes(BoxTransfer::new(&shape, &coarse, &sides));
            let (next, finer) = match own {
                Some((next, g)) => (next, Some(g)),
                None => {
                    let constant = if options.galerkin { None } else { constant(&matrix, &shape, &coarse, &sides) };
                    (Rc::new(constant.unwrap_or_else(|| transfer.galerkin(matrix.rows()).into())), None)
                }
            };
            let smoothers = smoothers(setup, &matrix, &shape, options)?;
            levels.push(Level::new(matrix, smoothers, transfer, next.len()));
            (matrix, geometry, shape) = (next, finer, coarse);
        }
        if levels.is_empty() && matrix.len() > SMALL {
            let numbers = shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ");
            let why = format!(
                "{numbers} unknowns have no coarser grid of every second node: take an even number of intervals"
            );
            return Err(BuildError::new("method", why));
        }
        let levels = Hierarchy::new(levels, matrix, options.cycle, options.sweeps)
            .map_err(|_| BuildError::new("method", "the matrix of the coarsest grid is singular"))?;
        let symmetric = options.mirrored || matches!(options.smoother, Smoother::Jacobi | Smoother::Chebyshev(_));
        Ok(Multigrid { levels, mirrored: symmetric })
    }

    /// The levels.
    pub fn levels(&self) -> &Hierarchy<T> {
        &self.levels
    }
}

/// The smoothers of a level, before and after.
fn smoothers<T: Scalar>(
    setup: &Setup<'_, T>,
    matrix: &Rc<Matrix<T>>,
    shape: &[usize],
    options: &Options,
) -> Result<[Box<dyn Preconditioner<T>>; 2], BuildError> {
    let own = setup.of(matrix, Some(shape));
    let usual = if options.smoother == Smoother::Jacobi {
        [2.0 / 3.0, 0.8, 6.0 / 7.0][shape.len().clamp(1, 3) - 1]
    } else {
        1.0
    };
    let omega = options.omega.unwrap_or(usual);
    let sweeps =
        |[before, after]: [gauss_seidel::SweepOrder; 2]| -> Result<[Box<dyn Preconditioner<T>>; 2], BuildError> {
            Ok([Box::new(GaussSeidel::new(&own, before, omega)?), Box::new(GaussSeidel::new(&own, after, omega)?)])
        };
    Ok(match options.smoother {
        Smoother::Jacobi => [Box::new(Jacobi::new(&own, omega)?), Box::new(Jacobi::new(&own, omega)?)],
        Smoother::GaussSeidel => {
            let after =
                if options.mirrored { gauss_seidel::SweepOrder::Backward } else { gauss_seidel::SweepOrder::Forward };
            sweeps([gauss_seidel::SweepOrder::Forward, after])?
        }
        Smoother::RedBlack => {
            let after =
                if options.mirrored { gauss_seidel::SweepOrder::BlackRed } else { gauss_seidel::SweepOrder::RedBlack };
            sweeps([gauss_seidel::SweepOrder::RedBlack, after])?
        }
        Smoother::Chebyshev(degree) => {
            let share = 0.25;
            [Box::new(Polynomial::new(&own, degree, share)?), Box::new(Polynomial::new(&own, degree, share)?)]
        }
        Smoother::Line => {
            let after = if options.mirrored { line::LineOrder::Backward } else { line::LineOrder::Forward };
            let own = |order| Ok::<_, BuildError>(Box::new(Lines::new(&own, None, order)?));
            [own(line::LineOrder::Forward)?, own(after)?]
        }
    })
}

/// The stencil of a matrix by rows on a box, where every row couples only neighbours along the axes, within the box.
fn as_stencil<T: Scalar>(rows: &Csr<T>, shape: &[usize]) -> Option<Stencil<T>> {
    let strides: Vec<usize> = (0..shape.len()).map(|a| shape[..a].iter().product()).collect();
    let mut stencil = Stencil::zero(rows.rows, &strides);
    for k in 0..rows.rows {
        for (j, value) in rows.row_iter(k) {
            if j == k {
                stencil.centre[k] = value;
                continue;
            }
            let along = |&(&m, &s): &(&usize, &usize)| {
                let at = k / s % m;
                (at > 0 && j + s == k) || (at + 1 < m && k + s == j)
            };
            match shape.iter().zip(&strides).position(|pair| along(&pair)) {
                Some(axis) if j < k => stencil.links[axis].lower[k] = value,
                Some(axis) => stencil.links[axis].upper[k] = value,
                None if value == T::ZERO => {}
                None => return None,
            }
        }
    }
    Some(stencil)
}

/// The row that all rows of a matrix on a box are, cut at its sides: the diagonal entry, and the lower and the upper coupling along each axis.
pub fn uniform<T: Scalar>(matrix: &Matrix<T>, shape: &[usize]) -> Option<(T, Vec<[T; 2]>)> {
    let Some(stencil) = matrix.stencil() else { return uniform_rows(matrix.rows(), shape) };
    match matrix.uniform() {
        Some(row) => (row.shape == shape).then(|| (row.centre, row.links.clone())),
        None => stencil.row(shape),
    }
}

fn uniform_rows<T: Scalar>(rows: &Csr<T>, fine: &[usize]) -> Option<(T, Vec<[T; 2]>)> {
    let strides: Vec<usize> = (0..fine.len()).map(|a| fine[..a].iter().product()).collect();
    // The row of an unknown away from all sides, where there is one on each axis.
    let middle: usize = fine.iter().zip(&strides).map(|(&m, &s)| m / 2 * s).sum();
    if fine.iter().any(|&m| m < 3) {
        return None;
    }
    let centre = rows.entry(middle, middle);
    let links: Vec<[T; 2]> =
        strides.iter().map(|&s| [rows.entry(middle, middle - s), rows.entry(middle, middle + s)]).collect();
    // Every row must be that one, cut at the sides.
    for k in 0..rows.rows {
        let mut expected = 1;
        let mut fits = rows.entry(k, k) == centre;
        for ((&m, &s), link) in fine.iter().zip(&strides).zip(&links) {
            let at = k / s % m;
            for (inside, other, value) in [(at > 0, k.wrapping_sub(s), link[0]), (at + 1 < m, k + s, link[1])] {
                if inside && value != T::ZERO {
                    fits &= rows.entry(k, other) == value;
                    expected += 1;
                }
            }
        }
        let (columns, values) = rows.row(k);
        let stored = columns.iter().zip(values).filter(|(j, v)| **j as usize == k || **v != T::ZERO).count();
        if !fits || stored != expected {
            return None;
        }
    }
    Some((centre, links))
}

/// The matrix of the coarser box where that of the finer has constant coefficients along the axes and given values on all sides: the symmetric
/// part of a coupling is a second difference and scales with the square of the interval, the rest is a first difference, and the
/// sum of a row away from the sides is a reaction.
fn constant<T: Scalar>(matrix: &Matrix<T>, fine: &[usize], coarse: &[usize], sides: &[[Side; 2]]) -> Option<Matrix<T>> {
    if sides.iter().flatten().any(|s| *s != Side::Given) {
        return None;
    }
    let (centre, links) = uniform(matrix, fine)?;
    let mut reaction = centre;
    links.iter().flatten().for_each(|&v| reaction += v);
    let mut own = reaction;
    let [half, quarter] = [0.5, 0.25].map(T::from_f64);
    let links: Vec<[T; 2]> = links
        .iter()
        .zip(fine.iter().zip(coarse))
        .map(|(&[lower, upper], (m, mc))| {
            let link = if m == mc {
                [lower, upper]
            } else {
                let (even, odd) = ((lower + upper) * half * quarter, (upper - lower) * half * half);
                [even - odd, even + odd]
            };
            own -= link[0] + link[1];
            link
        })
        .collect();
    let n: usize = coarse.iter().product();
    let strides: Vec<usize> = (0..coarse.len()).map(|a| coarse[..a].iter().product()).collect();
    let mut stencil = Stencil::zero(n, &strides);
    stencil.centre.fill(own);
    for ((link, value), (&m, &s)) in stencil.links.iter_mut().zip(&links).zip(coarse.iter().zip(&strides)) {
        for k in 0..n {
            let at = k / s % m;
            if at > 0 {
                link.lower[k] = value[0];
            }
            if at + 1 < m {
                link.upper[k] = value[1];
            }
        }
    }
    Some(stencil.into())
}

impl<T: Scalar> Preconditioner<T> for Multigrid<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        z.fill(T::ZERO);
        self.levels.cycle(r, z, work);
    }

    fn relax(&mut self, _: &dyn Operator<T>, b: &[T], x: &mut [T], _: &mut [Vec<T>; 2], work: &mut Work) {
        self.levels.cycle(b, x, work);
    }

    fn is_fixed(&self) -> bool {
        self.levels.is_fixed()
    }

    fn is_symmetric(&self) -> bool {
        self.mirrored && self.levels.is_symmetric()
    }

    fn memory(&self) -> usize {
        self.levels.memory()
    }

    fn save(&self, out: &mut StateWriter) {
        self.levels.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.levels.load(from);
    }
}
