//! Bratu's equation: diffusion against a reaction that feeds on itself (G. Bratu, Sur les équations intégrales non linéaires, Bulletin de la
//! Société Mathématique de France 42, 1914; also Liouville's and Gelfand's).
//!
//! With zero on the sides of the unit interval there are two solutions below the fold `lambda = 3.513830719`, one at it, none
//! beyond: the root of `theta tanh(theta) = 1` gives `lambda = 8 theta^2 / cosh(theta)^2`. On the unit square the fold is at 6.808124423, on the
//! unit cube at 9.90257 (A. Mohsen, A simple solution of the Bratu problem, Computers and Mathematics with Applications 67, 2014).

use std::rc::Rc;

use iterscope_core::{
    BuildError, Fix, Instance, List, Note, ParamInfo, Params, Problem, ProblemInfo, ProblemInput, Severity, Str,
    Values, words,
};

use crate::boundary::Condition;
use crate::flux::Equation;
use crate::nonlinear::model::Law;
use crate::nonlinear::{NonlinearProblem, Setup, parameters};

/// Id of the problem.
pub const ID: &str = "pde.bratu";

/// The folds of the unit interval, square and cube with zero on all sides.
pub const FOLDS: [f64; 3] = [3.513_830_719_125_161, 6.808_124_423, 9.902_57];

const ZERO: [&str; 4] = ["u = 0"; 4];

static PARAMS: &[ParamInfo] = parameters!(
    [ParamInfo::real(
        "lambda",
        "Strength λ",
        "Strength of the reaction λ exp(u); with zero on all sides of the unit box there is no solution beyond 3.5138 in 1-D, 6.8081 in 2-D, 9.9026 in 3-D",
        [-1e6, 1e6],
        6.0
    )],
    &[("1", "1"), ("2", "2"), ("3", "3")],
    ZERO,
    "0"
);

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Bratu"),
        summary: words(
            "A reaction that heats itself, cooled from the sides. Two solutions below a fold, none beyond it: the model of what can go wrong with \
             nonlinear equations.",
        ),
        math: words(r"-\Delta u = \lambda\, e^{u} + f"),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input.values)?) as Rc<dyn Instance>),
};

struct Bratu {
    lambda: f64,
}

impl Law for Bratu {
    fn density(&self, s: f64) -> f64 {
        0.5 * s
    }
    fn coefficient(&self, _: f64) -> f64 {
        1.0
    }
    fn slope(&self, _: f64) -> f64 {
        0.0
    }
    fn is_linear(&self) -> bool {
        true
    }
    fn source(&self, f: f64, u: f64) -> f64 {
        f + self.lambda * libm::exp(u)
    }
    fn source_slope(&self, u: f64) -> f64 {
        self.lambda * libm::exp(u)
    }
    fn source_integral(&self, f: f64, u: f64) -> f64 {
        f * u + self.lambda * libm::exp(u)
    }
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<NonlinearProblem, BuildError> {
    let lambda = values.real("lambda");
    let setup = Setup::read(values, Rc::new(Bratu { lambda }), "0")?;
    let plain = values.text("exact").trim().is_empty() && values.text("source").trim() == "0";
    let (mut notes, mut unsolvable) = (Vec::new(), None);
    if let Some((fold, length)) = fold(&setup.equation).filter(|_| plain) {
        let (dimension, shown) = (setup.equation.grid.dimension, format!("{fold:.4}"));
        let within = if length == 1.0 { String::new() } else { " for a box of this size".to_owned() };
        let below = |part: f64| {
            let value = (1e4 * part * fold).floor() / 1e4;
            Fix { label: format!("λ = {value}"), params: Params::from([("lambda".to_owned(), value.into())]) }
        };
        let fixes = || vec![below(0.9), below(0.99)];
        // The fold of the difference equation lies lower by about this part, as measured in one dimension.
        let n = setup.equation.grid.intervals[0] as f64;
        let margin = 0.55 / (n * n);
        if lambda > fold {
            let text = format!(
                "There is no solution: λ is beyond the fold at {shown}{within} in {dimension}-D. Whatever a method arrives at solves nothing."
            );
            unsolvable = Some(format!("No solution was found: there is none for λ beyond the fold at {shown}."));
            notes.push(Note { fixes: fixes(), ..Note::new(Severity::Warning, Some("lambda"), text) });
        } else if lambda > (1.0 - margin) * fold {
            let text = format!(
                "λ is so close to the fold at {shown}{within} that the difference equation, whose fold lies lower by about h²/2 of it, may have no \
                 solution. Take a finer grid or a smaller λ."
            );
            notes.push(Note { fixes: fixes(), ..Note::new(Severity::Warning, Some("lambda"), text) });
        } else if lambda > 0.9 * fold {
            let text = format!(
                "λ is near the fold at {shown}{within}: the two solutions are close to each other, and methods that iterate with a fixed map become slow."
            );
            notes.push(Note::new(Severity::Info, Some("lambda"), text));
        } else if lambda > 0.0 {
            let text = format!(
                "Two solutions: λ is below the fold at {shown}{within}. From zero methods find the lower one; the upper one takes a start near it."
            );
            notes.push(Note::new(Severity::Good, Some("lambda"), text));
        }
    }
    NonlinearProblem::build(setup, values.text("initial"), notes, unsolvable)
}

/// The fold of the differential equation and the length of the box, where all sides are zero and as long.
fn fold(equation: &Equation) -> Option<(f64, f64)> {
    let g = &equation.grid;
    let length = g.upper[0] - g.lower[0];
    let cube = (0..g.dimension).all(|a| g.upper[a] - g.lower[a] == length);
    let zero = equation.bounds.sides.iter().all(|side| match side {
        Condition::Dirichlet(value) => value.is_zero(),
        _ => false,
    });
    (cube && zero && equation.bounds.domain.is_none()).then(|| (FOLDS[g.dimension - 1] / (length * length), length))
}
