//! The equation as typed: expressions of x and y, and their values on a mesh.

use iterscope_core::{BuildError, Values};
use iterscope_decimal::Short;
use iterscope_expr::{Expr, Jump};

use crate::discrete::{Advection, Discrete, Nodal};

/// The names that expressions may use.
pub const VARIABLES: &[&str] = &["x", "y"];

/// An expression together with the form field it was typed into.
#[derive(Clone, Debug)]
struct Field {
    key: &'static str,
    expr: Expr,
}

impl Field {
    fn parse(key: &'static str, values: &Values) -> Result<Field, BuildError> {
        match Expr::parse(values.text(key), VARIABLES) {
            Ok(expr) => Ok(Field { key, expr }),
            Err(e) => Err(BuildError::at(key, e.message, e.at)),
        }
    }

    /// Value at a point, refused where it is not finite.
    fn at(&self, x: f64, y: f64) -> Result<f64, BuildError> {
        finite(self.key, "it", self.expr.eval(&[x, y]), x, y)
    }
}

fn finite(key: &str, what: &str, value: f64, x: f64, y: f64) -> Result<f64, BuildError> {
    if value.is_finite() {
        return Ok(value);
    }
    let kind = if value.is_nan() { "not a number" } else { "infinite" };
    let (x, y) = (Short(x), Short(y));
    Err(BuildError::new(key, format!("{what} is {kind} at x = {x}, y = {y}; it must be finite on the whole mesh")))
}

/// An exact solution with the derivatives that the source is made of.
#[derive(Clone, Debug)]
struct Exact {
    u: Field,
    ux: Expr,
    uy: Expr,
    uxx: Expr,
    uyy: Expr,
}

/// `-d1 u_xx - d2 u_yy + v1 u_x + v2 u_y + c u = f` on the unit square with `u = g` on its boundary.
#[derive(Clone, Debug)]
pub struct Equation {
    diffusion_x: Field,
    diffusion_y: Field,
    velocity_x: Field,
    velocity_y: Field,
    reaction: Field,
    source: Field,
    boundary: Field,
    exact: Option<Exact>,
    advection: Advection,
}

impl Equation {
    /// Reads the expressions among the parameters of the problem.
    ///
    /// # Errors
    /// Names the field, and the character where an expression is wrong.
    pub fn parse(values: &Values) -> Result<Equation, BuildError> {
        let field = |key| Field::parse(key, values);
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
            refuse_kink(&u.expr)?;
            let diff = |e: &Expr, variable| e.diff(variable).map_err(|e| BuildError::new("exact", e.message));
            let (ux, uy) = (diff(&u.expr, 0)?, diff(&u.expr, 1)?);
            let (uxx, uyy) = (diff(&ux, 0)?, diff(&uy, 1)?);
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
                let (x, y) = (i as f64 / nx as f64, j as f64 / ny as f64);
                let (d1, d2) = (positive(&self.diffusion_x, x, y)?, positive(&self.diffusion_y, x, y)?);
                let (v1, v2) = (self.velocity_x.at(x, y)?, self.velocity_y.at(x, y)?);
                let c = self.reaction.at(x, y)?;
                let f = match (&self.exact, &mut exact) {
                    (Some(e), Some(values)) => {
                        let u = e.u.at(x, y)?;
                        values.push(u);
                        let of = |expr: &Expr| expr.eval(&[x, y]);
                        let diffusion = d1 * of(&e.uxx) + d2 * of(&e.uyy);
                        let f = v1 * of(&e.ux) + v2 * of(&e.uy) + c * u - diffusion;
                        finite("exact", "the source that follows from it", f, x, y)?
                    }
                    _ => self.source.at(x, y)?,
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
                frame[j * (nx + 1) + i] = given.at(i as f64 / nx as f64, j as f64 / ny as f64)?;
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
            finite("diffusion_x", "a matrix entry made of the coefficients", row, x, y)?;
            finite(given.key, "the right-hand side made of it", *b, x, y)?;
        }
        Ok(discrete)
    }
}

/// An exact solution that jumps, or whose slope does, solves the equation with no source that is a function.
fn refuse_kink(u: &Expr) -> Result<(), BuildError> {
    let found = u.kink_inside(&[[0.0, 1.0], [0.0, 1.0]]).map_err(|e| BuildError::new("exact", e.message))?;
    let Some(kink) = found else { return Ok(()) };
    let what = match kink.jump {
        Jump::Value => "the value jumps",
        Jump::Slope => "the slope jumps",
    };
    let [x, y] = [kink.at[0], kink.at[1]].map(|c| Short((c * 1e6).round() / 1e6));
    let piece = kink.piece;
    Err(BuildError::new(
        "exact",
        format!(
            "{what} at x = {x}, y = {y}, because of `{piece}`: no source belongs to such a solution. Take a smooth one, such as \
             sqrt((x - 0.5)^2 + 0.001) for abs(x - 0.5), or clear this field and give source and boundary"
        ),
    ))
}

fn positive(field: &Field, x: f64, y: f64) -> Result<f64, BuildError> {
    let d = field.at(x, y)?;
    if d > 0.0 {
        return Ok(d);
    }
    let (d, x, y) = (Short(d), Short(x), Short(y));
    Err(BuildError::new(field.key, format!("must be positive on the whole mesh, but is {d} at x = {x}, y = {y}")))
}
