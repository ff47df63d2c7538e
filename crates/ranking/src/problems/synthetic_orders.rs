//! Orders drawn from the model itself, with known strengths.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, List, Order, Orders, ParamInfo, Problem, ProblemInfo, ProblemInput, Str, Values, words,
};
use iterscope_kernels::rng::Rng;

use super::{ESTIMATE, ORDERS_MATH, PART};
use crate::orders::instance::OrderInstance;

const PLAYERS: ParamInfo = ParamInfo::int("players", "Competitors", "Number of competitors.", [2, 5000], 20).log();
const RACES: ParamInfo = ParamInfo::int("races", "Races", "Number of races.", [1, 100_000], 300).log();
const FIELD: ParamInfo = ParamInfo::int(
    "field",
    "Field",
    "Competitors in each race, picked at random; at most as many as there are.",
    [2, 200],
    5,
);
const PLACED: ParamInfo = ParamInfo::int(
    "placed",
    "Places known",
    "How many of the first places of each race are known; the others are only known to have come behind. 0 is all.",
    [0, 200],
    0,
);
const SPREAD: ParamInfo = ParamInfo::real(
    "spread",
    "Spread",
    "Scale of the logistic distribution of the true log-strengths: the larger, the more one-sided the races.",
    [0.0, 10.0],
    1.0,
);

const PARAMS: &[ParamInfo] = &[PLAYERS, RACES, FIELD, PLACED, SPREAD, ESTIMATE, PART];

/// See [`ProblemInfo::summary`].
pub static SYNTHETIC_ORDERS: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("ranking.synthetic-orders"),
        label: Str::Borrowed("Synthetic orders"),
        summary: words(
            "Competitors with known strengths, and races drawn by their chances. Size, field and what is known of each race can \
             be set, and the estimate can be compared with the truth.",
        ),
        math: words(ORDERS_MATH),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    if input.values.size("field") > input.values.size("players") {
        return Err(BuildError::new("field", "a race cannot have more competitors than there are"));
    }
    let (orders, truth) = draw(input.values, input.seed);
    Ok(Rc::new(OrderInstance::build(&orders, input.values, Some(truth))?))
}

/// The orders and the true log-strengths. The order of the draws is fixed: all strengths first, `spread * logit(u)`; then for
/// each race a permutation of all, whose head is the field, and one number for each place but the last.
fn draw(values: &Values, seed: u64) -> (Orders, Vec<f64>) {
    let (n, field) = (values.size("players"), values.size("field"));
    let known = match values.size("placed") {
        0 => field,
        k => k.min(field),
    };
    let spread = values.real("spread");
    let mut rng = Rng::new(seed);
    let logit = |u: f64| libm::log(u / (1.0 - u));
    // u = 0 has chance 2^-53 and no logarithm.
    let truth: Vec<f64> = (0..n).map(|_| spread * logit(rng.uniform().max(f64::EPSILON / 4.0))).collect();
    let weights: Vec<f64> = truth.iter().map(|s| libm::exp(*s)).collect();
    let mut orders = Vec::with_capacity(values.size("races"));
    for _ in 0..values.size("races") {
        let mut pool: Vec<u32> = rng.permutation(n)[..field].iter().map(|i| *i as u32).collect();
        let mut placed = Vec::with_capacity(field);
        while !pool.is_empty() {
            let total = pool.iter().fold(0.0, |sum, i| sum + weights[*i as usize]);
            let at = rng.uniform() * total;
            let (mut k, mut sum) = (0, weights[pool[0] as usize]);
            while k + 1 < pool.len() && at >= sum {
                k += 1;
                sum += weights[pool[k] as usize];
            }
            placed.push(pool.remove(k));
        }
        let behind = placed.split_off(known);
        orders.push(Order { placed, behind, count: 1.0 });
    }
    let items = (1..=n).map(|k| format!("competitor {k}")).collect();
    (Orders { items, orders, remarks: Vec::new() }, truth)
}
