//! Advection, diffusion and reaction in non-divergence form, `-sum d_a u_aa + v . grad u + c u = f`, as typed.

use iterscope_core::BuildError;

use crate::discrete::{Advection, Discrete};
use crate::grid::Grid;
use crate::layout::{Bounds, Layout, Source};
use crate::typed::{Typed, finite};

/// The equation with its domain, as typed.
#[derive(Clone, Debug)]
pub struct Equation {
    /// The grid.
    pub grid: Grid,
    /// Coefficient of the negative second derivative along each axis.
    pub diffusion: Vec<Typed>,
    /// Velocity along each axis.
    pub velocity: Vec<Typed>,
    /// Coefficient of `u`.
    pub reaction: Typed,
    /// Right-hand side.
    pub source: Source,
    /// Sides and domain.
    pub bounds: Bounds,
    /// How first derivatives are approximated.
    pub advection: Advection,
}

impl Equation {
    /// The same equation with these intervals along the axes.
    #[must_use]
    pub fn on(&self, intervals: [usize; 3]) -> Equation {
        Equation { grid: Grid { intervals, ..self.grid.clone() }, ..self.clone() }
    }

    /// The equation at the nodes of its grid.
    ///
    /// # Errors
    /// A coefficient or the data is not finite at a node, a diffusion is not positive, or the domain has no unknown; names the
    /// field and the point.
    pub fn discretise(&self) -> Result<Discrete, BuildError> {
        let (g, exact) = (&self.grid, self.source.exact());
        let mut d = Discrete::empty(Layout::new(g, &self.bounds, exact)?, self.advection, exact.is_some());
        for k in 0..d.len() {
            let steps = g.steps(d.nodes[k]);
            let at = g.coordinates(d.nodes[k]);
            for (axis, diffusion) in self.diffusion.iter().enumerate() {
                d.diffusion[axis].push(diffusion.positive(&at)?);
            }
            for (axis, velocity) in self.velocity.iter().enumerate() {
                d.velocity[axis].push(velocity.finite(&at)?);
            }
            let c = self.reaction.finite(&at)?;
            let f = match &self.source {
                Source::Typed(f) => f.finite(&at)?,
                Source::Exact(e) => {
                    let u = e.u.finite(&at)?;
                    d.exact.get_or_insert_default().push(u);
                    let (mut diffusion, mut advection) = (0.0, 0.0);
                    for axis in 0..g.dimension {
                        diffusion += d.diffusion[axis][k] * e.second[axis].value(&at);
                        advection += d.velocity[axis][k] * e.gradient[axis].value(&at);
                    }
                    finite(
                        "exact",
                        "the source that follows from it",
                        advection + c * u - diffusion,
                        &at[..g.dimension],
                    )?
                }
            };
            d.reaction.push(c);
            d.source.push(f);
            let natural = self.bounds.natural(g, exact, steps)?;
            d.tie(k, steps, &natural);
        }
        Ok(d)
    }
}
