//! The non-divergence form at the nodes of a grid: sampled data, matrix, right-hand side, residual.
//!
//! Where a side has a condition on the derivative, its node has an equation of its own. The node beyond it is the one for which the central
//! difference along the normal has the value that the condition says, and advection along the normal takes that value, whichever
//! the difference elsewhere. The row is weighted by the part of a cell around the node, which keeps symmetric matrices symmetric.

use std::ops::Deref;

use iterscope_core::BuildError;
use iterscope_linear::Matrix;

use crate::assembly::Assembly;
use crate::layout::{KNOWN, Layout};
use crate::typed::finite;

/// How the first derivatives are approximated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advection {
    /// `(u_{i+1} - u_{i-1}) / 2h`: second order.
    Central,
    /// The one-sided difference against the flow: first order, no oscillations.
    Upwind,
}

/// A condition `du/dn = value - coefficient u` at an unknown on a side.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Natural {
    unknown: usize,
    axis: usize,
    upper: bool,
    coefficient: f64,
    value: f64,
}

/// The equation at the unknowns, x fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Discrete {
    layout: Layout,
    /// How advection is approximated.
    pub advection: Advection,
    /// Coefficients of the negative second derivatives, by axis.
    pub diffusion: Vec<Vec<f64>>,
    /// Velocities, by axis.
    pub velocity: Vec<Vec<f64>>,
    /// Coefficient of `u`.
    pub reaction: Vec<f64>,
    /// Right-hand side.
    pub source: Vec<f64>,
    /// Part of a full cell around each unknown.
    pub weight: Vec<f64>,
    /// The exact solution of the equation at the unknowns, where it is known.
    pub exact: Option<Vec<f64>>,
    /// In the order of the unknowns.
    natural: Vec<Natural>,
}

impl Deref for Discrete {
    type Target = Layout;
    fn deref(&self) -> &Layout {
        &self.layout
    }
}

impl Discrete {
    pub(crate) fn empty(layout: Layout, advection: Advection, exact: bool) -> Discrete {
        let axes = vec![Vec::with_capacity(layout.len()); layout.grid.dimension];
        Discrete {
            layout,
            advection,
            diffusion: axes.clone(),
            velocity: axes,
            reaction: Vec::new(),
            source: Vec::new(),
            weight: Vec::new(),
            exact: exact.then(Vec::new),
            natural: Vec::new(),
        }
    }

    /// The conditions at unknown `k`, which comes after those before: side, coefficient, value.
    pub(crate) fn tie(&mut self, k: usize, steps: [usize; 3], natural: &[(usize, f64, f64)]) {
        self.weight.push(self.layout.weight(steps));
        self.natural.extend(natural.iter().map(|&(side, coefficient, value)| Natural {
            unknown: k,
            axis: side / 2,
            upper: !side.is_multiple_of(2),
            coefficient,
            value,
        }));
    }

    /// The conditions at the unknowns, one after the other.
    fn conditions<'a>(&'a self) -> impl FnMut(usize) -> &'a [Natural] {
        let mut rest = &self.natural[..];
        move |k| {
            let (own, others) = rest.split_at(rest.iter().take_while(|n| n.unknown == k).count());
            rest = others;
            own
        }
    }

    /// Matrix and right-hand side, known values moved into it.
    ///
    /// # Errors
    /// An entry is not finite, though its parts are: 1e300 divided by h squared, for one.
    pub fn assemble(&self) -> Result<(Matrix<f64>, Vec<f64>), BuildError> {
        let mut assembly = Assembly::new(&self.layout);
        let mut rhs = Vec::with_capacity(self.len());
        let mut conditions = self.conditions();
        for k in 0..self.len() {
            let steps = self.grid.steps(self.nodes[k]);
            let weight = self.weight[k];
            let (mut centre, mut right, mut size) = (0.0, weight * self.source[k], 0.0);
            let own = conditions(k);
            let mut axis = usize::MAX;
            self.edges(steps, |edge| {
                let (d, v, h) =
                    (self.diffusion[edge.axis][k], self.velocity[edge.axis][k], self.grid.spacing(edge.axis));
                let tied = own.iter().find(|n| n.axis == edge.axis);
                let (lower, upper, middle) = match tied {
                    Some(_) => (-2.0 * d / (h * h), -2.0 * d / (h * h), 2.0 * d / (h * h)),
                    None => pair(d, v, h, self.advection),
                };
                // The share of the diagonal belongs to both neighbours.
                if axis != edge.axis {
                    centre += middle;
                    axis = edge.axis;
                }
                let value = weight * if edge.upper { upper } else { lower };
                size += value.abs();
                if self.unknown[edge.node] == KNOWN {
                    // A neighbour that is known: its share moves to the right-hand side.
                    right -= value * self.known[edge.node];
                } else {
                    assembly.couple(k, edge.axis, edge.upper, self.unknown[edge.node], value);
                }
            });
            centre += self.reaction[k];
            for n in own {
                let share = self.normal(n);
                centre -= share * n.coefficient;
                right -= weight * share * n.value;
            }
            assembly.centre(k, weight * centre);
            let at = self.grid.coordinates(self.nodes[k]);
            let place = &at[..self.grid.dimension];
            finite("diffusion_x", "a matrix entry made of the coefficients", weight * centre.abs() + size, place)?;
            rhs.push(right);
        }
        Ok((assembly.matrix()?, rhs))
    }

    /// What the outward derivative is multiplied by in the equation of the node on a side.
    fn normal(&self, n: &Natural) -> f64 {
        let (d, v) = (self.diffusion[n.axis][n.unknown], self.velocity[n.axis][n.unknown]);
        let outward = if n.upper { v } else { -v };
        outward - 2.0 * d / self.grid.spacing(n.axis)
    }

    /// `b - A u` by differences of nodal values, without the matrix. `values` is scratch of the length of the grid.
    pub fn residual(&self, u: &[f64], values: &mut [f64], out: &mut [f64]) {
        self.lay(u, false, values);
        let mut conditions = self.conditions();
        for (k, out) in out.iter_mut().enumerate() {
            *out = self.weight[k] * (self.source[k] - self.operator(values, k, conditions(k), false));
        }
    }

    /// `u' A u` by the same differences.
    pub fn energy(&self, u: &[f64], values: &mut [f64]) -> f64 {
        self.lay(u, true, values);
        let mut conditions = self.conditions();
        let mut sum = 0.0;
        for (k, u) in u.iter().enumerate() {
            sum += u * (self.weight[k] * self.operator(values, k, conditions(k), true));
        }
        sum
    }

    /// The differential operator at unknown `k`; `homogeneous` takes the conditions with the value 0.
    fn operator(&self, values: &[f64], k: usize, own: &[Natural], homogeneous: bool) -> f64 {
        let node = self.nodes[k];
        let steps = self.grid.steps(node);
        let u = values[node];
        let mut beside = [[f64::NAN; 2]; 3];
        self.edges(steps, |edge| beside[edge.axis][usize::from(edge.upper)] = values[edge.node]);
        let mut sum = 0.0;
        for (axis, [mut low, mut high]) in beside.into_iter().enumerate().take(self.grid.dimension) {
            let (d, v, h) = (self.diffusion[axis][k], self.velocity[axis][k], self.grid.spacing(axis));
            let tied = own.iter().find(|n| n.axis == axis);
            let slope = match (tied, self.advection) {
                (Some(n), _) => {
                    let outward = if homogeneous { 0.0 } else { n.value } - n.coefficient * u;
                    if n.upper {
                        high = low + 2.0 * h * outward;
                        outward
                    } else {
                        low = high + 2.0 * h * outward;
                        -outward
                    }
                }
                (None, Advection::Central) => (high - low) / (2.0 * h),
                (None, Advection::Upwind) if v > 0.0 => (u - low) / h,
                (None, Advection::Upwind) => (high - u) / h,
            };
            sum += v * slope - d * ((high - u) - (u - low)) / (h * h);
        }
        sum + self.reaction[k] * u
    }

    /// Coefficients of the conditions on the derivative, with their unknowns.
    pub fn robin(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.natural.iter().filter(|n| n.coefficient != 0.0).map(|n| (n.unknown, n.coefficient))
    }

    /// The largest cell Peclet number, `|v| h / 2d`, over nodes and directions.
    pub fn cell_peclet(&self) -> f64 {
        let largest = |axis: usize| {
            let h = self.grid.spacing(axis);
            let pairs = self.velocity[axis].iter().zip(&self.diffusion[axis]);
            pairs.map(|(v, d)| v.abs() * h / (2.0 * d)).fold(0.0, f64::max)
        };
        (0..self.grid.dimension).map(largest).fold(0.0, f64::max)
    }

    /// Whether something moves.
    pub fn has_flow(&self) -> bool {
        self.velocity.iter().flatten().any(|v| *v != 0.0)
    }

    /// The couplings of neighbours are at most zero and no row sum is negative: with this the matrix is an
    /// M-matrix, its solutions obey a maximum principle, and the splittings of Jacobi and Gauss-Seidel converge.
    pub fn is_monotone(&self) -> bool {
        let upwind_or_fine = self.advection == Advection::Upwind || self.cell_peclet() <= 1.0;
        let natural = self.natural.iter().all(|n| n.coefficient == 0.0 || self.normal(n) * n.coefficient <= 0.0);
        upwind_or_fine && natural && self.reaction.iter().all(|&c| c >= 0.0)
    }

    /// Whether every coefficient of the equation is the same at all nodes.
    pub fn has_constant_coefficients(&self) -> bool {
        let all = self.diffusion.iter().chain(&self.velocity).chain([&self.reaction]);
        all.into_iter().all(|v| v.iter().all(|x| *x == v[0]))
    }

    /// Less than every eigenvalue of the operator before its rows are weighted, where the matrix is symmetric and no condition on a
    /// derivative has a negative coefficient: `A >= sum min d_a L_a + min c` in the order of quadratic forms.
    pub fn bottom(&self) -> f64 {
        let least = |v: &[f64]| v.iter().copied().fold(f64::INFINITY, f64::min);
        let axes = self.diffusion.iter().enumerate();
        let sum = axes.fold(0.0, |sum, (axis, d)| sum + least(d) * self.lowest_eigenvalue(axis));
        sum + least(&self.reaction)
    }
}

/// Coefficients towards lower and higher neighbour, and their share of the diagonal, of `-d u'' + v u'`.
fn pair(d: f64, v: f64, h: f64, advection: Advection) -> (f64, f64, f64) {
    let diffusion = d / (h * h);
    match advection {
        Advection::Central => (-diffusion - v / (2.0 * h), -diffusion + v / (2.0 * h), 2.0 * diffusion),
        Advection::Upwind => {
            let (with, against) = (v.max(0.0) / h, v.min(0.0) / h);
            (-diffusion - with, -diffusion + against, 2.0 * diffusion + with - against)
        }
    }
}
