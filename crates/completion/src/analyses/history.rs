//! How an iterate came about: its singular values, its spaces and its errors, step by step.

mod report;

use std::rc::Rc;

use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, BuildError, Job, List, Names, Progress, Report, Stepper, Str, Subject, words,
};
use iterscope_kernels::dense::{a_b, at_b, jacobi_svd, svd, transpose};
use iterscope_kernels::rng::Rng;

use crate::instance::Completion;
use crate::linalg::product_svd::ProductSvd;
use crate::model::factors::Factors;
use crate::model::{Data, HeldOut, Model, Truth};

/// Steps looked at one by one; beyond, each next one is a twentieth further.
const EVERY: u64 = 60;
/// Singular values and angles that are drawn.
const LINES: usize = 12;
/// Flops and steps of one piece of work.
const PIECE: u64 = 4_000_000;
const PIECE_STEPS: usize = 500;
/// Steps that are repeated at most.
const MOST_STEPS: u64 = 200_000;
/// Unseen entries compared with a truth that is known, drawn where there are more.
const PROBES: usize = 20_000;
/// Singular values this small beside the largest are rounding errors.
const NOTHING: f64 = 1e-14;

/// See [`AnalysisInfo::summary`].
pub static HISTORY: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("completion.history"),
        label: Str::Borrowed("What was learnt first?"),
        summary: words(
            "Repeats the run from its first step and follows the singular values of the iterate, the angles between its spaces and the \
             true ones, and the error on seen and on unseen entries: which parts of the matrix are learnt first, and from which step on \
             a closer fit only hurts.",
        ),
        citation: words(
            "Å. Björck, G. H. Golub, Numerical methods for computing angles between linear subspaces, Math. Comput. 27, 1973.",
        ),
        params: List::Borrowed(&[]),
        problems: Names::Static(&[
            "completion.low-rank",
            "completion.image",
            "completion.ratings",
            "completion.sensing",
            "completion.table",
            "completion.distances",
            "completion.stream",
            "completion.ired-task",
        ]),
        subject: Subject::Run,
        limits: words(
            "Angles compare the leading singular vectors of the iterate with as many of the truth; where two singular values are close, \
             single directions mean little, the whole space does. The run is repeated with the parameters it was started with.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let (run, shown) = input.iterate::<Factors>()?;
    if run.step > MOST_STEPS {
        let why = format!(
            "the run has made {} steps; at most {MOST_STEPS} are repeated: go back to an earlier step",
            run.step
        );
        return Err(BuildError::new("analysis", why));
    }
    let spaces = match &model.truth {
        Some(Truth::Factors(truth)) => {
            let (left, _, right) = decomposed(truth, model.rows, model.cols);
            let rank = truth.rank.min(model.rows).min(model.cols);
            Some(Spaces { rank, left, right })
        }
        _ => None,
    };
    Ok(Box::new(History {
        probes: probes(&model),
        spaces,
        label: run.label.clone(),
        stepper: (run.fresh)()?,
        last: run.step,
        shown: shown.clone(),
        same: true,
        points: Vec::new(),
        done: false,
        model,
    }))
}

/// Left singular vectors, values and right singular vectors of U V', vectors in the columns.
fn decomposed(x: &Factors, m: usize, n: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let k = x.rank;
    if k <= m.min(n) {
        let mut found = ProductSvd::new(m, n, k);
        found.find(x);
        return (found.left, found.s, found.right);
    }
    // More columns than the shorter side: the matrix itself is then the smaller thing.
    let (mut vt, mut dense) = (vec![0.0; x.v.len()], vec![0.0; m * n]);
    transpose(&x.v, &mut vt, n, k);
    a_b(&x.u, &vt, &mut dense, m, k, n);
    let (left, s, right) = svd(&dense, m, n);
    let mut columns = vec![0.0; right.len()];
    transpose(&right, &mut columns, s.len(), n);
    (left, s, columns)
}

/// What prediction is measured on: entries held out, or unseen ones of which the truth is known.
fn probes(model: &Model) -> Vec<HeldOut> {
    if !model.held_out.is_empty() || model.truth.is_none() {
        return model.held_out.clone();
    }
    let seen = |i: usize, j: usize| match &model.data {
        Data::Entries(e) => e.by_row.row(i).0.binary_search(&(j as u32)).is_ok(),
        Data::Sensing(_) => false,
    };
    let at = |e: usize| (e / model.cols, e % model.cols);
    let entry = |(row, col): (usize, usize)| {
        let value = model.true_entry(row, col).unwrap_or(f64::NAN);
        HeldOut { row: row as u32, col: col as u32, value }
    };
    let all = model.rows * model.cols;
    if all <= 2 * PROBES {
        return (0..all).map(at).filter(|&(i, j)| !seen(i, j)).map(entry).collect();
    }
    // Where nearly all is seen, few are found, and few are enough.
    let mut rng = Rng::new(1);
    let drawn = (0..2 * PROBES).map(|_| at(rng.below(all)));
    drawn.filter(|&(i, j)| !seen(i, j)).take(PROBES).map(entry).collect()
}

/// Bases of the true column and row space.
struct Spaces {
    rank: usize,
    left: Vec<f64>,
    right: Vec<f64>,
}

/// One step.
struct Point {
    step: u64,
    singular: Vec<f64>,
    /// Principal angles in degrees, the smallest first; empty where the truth is unknown.
    columns: Vec<f64>,
    rows: Vec<f64>,
    /// Root mean square errors; NaN where there is nothing to measure on.
    seen: f64,
    unseen: f64,
}

struct History {
    model: Rc<Model>,
    probes: Vec<HeldOut>,
    spaces: Option<Spaces>,
    label: String,
    stepper: Box<dyn Stepper>,
    last: u64,
    /// The iterate that is on the page.
    shown: Factors,
    /// It is what the repeated run came to.
    same: bool,
    points: Vec<Point>,
    done: bool,
}

/// Principal angles in degrees, the smallest first, between the spaces of the first `k` columns of `a` (rows x width) and
/// of all `r` orthonormal columns of `b`. Directions that `a` does not have count as orthogonal.
fn angles(a: &[f64], width: usize, k: usize, b: &[f64], r: usize) -> Vec<f64> {
    let rows = b.len() / r;
    let k = k.min(r);
    let mut out = vec![90.0; r];
    if k == 0 {
        return out;
    }
    let first: Vec<f64> = a.chunks_exact(width).flat_map(|row| row[..k].iter().copied()).collect();
    // The cosines are the singular values of B' A, the sines those of A - B B' A: each is exact where the other is not.
    let mut inside = vec![0.0; r * k];
    at_b(b, &first, &mut inside, rows, r, k);
    let mut outside = vec![0.0; rows * k];
    a_b(b, &inside, &mut outside, rows, r, k);
    outside.iter_mut().zip(&first).for_each(|(o, a)| *o = a - *o);
    let values = |a: &[f64], m: usize| {
        let (mut t, mut s, mut v) = (vec![0.0; m * k], vec![0.0; k], vec![0.0; k * k]);
        transpose(a, &mut t, m, k);
        jacobi_svd(&mut t, m, k, &mut s, &mut v);
        s
    };
    let (cosines, sines) = (values(&inside, r), values(&outside, rows));
    for (c, out) in out[..k].iter_mut().enumerate() {
        let (cosine, sine) = (cosines[c].min(1.0), sines[k - 1 - c].min(1.0));
        let angle = if cosine > 0.7 { libm::asin(sine) } else { libm::acos(cosine) };
        *out = angle * 180.0 / core::f64::consts::PI;
    }
    out
}

impl History {
    fn snapshot(&mut self) -> Result<Rc<dyn std::any::Any>, BuildError> {
        let none = || BuildError::new("analysis", "this kind of run has no iterate that could be looked at");
        self.stepper.snapshot().ok_or_else(none)
    }

    /// Looks at the current iterate; returns about how many flops that took.
    fn look(&mut self) -> Result<u64, BuildError> {
        let none = || BuildError::new("analysis", "this kind of run has no iterate that could be looked at");
        let now = self.snapshot()?;
        let x: &Factors = now.downcast_ref().ok_or_else(none)?;
        let (m, n) = (self.model.rows, self.model.cols);
        let (left, singular, right) = decomposed(x, m, n);
        let width = singular.len();
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        if let Some(spaces) = &self.spaces {
            let used = singular.iter().filter(|s| **s > NOTHING * singular[0]).count();
            columns = angles(&left, width, used, &spaces.left, spaces.rank);
            rows = angles(&right, width, used, &spaces.right, spaces.rank);
        }
        let (mut seen, mut entries) = (f64::NAN, 0);
        if let Data::Entries(e) = &self.model.data {
            entries = e.count();
            let mut sum = 0.0;
            for i in 0..m {
                for (j, value) in e.by_row.row_iter(i) {
                    let d = x.at(i, j) - value;
                    sum += d * d;
                }
            }
            seen = (sum / entries as f64).sqrt();
        }
        let mut sum = 0.0;
        for e in &self.probes {
            let d = x.at(e.row as usize, e.col as usize) - e.value;
            sum += d * d;
        }
        let unseen = (sum / self.probes.len() as f64).sqrt();
        self.points.push(Point { step: self.stepper.steps(), singular, columns, rows, seen, unseen });
        Ok((x.rank * (6 * (m + n) * x.rank + 2 * (entries + self.probes.len()))) as u64)
    }

    /// Whether the current step is one of those looked at.
    fn due(&self) -> bool {
        let step = self.stepper.steps();
        step <= EVERY || self.points.last().is_none_or(|p| step as f64 >= p.step as f64 * 1.05)
    }
}

impl Job for History {
    fn work(&mut self) -> Result<f64, BuildError> {
        if self.done {
            return Ok(1.0);
        }
        let mut spent = if self.points.is_empty() { self.look()? } else { 0 };
        let mut ended = self.stepper.steps() >= self.last;
        for _ in 0..PIECE_STEPS {
            if ended || spent > PIECE {
                break;
            }
            let (before, flops) = (self.stepper.steps(), self.stepper.work().flops);
            let progress = self.stepper.advance(1).map_err(|e| BuildError::new("analysis", e.to_string()))?;
            let moved = self.stepper.steps() > before;
            spent += self.stepper.work().flops - flops;
            ended = !moved || self.stepper.steps() >= self.last || matches!(progress, Progress::Stopped(_));
            if moved && (ended || self.due()) {
                spent += self.look()?;
            }
        }
        if !ended {
            return Ok((self.stepper.steps() as f64 / self.last as f64).min(0.999));
        }
        let now = self.snapshot()?;
        self.same = now.downcast_ref::<Factors>() == Some(&self.shown);
        self.done = true;
        Ok(1.0)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let Some(last) = self.points.last() else { return report };
        if !self.same {
            report.say(
                "The iterate on the page is another one: a parameter was changed while the run went on. What follows is the run without \
                 that change.",
            );
        }
        if matches!(&self.model.data, Data::Entries(e) if e.arrivals.is_some()) {
            report.say(
                "Rows and columns arrive while the run goes on; errors are over all entries, those to come included.",
            );
        }
        self.report_errors(&mut report, last);
        report.plot(self.singular_values());
        if self.spaces.is_some() {
            self.report_angles(&mut report, last);
        }
        report.table(self.table());
        report
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Mark, Plot, Scale};

    use super::*;
    use crate::analyses::test_support::{Asked, plots, tables, text};

    const ID: &str = "completion.history";
    const SMALL: [(&str, iterscope_core::Value); 3] = [
        ("rows", iterscope_core::Value::Int(40)),
        ("cols", iterscope_core::Value::Int(30)),
        ("rank", iterscope_core::Value::Int(3)),
    ];

    fn with(extra: &[(&'static str, iterscope_core::Value)]) -> Asked {
        let mut given = SMALL.to_vec();
        given.push(("sampling", 0.5.into()));
        given.extend_from_slice(extra);
        Asked::low_rank(&given, 5)
    }

    fn lines(plot: &Plot, dashes: bool) -> Vec<(&[f64], &[f64])> {
        let line = |m| match m {
            &Mark::Line { ref x, ref y, dashed, .. } if dashed == dashes => Some((x.as_slice(), y.as_slice())),
            _ => None,
        };
        plot.marks.iter().filter_map(line).collect()
    }

    #[test]
    fn the_last_spectrum_is_that_of_the_shown_iterate() {
        let asked = with(&[]);
        let ran = ("completion.als", &[][..], 25);
        let report = asked.ask(ID, &[], Some(ran)).unwrap();
        let run = asked.run(ran);
        let x: &Factors = run.iterate.downcast_ref().unwrap();
        let dense: Vec<f64> = (0..1200).map(|e| x.at(e / 30, e % 30)).collect();
        let (_, s, _) = svd(&dense, 40, 30);
        let spectrum = lines(plots(&report)[1], false);
        assert_eq!(spectrum.len(), 3);
        for (c, (steps, values)) in spectrum.iter().enumerate() {
            assert_eq!((steps.len(), steps.last()), (26, Some(&25.0)));
            assert!((values[25] - s[c]).abs() < 1e-10 * s[0], "{} {}", values[25], s[c]);
        }
        // Recovered: dashed lines agree, angles vanish.
        for (found, truth) in spectrum.iter().zip(lines(plots(&report)[1], true)) {
            assert!((found.1[25] / truth.1[0] - 1.0).abs() < 1e-3);
        }
        let angle = lines(plots(&report)[2], false)[2].1;
        assert!(angle[0] > 10.0 && angle[25] < 0.1, "{angle:?}");
        assert!(text(&report).contains("no overfitting"), "{}", text(&report));
    }

    #[test]
    fn a_small_start_learns_one_value_after_the_other() {
        let asked = with(&[("condition", 10.0.into())]);
        let report = asked.ask(ID, &[], Some(("completion.gd-small-init", &[], 400))).unwrap();
        let plot = plots(&report)[1];
        assert_eq!(plot.x.scale, Scale::Log);
        let truth: Vec<f64> = lines(plot, true).iter().map(|l| l.1[0]).collect();
        let half = |c: usize| {
            let (x, y) = lines(plot, false)[c];
            y.iter().position(|s| *s > 0.5 * truth[c]).map(|p| x[p])
        };
        let (first, second) = (half(0).unwrap(), half(1).unwrap());
        assert!(first * 1.2 < second, "{first} {second}");
        assert!(tables(&report)[0].rows.len() > 80 && tables(&report)[0].rows.len() < 110);
    }

    #[test]
    fn overfitting_is_marked_at_the_least_error() {
        let asked = with(&[("noise", 0.8.into())]);
        let report = asked.ask(ID, &[], Some(("completion.als", &[("rank", 8.into())], 60))).unwrap();
        let plot = plots(&report)[0];
        let unseen = lines(plot, false)[1].1;
        let least = (0..unseen.len()).min_by(|a, b| unseen[*a].total_cmp(&unseen[*b])).unwrap();
        assert!(least < 50 && unseen[60] > 1.1 * unseen[least], "{unseen:?}");
        let rule = plot.marks.iter().find_map(|m| if let Mark::Rule { at, .. } = m { Some(*at) } else { None });
        assert_eq!(rule, Some(least as f64));
        assert!(text(&report).contains("overfitting"), "{}", text(&report));
    }

    #[test]
    fn angles_are_those_that_were_put_in() {
        // The space of e1 and e2 turned by 30 degrees and by 1e-9 towards e3 and e4.
        let (a, b) = (core::f64::consts::PI / 6.0, 1e-9);
        let turned = [libm::cos(a), 0.0, 0.0, libm::cos(b), libm::sin(a), 0.0, 0.0, libm::sin(b), 0.0, 0.0];
        let straight = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let found = angles(&turned, 2, 2, &straight, 2);
        assert!((found[1] - 30.0).abs() < 1e-12 && (found[0] * core::f64::consts::PI / 180.0 / b - 1.0).abs() < 1e-6);
        assert_eq!(angles(&turned, 2, 1, &straight, 2)[1], 90.0);
    }
}
