//! Successive over-relaxation.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, Prediction,
    SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};
use iterscope_decimal::Fixed;

use super::{PROBLEMS, inverse_diagonal, live, problem};
use crate::discrete::Discrete;
use crate::referee::PdeReferee;
use crate::theory;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::switch(
        "auto",
        "optimal ω",
        "Take the ω that Young's theory finds best: 2 / (1 + sqrt(1 - ρ²)) with ρ the spectral radius of Jacobi, less where a \
         flow gives Jacobi complex eigenvalues",
        false,
    ),
    ParamInfo::real("omega", "ω", "Relaxation: 1 is Gauss-Seidel, 2 and above diverges", [0.05, 2.2], 1.5)
        .live()
        .when("auto", &["false"]),
];

static DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("omega", "ω", "The relaxation parameter in use, chosen or given").linear()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.sor"),
        label: Str::Borrowed("SOR"),
        summary: words(
            "Gauss-Seidel that goes further than it should: with the right ω the number of steps grows with the intervals per \
             side, not with their square. Just below that ω it is much slower, above it the rate is ω - 1.",
        ),
        math: words(
            r"u_i \leftarrow (1-\omega)\, u_i + \frac{\omega}{a_{ii}} \Bigl( b_i - \sum_{j \ne i} a_{ij}\, u_j \Bigr), \qquad \omega^\ast = \frac{2}{1 + \sqrt{1 - \rho_J^2}}",
        ),
        citation: words(
            "D. M. Young, Iterative methods for solving partial difference equations of elliptic type, Transactions of the AMS \
             76, 1954",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one lexicographic sweep, 12 N flops"),
        limits: words(
            "Diverges for ω outside (0, 2), and for smaller ω already where the flow turns: there the eigenvalues of Jacobi are \
             complex, and the automatic ω, which rests on a bound for them, is cautious. Close to the optimal ω the error first grows: the iteration matrix is far from \
             normal there, and the rate shows late.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn omega(input: &MethodInput<'_>, d: &Discrete) -> f64 {
    if input.values.bool("auto") { theory::jacobi_spectrum(d).optimal_omega() } else { input.values.real("omega") }
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem(input)?;
    Ok(CpuStepper::boxed(Sor::new(&p.discrete, omega(input, &p.discrete))?, PdeReferee::new(p)))
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let d = &problem(input).ok()?.discrete;
    let spectrum = theory::jacobi_spectrum(d);
    let omega = omega(input, d);
    let why = match theory::loss_of_dominance(d) {
        _ if omega >= 2.0 => Some("SOR cannot converge for ω outside (0, 2) (Kahan)".to_owned()),
        None if omega > 1.0 => Some("ω is too large for a flow of this strength".to_owned()),
        why => why,
    };
    let mut p = theory::prediction(d, &spectrum, spectrum.sor(omega), "", why);
    p.label = format!("omega = {}, {}", Fixed(omega, 4), p.label);
    p.words = format!("ω = {} (best: {}). {}", Fixed(omega, 4), Fixed(spectrum.optimal_omega(), 4), p.words);
    Some(p)
}

/// The lexicographic sweep with relaxation, from zero.
pub struct Sor {
    discrete: Rc<Discrete>,
    inverse: Vec<f64>,
    omega: f64,
    u: Vec<f64>,
}

impl Sor {
    /// The iteration at step 0.
    ///
    /// # Errors
    /// The diagonal has a zero.
    pub fn new(d: &Rc<Discrete>, omega: f64) -> Result<Self, BuildError> {
        Ok(Sor { discrete: Rc::clone(d), inverse: inverse_diagonal(d)?, omega, u: vec![0.0; d.len()] })
    }
}

impl Iteration for Sor {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let n = self.u.len();
        let d = &*self.discrete;
        d.stencil.relax_in_place(&d.rhs, &self.inverse, self.omega, (0, n, 1), &mut self.u);
        work.operator += 1;
        work.flops += 12 * n as u64;
        work.bytes += 8 * 8 * n as u64;
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.omega;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if let Some(omega) = live(PARAMS, key, value)?.as_real() {
            self.omega = omega;
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.omega);
        out.slice(&self.u);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.omega = from.real();
        from.slice(&mut self.u);
    }
}
