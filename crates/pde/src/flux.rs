//! Poisson's equation in flux form, `-div(a grad u) + c u = f`, by finite volumes around the nodes.
//!
//! The diffusion is sampled at the centres of the cells. The flux between two neighbouring nodes crosses a face that is made of
//! one piece for each cell beside the edge: 1 in one dimension, 2 in two, 4 in three. Every equation is divided by the volume of
//! a full cell; on sides with a condition on the derivative the volume is cut in half, which keeps the matrix symmetric.

use std::rc::Rc;

use iterscope_core::BuildError;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::Matrix;

use crate::boundary::Condition;
use crate::grid::{Grid, SIDES};
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
    /// How cells are joined.
    pub face_mean: FaceMean,
    /// `c`
    pub reaction: Typed,
    /// `f`
    pub source: Source,
    /// What holds on the sides, two for each axis.
    pub sides: Vec<Condition>,
    /// Positive inside; none for the whole box.
    pub domain: Option<Typed>,
    /// Value on the edge of a typed domain.
    pub edge: Typed,
}

/// Where the right-hand side comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// It was typed.
    Typed(Typed),
    /// It follows from an exact solution.
    Exact(Exact),
}

/// An exact solution, and what follows from it.
#[derive(Clone, Debug)]
pub struct Exact {
    /// `u`
    pub u: Typed,
    /// `grad u`
    pub gradient: Vec<Typed>,
    /// The second derivatives along the axes.
    pub second: Vec<Typed>,
    /// `grad a`
    pub diffusion_gradient: Vec<Typed>,
}

/// Marks a node whose value is known, or that lies outside.
pub const KNOWN: u32 = u32::MAX;

/// What a condition on the derivative adds to an equation.
struct Natural {
    unknown: usize,
    coefficient: f64,
    value: f64,
}

/// The equation on its grid.
pub struct Discrete {
    /// The grid.
    pub grid: Grid,
    /// The unknown at every node, or [`KNOWN`].
    pub unknown: Vec<u32>,
    /// The node of every unknown.
    pub nodes: Vec<usize>,
    /// Values at the nodes that are known.
    pub known: Vec<f64>,
    /// Whether the grid is joined to itself along an axis.
    pub periodic: [bool; 3],
    /// Numbers of unknowns along the axes, where they form a box.
    pub shape: Option<Vec<usize>>,
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

impl Equation {
    /// The equation on its grid.
    ///
    /// # Errors
    /// A field is not finite or not positive where it must be, the domain is empty, or the sides do not fit together.
    pub fn discretise(&self) -> Result<Discrete, BuildError> {
        let g = &self.grid;
        let periodic = self.periodic()?;
        let inside = self.inside()?;
        let mut d = Discrete {
            grid: g.clone(),
            unknown: vec![KNOWN; g.nodes()],
            nodes: Vec::new(),
            known: vec![0.0; g.nodes()],
            periodic,
            shape: self.domain.is_none().then(|| self.shape(periodic)),
            cells: (0..g.cells()).map(|c| self.diffusion.value(&g.centre(c))).collect(),
            reaction: Vec::new(),
            source: Vec::new(),
            weight: Vec::new(),
            exact: matches!(self.source, Source::Exact(_)).then(Vec::new),
            face_mean: self.face_mean,
            natural: Vec::new(),
        };
        for (node, &inside) in inside.iter().enumerate() {
            let steps = g.steps(node);
            if (0..g.dimension).any(|a| periodic[a] && steps[a] == g.n) {
                continue;
            }
            let at = g.coordinates(node);
            let fixed = self.touching(steps).find_map(|side| match &self.sides[side] {
                Condition::Dirichlet(value) => Some(value),
                _ => None,
            });
            match fixed {
                Some(value) => d.known[node] = self.boundary_value(value).finite(&at)?,
                // Far outside the edge of the domain the value may be anything: no equation reads it.
                None if !inside => d.known[node] = self.boundary_value(&self.edge).value(&at),
                None => {
                    d.unknown[node] = d.nodes.len() as u32;
                    d.nodes.push(node);
                }
            }
        }
        if d.nodes.is_empty() {
            let why =
                if self.domain.is_some() { "holds no node of the grid inside the box" } else { "leaves no unknown" };
            let field = if self.domain.is_some() { "domain" } else { "n" };
            return Err(BuildError::new(field, why));
        }
        self.sample(&mut d)?;
        Ok(d)
    }

    /// Whether the two sides of an axis are joined.
    fn periodic(&self) -> Result<[bool; 3], BuildError> {
        let mut periodic = [false; 3];
        for (axis, periodic) in periodic.iter_mut().enumerate().take(self.grid.dimension) {
            let joined = [0, 1].map(|end| matches!(self.sides[2 * axis + end], Condition::Periodic));
            if joined[0] != joined[1] {
                let (one, other) = if joined[0] { (2 * axis + 1, 2 * axis) } else { (2 * axis, 2 * axis + 1) };
                let why = format!("must be periodic too, because {} is", SIDES[other]);
                return Err(BuildError::new(SIDES[one], why));
            }
            *periodic = joined[0];
        }
        Ok(periodic)
    }

    fn inside(&self) -> Result<Vec<bool>, BuildError> {
        let g = &self.grid;
        let Some(domain) = &self.domain else { return Ok(vec![true; g.nodes()]) };
        (0..g.nodes())
            .map(|node| {
                let value = domain.value(&g.coordinates(node));
                Ok(value > 0.0)
            })
            .collect()
    }

    /// Numbers of unknowns along the axes of the whole box.
    fn shape(&self, periodic: [bool; 3]) -> Vec<usize> {
        let fixed = |side: usize| matches!(self.sides[side], Condition::Dirichlet(_));
        let length = |axis: usize| {
            let ends = usize::from(fixed(2 * axis)) + usize::from(fixed(2 * axis + 1));
            self.grid.n + 1 - if periodic[axis] { 1 } else { ends }
        };
        (0..self.grid.dimension).map(length).collect()
    }

    /// The sides that a node lies on.
    fn touching(&self, steps: [usize; 3]) -> impl Iterator<Item = usize> + '_ {
        let n = self.grid.n;
        let sides = (0..2 * self.grid.dimension)
            .filter(move |side| steps[side / 2] == if side.is_multiple_of(2) { 0 } else { n });
        sides.filter(|&side| !matches!(self.sides[side], Condition::Periodic))
    }

    /// With an exact solution, that in place of what was typed.
    fn boundary_value<'a>(&'a self, typed: &'a Typed) -> &'a Typed {
        match &self.source {
            Source::Exact(exact) => &exact.u,
            Source::Typed(_) => typed,
        }
    }

    /// Diffusion times area of the part of a side around a node. The diffusion is sampled on the side itself, beside the centres of the
    /// cells: half a cell away from it the flux would be wrong by a term of first order.
    fn side_conductance(&self, d: &Discrete, steps: [usize; 3], side: usize) -> Result<f64, BuildError> {
        let (axis, g) = (side / 2, &self.grid);
        let place = if side.is_multiple_of(2) { 0 } else { g.n - 1 };
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
        for k in 0..d.nodes.len() {
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
                        let slope = e.diffusion_gradient[axis].value(&at) * e.gradient[axis].value(&at);
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
            d.weight.push((0..g.dimension).map(|a| d.part(steps, a)).product());
            for cell in d.cells_around(steps) {
                if !(d.cells[cell] > 0.0 && d.cells[cell].is_finite()) {
                    self.diffusion.positive(&g.centre(cell))?;
                }
            }
            for side in self.touching(steps) {
                let (coefficient, value) = match (&self.sides[side], &self.source) {
                    (Condition::Neumann(_), Source::Exact(e)) => (0.0, outward(e, side, &at)?),
                    (Condition::Neumann(value), _) => (0.0, value.finite(&at)?),
                    (Condition::Robin { coefficient, .. }, Source::Exact(e)) => {
                        let r = coefficient.finite(&at)?;
                        (r, outward(e, side, &at)? + r * e.u.finite(&at)?)
                    }
                    (Condition::Robin { coefficient, value }, _) => (coefficient.finite(&at)?, value.finite(&at)?),
                    (Condition::Dirichlet(_) | Condition::Periodic, _) => continue,
                };
                let scale = self.side_conductance(d, steps, side)? / g.spacing(side / 2);
                d.natural.push(Natural { unknown: k, coefficient: coefficient * scale, value: value * scale });
            }
        }
        Ok(())
    }
}

/// The outward derivative of the exact solution.
fn outward(e: &Exact, side: usize, at: &[f64; 3]) -> Result<f64, BuildError> {
    let slope = e.gradient[side / 2].finite(at)?;
    Ok(if side.is_multiple_of(2) { -slope } else { slope })
}

impl Discrete {
    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none; never so for an equation that was discretised.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Part of a full cell along an axis: half on a side that is not joined to the opposite one.
    fn part(&self, steps: [usize; 3], axis: usize) -> f64 {
        let end = steps[axis] == 0 || steps[axis] == self.grid.n;
        if end && !self.periodic[axis] { 0.5 } else { 1.0 }
    }

    /// The places of the cells below and above `step` along an axis; at the end of the grid one is missing.
    fn beside(&self, step: usize, axis: usize) -> [Option<usize>; 2] {
        let n = self.grid.n;
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

    /// Calls `visit(node of the neighbour, conductance)` for the neighbours of the node at `steps`, the lower one of each axis first.
    fn neighbours(&self, steps: [usize; 3], mut visit: impl FnMut(usize, bool, usize, f64)) {
        let n = self.grid.n;
        for axis in 0..self.grid.dimension {
            let lower = match steps[axis] {
                0 if self.periodic[axis] => Some(n - 1),
                0 => None,
                step => Some(step - 1),
            };
            if let Some(step) = lower {
                let mut at = steps;
                at[axis] = step;
                visit(axis, false, self.grid.node(at), self.conductance(at, axis));
            }
            let last = if self.periodic[axis] { n - 1 } else { n };
            if steps[axis] < n {
                let mut at = steps;
                at[axis] = if self.periodic[axis] && steps[axis] == last { 0 } else { steps[axis] + 1 };
                visit(axis, true, self.grid.node(at), self.conductance(steps, axis));
            }
        }
    }

    /// Matrix and right-hand side, known values moved into it.
    ///
    /// # Errors
    /// An entry is not finite, though its parts are.
    pub fn assemble(&self) -> Result<(Rc<Matrix<f64>>, Vec<f64>), BuildError> {
        let n = self.len();
        let mut rhs: Vec<f64> = self.source.iter().zip(&self.weight).map(|(f, w)| w * f).collect();
        let mut diagonal: Vec<f64> = self.reaction.iter().zip(&self.weight).map(|(c, w)| w * c).collect();
        for natural in &self.natural {
            rhs[natural.unknown] += natural.value;
            diagonal[natural.unknown] += natural.coefficient;
        }
        let shape = self.shape.as_ref().filter(|_| !self.periodic.contains(&true));
        let strides: Vec<usize> =
            shape.map_or(Vec::new(), |shape| (0..shape.len()).map(|axis| shape[..axis].iter().product()).collect());
        let mut stencil = Stencil::zero(if shape.is_some() { n } else { 0 }, &strides);
        let mut triplets: Vec<(u32, u32, f64)> = Vec::new();
        for k in 0..n {
            let (mut centre, mut from_known) = (0.0, 0.0);
            let (steps, boxed) = (self.grid.steps(self.nodes[k]), shape.is_some());
            self.neighbours(steps, |axis, upper, node, conductance| {
                centre += conductance;
                let neighbour = self.unknown[node];
                if neighbour == KNOWN {
                    from_known += conductance * self.known[node];
                } else if boxed {
                    let link = &mut stencil.links[axis];
                    (if upper { &mut link.upper } else { &mut link.lower })[k] = -conductance;
                } else {
                    triplets.push((k as u32, neighbour, -conductance));
                }
            });
            diagonal[k] += centre;
            rhs[k] += from_known;
            let at = self.grid.coordinates(self.nodes[k]);
            finite("diffusion", "a matrix entry made of the coefficients", diagonal[k], &at[..self.grid.dimension])?;
            finite("source", "the right-hand side made of it", rhs[k], &at[..self.grid.dimension])?;
            if !boxed {
                triplets.push((k as u32, k as u32, diagonal[k]));
            }
        }
        let matrix = if shape.is_some() {
            stencil.centre = diagonal;
            Matrix::from(stencil)
        } else {
            let rows = Csr::from_triplets(n, n, &triplets);
            Matrix::from(rows.map_err(|e| BuildError::new("n", e.to_string()))?)
        };
        Ok((Rc::new(matrix), rhs))
    }

    /// `b - A u` from fluxes between nodes, without the matrix. `values` is scratch of the length of the grid.
    pub fn residual(&self, u: &[f64], values: &mut [f64], out: &mut [f64]) {
        values.copy_from_slice(&self.known);
        for (&node, &u) in self.nodes.iter().zip(u) {
            values[node] = u;
        }
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

    /// Whether a known value, a reaction or a coefficient of a Robin condition ties unknown `k` down.
    pub fn is_anchored(&self, k: usize) -> bool {
        let mut tied = self.reaction[k] > 0.0;
        self.neighbours(self.grid.steps(self.nodes[k]), |_, _, node, _| tied |= self.unknown[node] == KNOWN);
        tied
    }

    /// Unknowns with a Robin condition, and its coefficient.
    pub fn robin(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.natural.iter().filter(|n| n.coefficient != 0.0).map(|n| (n.unknown, n.coefficient))
    }

    /// All nodes that take part: unknowns, and known ones beside them, in the order of the grid.
    pub fn taking_part(&self) -> Vec<usize> {
        let mut part = vec![false; self.grid.nodes()];
        for &node in &self.nodes {
            part[node] = true;
            self.neighbours(self.grid.steps(node), |_, _, other, _| part[other] = true);
        }
        // The corners of a plain box belong to no equation, but to the solution.
        if self.shape.is_some() {
            part.fill(true);
        }
        (0..part.len())
            .filter(|&node| {
                let steps = self.grid.steps(node);
                part[node] && !(0..self.grid.dimension).any(|a| self.periodic[a] && steps[a] == self.grid.n)
            })
            .collect()
    }
}

impl Discrete {
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
