//! BiCGStab.

use std::rc::Rc;

use iterscope_core::{
    Backend, Breakdown, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, StateReader,
    StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::{compiled, reduce};

use super::{PROBLEMS, problem};
use crate::discrete::Discrete;
use crate::referee::PdeReferee;

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.bicgstab"),
        label: Str::Borrowed("BiCGStab"),
        summary: words(
            "A Krylov method with short recurrences for matrices that are not symmetric: two products with A in each step, no \
             parameter, a jagged residual.",
        ),
        math: words(
            r"\begin{aligned} & p_k = r_{k-1} + \beta_k (p_{k-1} - \omega_{k-1} A p_{k-1}), \quad s = r_{k-1} - \alpha_k A p_k, \quad \omega_k = \frac{s^T A s}{(A s)^T A s}, \\ & u_k = u_{k-1} + \alpha_k p_k + \omega_k s, \quad r_k = s - \omega_k A s \end{aligned}",
        ),
        citation: words(
            "H. A. van der Vorst, Bi-CGSTAB: a fast and smoothly converging variant of Bi-CG for the solution of nonsymmetric \
             linear systems, SIAM Journal on Scientific and Statistical Computing 13, 1992",
        ),
        params: List::Borrowed(&[]),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("two products with A and four inner products, 38 N flops"),
        limits: words(
            "No bound on the number of steps is known. Breaks down where an inner product vanishes; stagnates where the \
             eigenvalues lie near the imaginary axis (a strong flow).",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem(input)?;
    Ok(CpuStepper::boxed(BiCgStab::new(&p.discrete), PdeReferee::new(p)))
}

/// The recurrence from zero, with the first residual as shadow.
pub struct BiCgStab {
    discrete: Rc<Discrete>,
    u: Vec<f64>,
    r: Vec<f64>,
    p: Vec<f64>,
    /// `A p`
    v: Vec<f64>,
    /// `A s`
    t: Vec<f64>,
    rho: f64,
    alpha: f64,
    omega: f64,
}

impl BiCgStab {
    /// The iteration at step 0.
    pub fn new(d: &Rc<Discrete>) -> Self {
        let zeros = || vec![0.0; d.len()];
        let (u, p, v, t) = (zeros(), zeros(), zeros(), zeros());
        BiCgStab { discrete: Rc::clone(d), u, r: d.rhs.clone(), p, v, t, rho: 1.0, alpha: 1.0, omega: 1.0 }
    }

    /// Where a divisor vanished: either the residual did so too, or the recurrence is at its end.
    fn end(&self) -> Outcome {
        Outcome::Stop(if reduce::max_abs(&self.r) == 0.0 {
            Stop::Converged
        } else {
            Stop::Breakdown(Breakdown::ZeroInnerProduct)
        })
    }
}

impl Iteration for BiCgStab {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let d = &*self.discrete;
        let n = d.len() as u64;
        // The shadow is the first residual, which is b.
        let rho = compiled::dot(&d.rhs, &self.r);
        if rho == 0.0 || self.omega == 0.0 {
            return self.end();
        }
        let beta = (rho / self.rho) * (self.alpha / self.omega);
        self.rho = rho;
        compiled::xpby_less(&self.r, beta, self.omega, &self.v, &mut self.p);
        d.apply(&self.p, &mut self.v);
        work.operator += 1;
        let shadow = compiled::dot(&d.rhs, &self.v);
        if shadow == 0.0 {
            return self.end();
        }
        self.alpha = rho / shadow;
        // From here to the end of the step r holds s.
        compiled::axpy(-self.alpha, &self.v, &mut self.r);
        d.apply(&self.r, &mut self.t);
        work.operator += 1;
        work.flops += 38 * n;
        work.bytes += 8 * 38 * n;
        let tt = compiled::dot(&self.t, &self.t);
        self.omega = if tt > 0.0 { compiled::dot(&self.t, &self.r) / tt } else { 0.0 };
        compiled::axpbypz(self.alpha, &self.p, self.omega, &self.r, &mut self.u);
        compiled::axpy(-self.omega, &self.t, &mut self.r);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn save(&self, out: &mut StateWriter) {
        for x in [self.rho, self.alpha, self.omega] {
            out.real(x);
        }
        for v in [&self.u, &self.r, &self.p, &self.v] {
            out.slice(v);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for x in [&mut self.rho, &mut self.alpha, &mut self.omega] {
            *x = from.real();
        }
        for v in [&mut self.u, &mut self.r, &mut self.p, &mut self.v] {
            from.slice(v);
        }
    }
}
