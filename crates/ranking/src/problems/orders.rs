//! Ranking from a file of orders.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Instance, List, ParamInfo, Problem, ProblemInfo, ProblemInput, Str, words,
};

use super::{ESTIMATE, ORDERS_MATH, PART};
use crate::orders::instance::OrderInstance;

const PARAMS: &[ParamInfo] = &[ESTIMATE, PART];

/// See [`ProblemInfo::summary`].
pub static ORDERS: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("ranking.orders"),
        label: Str::Borrowed("Orders"),
        summary: words(
            "A ranking from races and ballots with several competitors. The first is chosen among all in proportion to their \
             strengths, the next among the others, and so on (Plackett and Luce); who came behind without a known place is \
             chosen from and never chosen.",
        ),
        math: words(ORDERS_MATH),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Orders),
        data_required: true,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    match input.data {
        Some(Dataset::Orders(orders)) => Ok(Rc::new(OrderInstance::build(orders, input.values, None)?)),
        Some(_) => {
            Err(BuildError::new("data", "this problem needs orders: a race or a ballot in each line, best first"))
        }
        None => Err(BuildError::new("data", "this problem needs a file of orders")),
    }
}
