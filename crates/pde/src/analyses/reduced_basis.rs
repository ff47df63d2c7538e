//! How few solutions span all that a parameter gives, and which estimate of the error can be trusted.
//!
//! For `(A + mu W) u(mu) = f` with the weights W of the cells, solutions at a few parameters, chosen greedily where the estimate is largest, span a reduced space;
//! Galerkin's condition gives the combination for any other parameter. In the norm of A the error is at most that of the residual in the dual norm, as
//! `mu >= 0` adds nothing negative. Three ways to compute that: with a solve for each parameter; by inner products of the parts of the residual, made once, whose
//! cancellation leaves half of the digits; and by interpolating the square of the first in the parameter, for it is linear in the entries
//! of the products of the coefficients (F. Casenave, A. Ern, T. Lelievre, Accurate and online-efficient evaluation of the a posteriori error bound in the reduced basis
//! method, ESAIM: Mathematical Modelling and Numerical Analysis 48, 2014).

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Instance, Job, List, Mark, Names, ParamInfo,
    Plot, Report, ReportTable, Str, Subject, words,
};
use iterscope_kernels::banded::BandedLu;
use iterscope_kernels::compiled;
use iterscope_linear::Operator;
use iterscope_linear::eigen::shifted;
use iterscope_linear::factors::Factors;

use crate::linear::LinearProblem;
use crate::problems::poisson;

/// The most unknowns: a solution is kept for every parameter of the training set.
const MOST: usize = 20_000;
/// The most points of the interpolation, and how small what is left must be beside the largest entry.
const POINTS: usize = 40;
const LEFT: f64 = 1e-14;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::real("low", "From", "The smallest parameter, which is added to the reaction", [0.0, 1e6], 1.0),
    ParamInfo::real("high", "To", "The largest", [1e-6, 1e7], 50.0).log(),
    ParamInfo::int("training", "Training set", "How many equally spaced parameters are looked at", [10, 1000], 200),
    ParamInfo::int("basis", "Basis", "The most solutions in the basis", [1, 12], 7),
];

/// See [`AnalysisInfo::summary`].
pub static REDUCED_BASIS: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("pde.reduced-basis"),
        label: Str::Borrowed("How few solutions span all?"),
        summary: words(
            "Adds a parameter to the reaction, builds a reduced basis by the greedy method, and shows how the error falls with its size: exponentially. Beside it three estimates of the error, of which the usual one levels off at half of the digits.",
        ),
        citation: words(
            "F. Casenave, A. Ern, T. Lelièvre, Accurate and online-efficient evaluation of the a posteriori error bound in the reduced basis method, ESAIM: Mathematical \
             Modelling and Numerical Analysis 48, 2014; C. Prud'homme et al., Reliable real-time solution of parametrized partial differential equations: reduced-basis \
             output bound methods, Journal of Fluids Engineering 124, 2002.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[poisson::ID]),
        subject: Subject::Problem,
        limits: words(""),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let problem = input.downcast::<LinearProblem>()?;
    let refuse = |why: &str| Err(BuildError::new("analysis", why));
    let n = problem.rhs.len();
    let Some(layout) = problem.layout() else { return refuse("this is asked of problems on a grid") };
    if !problem.facts.positive_definite || problem.constants.is_some() {
        return refuse(
            "the estimates need a positive definite matrix: give values on a side, and no negative reaction",
        );
    }
    if n > MOST {
        return refuse("a solution is kept for every parameter: take a smaller n, with 20,000 unknowns at most");
    }
    let v = input.values;
    let [low, high] = [v.real("low"), v.real("high")];
    if low >= high {
        return Err(BuildError::new("high", format!("must be larger than {low}")));
    }
    let count = v.size("training");
    let grid = &layout.grid;
    let volume = (0..grid.dimension).map(|a| grid.spacing(a)).product();
    let Ok(base) = shifted(&problem.matrix, 0.0) else { return refuse("the factors of the matrix are too large") };
    Ok(Box::new(Reduced {
        weight: layout.nodes.iter().map(|&node| layout.weight(grid.steps(node))).collect(),
        instance: Rc::clone(input.instance),
        volume,
        base,
        parameters: (0..count).map(|i| low + (high - low) * i as f64 / (count - 1) as f64).collect(),
        most: v.size("basis").min(n),
        solutions: Vec::new(),
        basis: Vec::new(),
        picked: Vec::new(),
        next: 0,
        levels: Vec::new(),
        over: false,
    }))
}

/// What came of a basis.
struct Level {
    /// The error, and the three estimates, by parameter; NaN where the second's square was negative.
    values: [Vec<f64>; 4],
    negative: usize,
    points: usize,
}

struct Reduced {
    instance: Rc<dyn Instance>,
    /// The parts of full cells around the unknowns.
    weight: Vec<f64>,
    volume: f64,
    base: Factors<f64>,
    parameters: Vec<f64>,
    most: usize,
    /// Solutions for the parameters, as far as they are there.
    solutions: Vec<Vec<f64>>,
    /// Orthonormal in the norm of A.
    basis: Vec<Vec<f64>>,
    picked: Vec<usize>,
    /// The parameter whose solution comes next into the basis.
    next: usize,
    levels: Vec<Level>,
    over: bool,
}

impl Job for Reduced {
    fn work(&mut self) -> Result<f64, BuildError> {
        let all = self.parameters.len() + 4 * self.most;
        if let Some(&mu) = self.parameters.get(self.solutions.len()) {
            let solution = self.solve(mu)?;
            self.solutions.push(solution);
        } else if !self.over {
            self.over = !self.enrich();
            if !self.over {
                let level = self.level();
                self.next = largest(&level.values[1]);
                self.over = self.levels.len() + 1 == self.most || self.picked.contains(&self.next);
                self.levels.push(level);
            }
        }
        let done = self.solutions.len() + 4 * self.levels.len();
        Ok(if self.over { 1.0 } else { (done as f64 / all as f64).min(0.999) })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.levels.is_empty() {
            return report;
        }
        self.summarise(&mut report);
        report.plot(self.falling());
        report.plot(self.over_parameters());
        report.table(self.table());
        report
    }
}

/// The place of the largest value.
fn largest(values: &[f64]) -> usize {
    let value = |i: &usize| if values[*i].is_nan() { f64::NEG_INFINITY } else { values[*i] };
    (0..values.len()).max_by(|a, b| value(a).total_cmp(&value(b)).then(b.cmp(a))).unwrap_or(0)
}

fn maximum(values: &[f64]) -> f64 {
    values.iter().copied().filter(|v| !v.is_nan()).fold(f64::NAN, f64::max)
}

/// Solves a small system by elimination; none where it is singular.
pub(crate) fn small(n: usize, entry: impl Fn(usize, usize) -> f64, rhs: &mut [f64]) -> bool {
    let mut lu = BandedLu::new(n, n.saturating_sub(1), n.saturating_sub(1));
    for i in 0..n {
        (0..n).for_each(|j| lu.set(i, j, entry(i, j)));
    }
    if lu.factor().is_err() {
        return false;
    }
    lu.solve(rhs);
    true
}

impl Reduced {
    fn problem(&self) -> &LinearProblem {
        self.instance.as_any().downcast_ref().expect("it was built for a linear problem")
    }

    fn solve(&self, mu: f64) -> Result<Vec<f64>, BuildError> {
        let problem = self.problem();
        let mut rows = problem.matrix.rows().clone();
        for (i, w) in self.weight.iter().enumerate() {
            let from = rows.indptr[i] as usize;
            if let Ok(at) = rows.row(i).0.binary_search(&(i as u32)) {
                rows.values[from + at] += mu * w;
            }
        }
        let singular = |_| BuildError::new("analysis", format!("the matrix is singular for the parameter {mu}"));
        let mut factors = Factors::new(&rows).map_err(singular)?;
        let mut u = problem.rhs.to_vec();
        factors.solve(&mut u);
        // Rounding of the solve would be mistaken for an error of the basis.
        let mut r = vec![0.0; u.len()];
        self.residual(mu, &u, &mut r);
        factors.solve(&mut r);
        compiled::axpy(1.0, &r, &mut u);
        Ok(u)
    }

    /// `f - (A + mu W) u`
    fn residual(&self, mu: f64, u: &[f64], r: &mut [f64]) {
        let problem = self.problem();
        problem.matrix.residual(&problem.rhs, u, r);
        for ((r, w), u) in r.iter_mut().zip(&self.weight).zip(u) {
            *r -= mu * w * u;
        }
    }

    /// Takes the next solution into the basis; false where nothing of it is new.
    fn enrich(&mut self) -> bool {
        let mut u = self.solutions[self.next].clone();
        let mut image = vec![0.0; u.len()];
        let matrix = Rc::clone(&self.problem().matrix);
        for _ in 0..2 {
            for v in &self.basis {
                matrix.apply(v, &mut image);
                let along = self.volume * compiled::dot(&image, &u);
                compiled::axpy(-along, v, &mut u);
            }
        }
        matrix.apply(&u, &mut image);
        let size = (self.volume * compiled::dot(&image, &u)).sqrt();
        if !(size > 0.0 && size.is_finite()) {
            return false;
        }
        u.iter_mut().for_each(|x| *x /= size);
        self.basis.push(u);
        self.picked.push(self.next);
        true
    }

    /// Errors and estimates with the basis as it is.
    fn level(&mut self) -> Level {
        let (problem, k) = (self.problem(), self.basis.len());
        let (matrix, f, h) = (Rc::clone(&problem.matrix), Rc::clone(&problem.rhs), self.volume);
        let len = f.len();
        let weighted = |v: &[f64]| v.iter().zip(&self.weight).map(|(v, w)| v * w).collect::<Vec<f64>>();
        // The parts of the residual: f, -A v and -W v for each v of the basis.
        let mut parts = vec![f.to_vec()];
        for v in &self.basis {
            let mut image = vec![0.0; len];
            matrix.apply(v, &mut image);
            image.iter_mut().for_each(|x| *x = -*x);
            parts.push(image);
        }
        parts.extend(self.basis.iter().map(|v| weighted(v).into_iter().map(|x| -x).collect::<Vec<f64>>()));
        let m = parts.len();
        let mut gram = vec![0.0; m * m];
        for j in 0..m {
            let mut lifted = parts[j].clone();
            self.base.solve(&mut lifted);
            for i in 0..m {
                gram[i * m + j] = h * compiled::dot(&parts[i], &lifted);
            }
        }
        let count = self.parameters.len();
        let mut values: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::with_capacity(count));
        let (mut negative, mut squares) = (0, Vec::with_capacity(count));
        let mut coefficients: Vec<Vec<f64>> = Vec::with_capacity(count);
        let (mut r, mut lifted) = (vec![0.0; len], vec![0.0; len]);
        for (p, &mu) in self.parameters.iter().enumerate() {
            // Galerkin's condition in the basis; its parts are at hand.
            let entry = |i: usize, j: usize| {
                let v = &self.basis[i];
                -h * (compiled::dot(v, &parts[1 + j]) + mu * compiled::dot(v, &parts[1 + k + j]))
            };
            let mut c: Vec<f64> = self.basis.iter().map(|v| h * compiled::dot(v, &f)).collect();
            small(k, entry, &mut c);
            let mut u = vec![0.0; len];
            self.basis.iter().zip(&c).for_each(|(v, c)| compiled::axpy(*c, v, &mut u));
            self.residual(mu, &u, &mut r);
            lifted.copy_from_slice(&r);
            self.base.solve(&mut lifted);
            let direct = h * compiled::dot(&r, &lifted);
            u.iter_mut().zip(&self.solutions[p]).for_each(|(u, s)| *u = s - *u);
            matrix.apply(&u, &mut r);
            values[0].push((h * compiled::dot(&u, &r)).max(0.0).sqrt());
            values[1].push(direct.max(0.0).sqrt());
            squares.push(direct.max(0.0));
            let own: Vec<f64> = std::iter::once(1.0).chain(c.iter().copied()).chain(c.iter().map(|c| mu * c)).collect();
            let mut expanded = 0.0;
            for i in 0..m {
                for j in 0..m {
                    expanded += own[i] * gram[i * m + j] * own[j];
                }
            }
            negative += usize::from(expanded < 0.0);
            values[2].push(if expanded < 0.0 { f64::NAN } else { expanded.sqrt() });
            coefficients.push(own);
        }
        let points = interpolated(&coefficients, &squares, &mut values[3]);
        Level { values, negative, points }
    }

    fn summarise(&self, report: &mut Report) {
        let Some(last) = self.levels.last() else { return };
        let (low, high) = (self.parameters[0], self.parameters[self.parameters.len() - 1]);
        report.say(format!(
            "With {} of {} solutions for reactions raised by {low} to {high} every other one is met within {:.2e} in the norm of the energy.",
            self.levels.len(),
            self.parameters.len(),
            maximum(&last.values[0])
        ));
        if let Some((k, level)) = self.levels.iter().enumerate().find(|(_, l)| l.negative * 10 > self.parameters.len())
        {
            report.say(format!(
                "The usual estimate, by inner products made once, is of no use from {} solutions on: its square is a difference of numbers that agree in all digits but the last, and \
                 is negative for {} of {} parameters. Interpolated in the parameter it goes on.",
                k + 1,
                level.negative,
                self.parameters.len()
            ));
        }
    }

    fn falling(&self) -> Plot {
        let x: Vec<f64> = (1..=self.levels.len()).map(|k| k as f64).collect();
        let labels = ["error", "estimate, with a solve", "estimate, by inner products", "estimate, interpolated"];
        let line = |(at, label): (usize, &str)| Mark::Line {
            label: label.into(),
            x: x.clone(),
            y: self.levels.iter().map(|l| maximum(&l.values[at])).collect(),
            tone: at,
            dashed: at > 0,
        };
        Plot {
            caption: "The largest error over all parameters, and the largest of each estimate.".into(),
            x: Axis::linear("solutions in the basis"),
            y: Axis::log("energy norm"),
            marks: labels.into_iter().enumerate().map(line).collect(),
        }
    }

    fn over_parameters(&self) -> Plot {
        let mut marks = Vec::new();
        if let Some(last) = self.levels.last() {
            for (at, label) in ["error", "with a solve", "by inner products", "interpolated"].into_iter().enumerate() {
                let (x, y) = (self.parameters.clone(), last.values[at].clone());
                marks.push(Mark::Line { label: label.into(), x, y, tone: at, dashed: at > 0 });
            }
        }
        marks.extend(self.picked.iter().map(|&p| Mark::Rule {
            label: String::new(),
            at: self.parameters[p],
            vertical: true,
        }));
        Plot {
            caption: "With the largest basis, over the parameter; lines stand where solutions were taken into it. A gap is where a square came out negative."
                .into(),
            x: Axis::linear("what is added to the reaction"),
            y: Axis::log("energy norm"),
            marks,
        }
    }

    fn table(&self) -> ReportTable {
        let columns = [
            ("solutions", 0),
            ("taken at", 4),
            ("largest error", 3),
            ("with a solve", 3),
            ("by inner products", 3),
            ("negative squares", 0),
            ("interpolated", 3),
            ("points of it", 0),
        ];
        let row = |(k, l): (usize, &Level)| {
            let most = |at: usize| Cell::Real(maximum(&l.values[at]));
            vec![
                Cell::Int(k as i64 + 1),
                Cell::Real(self.parameters[self.picked[k]]),
                most(0),
                most(1),
                most(2),
                Cell::Int(l.negative as i64),
                most(3),
                Cell::Int(l.points as i64),
            ]
        };
        ReportTable {
            caption:
                "The largest error over all parameters, and the largest of each estimate, by the size of the basis."
                    .into(),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: self.levels.iter().enumerate().map(row).collect(),
        }
    }
}

/// The third estimate for every parameter, by empirical interpolation of the products of the coefficients: entries and parameters are chosen in turn
/// where the interpolation is worst, and the squares at the chosen parameters are combined. How many were chosen.
fn interpolated(coefficients: &[Vec<f64>], squares: &[f64], out: &mut Vec<f64>) -> usize {
    let m = coefficients.first().map_or(0, Vec::len);
    let entry = |p: usize, mu: usize| {
        let (i, j) = (p / m, p % m);
        coefficients[mu][i] * coefficients[mu][j]
    };
    // The upper triangle.
    let entries: Vec<usize> = (0..m * m).filter(|p| p / m <= p % m).collect();
    let count = coefficients.len();
    let (mut rows, mut at): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut whole = 0.0;
    let mut weights: Vec<Vec<f64>> = vec![Vec::new(); count];
    while at.len() < POINTS {
        let mut worst = (0.0, 0, 0);
        for (mu, weights) in weights.iter().enumerate() {
            for &p in &entries {
                let known: f64 = at.iter().zip(weights).map(|(&a, w)| w * entry(p, a)).sum();
                let left = (entry(p, mu) - known).abs();
                if left > worst.0 {
                    worst = (left, p, mu);
                }
            }
        }
        if at.is_empty() {
            whole = worst.0;
        }
        if worst.0 <= LEFT * whole || rows.contains(&worst.1) || at.contains(&worst.2) {
            break;
        }
        rows.push(worst.1);
        at.push(worst.2);
        let k = at.len();
        for (mu, weights) in weights.iter_mut().enumerate() {
            let mut own: Vec<f64> = rows.iter().map(|&p| entry(p, mu)).collect();
            if !small(k, |i, j| entry(rows[i], at[j]), &mut own) {
                break;
            }
            *weights = own;
        }
    }
    for weights in &weights {
        let square: f64 = at.iter().zip(weights).map(|(&a, w)| w * squares[a]).sum();
        out.push(square.abs().sqrt());
    }
    at.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::test_support::{ask, text};

    /// -u'' + mu u = 1 on 201 intervals, figures of an independent program in NumPy: error and first estimate.
    #[test]
    fn errors_and_estimates_are_those_of_another_program() {
        let given = [("dimension", "1".into()), ("n", 201.into())];
        let report = ask("pde.poisson", &given, "pde.reduced-basis", &[]).unwrap();
        let rows = &report.tables().next().unwrap().rows;
        let real = |k: usize, at: usize| if let Cell::Real(x) = rows[k][at] { x } else { panic!("a number") };
        let figures =
            [(1.77e-2, 2.55e-2), (1.32e-3, 1.40e-3), (1.96e-5, 2.10e-5), (2.90e-7, 2.92e-7), (2.34e-9, 2.43e-9)];
        for (k, (error, estimate)) in figures.into_iter().enumerate() {
            assert!((real(k, 2) / error - 1.0).abs() < 0.01, "{k}: {}", real(k, 2));
            assert!((real(k, 3) / estimate - 1.0).abs() < 0.01, "{k}: {}", real(k, 3));
            assert!(real(k, 2) <= real(k, 3), "it is a bound");
        }
        // The square has the rounding of that of the source, whose dual norm is sqrt(1/12): the level is the root of it, up to a factor.
        let level = (f64::EPSILON / 12.0).sqrt();
        for k in 4..rows.len() {
            assert!((level / 3.0..3.0 * level).contains(&real(k, 4)), "{k}: {}", real(k, 4));
        }
        for k in 0..6 {
            let ratio = real(k, 6) / real(k, 3);
            assert!((0.5..2.0).contains(&ratio), "{k}: {ratio}");
        }
        assert!(rows.len() == 7 && text(&report).contains("is of no use from 5 solutions on"), "{}", text(&report));
    }

    #[test]
    fn indefinite_matrices_are_refused() {
        let error = ask("pde.poisson", &[("reaction", "-3".into())], "pde.reduced-basis", &[]).unwrap_err();
        assert!(error.message.contains("positive definite"), "{error}");
    }
}
