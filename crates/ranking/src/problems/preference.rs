//! Preference fitting with a reference, on a table.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Comparisons, DataKind, Dataset, Encounter, Instance, List, ParamInfo, Problem, ProblemInfo,
    ProblemInput, Str, words,
};

use crate::preference::Preference;

const BETA: ParamInfo = ParamInfo::real(
    "beta",
    "β",
    "Penalty for leaving the reference: the smaller, the further the policy follows the duels.",
    [1e-3, 100.0],
    0.1,
)
.log();
const REFERENCE: ParamInfo = ParamInfo::text(
    "reference",
    "Reference",
    "Weights of the answers before fitting, one `answer, weight` a line; those not named weigh 1.",
);

const PARAMS: &[ParamInfo] = &[BETA, REFERENCE];

/// Wins of the built-in example: row against column.
const WINS: [[f64; 4]; 4] = [[0.0, 3.0, 4.0, 6.0], [5.0, 0.0, 4.0, 5.0], [2.0, 3.0, 0.0, 4.0], [1.0, 2.0, 3.0, 0.0]];
/// Its reference.
const WEIGHTS: [f64; 4] = [0.5, 0.2, 0.2, 0.1];

/// See [`ProblemInfo::summary`].
pub static PREFERENCE: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("ranking.preference"),
        label: Str::Borrowed("Preference with a reference (a table)"),
        summary: words(
            "Answers with a probability each, and duels that say which of two was preferred: the policy follows the duels without \
             leaving the reference too far. It is the objective by which language models are fitted to preferences, on a table of \
             a few answers, where the optimum is known. Without a file, four answers.",
        ),
        math: words(
            r"\max_\pi \sum_{ij} w_{ij}\,\log\sigma(h_i-h_j), \quad h_i = \beta\log\frac{\pi_i}{\pi^{\text{ref}}_i}, \qquad \pi^*_i \propto \pi^{\text{ref}}_i\, e^{\hat s_i/\beta}, \quad \hat s = \text{Bradley and Terry's strengths}",
        ),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Comparisons),
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let (beta, text) = (input.values.real("beta"), input.values.text("reference"));
    match input.data {
        Some(Dataset::Comparisons(games)) => {
            let weights = weights(text, &games.items, vec![1.0; games.items.len()])?;
            Ok(Rc::new(Preference::build(games, &weights, beta)?))
        }
        Some(_) => Err(BuildError::new("data", "this problem needs duels: `winner,loser[,count]` or `a,b,outcome`")),
        None => {
            let games = example();
            let weights = weights(text, &games.items, WEIGHTS.to_vec())?;
            Ok(Rc::new(Preference::build(&games, &weights, beta)?))
        }
    }
}

fn example() -> Comparisons {
    let items = ["answer A", "answer B", "answer C", "answer D"].map(String::from).to_vec();
    let mut encounters = Vec::new();
    for (winner, row) in (0u32..).zip(&WINS) {
        for (loser, &count) in (0u32..).zip(row) {
            if count > 0.0 {
                encounters.push(Encounter { winner, loser, count, tie: false });
            }
        }
    }
    Comparisons { items, encounters, ..Comparisons::default() }
}

/// The weights that `text` names; the others stay.
fn weights(text: &str, items: &[String], mut weights: Vec<f64>) -> Result<Vec<f64>, BuildError> {
    let refuse = |line: usize, why: String| BuildError::new("reference", format!("line {}: {why}", line + 1));
    for (k, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let parts = line.rsplit_once([',', ':', '\t']);
        let (name, weight) = parts.ok_or_else(|| refuse(k, "write `answer, weight`".into()))?;
        let (name, weight) = (name.trim(), weight.trim());
        let found = items.iter().position(|i| i == name);
        let i = found.ok_or_else(|| refuse(k, format!("no answer is called {name}")))?;
        let value = weight.parse().ok().filter(|w: &f64| *w > 1e-100 && *w < 1e100);
        weights[i] = value.ok_or_else(|| refuse(k, format!("`{weight}` is not a positive number")))?;
    }
    Ok(weights)
}
