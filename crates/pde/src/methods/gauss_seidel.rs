//! Gauss-Seidel, lexicographic and red-black.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, Prediction,
    StateReader, StateWriter, Stepper, Str, Work, words,
};

use super::{PROBLEMS, inverse_diagonal, problem};
use crate::discrete::Discrete;
use crate::referee::PdeReferee;
use crate::theory;

static PARAMS: &[ParamInfo] = &[ParamInfo::choice(
    "order",
    "order",
    "Order in which the unknowns are visited",
    &[("lexicographic", "lexicographic, with growing x, then y"), ("red-black", "red-black, like a chessboard")],
    "lexicographic",
)];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.gauss-seidel"),
        label: Str::Borrowed("Gauss-Seidel"),
        summary: words(
            "Jacobi that uses every new value at once: twice the rate on the same matrix, whatever the order. With a strong flow \
             and upwind differences, visiting the unknowns downstream is far better than that.",
        ),
        math: words(
            r"u_i \leftarrow \frac{1}{a_{ii}} \Bigl( b_i - \sum_{j<i} a_{ij}\, u_j^{k+1} - \sum_{j>i} a_{ij}\, u_j^{k} \Bigr)",
        ),
        citation: words(
            "L. Seidel, Abhandlungen der Bayerischen Akademie 11, 1874; D. M. Young, Iterative Solution of Large Linear Systems, \
             1971, chapters 4 and 5",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one sweep over all unknowns, 10 N flops"),
        limits: words(
            "The lexicographic order cannot run in parallel. May diverge for central differences at large cell Peclet numbers.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem(input)?;
    let red_black = input.values.text("order") == "red-black";
    Ok(CpuStepper::boxed(GaussSeidel::new(&p.discrete, red_black)?, PdeReferee::new(p)))
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let d = &problem(input).ok()?.discrete;
    let spectrum = theory::jacobi_spectrum(d);
    let formula = if spectrum.exact && theory::is_poisson(d) { "rho = cos(pi h)^2" } else { "" };
    Some(theory::prediction(d, &spectrum, spectrum.sor(1.0), formula, theory::loss_of_dominance(d)))
}

/// The sweep over all unknowns, from zero.
pub struct GaussSeidel {
    discrete: Rc<Discrete>,
    inverse: Vec<f64>,
    red_black: bool,
    u: Vec<f64>,
}

impl GaussSeidel {
    /// The iteration at step 0.
    ///
    /// # Errors
    /// The diagonal has a zero.
    pub fn new(d: &Rc<Discrete>, red_black: bool) -> Result<Self, BuildError> {
        let inverse = inverse_diagonal(d)?;
        Ok(GaussSeidel { discrete: Rc::clone(d), inverse, red_black, u: vec![0.0; d.len()] })
    }
}

impl Iteration for GaussSeidel {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let d = &*self.discrete;
        let n = d.len();
        if self.red_black {
            for colour in 0..2 {
                for row in 0..d.height() {
                    let first = row * d.width();
                    let visit = (first + (row + colour) % 2, first + d.width(), 2);
                    d.stencil.relax_in_place(&d.rhs, &self.inverse, 1.0, visit, &mut self.u);
                }
            }
        } else {
            d.stencil.relax_in_place(&d.rhs, &self.inverse, 1.0, (0, n, 1), &mut self.u);
        }
        work.operator += 1;
        work.flops += 10 * n as u64;
        work.bytes += 8 * 8 * n as u64;
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.u);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.u);
    }
}
