//! Conjugate gradients.

use std::rc::Rc;

use iterscope_core::{
    Backend, Breakdown, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, Prediction,
    StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::compiled::{self, Compiled};
use iterscope_kernels::stencil::Stencil;

use super::{PROBLEMS, problem};
use crate::discrete::Discrete;
use crate::referee::PdeReferee;
use crate::theory;

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.cg"),
        label: Str::Borrowed("Conjugate gradients"),
        summary: words(
            "The best approximation, in the energy norm, in a space that grows by one dimension each step. Needs a symmetric \
             positive definite matrix; the number of steps grows with the intervals per side.",
        ),
        math: words(
            r"\alpha_k = \frac{r_k^T r_k}{p_k^T A p_k}, \quad u_{k+1} = u_k + \alpha_k p_k, \quad r_{k+1} = r_k - \alpha_k A p_k, \quad p_{k+1} = r_{k+1} + \frac{r_{k+1}^T r_{k+1}}{r_k^T r_k}\, p_k",
        ),
        citation: words(
            "M. R. Hestenes and E. Stiefel, Methods of conjugate gradients for solving linear systems, Journal of Research of \
             the National Bureau of Standards 49, 1952",
        ),
        params: List::Borrowed(&[]),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32, Backend::WebgpuF32]),
        step: words("one product with A and two inner products, 19 N flops"),
        limits: words(
            "On a matrix that is not symmetric the recurrence loses its meaning and the error may grow; it stops where p'Ap is \
             not positive. The energy norm of the error falls in every step, the residual need not. In single precision the \
             residual stalls near 1e-7 times the condition number.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem(input)?;
    let referee = PdeReferee::new(p);
    Ok(match input.backend {
        Backend::CpuF32 => CpuStepper::boxed(ConjugateGradients::<f32>::new(&p.discrete), referee),
        _ => CpuStepper::boxed(ConjugateGradients::<f64>::new(&p.discrete), referee),
    })
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    theory::cg_bound(problem(input).ok()?)
}

/// The recurrence from zero.
pub struct ConjugateGradients<T> {
    stencil: Stencil<T>,
    rhs: Vec<T>,
    u: Vec<T>,
    r: Vec<T>,
    p: Vec<T>,
    q: Vec<T>,
    /// `r'r`
    rr: T,
    shown: Vec<f64>,
}

impl<T: Compiled> ConjugateGradients<T> {
    /// The iteration at step 0.
    pub fn new(d: &Rc<Discrete>) -> Self {
        let n = d.len();
        let rhs: Vec<T> = d.rhs.iter().map(|&b| T::from_f64(b)).collect();
        let (r, p) = (rhs.clone(), rhs.clone());
        let rr = compiled::dot(&r, &r);
        ConjugateGradients {
            stencil: d.stencil.cast(),
            rhs,
            u: vec![T::ZERO; n],
            r,
            p,
            q: vec![T::ZERO; n],
            rr,
            shown: vec![0.0; n],
        }
    }
}

impl<T: Compiled> Iteration for ConjugateGradients<T> {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        if self.rr == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        let n = self.u.len() as u64;
        self.stencil.apply(&self.p, &mut self.q);
        work.operator += 1;
        work.flops += 19 * n;
        work.bytes += 19 * n * size_of::<T>() as u64;
        let pq = compiled::dot(&self.p, &self.q);
        if pq <= T::ZERO {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        let alpha = self.rr / pq;
        compiled::axpy(alpha, &self.p, &mut self.u);
        compiled::axpy(-alpha, &self.q, &mut self.r);
        let rr = compiled::dot(&self.r, &self.r);
        let beta = rr / self.rr;
        self.rr = rr;
        compiled::xpby(&self.r, beta, &mut self.p);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        for (shown, u) in self.shown.iter_mut().zip(&self.u) {
            *shown = u.to_f64();
        }
        &self.shown
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.rr.to_f64());
        for v in [&self.u, &self.r, &self.p] {
            v.iter().for_each(|x| out.real(x.to_f64()));
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.rr = T::from_f64(from.real());
        for v in [&mut self.u, &mut self.r, &mut self.p] {
            v.iter_mut().for_each(|x| *x = T::from_f64(from.real()));
        }
    }

    fn restart(&mut self, iterate: &[f64]) -> Result<(), BuildError> {
        super::take_iterate(iterate, &mut self.u)?;
        self.stencil.residual(&self.rhs, &self.u, &mut self.r);
        self.p.copy_from_slice(&self.r);
        self.rr = compiled::dot(&self.r, &self.r);
        Ok(())
    }
}
