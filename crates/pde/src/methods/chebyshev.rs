//! Chebyshev iteration.

use iterscope_core::{
    Backend, BuildError, Fix, List, Method, MethodInfo, MethodInput, ParamInfo, Params, Prediction, SeriesInfo,
    Stepper, Str, Value, Values, few_digits, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::chebyshev};

use super::adaptor::{self, LINEAR, Needs, PRECONDITIONER, SYMMETRIC, SolverKind};
use crate::{linear, theory};

static PARAMS: &[ParamInfo] = &[
    SYMMETRIC,
    ParamInfo::choice(
        "interval",
        "Interval",
        "Where the interval of eigenvalues comes from",
        &[("estimated", "estimated by Lanczos"), ("given", "given")],
        "estimated",
    ),
    ParamInfo::int("lanczos", "Lanczos steps", "Steps of the estimate", [4, 200], 40).when("interval", &["estimated"]),
    ParamInfo::real("least", "Least eigenvalue", "Lower end of the interval", [1e-12, 1e12], 20.0)
        .log()
        .when("interval", &["given"]),
    ParamInfo::real("most", "Largest eigenvalue", "Upper end of the interval", [1e-12, 1e12], 32768.0)
        .log()
        .when("interval", &["given"]),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("least", "Least eigenvalue", "Lower end of the interval in use").linear(),
    SeriesInfo::new("most", "Largest eigenvalue", "Upper end of the interval in use").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.chebyshev"),
        label: Str::Borrowed("Chebyshev"),
        summary: words(
            "The polynomial that is least on an interval of eigenvalues, without inner products: as fast as the bound of conjugate gradients, if the interval is right.",
        ),
        math: words(
            r"u_{k+1} = u_k + d_k, \quad d_k = \rho_k \rho_{k-1}\, d_{k-1} + \frac{2 \rho_k}{\delta} M^{-1} r_k, \quad \rho_k = \frac{1}{2\sigma - \rho_{k-1}}",
        ),
        citation: words(
            "G. H. Golub and R. S. Varga, Chebyshev semi-iterative methods, successive overrelaxation iterative methods, and second order Richardson iterative methods, Numerische Mathematik 3, 1961",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one product with A, one application of the preconditioner"),
        limits: words(
            "Diverges where an eigenvalue lies beyond the interval. Needs a symmetric positive definite matrix.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Chebyshev, input)
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    Some(theory::rehearse(&Chebyshev, input)?.with_remedy(remedy(input)))
}

/// The interval that just holds the eigenvalues, where the one that was given leaves some out or is much wider. What it is with a
/// preconditioner has to be estimated on the way.
fn remedy(input: &MethodInput<'_>) -> Option<Fix> {
    if input.values.text("interval") != "given" {
        return None;
    }
    let plain = input.values.text(PRECONDITIONER) == "none";
    let Some(found) = linear::of(input).ok().filter(|_| plain).and_then(|p| theory::interval(p, input.seed)) else {
        let params = Params::from([("interval".to_owned(), Value::from("estimated"))]);
        return Some(Fix { label: "Estimate the interval".to_owned(), params });
    };
    let (least, most) = (input.values.real("least"), input.values.real("most"));
    let fits = |given: f64, wanted: f64| given >= 0.5 * wanted && given <= 2.0 * wanted;
    if most >= found.high && fits(most, found.high) && fits(least, found.low) {
        return None;
    }
    let close = |wanted: f64| move |v: f64| (v / wanted - 1.0).abs() < 0.02;
    let low = few_digits(found.low, close(found.low));
    let high = few_digits(found.high, |v| v >= found.high && close(found.high)(v));
    let params = [("least", low), ("most", high)].map(|(key, value)| (key.to_owned(), value.into()));
    Some(Fix { label: format!("Set the interval to [{low}, {high}]"), params: params.into() })
}

/// Makes the solver.
pub struct Chebyshev;

impl SolverKind for Chebyshev {
    const NEEDS: Needs = Needs::Symmetric;

    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let (least, most) = (values.real("least"), values.real("most"));
        if values.text("interval") == "given" && least >= most {
            return Err(BuildError::new("most", format!("must be larger than {least}")));
        }
        let interval = match values.text("interval") {
            "given" => chebyshev::Interval::Given(least, most),
            _ => chebyshev::Interval::Estimated { steps: values.size("lanczos"), seed: setup.seed },
        };
        Ok(Box::new(chebyshev::Chebyshev::new(setup.matrix.len(), interval)))
    }
}
