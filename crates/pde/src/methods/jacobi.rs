//! Weighted Jacobi.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, Prediction,
    StateReader, StateWriter, Stepper, Str, Value, Work, words,
};
use iterscope_decimal::Short;
use iterscope_kernels::compiled::Compiled;
use iterscope_kernels::stencil::Stencil;

use super::{PROBLEMS, inverse_diagonal, live, problem};
use crate::discrete::Discrete;
use crate::referee::PdeReferee;
use crate::theory;

static PARAMS: &[ParamInfo] = &[ParamInfo::real(
    "omega",
    "ω",
    "Weight of the correction; 1 is plain Jacobi, 4/5 damps the rough part of the error best, above 1 diverges",
    [0.01, 2.0],
    1.0,
)
.live()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.jacobi"),
        label: Str::Borrowed("Jacobi"),
        summary: words(
            "Corrects every unknown at once by its own residual. Rough parts of the error vanish in a few steps, smooth ones \
             hardly at all: the number of steps grows with the square of the intervals per side.",
        ),
        math: words(r"u^{k+1} = u^k + \omega D^{-1}\left(b - A u^k\right), \qquad D = \operatorname{diag}(A)"),
        citation: words(
            "C. G. J. Jacobi, Ueber eine neue Auflösungsart der bei der Methode der kleinsten Quadrate vorkommenden lineären \
             Gleichungen, Astronomische Nachrichten 22, 1845; R. S. Varga, Matrix Iterative Analysis, 1962, chapter 3",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32, Backend::WebgpuF32]),
        step: words("one sweep over all unknowns, 13 N flops"),
        limits: words(
            "Diverges for ω above 2 / (1 + ρ), for central differences at large cell Peclet numbers and for a reaction that is \
             negative enough. In single precision the residual stalls near 1e-7 times the condition number.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem(input)?;
    let omega = input.values.real("omega");
    let referee = PdeReferee::new(p);
    Ok(match input.backend {
        Backend::CpuF32 => CpuStepper::boxed(Jacobi::<f32>::new(&p.discrete, omega)?, referee),
        _ => CpuStepper::boxed(Jacobi::<f64>::new(&p.discrete, omega)?, referee),
    })
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let d = &problem(input).ok()?.discrete;
    let spectrum = theory::jacobi_spectrum(d);
    let omega = input.values.real("omega");
    let rho = spectrum.weighted_jacobi(omega);
    let mut why = theory::loss_of_dominance(d);
    if why.is_none() && omega > 1.0 {
        why = Some(format!("ω = {} is above 2 / (1 + ρ) of plain Jacobi", Short(omega)));
    }
    let formula = if spectrum.exact && omega == 1.0 && theory::is_poisson(d) { "rho = cos(pi h)" } else { "" };
    Some(theory::prediction(d, &spectrum, rho, formula, why))
}

/// The iteration `u += omega D^-1 (b - A u)` from zero.
pub struct Jacobi<T> {
    stencil: Stencil<T>,
    rhs: Vec<T>,
    inverse: Vec<T>,
    omega: T,
    u: Vec<T>,
    next: Vec<T>,
    shown: Vec<f64>,
}

impl<T: Compiled> Jacobi<T> {
    /// The iteration at step 0.
    ///
    /// # Errors
    /// The diagonal has a zero.
    pub fn new(d: &Rc<Discrete>, omega: f64) -> Result<Self, BuildError> {
        let n = d.len();
        Ok(Jacobi {
            stencil: d.stencil.cast(),
            rhs: d.rhs.iter().map(|&b| T::from_f64(b)).collect(),
            inverse: inverse_diagonal(d)?,
            omega: T::from_f64(omega),
            u: vec![T::ZERO; n],
            next: vec![T::ZERO; n],
            shown: vec![0.0; n],
        })
    }
}

impl<T: Compiled> Iteration for Jacobi<T> {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let n = self.u.len() as u64;
        self.stencil.relax(&self.rhs, &self.inverse, self.omega, &self.u, &mut self.next);
        std::mem::swap(&mut self.u, &mut self.next);
        work.operator += 1;
        work.flops += 13 * n;
        work.bytes += 9 * n * size_of::<T>() as u64;
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        for (shown, u) in self.shown.iter_mut().zip(&self.u) {
            *shown = u.to_f64();
        }
        &self.shown
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if let Some(omega) = live(PARAMS, key, value)?.as_real() {
            self.omega = T::from_f64(omega);
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.omega.to_f64());
        for u in &self.u {
            out.real(u.to_f64());
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.omega = T::from_f64(from.real());
        for u in &mut self.u {
            *u = T::from_f64(from.real());
        }
    }

    fn restart(&mut self, iterate: &[f64]) -> Result<(), BuildError> {
        super::take_iterate(iterate, &mut self.u)
    }
}
