//! The nearest metric to dissimilarities, of games or drawn.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Instance, List, ParamInfo, Problem, ProblemInfo, ProblemInput, Str, words,
};
use iterscope_kernels::rng::Rng;

use crate::metric::Dissimilarities;
use crate::metric::instance::MetricRepair;

const ITEMS: ParamInfo = ParamInfo::int(
    "items",
    "Items",
    "Number of items of the drawn table, whose entries are absolute values of normal numbers; without meaning for a file of games.",
    [3, 150],
    20,
)
.log();
const SMOOTHING: ParamInfo = ParamInfo::real(
    "smoothing",
    "Smoothing",
    "Points added to both sides of each pair of a file of games, so that its log-odds are finite.",
    [0.01, 100.0],
    0.5,
);

const PARAMS: &[ParamInfo] = &[ITEMS, SMOOTHING];

/// See [`ProblemInfo::summary`].
pub static METRIC_REPAIR: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("ranking.metric-repair"),
        label: Str::Borrowed("Nearest metric"),
        summary: words(
            "Each pair's own games say how far apart the two are (the size of their log-odds). Where pairs contradict one another, \
             some detour is shorter than the direct way. How little must change so that none is? Without a file, a \
             random table.",
        ),
        math: words(
            r"\min_D\ \tfrac12\,\|D-D^0\|_F^2 \quad\text{subject to}\quad D_{uv} \le D_{ui_1} + D_{i_1i_2} + \dots + D_{i_kv}\ \text{ for all paths}, \qquad D^0_{uv} = \left|\log\frac{a_{uv}+\varepsilon}{a_{vu}+\varepsilon}\right|",
        ),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Comparisons),
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    match input.data {
        Some(Dataset::Comparisons(games)) => {
            let table = Dissimilarities::of_games(games, input.values.real("smoothing"))?;
            Ok(Rc::new(MetricRepair::new(table, games.items.clone(), &games.remarks)))
        }
        Some(_) => Err(BuildError::new("data", "this problem needs games: `winner,loser[,count]` or `a,b,outcome`")),
        None => {
            let n = input.values.size("items");
            let names = (1..=n).map(|k| format!("item {k}")).collect();
            Ok(Rc::new(MetricRepair::new(draw(n, input.seed), names, &[])))
        }
    }
}

/// The entries are drawn row by row below the diagonal.
fn draw(n: usize, seed: u64) -> Dissimilarities {
    let mut rng = Rng::new(seed);
    let mut list = Vec::new();
    for v in 1..n as u32 {
        for u in 0..v {
            list.push((u, v, rng.normal().abs()));
        }
    }
    list.sort_by_key(|(u, v, _)| (*u, *v));
    Dissimilarities::new(n, &list)
}
