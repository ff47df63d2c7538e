//! Soft-impute: fill in, shrink the singular values, repeat.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work,
};
use iterscope_kernels::reduce::axpy;

use super::{ENTRY_PROBLEMS, LAMBDA, NUCLEAR_DIAGNOSTICS, PATH, RANK_CAP, largest_singular_value, on_path, rank_cap};
use crate::factors::Factors;
use crate::gram::Gram;
use crate::leading::{Leading, SparsePlusLowRank, residual, sparse_times, sparse_transposed_times};
use crate::model::{Completion, Data, Entries, Model};
use crate::product_svd::ProductSvd;
use crate::referee::CompletionReferee;
use crate::start::generator;

/// Singular values below this share of the largest count as zero in the alternating form.
const ROUNDING: f64 = 1e-9;

const PARAMS: &[ParamInfo] = &[
    RANK_CAP,
    LAMBDA,
    ParamInfo::choice(
        "form",
        "form",
        "Truncated singular value decompositions, or alternating ridge regressions on factors, which need none of size.",
        &[("svd", "singular values"), ("als", "alternating")],
        "svd",
    ),
    PATH,
];

/// `completion.soft-impute`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.soft-impute"),
        label: Str::Borrowed("soft-impute"),
        summary: Str::Borrowed(
            "Fill the unseen entries from the iterate, shrink all singular values by λ, repeat: a minorise-maximise method \
             for least squares with the nuclear norm, a convex problem whose solution finds its own rank. The alternating \
             form reaches the same solution with ridge regressions.",
        ),
        math: Str::Borrowed(
            r"X_{t+1} = D_\lambda\big( P_\Omega(M) + P_\Omega^{\perp}(X_t) \big), \quad D_\lambda(U \Sigma V^{\top}) = U (\Sigma - \lambda I)_+ V^{\top};
\qquad \min_X \tfrac12 \lVert P_\Omega(X - M) \rVert_F^2 + \lambda \lVert X \rVert_*",
        ),
        citation: Str::Borrowed(
            "R. Mazumder, T. Hastie, R. Tibshirani: Spectral regularization algorithms for learning large incomplete matrices. \
             Journal of Machine Learning Research 11 (2010). T. Hastie, R. Mazumder, J. Lee, R. Zadeh: Matrix completion and \
             low-rank SVD via fast alternating least squares. Journal of Machine Learning Research 16 (2015).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(NUCLEAR_DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "svd: 2 to 10 rounds of block power iteration, each 4 |Ω| b + 4 (m + n) k b + 6 (m + n) b² flops, b = k + 5; \
             als: 8 |Ω| k + 12 (m + n) k² flops",
        ),
        limits: Str::Borrowed(
            "Shrinks what is true along with what is noise: large singular values come out too small by about λ/p, so exact \
             recovery needs λ near 0, where the method is slow. Where more singular values exceed λ than the largest rank \
             allows, the rest is cut off and the problem is no longer convex. The singular vectors of a step are found by \
             iteration, to about six digits, and better as steps get shorter.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct SoftImpute {
    model: Rc<Model>,
    x: Factors,
    next: Factors,
    residual: Vec<f64>,
    form: Form,
    /// Largest singular value of the data, the unit of λ.
    unit: f64,
    lambda: f64,
    path: u64,
    taken: u64,
    nuclear: f64,
    rank: f64,
    fit: f64,
}

enum Form {
    Svd(Leading),
    Als(Gram, ProductSvd),
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = rank_cap(&model, input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let mut rng = generator(input.seed);
    let mut x = Factors::zero(m, n, k);
    let form = if input.values.text("form") == "als" {
        // Zero is a stationary point of the factors: the alternating form starts from a random column space.
        rng.normal_fill(&mut x.u);
        Form::Als(Gram::new(k), ProductSvd::new(m, n, k))
    } else {
        Form::Svd(Leading::new(m, n, k, k, &mut rng))
    };
    let mut iteration = SoftImpute {
        next: x.clone(),
        residual: vec![0.0; entries.count()],
        x,
        form,
        unit: largest_singular_value(entries),
        lambda: input.values.real("lambda"),
        path: input.values.int("path") as u64,
        taken: 0,
        nuclear: 0.0,
        rank: 0.0,
        fit: 0.0,
        model: model.clone(),
    };
    iteration.refresh();
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

impl SoftImpute {
    fn refresh(&mut self) {
        if let Data::Entries(entries) = &self.model.data {
            self.fit = residual(entries, &self.x, &mut self.residual);
        }
    }

    /// Nuclear norm and rank of the iterate that a step with threshold `lambda` just gave.
    fn note(&mut self, lambda: f64) {
        let k = self.x.rank;
        // The factors of the alternating form are shrunk already; what should be zero is left by rounding.
        let (values, shift, least) = match &self.form {
            Form::Svd(leading) => (&leading.s[..k], lambda, lambda),
            Form::Als(_, svd) => (&svd.s[..], 0.0, ROUNDING * svd.s[0]),
        };
        (self.nuclear, self.rank) = (0.0, 0.0);
        for s in values.iter().filter(|s| **s > least) {
            self.nuclear += s - shift;
            self.rank += 1.0;
        }
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

/// One sweep of the alternating form; leaves the factors balanced and their singular values in `svd`.
fn sweep(
    entries: &Entries,
    x: &mut Factors,
    change: &mut Factors,
    values: &mut [f64],
    lambda: f64,
    gram: &mut Gram,
    svd: &mut ProductSvd,
) {
    let (k, a) = (x.rank, &entries.by_row);
    regress(gram, &x.u, &mut x.v, &mut change.v, lambda, |u, out| sparse_transposed_times(a, values, u, k, out));
    svd.balance(x);
    residual(entries, x, values);
    regress(gram, &x.v, &mut x.u, &mut change.u, lambda, |v, out| sparse_times(a, values, v, k, out));
    svd.balance(x);
}

impl Iteration for SoftImpute {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let lambda = self.unit * on_path(self.lambda, self.taken + 1, self.path);
        let (c, s, k) = (entries.count() as u64, (model.rows + model.cols) as u64, self.x.rank as u64);
        match &mut self.form {
            Form::Svd(leading) => {
                let a = SparsePlusLowRank { places: &entries.by_row, values: &self.residual, low: &[(1.0, &self.x)] };
                leading.find(&a, lambda, work);
                leading.write(&mut self.next, |s| (s - lambda).max(0.0));
                std::mem::swap(&mut self.x, &mut self.next);
                work.operator += 1;
                work.flops += 2 * c * k;
            }
            Form::Als(gram, svd) => {
                sweep(entries, &mut self.x, &mut self.next, &mut self.residual, lambda, gram, svd);
                work.operator += 4;
                work.flops += 8 * c * k + 12 * s * k * k;
                work.bytes += 4 * c * (12 + 8 * k) + 80 * s * k;
            }
        }
        self.taken += 1;
        self.refresh();
        self.note(lambda);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let Data::Entries(entries) = &self.model.data else { return };
        let objective = 0.5 * self.fit + self.unit * self.lambda * self.nuclear;
        out[0] = objective / (0.5 * entries.norm * entries.norm);
        out[1] = self.rank;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("lambda", Some(lambda)) => {
                self.lambda = lambda;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        if let Form::Svd(leading) = &self.form {
            leading.save(out);
        }
        out.bits(self.taken);
        for value in [self.lambda, self.nuclear, self.rank] {
            out.real(value);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        if let Form::Svd(leading) = &mut self.form {
            leading.load(from);
        }
        self.taken = from.bits();
        self.lambda = from.real();
        self.nuclear = from.real();
        self.rank = from.real();
        self.refresh();
    }
}
