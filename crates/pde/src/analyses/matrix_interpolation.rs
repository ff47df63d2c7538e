//! How few matrices give those of all parameters.
//!
//! A coefficient depends on a parameter in any way, so that the matrix is no short sum of fixed ones. From complete matrices `A(mu_m)`, without a look at how
//! they are made, `A(mu) ~ sum beta_m(mu) A(mu_m)`: entries and parameters are chosen in turn where the interpolation is worst, and the weights make the
//! chosen entries right (F. Casenave, A. Ern, T. Lelièvre, A nonintrusive reduced basis method applied to aeroacoustic simulations, Advances in Computational
//! Mathematics 41, 2015). Beside it polynomials in the parameter through the points of Chebyshev, and solutions that are combined in place of matrices.

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Job, List, Mark, Names, ParamInfo, Plot, Report,
    ReportTable, Str, Subject, words,
};
use iterscope_expr::Expr;
use iterscope_kernels::compiled::{axpy, norm2, norm2_diff};
use iterscope_kernels::csr::Csr;
use iterscope_linear::factors::Factors;

use super::reduced_basis::small;
use crate::flux::Equation;
use crate::grid::COORDINATES;
use crate::linear::{LinearProblem, Origin};
use crate::problems::poisson;
use crate::typed::Typed;

/// The most numbers in the table of all matrices.
const MOST: usize = 4_000_000;
/// Parameters between those of the training set, at which errors are measured.
const TESTS: usize = 12;
/// How small the largest entry that is missed is at the end, beside the first.
const LEFT: f64 = 1e-14;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "coefficient",
        "Coefficient",
        "Which of the problem's coefficients depends on the parameter",
        &[("diffusion", "diffusion"), ("reaction", "reaction")],
        "diffusion",
    ),
    ParamInfo::text_of(
        "formula",
        "Its formula",
        "In x, y, z and mu; it takes the place of the problem's",
        "exp(-mu*x)",
    ),
    ParamInfo::real("low", "From", "The smallest parameter", [-1e6, 1e6], 1.0),
    ParamInfo::real("high", "To", "The largest", [-1e6, 1e6], 10.0),
    ParamInfo::int("training", "Training set", "How many equally spaced parameters are looked at", [4, 400], 60),
    ParamInfo::int("matrices", "Matrices", "The most that are combined", [1, 16], 8),
];

/// See [`AnalysisInfo::summary`].
pub static MATRIX_INTERPOLATION: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("pde.matrix-interpolation"),
        label: Str::Borrowed("How few matrices give all?"),
        summary: words(
            "Lets a coefficient depend on a parameter, and makes the matrix of any parameter from a few complete ones, without a look at how they are assembled: the \
             error falls exponentially with their number. Beside it polynomials in the parameter, and combinations of solutions without a matrix.",
        ),
        citation: words(
            "F. Casenave, A. Ern, T. Lelièvre, A nonintrusive reduced basis method applied to aeroacoustic simulations, Advances in Computational Mathematics 41, 2015; M. Barrault, Y. Maday, \
             N. C. Nguyen, A. T. Patera, An empirical interpolation method, Comptes Rendus Mathematique 339, 2004.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[poisson::ID]),
        subject: Subject::Problem,
        limits: words(
            "One parameter, in one coefficient; right-hand sides are those of the parameter itself. Errors are looked at between the parameters of the training set, not bounded.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let problem = input.downcast::<LinearProblem>()?;
    let Origin::Flux(equation) = &problem.origin else {
        return Err(BuildError::new("analysis", "this is asked of problems in flux form"));
    };
    let v = input.values;
    let [low, high] = [v.real("low"), v.real("high")];
    if low >= high {
        return Err(BuildError::new("high", format!("must be larger than {low}")));
    }
    let names = [&COORDINATES[..equation.grid.dimension], &["mu"]].concat();
    let formula = Expr::parse(v.text("formula"), &names).map_err(|e| BuildError::at("formula", e.message, e.at))?;
    let (training, entries) = (v.size("training"), problem.matrix.rows().values.len());
    if training * entries > MOST {
        let why = format!("{training} matrices with {entries} entries are too many: {MOST} numbers are kept at most");
        return Err(BuildError::new("training", why));
    }
    let family = Family { equation: (**equation).clone(), reaction: v.text("coefficient") == "reaction", formula };
    // What is wrong with the formula is said now.
    let pattern = family.at(0.5 * (low + high))?.matrix.rows().clone();
    let even = |count: usize, i: f64| low + (high - low) * i / (count - 1) as f64;
    Ok(Box::new(Interpolation {
        family,
        pattern,
        parameters: (0..training).map(|i| even(training, i as f64)).collect(),
        tests: (0..TESTS).map(|i| low + (high - low) * (i as f64 + 0.5) / TESTS as f64).collect(),
        most: v.size("matrices").min(training),
        table: Vec::new(),
        greedy: None,
        done: 0,
        whole: Vec::new(),
        solutions: Vec::new(),
        truth: None,
        errors: Vec::new(),
    }))
}

/// A problem for each parameter.
struct Family {
    equation: Equation,
    reaction: bool,
    formula: Expr,
}

impl Family {
    fn at(&self, mu: f64) -> Result<LinearProblem, BuildError> {
        let dimension = self.equation.grid.dimension;
        let wrong = |e: iterscope_expr::ExprError| BuildError::at("formula", e.message, e.at);
        let formula = self.formula.with(&[(dimension, mu)]).map_err(wrong)?;
        let mut equation = self.equation.clone();
        let place = if self.reaction { &mut equation.reaction } else { &mut equation.diffusion };
        *place = place.with(formula);
        if !equation.diffusion_gradient.is_empty() {
            let along = |a| equation.diffusion.derivative(a);
            equation.diffusion_gradient = (0..dimension).map(along).collect::<Result<Vec<Typed>, _>>()?;
        }
        poisson::of(equation, false).map_err(|e| match e.field.as_str() {
            "diffusion" | "reaction" => {
                let what = e.message.strip_prefix("it ").unwrap_or(&e.message);
                BuildError::new("formula", format!("for mu = {mu} it {what}"))
            }
            _ => e,
        })
    }
}

/// What empirical interpolation chose from a table whose columns belong to parameters.
pub(crate) struct Greedy {
    /// Places in the columns.
    pub rows: Vec<usize>,
    /// Columns.
    pub columns: Vec<usize>,
    /// The largest entry that was missed before each choice, and at the end.
    pub missed: Vec<f64>,
}

impl Greedy {
    /// Chooses up to so many columns, where what is missed is largest, and in each the place where it is.
    pub fn of(table: &[Vec<f64>], most: usize) -> Greedy {
        let mut rest = table.to_vec();
        let mut found = Greedy { rows: Vec::new(), columns: Vec::new(), missed: Vec::new() };
        loop {
            let mut worst = (0.0, 0, 0);
            for (j, column) in rest.iter().enumerate() {
                for (i, value) in column.iter().enumerate() {
                    if value.abs() > worst.0 {
                        worst = (value.abs(), i, j);
                    }
                }
            }
            let (missed, i, j) = worst;
            found.missed.push(missed);
            let first = found.missed[0];
            let again = found.columns.contains(&j) || found.rows.contains(&i);
            if found.columns.len() == most || missed <= LEFT * first || again {
                return found;
            }
            found.rows.push(i);
            found.columns.push(j);
            // What interpolation leaves is one elimination more.
            let chosen = rest[j].clone();
            for column in &mut rest {
                let factor = -column[i] / chosen[i];
                axpy(factor, &chosen, column);
            }
        }
    }

    /// The weights of the first columns for values at the first places; none where they are not determined.
    pub fn weights(&self, count: usize, table: &[Vec<f64>], value: impl Fn(usize) -> f64) -> Option<Vec<f64>> {
        let mut weights: Vec<f64> = self.rows[..count].iter().map(|&i| value(i)).collect();
        let entry = |l: usize, m: usize| table[self.columns[m]][self.rows[l]];
        small(count, entry, &mut weights).then_some(weights)
    }
}

/// What can be done with so many matrices: largest errors over the parameters, by [`KINDS`].
type Errors = [f64; KINDS.len()];

const KINDS: [&str; 5] =
    ["matrix", "solution", "matrix, by polynomials", "solution, by polynomials", "solutions combined"];

/// A parameter at which errors are measured, with what is true there.
struct Truth {
    mu: f64,
    entries: Vec<f64>,
    rhs: Vec<f64>,
    solution: Vec<f64>,
}

struct Interpolation {
    family: Family,
    pattern: Csr,
    parameters: Vec<f64>,
    tests: Vec<f64>,
    most: usize,
    /// The entries of the matrix for each parameter.
    table: Vec<Vec<f64>>,
    greedy: Option<Greedy>,
    done: usize,
    /// For each number of matrices the entries at the points of Chebyshev.
    whole: Vec<Vec<Vec<f64>>>,
    /// Solutions at the chosen parameters.
    solutions: Vec<Vec<f64>>,
    /// At the present test parameter.
    truth: Option<Truth>,
    /// For each test parameter and number of matrices.
    errors: Vec<Vec<Errors>>,
}

impl Job for Interpolation {
    fn work(&mut self) -> Result<f64, BuildError> {
        let all = self.parameters.len() + 1 + self.most + self.tests.len() * (self.most + 1);
        if let Some(&mu) = self.parameters.get(self.table.len()) {
            let entries = self.entries(mu)?;
            self.table.push(entries);
        } else if self.greedy.is_none() {
            let greedy = Greedy::of(&self.table, self.most);
            self.most = greedy.columns.len();
            self.greedy = Some(greedy);
        } else if self.whole.len() < self.most {
            self.points()?;
        } else if self.errors.last().is_some_and(|e| e.len() < self.most) {
            let errors = self.errors_of_next()?;
            if let Some(known) = self.errors.last_mut() {
                known.push(errors);
            }
        } else if let Some(&mu) = self.tests.get(self.errors.len()) {
            self.truth = Some(self.truth_at(mu)?);
            self.errors.push(Vec::new());
        }
        self.done += 1;
        let over = self.greedy.is_some() && self.tested().count() == self.tests.len();
        Ok(if over { 1.0 } else { (self.done as f64 / all as f64).min(0.999) })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let Some(greedy) = self.greedy.as_ref().filter(|_| self.most > 0 && self.tested().next().is_some()) else {
            return report;
        };
        self.summarise(&mut report);
        report.plot(self.falling(greedy));
        report.plot(self.over_parameters(greedy));
        report.table(self.table_of(greedy));
        report
    }
}

/// The points of Chebyshev on an interval, and the weights of the polynomial through them at a place (J.-P. Berrut and L. N. Trefethen 2004, product form).
fn chebyshev(count: usize, [low, high]: [f64; 2]) -> Vec<f64> {
    let angle = |k: usize| std::f64::consts::PI * (2 * k + 1) as f64 / (2 * count) as f64;
    (0..count).map(|k| 0.5 * (low + high) + 0.5 * (high - low) * libm::cos(angle(k))).collect()
}

fn through(points: &[f64], at: f64) -> Vec<f64> {
    let weight = |(k, p): (usize, &f64)| {
        let others = points.iter().enumerate().filter(|(l, _)| *l != k);
        others.map(|(_, q)| (at - q) / (p - q)).product()
    };
    points.iter().enumerate().map(weight).collect()
}

fn combined(weights: &[f64], columns: &[&[f64]]) -> Vec<f64> {
    let mut sum = vec![0.0; columns.first().map_or(0, |c| c.len())];
    weights.iter().zip(columns).for_each(|(w, c)| axpy(*w, c, &mut sum));
    sum
}

impl Interpolation {
    fn ends(&self) -> [f64; 2] {
        [self.parameters[0], self.parameters[self.parameters.len() - 1]]
    }

    fn entries(&self, mu: f64) -> Result<Vec<f64>, BuildError> {
        let problem = self.family.at(mu)?;
        let rows = problem.matrix.rows();
        if rows.indices != self.pattern.indices {
            return Err(BuildError::new(
                "formula",
                format!("for mu = {mu} the matrix has other entries than elsewhere"),
            ));
        }
        Ok(rows.values.clone())
    }

    fn solved(&self, entries: &[f64], rhs: &[f64], mu: f64) -> Result<Vec<f64>, BuildError> {
        let matrix = Csr { values: entries.to_vec(), ..self.pattern.clone() };
        let singular = |_| BuildError::new("analysis", format!("the matrix is singular for mu = {mu}"));
        let mut factors = Factors::new(&matrix).map_err(singular)?;
        let mut u = rhs.to_vec();
        factors.solve(&mut u);
        Ok(u)
    }

    /// The next matrices for polynomials, and the next solution.
    fn points(&mut self) -> Result<(), BuildError> {
        let count = self.whole.len() + 1;
        let points = chebyshev(count, self.ends());
        let entries = points.iter().map(|&mu| self.entries(mu)).collect::<Result<Vec<_>, _>>()?;
        if let Some(greedy) = &self.greedy {
            let column = greedy.columns[count - 1];
            let mu = self.parameters[column];
            let rhs = self.family.at(mu)?.rhs;
            let solution = self.solved(&self.table[column], &rhs, mu)?;
            self.solutions.push(solution);
        }
        self.whole.push(entries);
        Ok(())
    }

    /// Test parameters whose errors are all known, with these.
    fn tested(&self) -> impl Iterator<Item = (f64, &Vec<Errors>)> {
        self.tests.iter().copied().zip(&self.errors).filter(|(_, e)| e.len() == self.most)
    }

    fn truth_at(&self, mu: f64) -> Result<Truth, BuildError> {
        let problem = self.family.at(mu)?;
        let (entries, rhs) = (problem.matrix.rows().values.clone(), problem.rhs.to_vec());
        let solution = self.solved(&entries, &rhs, mu)?;
        Ok(Truth { mu, entries, rhs, solution })
    }

    /// Errors at the present test parameter, for the next number of matrices.
    fn errors_of_next(&self) -> Result<Errors, BuildError> {
        let mut errors = [f64::NAN; KINDS.len()];
        let (Some(greedy), Some(truth), Some(known)) = (&self.greedy, &self.truth, self.errors.last()) else {
            return Ok(errors);
        };
        let (count, mu) = (known.len() + 1, truth.mu);
        let off = |a: &[f64], b: &[f64]| norm2_diff(a, b) / norm2(b);
        let chosen: Vec<&[f64]> = greedy.columns[..count].iter().map(|&j| self.table[j].as_slice()).collect();
        let polynomial: Vec<&[f64]> = self.whole[count - 1].iter().map(Vec::as_slice).collect();
        let by_polynomials = through(&chebyshev(count, self.ends()), mu);
        let ways = [
            (greedy.weights(count, &self.table, |i| truth.entries[i]), chosen, 0),
            (Some(by_polynomials), polynomial, 2),
        ];
        for (weights, columns, at) in ways {
            let Some(weights) = weights else { continue };
            let matrix = combined(&weights, &columns);
            errors[at] = off(&matrix, &truth.entries);
            // A combination may be singular: that is its error, not one of the question.
            errors[at + 1] = self.solved(&matrix, &truth.rhs, mu).map_or(f64::NAN, |u| off(&u, &truth.solution));
        }
        let nodes: Vec<f64> = greedy.columns[..count].iter().map(|&j| self.parameters[j]).collect();
        let solutions: Vec<&[f64]> = self.solutions[..count].iter().map(Vec::as_slice).collect();
        errors[4] = off(&combined(&through(&nodes, mu), &solutions), &truth.solution);
        Ok(errors)
    }

    fn worst(&self, count: usize, kind: usize) -> f64 {
        self.tested().map(|(_, e)| e[count - 1][kind]).fold(f64::NAN, |m, e| if e <= m { m } else { e })
    }

    fn summarise(&self, report: &mut Report) {
        let [low, high] = self.ends();
        let last = self.most;
        report.say(format!(
            "From {last} of {} matrices for mu from {low} to {high} every other one is made with a relative error of at most {:.2e}, and its solution with {:.2e}.",
            self.parameters.len(),
            self.worst(last, 0),
            self.worst(last, 1)
        ));
        let (ours, theirs) = (self.worst(last, 1), self.worst(last, 3));
        let verdict = match ours / theirs {
            r if r < 0.5 => "Polynomials through as many points of Chebyshev do worse",
            r if r > 2.0 => "Polynomials through as many points of Chebyshev do better",
            _ => "Polynomials through as many points of Chebyshev do as well",
        };
        report.say(format!("{verdict}: {theirs:.2e}. They need to know the parameter; the interpolation of entries needs entries alone."));
    }

    fn falling(&self, greedy: &Greedy) -> Plot {
        let x: Vec<f64> = (1..=self.most).map(|k| k as f64).collect();
        let line = |(kind, label): (usize, &str)| Mark::Line {
            label: label.into(),
            x: x.clone(),
            y: (1..=self.most).map(|k| self.worst(k, kind)).collect(),
            tone: kind,
            dashed: kind > 1,
        };
        let mut marks: Vec<Mark> = KINDS.into_iter().enumerate().map(line).collect();
        marks.push(Mark::Line {
            label: "largest entry missed".into(),
            x,
            y: greedy.missed[1..].iter().map(|m| m / greedy.missed[0]).collect(),
            tone: 5,
            dashed: true,
        });
        Plot {
            caption: "The largest relative error over the parameters between those that were looked at.".into(),
            x: Axis::linear("matrices"),
            y: Axis::log("relative error"),
            marks,
        }
    }

    fn over_parameters(&self, greedy: &Greedy) -> Plot {
        let line = |(kind, label): (usize, &str)| Mark::Line {
            label: label.into(),
            x: self.tested().map(|(mu, _)| mu).collect(),
            y: self.tested().map(|(_, e)| e[self.most - 1][kind]).collect(),
            tone: kind,
            dashed: kind > 1,
        };
        let mut marks: Vec<Mark> = KINDS.into_iter().enumerate().map(line).collect();
        marks.extend(greedy.columns.iter().map(|&j| Mark::Rule {
            label: String::new(),
            at: self.parameters[j],
            vertical: true,
        }));
        Plot {
            caption: "With all matrices, over the parameter; lines stand where matrices were chosen.".into(),
            x: Axis::linear("mu"),
            y: Axis::log("relative error"),
            marks,
        }
    }

    fn table_of(&self, greedy: &Greedy) -> ReportTable {
        let mut columns =
            vec![Heading::new("matrices", 0), Heading::new("taken at", 4), Heading::new("entry missed", 3)];
        columns.extend(KINDS.map(|kind| Heading::new(kind, 3)));
        let row = |k: usize| {
            let mut row = vec![Cell::Int(k as i64), Cell::Real(self.parameters[greedy.columns[k - 1]])];
            row.push(Cell::Real(greedy.missed[k] / greedy.missed[0]));
            row.extend((0..KINDS.len()).map(|kind| Cell::Real(self.worst(k, kind))));
            row
        };
        ReportTable {
            caption: "Largest relative errors by the number of matrices; the entry missed as a part of the largest."
                .into(),
            columns,
            rows: (1..=self.most).map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::test_support::{ask, text};

    /// -(exp(-mu x) u')' = 1 and -u'' + 200 exp(-mu x) u = 1 on 40 intervals, figures of an independent program in NumPy.
    #[test]
    fn errors_are_those_of_another_program() {
        let oracle: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/oracles/matrix_interpolation.json")).unwrap();
        for (coefficient, formula) in [("diffusion", "exp(-mu*x)"), ("reaction", "200*exp(-mu*x)")] {
            let asked = [("coefficient", coefficient.into()), ("formula", formula.into())];
            let given = [("dimension", "1".into()), ("n", 40.into())];
            let report = ask("pde.poisson", &given, "pde.matrix-interpolation", &asked).unwrap();
            let rows = &report.tables().next().unwrap().rows;
            let theirs = oracle[coefficient].as_array().unwrap();
            assert_eq!(rows.len(), theirs.len());
            for (row, other) in rows.iter().zip(theirs) {
                for (cell, key) in row[1..].iter().zip([
                    "mu",
                    "missed",
                    "matrix",
                    "solution",
                    "matrix_cheb",
                    "solution_cheb",
                    "combined",
                ]) {
                    let (Cell::Real(ours), Some(other)) = (cell, other[key].as_f64()) else {
                        panic!("{key}: a number")
                    };
                    // Below, rounding decides.
                    let close = (ours / other - 1.0).abs() < 1e-3 || ours.max(other) < 1e-10;
                    assert!(close, "{coefficient} {key}: {ours} is not {other}");
                }
            }
            assert!(text(&report).contains("points of Chebyshev"), "{}", text(&report));
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let refused = |asked: &[(&str, iterscope_core::Value)]| {
            ask("pde.poisson", &[("n", 8.into())], "pde.matrix-interpolation", asked).unwrap_err()
        };
        let error = refused(&[("formula", "x - mu".into())]);
        assert!(error.field == "formula" && error.message.contains("must be positive"), "{error}");
        assert_eq!(refused(&[("formula", "exp(-nu*x)".into())]).field, "formula");
        assert_eq!(refused(&[("low", iterscope_core::Value::Real(20.0))]).field, "high");
        let one = ask("pde.poisson", &[("n", 8.into())], "pde.matrix-interpolation", &[("formula", "1 + mu*x".into())]);
        // An affine family needs two matrices, and there is nothing more to find.
        assert_eq!(one.unwrap().tables().next().unwrap().rows.len(), 2);
    }
}
