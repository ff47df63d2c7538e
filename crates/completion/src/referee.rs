//! Recomputes from the factors alone what matters about an iterate: residual, errors, gradient, singular values.

mod ndcg;

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{Artifact, Extent, Picture, Referee};
use iterscope_kernels::dense::{a_b, jacobi_svd, transpose};
use iterscope_kernels::reduce::norm2;

use crate::linalg::distance::Distance;
use crate::linalg::principal_angles::PrincipalAngles;
use crate::linalg::spectral::leading_of_dense;
use crate::model::factors::{Factors, inner};
use crate::model::metric::Metric;
use crate::model::sensing::SensingWork;
use crate::model::{Data, Entries, Form, Model, Truth};
use crate::views::filled_table;
use crate::views::pictures;
use crate::views::predictions;
use crate::views::singular_history::SingularHistory;

/// The referee of the family. Methods sum by rows and then by columns in their own way; this walks the columns once.
pub struct CompletionReferee {
    model: Rc<Model>,
    true_norm: f64,
    distance: Option<Distance>,
    /// The truth by its leading singular vectors, where angles to its spaces are measured.
    spaces: Option<Factors>,
    gradient: Factors,
    angles: Option<PrincipalAngles>,
    sensing: Option<SensingWork>,
    singular_history: SingularHistory,
    step: u64,
    order: Vec<(f64, f64)>,
    singular: Vec<f64>,
    rows: Vec<f64>,
    rotations: Vec<f64>,
}

impl CompletionReferee {
    /// A referee for iterates of that rank.
    pub fn new(model: Rc<Model>, rank: usize) -> CompletionReferee {
        let mut referee = CompletionReferee {
            true_norm: model.true_norm().unwrap_or(1.0),
            spaces: spaces(&model),
            distance: None,
            gradient: Factors::zero(0, 0, 0),
            angles: None,
            sensing: None,
            singular_history: SingularHistory::default(),
            step: 0,
            order: Vec::new(),
            singular: Vec::new(),
            rows: Vec::new(),
            rotations: Vec::new(),
            model,
        };
        referee.make_room(rank);
        referee
    }

    /// Work space for iterates of that rank, which may change while a run goes on.
    fn make_room(&mut self, rank: usize) {
        if self.gradient.rank == rank {
            return;
        }
        let model = &self.model;
        let (rows, cols) = (model.rows, model.cols);
        self.distance = match &model.truth {
            Some(Truth::Factors(f)) => Some(Distance::new(rows, cols, rank, f.rank)),
            _ => None,
        };
        let square;
        (self.sensing, square) = match &model.data {
            Data::Sensing(s) => (Some(SensingWork::new(s, rank)), rank),
            Data::Entries(_) => (None, 0),
        };
        self.angles = self.spaces.as_ref().map(|f| PrincipalAngles::new(f, rank));
        self.gradient = Factors::zero(rows, cols, rank);
        self.singular = vec![0.0; square];
        self.rows = vec![0.0; square * rows];
        self.rotations = vec![0.0; square * square];
    }

    /// Relative error on all entries; NaN where the truth is unknown.
    fn error(&mut self, x: &Factors) -> f64 {
        let norm = match (&self.model.truth, &mut self.distance) {
            (Some(Truth::Factors(truth)), Some(distance)) => distance.between(x, truth),
            (Some(Truth::Dense(values)), _) => {
                let mut sum = 0.0;
                for (i, row) in values.chunks_exact(self.model.cols).enumerate() {
                    let mut part = 0.0;
                    for (j, &m) in row.iter().enumerate() {
                        let e = x.at(i, j) - m;
                        part += e * e;
                    }
                    sum += part;
                }
                sum.sqrt()
            }
            _ => f64::NAN,
        };
        norm / self.true_norm
    }

    /// Norm of the residual on the seen entries; leaves the gradient in its buffer.
    fn seen(&mut self, entries: &Entries, x: &Factors) -> f64 {
        let k = x.rank;
        let g = &mut self.gradient;
        g.u.fill(0.0);
        g.v.fill(0.0);
        let mut sum = 0.0;
        for j in 0..entries.by_col.rows {
            let (v, gv) = (x.col(j), &mut g.v[j * k..][..k]);
            let mut part = 0.0;
            for (i, m) in entries.by_col.row_iter(j) {
                let u = x.row(i);
                let e = inner(u, v) - m;
                part += e * e;
                for (c, gu) in g.u[i * k..][..k].iter_mut().enumerate() {
                    *gu += e * v[c];
                    gv[c] += e * u[c];
                }
            }
            sum += part;
        }
        sum.sqrt()
    }

    /// The relative gradient, from what [`Self::seen`] left. Where both factors are zero it would be zero whatever the data
    /// are; the relative residual, which bounds it for all directions of small factors, says that this is no solution.
    fn gradient(&self, entries: &Entries, x: &Factors, residual: f64) -> f64 {
        if norm2(&x.u) == 0.0 && norm2(&x.v) == 0.0 {
            return residual / entries.norm;
        }
        let part = |g: &[f64], other: &[f64]| {
            let size = norm2(other);
            if size == 0.0 { 0.0 } else { norm2(g) / size }
        };
        let (a, b) = (part(&self.gradient.u, &x.v), part(&self.gradient.v, &x.u));
        (a * a + b * b).sqrt() / entries.norm
    }

    /// Singular values of U U' for the symmetric problem: squares of those of U.
    fn symmetric_spectrum(&mut self, x: &Factors) {
        let (d, k) = (self.model.rows, x.rank);
        transpose(&x.u, &mut self.rows, d, k);
        jacobi_svd(&mut self.rows, d, k, &mut self.singular, &mut self.rotations);
        for s in &mut self.singular {
            *s *= *s;
        }
    }
}

impl Referee for CompletionReferee {
    type Iterate = Factors;

    fn series(&self) -> usize {
        self.model.metrics.len()
    }

    fn at(&mut self, step: u64) {
        self.step = step;
    }

    fn forget_after(&mut self, step: u64) {
        self.singular_history.forget_after(step);
    }

    fn measure(&mut self, x: &Factors, out: &mut [f64]) {
        self.make_room(x.rank);
        self.singular_history.record(self.step, x);
        let model = self.model.clone();
        let (residual, gradient, count) = match &model.data {
            Data::Entries(entries) => {
                let r = self.seen(entries, x);
                (r, self.gradient(entries, x, r), entries.count())
            }
            Data::Sensing(s) => {
                let size = match &mut self.sensing {
                    Some(work) => {
                        s.apply(x, work);
                        for (r, y) in work.residual.iter_mut().zip(&s.values) {
                            *r -= y;
                        }
                        s.size(&work.residual)
                    }
                    None => f64::NAN,
                };
                if s.symmetric() {
                    self.symmetric_spectrum(x);
                }
                (size, 0.0, s.len())
            }
        };
        let angles = self.angles.as_mut().map_or([f64::NAN; 2], |a| a.measure(x));
        if let (Data::Sensing(s), Some(angles)) = (&model.data, &self.angles)
            && !s.symmetric()
        {
            self.singular.copy_from_slice(angles.singular());
        }
        let held_out = model.held_out_errors(x);
        for (out, metric) in out.iter_mut().zip(&model.metrics) {
            *out = match (metric, &model.data) {
                (Metric::ResidualSeen, Data::Entries(e)) => residual / e.norm,
                (Metric::ResidualMeasured, Data::Sensing(s)) => residual / s.norm,
                (Metric::RmseSeen, _) => residual / (count as f64).sqrt(),
                (Metric::RmseHeldOut, _) => held_out.0,
                (Metric::MaeHeldOut, _) => held_out.1,
                (Metric::Ndcg, _) => match &model.form {
                    Form::Ratings(form) => ndcg::ndcg(&model, x, form.top, form.least, &mut self.order),
                    _ => f64::NAN,
                },
                (Metric::ErrorPicture, _) => match &model.form {
                    Form::Pixels(canvas) => canvas.error(x),
                    _ => f64::NAN,
                },
                (Metric::ErrorPoints, _) => match &model.form {
                    Form::Points(points) => points.error(x),
                    _ => f64::NAN,
                },
                (Metric::AngleLeft, _) => angles[0],
                (Metric::AngleRight, _) => angles[1],
                (Metric::ErrorAll, _) => self.error(x),
                (Metric::MseUnseen, Data::Entries(e)) => unseen(&model, e, x),
                (Metric::Gradient | Metric::GradientStops, _) => gradient,
                (Metric::Singular(s), _) => self.singular.get(*s).copied().unwrap_or(0.0),
                (Metric::ResidualSeen | Metric::ResidualMeasured | Metric::MseUnseen, _) => f64::NAN,
            };
        }
    }

    fn snapshot(&self, x: &Factors) -> Option<Rc<dyn Any>> {
        Some(Rc::new(x.clone()))
    }

    fn picture(&mut self, key: &str, x: &Factors, extent: Extent, out: &mut Picture) {
        if key == pictures::SINGULAR_HISTORY {
            let truth = &self.model.singular[..self.model.true_rank()];
            self.singular_history.draw(self.step, x, truth, extent, out);
        } else {
            pictures::draw(&self.model, key, x, extent, out);
        }
    }

    /// What the problem's form makes of the completed matrix: predictions and recommendations, the filled table, the picture
    /// (colours side by side), places with distances, or the matrix itself.
    fn result(&mut self, x: &Factors) -> Artifact {
        let (m, n) = (self.model.rows, self.model.cols);
        match &self.model.form {
            Form::Ratings(form) => return predictions::table(&self.model, form, x),
            Form::Table(data) => return filled_table::table(&self.model, data, x),
            Form::Points(points) => return points.table(x, self.model.entries().ok().map(|e| &e.parts)),
            Form::Pixels(canvas) if !canvas.is_plain() => return canvas.result(x),
            Form::Pixels(_) | Form::Matrix => {}
        }
        let mut vt = vec![0.0; x.v.len()];
        transpose(&x.v, &mut vt, n, x.rank);
        let mut values = vec![0.0; m * n];
        a_b(&x.u, &vt, &mut values, m, x.rank, n);
        for (e, value) in values.iter_mut().enumerate() {
            *value += self.model.baseline.at(e / n, e % n);
        }
        Artifact::Grid { rows: m, cols: n, values }
    }
}

/// Factors that span the true column and row spaces, where a problem wants angles to them.
fn spaces(model: &Model) -> Option<Factors> {
    if !model.metrics.iter().any(|m| matches!(m, Metric::AngleLeft | Metric::AngleRight)) {
        return None;
    }
    match model.truth.as_ref()? {
        Truth::Factors(f) => Some(f.clone()),
        Truth::Dense(values) => leading_of_dense(model, values, model.true_rank()),
    }
}

/// The squared error of the unseen entries, divided by the number of all; NaN where the truth is unknown.
fn unseen(model: &Model, entries: &Entries, x: &Factors) -> f64 {
    let mut sum = 0.0;
    for i in 0..model.rows {
        let mut seen = entries.by_row.row(i).0.iter().peekable();
        for j in 0..model.cols {
            if seen.next_if(|&&c| c as usize == j).is_none() {
                let e = x.at(i, j) - model.true_entry(i, j).unwrap_or(f64::NAN);
                sum += e * e;
            }
        }
    }
    sum / (model.rows * model.cols) as f64
}
