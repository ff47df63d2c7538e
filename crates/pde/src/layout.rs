//! Which nodes of a grid are unknowns, by the conditions on its sides and a typed domain; and how values on them are drawn and
//! written.

use std::f64::consts::PI;

use iterscope_core::{Artifact, BuildError, Cell, Extent, Picture, PictureKind, Values};
use iterscope_linear::Side;

use crate::boundary::Condition;
use crate::grid::{COORDINATES, Grid, SIDES};
use crate::typed::Typed;

/// Marks a node whose value is known, or that lies outside.
pub const KNOWN: u32 = u32::MAX;

/// Where the right-hand side comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// It was typed.
    Typed(Typed),
    /// It follows from an exact solution.
    Exact(Exact),
}

/// An exact solution with the derivatives that the source is made of.
#[derive(Clone, Debug)]
pub struct Exact {
    /// `u`
    pub u: Typed,
    /// `grad u`
    pub gradient: Vec<Typed>,
    /// The second derivatives along the axes.
    pub second: Vec<Typed>,
}

impl Source {
    /// Reads `exact`, or `source` where that is empty. What follows from an exact solution must be left at its default.
    ///
    /// # Errors
    /// Names the field, and the character where an expression is wrong; the exact solution has a kink.
    pub fn read(values: &Values, grid: &Grid, follows: &[(&str, &str)]) -> Result<Source, BuildError> {
        let typed = |key: &'static str| Typed::parse(key, values.text(key), 0, grid.dimension);
        if values.text("exact").trim().is_empty() {
            return Ok(Source::Typed(typed("source")?));
        }
        for (key, default) in follows {
            if values.text(key).trim() != *default {
                let all: Vec<&str> = follows.iter().map(|(key, _)| *key).collect();
                let verb = if all.len() > 1 { "follow" } else { "follows" };
                let why = format!("{} {verb} from the exact solution: clear this field, or `{key}`", all.join(" and "));
                return Err(BuildError::new("exact", why));
            }
        }
        let u = typed("exact")?;
        u.smooth(&grid.bounds())?;
        let gradient = (0..grid.dimension).map(|a| u.derivative(a)).collect::<Result<Vec<_>, _>>()?;
        let second = gradient.iter().enumerate().map(|(a, ux)| ux.derivative(a)).collect::<Result<Vec<_>, _>>()?;
        Ok(Source::Exact(Exact { u, gradient, second }))
    }

    /// The exact solution.
    pub fn exact(&self) -> Option<&Exact> {
        match self {
            Source::Exact(exact) => Some(exact),
            Source::Typed(_) => None,
        }
    }
}

/// What bounds the unknowns.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// What holds on the sides, two for each axis.
    pub sides: Vec<Condition>,
    /// Positive inside; none for the whole box.
    pub domain: Option<Typed>,
    /// Value on the edge of a typed domain.
    pub edge: Typed,
}

impl Bounds {
    /// The sides that a node lies on and that are not joined to the opposite one.
    pub fn touching<'a>(&'a self, grid: &'a Grid, steps: [usize; 3]) -> impl Iterator<Item = usize> + 'a {
        let on =
            move |side: &usize| steps[side / 2] == if side.is_multiple_of(2) { 0 } else { grid.intervals[side / 2] };
        (0..2 * grid.dimension).filter(on).filter(|&side| !matches!(self.sides[side], Condition::Periodic))
    }

    /// The conditions on the outward derivative that hold at a node, as `du/dn = value - coefficient u`: side, coefficient, value.
    ///
    /// # Errors
    /// A value is not finite.
    pub fn natural(
        &self,
        grid: &Grid,
        exact: Option<&Exact>,
        steps: [usize; 3],
    ) -> Result<Vec<(usize, f64, f64)>, BuildError> {
        let at = grid.coordinates(grid.node(steps));
        let outward = |e: &Exact, side: usize| -> Result<f64, BuildError> {
            let slope = e.gradient[side / 2].finite(&at)?;
            Ok(if side.is_multiple_of(2) { -slope } else { slope })
        };
        let mut found = Vec::new();
        for side in self.touching(grid, steps) {
            let (coefficient, value) = match (&self.sides[side], exact) {
                (Condition::Neumann(_), Some(e)) => (0.0, outward(e, side)?),
                (Condition::Neumann(value), None) => (0.0, value.finite(&at)?),
                (Condition::Robin { coefficient, .. }, Some(e)) => {
                    let r = coefficient.finite(&at)?;
                    (r, outward(e, side)? + r * e.u.finite(&at)?)
                }
                (Condition::Robin { coefficient, value }, None) => (coefficient.finite(&at)?, value.finite(&at)?),
                (Condition::Dirichlet(_) | Condition::Periodic, _) => continue,
            };
            found.push((side, coefficient, value));
        }
        Ok(found)
    }

    /// Whether the two sides of an axis are joined.
    fn periodic(&self, grid: &Grid) -> Result<[bool; 3], BuildError> {
        let mut periodic = [false; 3];
        for (axis, periodic) in periodic.iter_mut().enumerate().take(grid.dimension) {
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

    /// How the sides end, two for each axis.
    fn ends(&self) -> Vec<[Side; 2]> {
        let side = |condition: &Condition| match condition {
            Condition::Dirichlet(_) => Side::Given,
            Condition::Periodic => Side::Periodic,
            Condition::Neumann(_) | Condition::Robin { .. } => Side::Unknown,
        };
        self.sides.chunks(2).map(|pair| [side(&pair[0]), side(&pair[1])]).collect()
    }

    /// Numbers of unknowns along the axes of the whole box.
    fn shape(&self, grid: &Grid, periodic: [bool; 3]) -> Vec<usize> {
        let fixed = |side: usize| usize::from(matches!(self.sides[side], Condition::Dirichlet(_)));
        let length = |axis: usize| {
            let ends = if periodic[axis] { 1 } else { fixed(2 * axis) + fixed(2 * axis + 1) };
            grid.intervals[axis] + 1 - ends
        };
        (0..grid.dimension).map(length).collect()
    }
}

/// The unknowns on a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
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
    /// How the sides end, two for each axis.
    pub sides: Vec<[Side; 2]>,
    /// Numbers of unknowns along the axes, where they form a box.
    pub shape: Option<Vec<usize>>,
}

/// An edge of the grid, seen from the node at one of its ends.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The axis along which it runs.
    pub axis: usize,
    /// The other end is the upper one.
    pub upper: bool,
    /// Steps of its lower end.
    pub from: [usize; 3],
    /// The node at the other end.
    pub node: usize,
}

impl Layout {
    /// The unknowns within `bounds`; with an exact solution, known values are its.
    ///
    /// # Errors
    /// A value is not finite, the domain is empty, or the sides do not fit together.
    pub fn new(grid: &Grid, bounds: &Bounds, exact: Option<&Exact>) -> Result<Layout, BuildError> {
        let periodic = bounds.periodic(grid)?;
        let value = |typed| exact.map_or(typed, |e: &Exact| &e.u);
        let mut layout = Layout {
            grid: grid.clone(),
            unknown: vec![KNOWN; grid.nodes()],
            nodes: Vec::new(),
            known: vec![0.0; grid.nodes()],
            periodic,
            sides: bounds.ends(),
            shape: bounds.domain.is_none().then(|| bounds.shape(grid, periodic)),
        };
        for node in 0..grid.nodes() {
            let steps = grid.steps(node);
            if layout.is_copy(steps) {
                continue;
            }
            let at = grid.coordinates(node);
            let fixed = bounds.touching(grid, steps).find_map(|side| match &bounds.sides[side] {
                Condition::Dirichlet(value) => Some(value),
                _ => None,
            });
            let inside = bounds.domain.as_ref().is_none_or(|domain| domain.value(&at) > 0.0);
            match fixed {
                Some(typed) => layout.known[node] = value(typed).finite(&at)?,
                // Far outside the edge of the domain the value may be anything: no equation reads it.
                None if !inside => layout.known[node] = value(&bounds.edge).value(&at),
                None => {
                    layout.unknown[node] = layout.nodes.len() as u32;
                    layout.nodes.push(node);
                }
            }
        }
        if layout.nodes.is_empty() {
            let (field, why) = match bounds.domain {
                Some(_) => ("domain", "holds no node of the grid inside the box"),
                None => ("n", "leaves no unknown"),
            };
            return Err(BuildError::new(field, why));
        }
        Ok(layout)
    }

    /// Whether a node is another one of the opposite side, to which its side is joined.
    fn is_copy(&self, steps: [usize; 3]) -> bool {
        (0..self.grid.dimension).any(|a| self.periodic[a] && steps[a] == self.grid.intervals[a])
    }

    /// The node at these steps, or the one of the opposite side that it is joined to.
    fn original(&self, steps: [usize; 3]) -> usize {
        let back = |a: usize| if self.periodic[a] && steps[a] == self.grid.intervals[a] { 0 } else { steps[a] };
        self.grid.node([0, 1, 2].map(back))
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none; never so for a layout that was made.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The shape of the box of unknowns that couple within it: none where sides are joined.
    pub fn boxed(&self) -> Option<&Vec<usize>> {
        self.shape.as_ref().filter(|_| !self.periodic.contains(&true))
    }

    /// Whether values are given on all sides of the whole box.
    pub fn is_plain_box(&self) -> bool {
        self.shape.is_some() && self.sides.iter().flatten().all(|side| *side == Side::Given)
    }

    /// The smallest eigenvalue of `-u''` along an axis of the whole box, with a slope of zero where no value is given.
    pub fn lowest_eigenvalue(&self, axis: usize) -> f64 {
        let n = self.grid.intervals[axis];
        let parts = match self.sides[axis].iter().filter(|side| **side == Side::Given).count() {
            0 => return 0.0,
            1 => 4 * n,
            _ => 2 * n,
        };
        let length = self.grid.upper[axis] - self.grid.lower[axis];
        let sine = libm::sin(PI / parts as f64);
        4.0 * (n as f64 * sine) * (n as f64 * sine) / (length * length)
    }

    /// The lowest mode of the Laplacian on the whole box at the unknowns.
    pub fn lowest_mode(&self) -> Vec<f64> {
        let factor = |axis: usize, part: f64| match self.sides[axis] {
            [Side::Given, Side::Given] => libm::sin(PI * part),
            [Side::Given, _] => libm::sin(PI / 2.0 * part),
            [_, Side::Given] => libm::cos(PI / 2.0 * part),
            _ => 1.0,
        };
        let value = |&node: &usize| {
            let steps = self.grid.steps(node);
            let axes = 0..self.grid.dimension;
            axes.map(|a| factor(a, steps[a] as f64 / self.grid.intervals[a] as f64)).product()
        };
        self.nodes.iter().map(value).collect()
    }

    /// Part of a full cell along an axis: half on a side that is not joined to the opposite one.
    pub fn part(&self, steps: [usize; 3], axis: usize) -> f64 {
        let end = steps[axis] == 0 || steps[axis] == self.grid.intervals[axis];
        if end && !self.periodic[axis] { 0.5 } else { 1.0 }
    }

    /// Part of a full cell around a node.
    pub fn weight(&self, steps: [usize; 3]) -> f64 {
        (0..self.grid.dimension).map(|a| self.part(steps, a)).product()
    }

    /// Calls `visit` for the edges at the node at `steps`, the lower one of each axis first.
    pub fn edges(&self, steps: [usize; 3], mut visit: impl FnMut(Edge)) {
        for axis in 0..self.grid.dimension {
            let n = self.grid.intervals[axis];
            let lower = match steps[axis] {
                0 if self.periodic[axis] => Some(n - 1),
                0 => None,
                step => Some(step - 1),
            };
            if let Some(step) = lower {
                let mut from = steps;
                from[axis] = step;
                visit(Edge { axis, upper: false, from, node: self.grid.node(from) });
            }
            if steps[axis] < n {
                let mut at = steps;
                at[axis] = if self.periodic[axis] && steps[axis] == n - 1 { 0 } else { steps[axis] + 1 };
                visit(Edge { axis, upper: true, from: steps, node: self.grid.node(at) });
            }
        }
    }

    /// Whether a known value stands beside unknown `k`.
    pub fn touches_known(&self, k: usize) -> bool {
        let mut touches = false;
        self.edges(self.grid.steps(self.nodes[k]), |edge| touches |= self.unknown[edge.node] == KNOWN);
        touches
    }

    /// Lays values at the unknowns, and known ones unless `plain`, on all nodes.
    pub fn lay(&self, u: &[f64], plain: bool, values: &mut [f64]) {
        if plain {
            values.fill(0.0);
        } else {
            values.copy_from_slice(&self.known);
        }
        for (&node, &u) in self.nodes.iter().zip(u) {
            values[node] = u;
        }
    }

    /// All nodes that take part: unknowns, and known ones beside them, in the order of the grid.
    pub fn taking_part(&self) -> Vec<usize> {
        let mut part = vec![false; self.grid.nodes()];
        for &node in &self.nodes {
            part[node] = true;
            self.edges(self.grid.steps(node), |edge| part[edge.node] = true);
        }
        // The corners of a plain box belong to no equation, but to the solution.
        if self.shape.is_some() {
            part.fill(true);
        }
        (0..part.len()).filter(|&node| part[node] && !self.is_copy(self.grid.steps(node))).collect()
    }

    /// As what values at the unknowns are drawn.
    pub fn kind(&self) -> PictureKind {
        if self.grid.dimension == 1 { PictureKind::Line } else { PictureKind::Field }
    }

    /// Draws values at the unknowns, y upwards; `known` says whether known values are drawn with them.
    pub fn draw(&self, u: &[f64], known: bool, extent: Extent, out: &mut Picture) {
        let g = &self.grid;
        let masked = self.shape.is_none();
        let at = |steps: [usize; 3]| {
            let node = self.original(steps);
            match self.unknown[node] {
                KNOWN if known && !masked => self.known[node],
                KNOWN if masked || known => f64::NAN,
                KNOWN => 0.0,
                k => u[k as usize],
            }
        };
        let [columns, rows, layers] = g.intervals;
        match g.dimension {
            1 => {
                let x = |i: usize| g.coordinates(g.node([i, 0, 0]))[0];
                out.line((columns + 1, 1), extent, x, |_, i| at([i, 0, 0]));
            }
            // Of three dimensions the layer in the middle is drawn.
            _ => out.field(rows + 1, columns + 1, extent, |row, col| at([col, rows - row, layers / 2])),
        }
    }

    /// Adds the flow of these velocities at the unknowns, by axis, to a drawn field; in two dimensions alone. What it crosses in a unit of time
    /// is a part of the width and of the height, whatever their lengths.
    pub fn draw_flow(&self, velocity: &[Vec<f64>], out: &mut Picture) {
        let ([along, up], 2) = (velocity, self.grid.dimension) else { return };
        let [columns, rows, _] = self.grid.intervals;
        let [width, height] = [0, 1].map(|axis| self.grid.upper[axis] - self.grid.lower[axis]);
        out.flow(rows + 1, columns + 1, |row, col| match self.unknown[self.original([col, rows - row, 0])] {
            KNOWN => [f64::NAN; 2],
            k => [along[k as usize] / width, up[k as usize] / height],
        });
    }

    /// The values at all nodes of a rectangle, row by row with growing y; none for other boxes and domains.
    pub fn rectangle(&self, u: &[f64]) -> Option<Artifact> {
        if self.grid.dimension != 2 || self.shape.is_none() {
            return None;
        }
        let [cols, rows, _] = self.grid.intervals.map(|n| n + 1);
        let value = |node: usize| match self.unknown[self.original(self.grid.steps(node))] {
            KNOWN => self.known[self.original(self.grid.steps(node))],
            k => u[k as usize],
        };
        Some(Artifact::Grid { rows, cols, values: (0..rows * cols).map(value).collect() })
    }

    /// The nodes that take part, with their coordinates and values.
    pub fn result(&self, u: &[f64]) -> Artifact {
        let dimension = self.grid.dimension;
        let rows = self.taking_part().into_iter().map(|node| {
            let value = match self.unknown[node] {
                KNOWN => self.known[node],
                k => u[k as usize],
            };
            let at = self.grid.coordinates(node);
            at[..dimension].iter().chain([&value]).map(|&x| Cell::Real(x)).collect()
        });
        let columns = COORDINATES[..dimension].iter().chain(&["u"]).map(|&name| name.to_owned()).collect();
        Artifact::Table { columns, rows: rows.collect() }
    }
}
