//! The equation as typed: expressions of x and y, and their values on a mesh.

use iterscope_core::{BuildError, Values};

use crate::discrete::{Advection, Discrete, Nodal};
use crate::grid::COORDINATES;
use crate::typed::{Typed, finite};

/// Dimensions of the equation.
const DIMENSION: usize = 2;

/// The names that expressions may use.
pub const VARIABLES: &[&str] = COORDINATES.split_at(DIMENSION).0;

/// An exact solution with the derivatives that the source is made of.
#[derive(Clone, Debug)]
struct Exact {
    u: Typed,
    ux: Typed,
    uy: Typed,
    uxx: Typed,
    uyy: Typed,
}

/// `-d1 u_xx - d2 u_yy + v1 u_x + v2 u_y + c u = f` on the unit square with `u = g` on its boundary.
#[derive(Clone, Debug)]
pub struct Equation {
    diffusion_x: Typed,
    diffusion_y: Typed,
    velocity_x: Typed,
    velocity_y: Typed,
    reaction: Typed,
    source: Typed,
    boundary: Typed,
    exact: Option<Exact>,
    advection: Advection,
}

impl Equation {
    /// Reads the expressions among the parameters of the problem.
    ///
    /// # Errors
    /// Names the field, and the character where an expression is wrong.
    pub fn parse(values: &Values) -> Result<Equation, BuildError> {
        let field = |key| Typed::parse(key, values.text(key), 0, DIMENSION);
        let exact = if values.text("exact").trim().is_empty() {
            None
        } else {
            for (key, default) in [("source", "1"), ("boundary", "0")] {
                if values.text(key).trim() != default {
                    let why =
                        format!("source and boundary follow from the exact solution: clear this field, or `{key}`");
                    return Err(BuildError::new("exact", why));
                }
            }
            let u = field("exact")?;
            u.smooth(&[[0.0, 1.0]; DIMENSION])?;
            let (ux, uy) = (u.derivative(0)?, u.derivative(1)?);
            let (uxx, uyy) = (ux.derivative(0)?, uy.derivative(1)?);
            Some(Exact { u, ux, uy, uxx, uyy })
        };
        Ok(Equation {
            diffusion_x: field("diffusion_x")?,
            diffusion_y: field("diffusion_y")?,
            velocity_x: field("velocity_x")?,
            velocity_y: field("velocity_y")?,
            reaction: field("reaction")?,
            source: field("source")?,
            boundary: field("boundary")?,
            exact,
            advection: if values.text("advection") == "upwind" { Advection::Upwind } else { Advection::Central },
        })
    }

    /// Whether the exact solution is known.
    pub fn has_exact(&self) -> bool {
        self.exact.is_some()
    }

    /// The discrete problem with `nx` by `ny` intervals, each at least 2.
    ///
    /// # Errors
    /// A coefficient or the data is not finite at a node, or a diffusion is not positive; names the field and the point.
    pub fn discretise(&self, nx: usize, ny: usize) -> Result<Discrete, BuildError> {
        let n = (nx - 1) * (ny - 1);
        let empty = || Vec::with_capacity(n);
        let mut nodal = Nodal {
            diffusion_x: empty(),
            diffusion_y: empty(),
            velocity_x: empty(),
            velocity_y: empty(),
            reaction: empty(),
            source: empty(),
        };
        let mut exact = self.exact.as_ref().map(|_| empty());
        for j in 1..ny {
            for i in 1..nx {
                let at = [i as f64 / nx as f64, j as f64 / ny as f64, 0.0];
                let (d1, d2) = (self.diffusion_x.positive(&at)?, self.diffusion_y.positive(&at)?);
                let (v1, v2) = (self.velocity_x.finite(&at)?, self.velocity_y.finite(&at)?);
                let c = self.reaction.finite(&at)?;
                let f = match (&self.exact, &mut exact) {
                    (Some(e), Some(values)) => {
                        let u = e.u.finite(&at)?;
                        values.push(u);
                        let of = |derivative: &Typed| derivative.value(&at);
                        let diffusion = d1 * of(&e.uxx) + d2 * of(&e.uyy);
                        let f = v1 * of(&e.ux) + v2 * of(&e.uy) + c * u - diffusion;
                        finite("exact", "the source that follows from it", f, &at[..DIMENSION])?
                    }
                    _ => self.source.finite(&at)?,
                };
                nodal.diffusion_x.push(d1);
                nodal.diffusion_y.push(d2);
                nodal.velocity_x.push(v1);
                nodal.velocity_y.push(v2);
                nodal.reaction.push(c);
                nodal.source.push(f);
            }
        }
        let given = self.exact.as_ref().map_or(&self.boundary, |e| &e.u);
        let mut frame = vec![0.0; (nx + 1) * (ny + 1)];
        for j in 0..=ny {
            let step = if j == 0 || j == ny { 1 } else { nx };
            for i in (0..=nx).step_by(step) {
                frame[j * (nx + 1) + i] = given.finite(&[i as f64 / nx as f64, j as f64 / ny as f64, 0.0])?;
            }
        }
        let discrete = Discrete::assemble((nx, ny), self.advection, nodal, frame, exact);
        // Finite data may still overflow: 1e300 divided by h squared, for one.
        let s = &discrete.stencil;
        for (k, b) in discrete.rhs.iter().enumerate() {
            let (x, y) = discrete.point(k);
            let row = s.centre[k].abs()
                + s.links[0].lower[k].abs()
                + s.links[0].upper[k].abs()
                + s.links[1].lower[k].abs()
                + s.links[1].upper[k].abs();
            finite("diffusion_x", "a matrix entry made of the coefficients", row, &[x, y])?;
            finite(given.key, "the right-hand side made of it", *b, &[x, y])?;
        }
        Ok(discrete)
    }
}
