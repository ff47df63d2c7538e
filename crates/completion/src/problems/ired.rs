//! The completion task of a published learned method, for comparison.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, Level, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str, words,
};
use iterscope_kernels::dense::svd;
use iterscope_kernels::rng::Rng;

use super::notes::sampling;
use crate::instance::Completion;
use crate::model::factors::Factors;
use crate::model::metric::Metric;
use crate::model::{Baseline, Data, Entries, Form, Model, Truth};

/// Size and rank of the matrices, and the standard deviation of their noise.
const SIZE: usize = 20;
const RANK: usize = 10;
const NOISE: f64 = 0.1;

/// One of the two tasks: its divisor and its published figures.
struct Task {
    divisor: f64,
    published: f64,
}

const STANDARD: Task = Task { divisor: 20.0, published: 0.0174 };
const HARDER: Task = Task { divisor: 5.0, published: 0.2054 };

const PARAMS: &[ParamInfo] = &[ParamInfo::choice(
    "task",
    "Task",
    "The published task, R = U V'/20 plus noise of 0.1, or its harder variant, R = U V'/5 plus the same noise.",
    &[("standard", "standard"), ("harder", "harder")],
    "standard",
)];

/// `completion.ired-task`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.ired-task"),
        label: Str::Borrowed("IRED benchmark"),
        summary: words(
            "A 20 x 20 matrix of rank 10 with noise, of which every second entry is seen: the matrix completion task of Du, Mao \
             and Tenenbaum (Learning iterative reasoning through energy diffusion, ICML 2024). The network itself is not here; \
             its published error is drawn as a line, beside that of zeros for all that is not seen.",
        ),
        math: words(
            r"R = \tfrac1c\, U V^{\top} + 0.1\, E, \quad U, V \in \mathbb{R}^{20 \times 10},\ E \in \mathbb{R}^{20 \times 20} \sim \mathcal{N}(0, 1),
\qquad \mathrm{MSE} = \tfrac{1}{400} \sum_{(i,j) \notin \Omega} (\hat R_{ij} - R_{ij})^2",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

/// Draws U, V and E, then one uniform number for each entry, row by row.
fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let task = if input.values.text("task") == "harder" { HARDER } else { STANDARD };
    let mut rng = Rng::new(input.seed);
    let mut factors = Factors::zero(SIZE, SIZE, RANK);
    let mut noise = vec![0.0; SIZE * SIZE];
    rng.normal_fill(&mut factors.u);
    rng.normal_fill(&mut factors.v);
    rng.normal_fill(&mut noise);
    let entry = |e: usize| factors.at(e / SIZE, e % SIZE) / task.divisor + NOISE * noise[e];
    let values: Vec<f64> = (0..SIZE * SIZE).map(entry).collect();
    let (mut triplets, mut zeros) = (Vec::new(), 0.0);
    for (e, &value) in values.iter().enumerate() {
        if rng.uniform() < 0.5 {
            triplets.push(((e / SIZE) as u32, (e % SIZE) as u32, value));
        } else {
            zeros += value * value / values.len() as f64;
        }
    }
    let entries = Entries::new(SIZE, SIZE, &triplets, "task")?;
    let expected = 0.5 * (RANK as f64 / (task.divisor * task.divisor) + NOISE * NOISE);
    let words = format!(
        "Published over many matrices: IRED {}. Zeros for the unseen entries score {expected:.4} on average, as good as the \
         trained network; on this one matrix {zeros:.4}. About 200 entries do not determine the 300 degrees of freedom, so the \
         gain that is left to any method is small.",
        task.published
    );
    let notes = vec![sampling(&entries, RANK), Note::new(Severity::Info, None, words)];
    let most = values.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let mut model = Model {
        rows: SIZE,
        cols: SIZE,
        rank: RANK,
        summary: format!("{SIZE} x {SIZE}, rank {RANK} and noise, {} entries seen", entries.count()),
        data: Data::Entries(entries),
        singular: svd(&values, SIZE, SIZE).1,
        truth: Some(Truth::Dense(values)),
        held_out: Vec::new(),
        baseline: Baseline::zero(SIZE, SIZE),
        range: (-most, most),
        form: Form::Matrix,
        notes,
        levels: Vec::new(),
        whole: None,
        tested: None,
        metrics: vec![Metric::ResidualSeen, Metric::MseUnseen, Metric::ErrorAll, Metric::RmseSeen],
    };
    let series = Metric::MseUnseen.info(&model.form).key;
    model.levels = vec![
        Level { series: series.clone(), label: "zeros for the unseen, this matrix".into(), value: zeros },
        Level { series, label: "IRED, as published".into(), value: task.published },
    ];
    Ok(Completion::instance(model))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Setting;
    use crate::methods::soft_impute;
    use iterscope_core::Value;

    #[test]
    fn a_method_that_starts_at_zero_starts_at_the_level_of_zeros() {
        for task in ["standard", "harder"] {
            let setting = Setting::new(&PROBLEM, &[("task", Value::from(task))], None, 3).expect("valid");
            let mut run = setting.run(&soft_impute::METHOD, &[]).expect("valid");
            let level = setting.instance.levels()[0].value;
            assert!((run.value("mse.unseen") - level).abs() < 1e-15 && level > 0.0);
            assert!((run.value("error.all.rel") - 1.0).abs() < 1e-12);
        }
    }
}
