//! What nonlinear and time-dependent methods see of a problem: the rate of change `u' = F(t, u)` of a vector of values. A steady
//! problem is `F(u) = 0`.

use iterscope_kernels::csr::Csr;

use crate::time::semidiscrete::SemiDiscrete;

/// Which terms of a rate of change are meant. They add up: `All = Stiff + Rest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of them.
    All,
    /// Terms that are linear in second or higher derivatives: what splitting and implicit-explicit methods take implicitly.
    Stiff,
    /// The others: reactions, advection.
    Rest,
}

/// A system `u' = F(t, u)` of ordinary differential equations; places of `u` that are given otherwise (boundary values) have the
/// rate 0. It works in memory of its own and allocates nothing in [`System::rate`].
pub trait System {
    /// The number of values.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the rate of change of `part` at time `t`; `u` and `out` have [`System::len`] values.
    fn rate(&mut self, part: Part, t: f64, u: &[f64], out: &mut [f64]);

    /// The derivative of [`System::rate`] with respect to `u`.
    fn jacobian(&mut self, part: Part, t: f64, u: &[f64]) -> Csr;

    /// The same in place of an earlier one of the same part, whose pattern it has. What runs step by step takes this one, so that steps do
    /// not allocate.
    fn jacobian_into(&mut self, part: Part, t: f64, u: &[f64], out: &mut Csr) {
        *out = self.jacobian(part, t, u);
    }

    /// Where a rate is `M^{-1} G(t, u)` with a sparse M and a G that looks at neighbours only, while the rate itself depends on all values: the
    /// matrix M, which is the same at all times. Every part of the system has the same.
    fn mass(&self) -> Option<&Csr> {
        None
    }

    /// The derivative of G, see [`System::mass`]: M times that of the rate, with a place for every entry of M. Without a mass it is the derivative of
    /// the rate.
    fn sparse_jacobian_into(&mut self, part: Part, t: f64, u: &[f64], out: &mut Csr) {
        self.jacobian_into(part, t, u, out);
    }

    /// Evaluations of the rate that one derivative of `part` takes; 0 where it takes none.
    fn jacobian_evaluations(&self, part: Part) -> u64 {
        let _ = part;
        0
    }

    /// Whether the rate of `part` is affine in `u` with a derivative that is the same at all times.
    fn is_linear(&self, part: Part) -> bool;

    /// Floating-point operations of one evaluation of the rate, about.
    fn flops(&self) -> u64;

    /// Itself where it is a typed system, whose parameters may change while a run is under way.
    fn as_typed(&mut self) -> Option<&mut SemiDiscrete> {
        None
    }
}
