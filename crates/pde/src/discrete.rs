//! The equation on a uniform mesh: nodal data, matrix, right-hand side.

use iterscope_kernels::banded::BandedLu;
use iterscope_kernels::compiled;
use iterscope_kernels::stencil::Stencil;

/// How the first derivatives are approximated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advection {
    /// `(u_{i+1} - u_{i-1}) / 2h`: second order.
    Central,
    /// The one-sided difference against the flow: first order, no oscillations.
    Upwind,
}

/// The equation's data at the interior nodes, x fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodal {
    /// Coefficient of `-u_xx`.
    pub diffusion_x: Vec<f64>,
    /// Coefficient of `-u_yy`.
    pub diffusion_y: Vec<f64>,
    /// Coefficient of `u_x`.
    pub velocity_x: Vec<f64>,
    /// Coefficient of `u_y`.
    pub velocity_y: Vec<f64>,
    /// Coefficient of `u`.
    pub reaction: Vec<f64>,
    /// Right-hand side.
    pub source: Vec<f64>,
}

/// The discrete problem `A u = b` on the unit square with `nx` by `ny` intervals: `(nx - 1) (ny - 1)` unknowns, x
/// fastest, from the node nearest to the origin on.
#[derive(Clone, Debug, PartialEq)]
pub struct Discrete {
    /// Intervals in x.
    pub nx: usize,
    /// Intervals in y.
    pub ny: usize,
    /// Mesh width in x.
    pub hx: f64,
    /// Mesh width in y.
    pub hy: f64,
    /// How advection is approximated.
    pub advection: Advection,
    /// The matrix.
    pub stencil: Stencil<f64>,
    /// The right-hand side, known boundary values moved into it.
    pub rhs: Vec<f64>,
    /// The data that matrix and right-hand side were made of.
    pub nodal: Nodal,
    /// Boundary values on the whole grid of `(nx + 1) (ny + 1)` nodes, zero inside.
    pub frame: Vec<f64>,
    /// The exact solution of the equation at the unknowns, where it is known.
    pub exact: Option<Vec<f64>>,
    /// The matrix equals its transpose.
    pub symmetric: bool,
    /// The matrix is known to be symmetric positive definite.
    pub positive_definite: bool,
}

impl Discrete {
    /// Assembles matrix and right-hand side.
    pub fn assemble(
        (nx, ny): (usize, usize),
        advection: Advection,
        nodal: Nodal,
        frame: Vec<f64>,
        exact: Option<Vec<f64>>,
    ) -> Discrete {
        let (width, height) = (nx - 1, ny - 1);
        let (hx, hy) = (1.0 / nx as f64, 1.0 / ny as f64);
        let mut stencil = Stencil::zero(width * height, &[1, width]);
        let mut rhs = nodal.source.clone();
        for j in 0..height {
            for i in 0..width {
                let k = j * width + i;
                let (west, east, x) = pair(nodal.diffusion_x[k], nodal.velocity_x[k], hx, advection);
                let (south, north, y) = pair(nodal.diffusion_y[k], nodal.velocity_y[k], hy, advection);
                stencil.centre[k] = x + y + nodal.reaction[k];
                // A neighbour on the boundary is known: its share moves to the right-hand side.
                let at = (j + 1) * (nx + 1) + i + 1;
                let mut place = |coefficients: &mut [f64], value: f64, inside: bool, neighbour: usize| {
                    if inside {
                        coefficients[k] = value;
                    } else {
                        rhs[k] -= value * frame[neighbour];
                    }
                };
                place(&mut stencil.links[0].lower, west, i > 0, at - 1);
                place(&mut stencil.links[0].upper, east, i + 1 < width, at + 1);
                place(&mut stencil.links[1].lower, south, j > 0, at - nx - 1);
                place(&mut stencil.links[1].upper, north, j + 1 < height, at + nx + 1);
            }
        }
        let symmetric = is_symmetric(&stencil);
        let least = |v: &[f64]| v.iter().copied().fold(f64::INFINITY, f64::min);
        // With symmetry, A >= min d1 L_x + min d2 L_y + min c in the order of quadratic forms.
        let bottom = least(&nodal.diffusion_x) * lowest_eigenvalue(nx)
            + least(&nodal.diffusion_y) * lowest_eigenvalue(ny)
            + least(&nodal.reaction);
        let positive_definite = symmetric && bottom > 0.0;
        Discrete { nx, ny, hx, hy, advection, stencil, rhs, nodal, frame, exact, symmetric, positive_definite }
    }

    /// Unknowns in a row.
    pub fn width(&self) -> usize {
        self.nx - 1
    }

    /// Rows of unknowns.
    pub fn height(&self) -> usize {
        self.ny - 1
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.rhs.len()
    }

    /// Whether there are no unknowns; never so for a problem that was built.
    pub fn is_empty(&self) -> bool {
        self.rhs.is_empty()
    }

    /// Coordinates of unknown `k`.
    pub fn point(&self, k: usize) -> (f64, f64) {
        let (i, j) = (k % self.width() + 1, k / self.width() + 1);
        (i as f64 / self.nx as f64, j as f64 / self.ny as f64)
    }

    /// `out = A u`.
    pub fn apply(&self, u: &[f64], out: &mut [f64]) {
        self.stencil.apply(u, out);
    }

    /// `out = b - A u`.
    pub fn residual(&self, u: &[f64], out: &mut [f64]) {
        self.stencil.residual(&self.rhs, u, out);
    }

    /// The largest cell Peclet number, `|v| h / 2d`, over nodes and directions.
    pub fn cell_peclet(&self) -> f64 {
        let largest =
            |v: &[f64], d: &[f64], h: f64| v.iter().zip(d).map(|(v, d)| v.abs() * h / (2.0 * d)).fold(0.0, f64::max);
        let x = largest(&self.nodal.velocity_x, &self.nodal.diffusion_x, self.hx);
        let y = largest(&self.nodal.velocity_y, &self.nodal.diffusion_y, self.hy);
        x.max(y)
    }

    /// All coefficients that couple neighbours are at most zero and no row sum is negative: with this the matrix is an
    /// M-matrix, its solutions obey a maximum principle, and the splittings of Jacobi and Gauss-Seidel converge.
    pub fn is_monotone(&self) -> bool {
        let s = &self.stencil;
        let coupled = [&s.links[0].lower, &s.links[0].upper, &s.links[1].lower, &s.links[1].upper];
        let no_positive = coupled.iter().all(|v| v.iter().all(|&x| x <= 0.0));
        let upwind_or_fine = self.advection == Advection::Upwind || self.cell_peclet() <= 1.0;
        no_positive && upwind_or_fine && self.nodal.reaction.iter().all(|&c| c >= 0.0)
    }

    /// Whether every coefficient of the equation is the same at all nodes.
    pub fn has_constant_coefficients(&self) -> bool {
        let d = &self.nodal;
        [&d.diffusion_x, &d.diffusion_y, &d.velocity_x, &d.velocity_y, &d.reaction]
            .iter()
            .all(|v| v.iter().all(|x| *x == v[0]))
    }

    /// Solves the discrete problem by banded elimination with pivoting; none where the matrix is singular to working
    /// precision, which shows in a residual that is not small.
    pub fn solve_direct(&self) -> Option<Vec<f64>> {
        let lu = self.factor()?;
        let mut u = self.rhs.clone();
        lu.solve(&mut u);
        let mut rest = vec![0.0; u.len()];
        self.residual(&u, &mut rest);
        (compiled::norm2(&rest) <= 1e-6 * compiled::norm2(&self.rhs)).then_some(u)
    }

    /// The factorised matrix, unknowns in their own order.
    fn factor(&self) -> Option<BandedLu> {
        let (n, m, s) = (self.len(), self.width(), &self.stencil);
        let mut lu = BandedLu::new(n, m, m);
        for k in 0..n {
            lu.set(k, k, s.centre[k]);
            if k > 0 {
                lu.add(k, k - 1, s.links[0].lower[k]);
            }
            if k + 1 < n {
                lu.add(k, k + 1, s.links[0].upper[k]);
            }
            if k >= m {
                lu.add(k, k - m, s.links[1].lower[k]);
            }
            if k + m < n {
                lu.add(k, k + m, s.links[1].upper[k]);
            }
        }
        lu.factor().ok()?;
        Some(lu)
    }
}

/// The smallest eigenvalue of the one-dimensional `-u''` with `n` intervals.
pub(crate) fn lowest_eigenvalue(n: usize) -> f64 {
    let sine = libm::sin(std::f64::consts::PI / (2 * n) as f64);
    4.0 * (n as f64 * sine) * (n as f64 * sine)
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

fn is_symmetric(s: &Stencil<f64>) -> bool {
    let (n, m) = (s.len(), s.links[1].stride);
    let in_rows = (0..n.saturating_sub(1)).all(|k| s.links[0].upper[k] == s.links[0].lower[k + 1]);
    in_rows && (0..n.saturating_sub(m)).all(|k| s.links[1].upper[k] == s.links[1].lower[k + m])
}
