//! Soft-impute: fill in, shrink the singular values, repeat.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work,
};

use super::{ENTRY_PROBLEMS, LAMBDA, NUCLEAR_DIAGNOSTICS, PATH, RANK_CAP, rank_cap};
use crate::factors::Factors;
use crate::leading::{Leading, SparsePlusLowRank, residual};
use crate::model::{Completion, Data, Model};
use crate::nuclear::Nuclear;
use crate::referee::CompletionReferee;
use crate::start::generator;

const PARAMS: &[ParamInfo] = &[RANK_CAP, LAMBDA, PATH];

/// `completion.soft-impute`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.soft-impute"),
        label: Str::Borrowed("soft-impute"),
        summary: Str::Borrowed(
            "Fill the unseen entries from the iterate, shrink all singular values by λ, repeat: a minorise-maximise method \
             for least squares with the nuclear norm, a convex problem whose solution finds its own rank.",
        ),
        math: Str::Borrowed(
            r"X_{t+1} = D_\lambda\big( P_\Omega(M) + P_\Omega^{\perp}(X_t) \big), \quad D_\lambda(U \Sigma V^{\top}) = U (\Sigma - \lambda I)_+ V^{\top};
\qquad \min_X \tfrac12 \lVert P_\Omega(X - M) \rVert_F^2 + \lambda \lVert X \rVert_*",
        ),
        citation: Str::Borrowed(
            "R. Mazumder, T. Hastie, R. Tibshirani: Spectral regularization algorithms for learning large incomplete matrices. \
             Journal of Machine Learning Research 11 (2010).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(NUCLEAR_DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "2 to 10 rounds of block power iteration, each 4 |Ω| b + 4 (m + n) k b + 6 (m + n) b² flops, b = k + 5",
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
    leading: Leading,
    nuclear: Nuclear,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = rank_cap(&model, input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let mut iteration = SoftImpute {
        x: Factors::zero(m, n, k),
        next: Factors::zero(m, n, k),
        residual: vec![0.0; entries.count()],
        leading: Leading::new(m, n, k, k, &mut generator(input.seed)),
        nuclear: Nuclear::new(entries, input.values),
        model: model.clone(),
    };
    iteration.refresh();
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

impl SoftImpute {
    fn refresh(&mut self) {
        if let Data::Entries(entries) = &self.model.data {
            self.nuclear.fit = residual(entries, &self.x, &mut self.residual);
        }
    }
}

impl Iteration for SoftImpute {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let lambda = self.nuclear.next();
        let k = self.x.rank;
        let a = SparsePlusLowRank { places: &entries.by_row, values: &self.residual, low: &[(1.0, &self.x)] };
        self.leading.find(&a, lambda, work);
        self.leading.write(&mut self.next, |s| (s - lambda).max(0.0));
        std::mem::swap(&mut self.x, &mut self.next);
        work.operator += 1;
        work.flops += 2 * (entries.count() * k) as u64;
        self.refresh();
        self.nuclear.take(&self.leading.s[..k], lambda, lambda);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.nuclear.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.nuclear.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        self.leading.save(out);
        self.nuclear.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.leading.load(from);
        self.nuclear.load(from);
        self.refresh();
    }
}
