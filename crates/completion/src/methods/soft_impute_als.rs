//! Soft-impute by alternating ridge regressions on factors.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome,
    ParamInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::reduce::axpy;

use super::shared::params::{
    ENTRY_PROBLEMS, LAMBDA, NUCLEAR_CRITERION, NUCLEAR_DIAGNOSTICS, PATH, RANK_CAP, cut_off, rank_cap,
};
use crate::instance::Completion;
use crate::linalg::distance::relative_change;
use crate::linalg::gram::Gram;
use crate::linalg::leading::{residual, sparse_times, sparse_transposed_times};
use crate::linalg::product_svd::ProductSvd;
use crate::methods::shared::nuclear::Nuclear;
use crate::methods::shared::start::generator;
use crate::model::factors::Factors;
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

/// Singular values below this share of the largest count as zero.
const ROUNDING: f64 = 1e-9;

const PARAMS: &[ParamInfo] = &[RANK_CAP, LAMBDA, PATH];

/// `completion.soft-impute-als`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.soft-impute-als"),
        label: Str::Borrowed("Soft-impute ALS"),
        summary: words(
            "The nuclear norm of U V' is the least of half the squared sizes of its factors, so that soft-impute's solution is \
             reached by alternating ridge regressions on the filled-in matrix: one small system for all rows at once, and no \
             singular value decomposition of size.",
        ),
        math: words(
            r"V \leftarrow V + \big( P_\Omega(M - U V^{\top})^{\top} U - \lambda V \big) \big( U^{\top} U + \lambda I \big)^{-1}
\quad \text{and the same for } U; \qquad
\lVert X \rVert_* = \min_{U V^{\top} = X} \tfrac12 \big( \lVert U \rVert_F^2 + \lVert V \rVert_F^2 \big)",
        ),
        citation: words(
            "T. Hastie, R. Mazumder, J. Lee, R. Zadeh: Matrix completion and low-rank SVD via fast alternating least squares. \
             Journal of Machine Learning Research 16 (2015).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(NUCLEAR_DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one sweep, both factors: 8 |Ω| k + 12 (m + n) k² flops"),
        limits: words(
            "The same solution as soft-impute, biased in the same way, and reached in about as many steps, each of them cheaper. \
             Unlike ALS, a sweep fills in from the last iterate instead of fitting each row's own entries, so that it is slow \
             where little is seen. Where the largest rank cuts something off, the factors can rest at a point that is not \
             the solution. Singular values that should vanish only shrink, by a factor each sweep.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct SoftImputeAls {
    model: Rc<Model>,
    x: Factors,
    change: Factors,
    /// The iterate before the last sweep.
    previous: Factors,
    residual: Vec<f64>,
    gram: Gram,
    svd: ProductSvd,
    nuclear: Nuclear,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = rank_cap(&model, input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let mut x = Factors::zero(m, n, k);
    // Zero is a stationary point of the factors: start from a random column space.
    generator(input.seed).normal_fill(&mut x.u);
    let mut iteration = SoftImputeAls {
        change: Factors::zero(m, n, k),
        previous: x.clone(),
        x,
        residual: vec![0.0; entries.count()],
        gram: Gram::new(k),
        svd: ProductSvd::new(m, n, k),
        nuclear: Nuclear::new(entries, input.values),
        model: model.clone(),
    };
    iteration.refresh();
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

impl SoftImputeAls {
    fn refresh(&mut self) {
        if let Data::Entries(entries) = &self.model.data {
            self.nuclear.fit = residual(entries, &self.x, &mut self.residual);
        }
    }

    /// Leaves the factors balanced and their singular values in `svd`.
    fn sweep(&mut self, entries: &Entries, lambda: f64) {
        let (x, change, values) = (&mut self.x, &mut self.change, &mut self.residual);
        let (k, a, gram) = (x.rank, &entries.by_row, &mut self.gram);
        regress(gram, &x.u, &mut x.v, &mut change.v, lambda, |u, out| sparse_transposed_times(a, values, u, k, out));
        self.svd.balance(x);
        residual(entries, x, values);
        regress(gram, &x.v, &mut x.u, &mut change.u, lambda, |v, out| sparse_times(a, values, v, k, out));
        self.svd.balance(x);
    }
}

/// One ridge regression of the majorised problem: b += (R'a - λ b) (a'a + λ I)^-1, R' being `times`.
fn regress(
    gram: &mut Gram,
    a: &[f64],
    b: &mut [f64],
    change: &mut [f64],
    lambda: f64,
    times: impl FnOnce(&[f64], &mut [f64]),
) {
    gram.factorise(a, lambda);
    change.fill(0.0);
    times(a, change);
    axpy(-lambda, b, change);
    gram.solve_rows(change);
    axpy(1.0, change, b);
}

impl Iteration for SoftImputeAls {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let lambda = self.nuclear.next();
        self.previous.u.copy_from_slice(&self.x.u);
        self.previous.v.copy_from_slice(&self.x.v);
        self.sweep(entries, lambda);
        let (c, s, k) = (entries.count() as u64, (model.rows + model.cols) as u64, self.x.rank as u64);
        work.operator += 4;
        work.flops += 8 * c * k + 12 * s * k * k;
        work.bytes += 4 * c * (12 + 8 * k) + 80 * s * k;
        self.refresh();
        self.nuclear.take(&self.svd.s, 0.0, ROUNDING * self.svd.s[0]);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.nuclear.diagnostics(out);
        out[2] = if self.nuclear.arrived() { relative_change(&self.x, &[(1.0, &self.previous)]) } else { 1.0 };
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(NUCLEAR_CRITERION)
    }

    fn remark(&self) -> Option<String> {
        // Without more columns, what would be cut off is not known; a full set of them says that there may be more.
        let k = self.x.rank;
        let full = self.nuclear.rank() == k as f64 && k < self.model.rows.min(self.model.cols);
        full.then(|| cut_off(k))
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.nuclear.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.slice(&self.previous.u);
        out.slice(&self.previous.v);
        self.nuclear.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        from.slice(&mut self.previous.u);
        from.slice(&mut self.previous.v);
        self.nuclear.load(from);
        self.refresh();
    }
}
