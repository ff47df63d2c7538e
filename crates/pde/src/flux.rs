//! Poisson's equation in flux form, `-div(a grad u) + c u = f`, by finite volumes around the nodes.
//!
//! The diffusion is sampled at the centres of the cells. The flux between two neighbouring nodes crosses a face that is made of
//! one piece for each cell beside the edge: 1 in one dimension, 2 in two, 4 in three. Every equation is divided by the volume of
//! a full cell; on sides with a condition on the derivative the volume is cut in half, which keeps the matrix symmetric.

use std::ops::Deref;

use iterscope_core::BuildError;
use iterscope_linear::Matrix;

use crate::assembly::Assembly;
use crate::grid::Grid;
use crate::layout::{Bounds, KNOWN, Layout, Source};
use crate::typed::{Typed, finite};

/// How the diffusion of the cells beside an edge is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceMean {
    /// The mean.
    Arithmetic,
    /// The inverse of the mean of the inverses: exact for layers that the flux crosses.
    Harmonic,
}

/// The equation with its domain, as typed.
#[derive(Clone, Debug)]
pub struct Equation {
    /// The grid.
    pub grid: Grid,
    /// `a`
    pub diffusion: Typed,
    /// `grad a`, where the source follows from an exact solution.
    pub diffusion_gradient: Vec<Typed>,
    /// How cells are joined.
    pub face_mean: FaceMean,
    /// `c`
    pub reaction: Typed,
    /// `f`
    pub source: Source,
    /// Sides and domain.
    pub bounds: Bounds,
}

/// What a condition on the derivative adds to an equation.
struct Natural {
    unknown: usize,
    coefficient: f64,
    value: f64,
}

/// The equation on its grid.
pub struct Discrete {
    layout: Layout,
    /// Diffusion in the cells.
    pub cells: Vec<f64>,
    /// `c` at the unknowns.
    pub reaction: Vec<f64>,
    /// `f` at the unknowns.
    pub source: Vec<f64>,
    /// Part of a full cell around each unknown.
    pub weight: Vec<f64>,
    /// The exact solution at the unknowns.
    pub exact: Option<Vec<f64>>,
    face_mean: FaceMean,
    natural: Vec<Natural>,
}

impl Deref for Discrete {
    type Target = Layout;
    fn deref(&self) -> &Layout {
        &self.layout
    }
}

impl Equation {
    /// The same equation with these intervals along the axes.
    #[must_use]
    pub fn on(&self, intervals: [usize; 3]) -> Equation {
        Equation { grid: Grid { intervals, ..self.grid.clone() }, ..self.clone() }
    }

    /// The equation on its grid.
    ///
    /// # Errors
    /// A field is not finite or not positive where it must be, the domain is empty, or the sides do not fit together.
    pub fn discretise(&self) -> Result<Discrete, BuildError> {
        let g = &self.grid;
        let layout = Layout::new(g, &self.bounds, self.source.exact())?;
        let mut d = Discrete {
            layout,
            cells: (0..g.cells()).map(|c| self.diffusion.value(&g.centre(c))).collect(),
            reaction: Vec::new(),
            source: Vec::new(),
            weight: Vec::new(),
            exact: self.source.exact().map(|_| Vec::new()),
            face_mean: self.face_mean,
            natural: Vec::new(),
        };
        self.sample(&mut d)?;
        Ok(d)
    }

    /// Diffusion times area of the part of a side around a node. The diffusion is sampled on the side itself, beside the centres of the
    /// cells: half a cell away from it the flux would be wrong by a term of first order.
    fn side_conductance(&self, d: &Discrete, steps: [usize; 3], side: usize) -> Result<f64, BuildError> {
        let (axis, g) = (side / 2, &self.grid);
        let place = if side.is_multiple_of(2) { 0 } else { g.intervals[axis] - 1 };
        let whole = (1 << (g.dimension - 1)) as f64;
        let mut sum = 0.0;
        for cell in d.cells_at(steps, Some((axis, place))) {
            let mut at = g.centre(cell);
            at[axis] = if side.is_multiple_of(2) { g.lower[axis] } else { g.upper[axis] };
            sum += self.diffusion.positive(&at)?;
        }
        Ok(sum / whole)
    }

    /// Samples coefficients, right-hand side and conditions at the unknowns.
    fn sample(&self, d: &mut Discrete) -> Result<(), BuildError> {
        let g = &self.grid;
        for k in 0..d.len() {
            let (node, steps) = (d.nodes[k], g.steps(d.nodes[k]));
            let at = g.coordinates(node);
            let place = &at[..g.dimension];
            let c = self.reaction.finite(&at)?;
            let f = match &self.source {
                Source::Typed(f) => f.finite(&at)?,
                Source::Exact(e) => {
                    let a = self.diffusion.positive(&at)?;
                    let mut f = c * e.u.finite(&at)?;
                    for axis in 0..g.dimension {
                        let slope = self.diffusion_gradient[axis].value(&at) * e.gradient[axis].value(&at);
                        f -= slope + a * e.second[axis].value(&at);
                    }
                    finite("exact", "the source that follows from it", f, place)?
                }
            };
            if let (Some(values), Source::Exact(e)) = (&mut d.exact, &self.source) {
                values.push(e.u.finite(&at)?);
            }
            d.reaction.push(c);
            d.source.push(f);
            let weight = d.weight(steps);
            d.weight.push(weight);
            for cell in d.cells_around(steps) {
                if !(d.cells[cell] > 0.0 && d.cells[cell].is_finite()) {
                    self.diffusion.positive(&g.centre(cell))?;
                }
            }
            for (side, coefficient, value) in self.bounds.natural(g, self.source.exact(), steps)? {
                let scale = self.side_conductance(d, steps, side)? / g.spacing(side / 2);
                d.natural.push(Natural { unknown: k, coefficient: coefficient * scale, value: value * scale });
            }
        }
        Ok(())
    }
}

impl Discrete {
    /// The places of the cells below and above `step` along an axis; at the end of the grid one is missing.
    fn beside(&self, step: usize, axis: usize) -> [Option<usize>; 2] {
        let n = self.grid.intervals[axis];
        let below = match step {
            0 if self.periodic[axis] => Some(n - 1),
            0 => None,
            step => Some(step - 1),
        };
        let above = if step < n { Some(step) } else { None };
        [below, above]
    }

    /// The cells around a node, with their place along `fixed.0` given where there is one.
    fn cells_at(&self, steps: [usize; 3], fixed: Option<(usize, usize)>) -> impl Iterator<Item = usize> + '_ {
        let choices: [[Option<usize>; 2]; 3] = std::array::from_fn(|axis| {
            if axis >= self.grid.dimension {
                [Some(0), None]
            } else if let Some((along, place)) = fixed
                && along == axis
            {
                [Some(place), None]
            } else {
                self.beside(steps[axis], axis)
            }
        });
        (0..8).filter_map(move |mask: usize| {
            let place = [choices[0][mask & 1]?, choices[1][mask >> 1 & 1]?, choices[2][mask >> 2 & 1]?];
            Some(self.grid.cell(place))
        })
    }

    fn cells_around(&self, steps: [usize; 3]) -> impl Iterator<Item = usize> + '_ {
        self.cells_at(steps, None)
    }

    /// Conductance of the edge from the node at `steps` upwards along `axis`, divided by the volume of a full cell.
    pub fn conductance(&self, steps: [usize; 3], axis: usize) -> f64 {
        let whole = (1 << (self.grid.dimension - 1)) as f64;
        let (mut count, mut sum) = (0.0, 0.0);
        for cell in self.cells_at(steps, Some((axis, steps[axis]))) {
            count += 1.0;
            sum += match self.face_mean {
                FaceMean::Arithmetic => self.cells[cell],
                FaceMean::Harmonic => 1.0 / self.cells[cell],
            };
        }
        let mean = match self.face_mean {
            FaceMean::Arithmetic => sum / count,
            FaceMean::Harmonic => count / sum,
        };
        let h = self.grid.spacing(axis);
        mean * (count / whole) / (h * h)
    }

    /// Calls `visit(axis, upper, node, conductance)` for the neighbours of the node at `steps`, the lower one of each axis first.
    fn neighbours(&self, steps: [usize; 3], mut visit: impl FnMut(usize, bool, usize, f64)) {
        self.edges(steps, |edge| visit(edge.axis, edge.upper, edge.node, self.conductance(edge.from, edge.axis)));
    }

    /// Matrix and right-hand side, known values moved into it.
    ///
    /// # Errors
    /// An entry is not finite, though its parts are.
    pub fn assemble(&self) -> Result<(Matrix<f64>, Vec<f64>), BuildError> {
        let n = self.len();
        let mut rhs: Vec<f64> = self.source.iter().zip(&self.weight).map(|(f, w)| w * f).collect();
        let mut diagonal: Vec<f64> = self.reaction.iter().zip(&self.weight).map(|(c, w)| w * c).collect();
        for natural in &self.natural {
            rhs[natural.unknown] += natural.value;
            diagonal[natural.unknown] += natural.coefficient;
        }
        let mut assembly = Assembly::new(&self.layout);
        for k in 0..n {
            let (mut centre, mut from_known) = (0.0, 0.0);
            self.neighbours(self.grid.steps(self.nodes[k]), |axis, upper, node, conductance| {
                centre += conductance;
                if self.unknown[node] == KNOWN {
                    from_known += conductance * self.known[node];
                } else {
                    assembly.couple(k, axis, upper, self.unknown[node], -conductance);
                }
            });
            rhs[k] += from_known;
            assembly.centre(k, diagonal[k] + centre);
            let at = self.grid.coordinates(self.nodes[k]);
            let place = &at[..self.grid.dimension];
            finite("diffusion", "a matrix entry made of the coefficients", diagonal[k] + centre, place)?;
            finite("source", "the right-hand side made of it", rhs[k], place)?;
        }
        Ok((assembly.matrix()?, rhs))
    }

    /// `b - A u` from fluxes between nodes, without the matrix. `values` is scratch of the length of the grid.
    pub fn residual(&self, u: &[f64], values: &mut [f64], out: &mut [f64]) {
        self.lay(u, false, values);
        for (k, out) in out.iter_mut().enumerate() {
            let node = self.nodes[k];
            let mut flux = 0.0;
            self.neighbours(self.grid.steps(node), |_, _, other, conductance| {
                flux += conductance * (values[other] - values[node]);
            });
            *out = flux + self.weight[k] * (self.source[k] - self.reaction[k] * u[k]);
        }
        for natural in &self.natural {
            out[natural.unknown] += natural.value - natural.coefficient * u[natural.unknown];
        }
    }

    /// Unknowns with a Robin condition, and its coefficient.
    pub fn robin(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.natural.iter().filter(|n| n.coefficient != 0.0).map(|n| (n.unknown, n.coefficient))
    }

    /// What conditions on the derivative add to equations: the unknown, `coefficient` and `value` of `value - coefficient u`.
    pub fn natural(&self) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        self.natural.iter().map(|n| (n.unknown, n.coefficient, n.value))
    }

    /// The mean diffusion of the cells around each unknown, for pictures.
    pub fn diffusion_at_unknowns(&self) -> Vec<f64> {
        let mean = |&node: &usize| {
            let around = self.cells_around(self.grid.steps(node)).map(|cell| self.cells[cell]);
            let (sum, count) = around.fold((0.0, 0.0), |(sum, count), a| (sum + a, count + 1.0));
            sum / count
        };
        self.nodes.iter().map(mean).collect()
    }
}
