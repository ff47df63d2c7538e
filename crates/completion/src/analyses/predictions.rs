//! Predictions for chosen pairs, or for all items of a user, to take away.

use iterscope_core::artifact::Cell;
use iterscope_core::naming::{count, named};
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, BuildError, Heading, Job, List, Names, ParamInfo, Report, ReportTable, Str,
    Subject, words,
};

use crate::instance::Completion;
use crate::model::factors::Factors;
use crate::model::{Form, Model, Ratings};

const PARAMS: &[ParamInfo] = &[
    ParamInfo::item(
        "user",
        "User",
        "Whose predictions for all items; nothing takes the pairs, or else the first user.",
    ),
    ParamInfo::text(
        "pairs",
        "Pairs",
        "Users and items, such as `Ann, The Film; Bob, The Book`; names with commas or semicolons in quotes.",
    ),
];

/// See [`AnalysisInfo::summary`].
pub static PREDICTIONS: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("completion.predictions"),
        label: Str::Borrowed("What is predicted for these pairs?"),
        summary: words(
            "The prediction for each pair of a user and an item that is asked for, or for all items of a user, rated or not, beside the \
             rating where there is one.",
        ),
        citation: words(""),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["completion.ratings"]),
        subject: Subject::Run,
        limits: words(
            "Predictions are those of the step that is shown. Where no chain of shared ratings leads from the user to the item, nothing is \
             claimed, and the cell stays empty.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let (run, x) = input.iterate::<Factors>()?;
    let Form::Ratings(form) = &model.form else {
        return Err(BuildError::new("analysis", "this is asked of ratings by named users"));
    };
    let typed = pairs(input.values.text("pairs"), form)?;
    let asked = match (input.values.text("user"), typed.is_empty()) {
        ("", false) => typed,
        ("", true) => all_of(0, model.cols),
        (user, true) => all_of(named(&form.users, user, "user", "user")?, model.cols),
        (_, false) => return Err(BuildError::new("user", "give a user or pairs, not both")),
    };
    Ok(Box::new(answer(&model, form, x, &run.label, &asked)?))
}

fn all_of(user: usize, items: usize) -> Vec<(usize, usize)> {
    (0..items).map(|item| (user, item)).collect()
}

/// The pairs that were typed.
fn pairs(text: &str, form: &Ratings) -> Result<Vec<(usize, usize)>, BuildError> {
    let mut found = Vec::new();
    for pair in parts(text, ';') {
        if pair.trim().is_empty() {
            continue;
        }
        let names: Vec<String> =
            parts(pair, ',').iter().map(|name| name.trim().trim_matches('"').replace("\"\"", "\"")).collect();
        let [user, item] = &names[..] else {
            let why = format!("`{}` is not a user and an item with a comma between them", pair.trim());
            return Err(BuildError::new("pairs", why));
        };
        found.push((named(&form.users, user, "pairs", "user")?, named(&form.items, item, "pairs", "item")?));
    }
    Ok(found)
}

/// A text between separators that do not stand in quotes.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

fn answer(
    model: &Model,
    form: &Ratings,
    x: &Factors,
    label: &str,
    asked: &[(usize, usize)],
) -> Result<Report, BuildError> {
    let entries = model.entries()?;
    let rating = |i: usize, j: usize| {
        let (columns, values) = entries.by_row.row(i);
        if let Ok(at) = columns.binary_search(&(j as u32)) {
            return Some((values[at], "seen"));
        }
        let held_out = model.held_out.iter().find(|e| (e.row as usize, e.col as usize) == (i, j))?;
        Some((held_out.value, "held out"))
    };
    let mut apart = 0;
    let mut row = |&(i, j): &(usize, usize)| {
        let linked = entries.parts.of_row(i).is_none() || entries.parts.linked(i, j);
        apart += usize::from(!linked);
        let predicted =
            if linked { Cell::Real(model.on_scale(model.predicted(x, i, j))) } else { Cell::Text(String::new()) };
        let (rated, kind) = match rating(i, j) {
            Some((value, kind)) => (Cell::Real(value + model.baseline.at(i, j)), kind),
            None => (Cell::Text(String::new()), "not rated"),
        };
        vec![
            Cell::Text(form.users[i].clone()),
            Cell::Text(form.items[j].clone()),
            predicted,
            rated,
            Cell::Text(kind.into()),
        ]
    };
    let rows: Vec<Vec<Cell>> = asked.iter().map(&mut row).collect();
    let mut report = Report::default();
    report.say(format!("{}, by {label}.", count(rows.len(), "prediction", "predictions")));
    if apart > 0 {
        report.say(format!(
            "{} without a prediction: no chain of shared ratings leads from the user to the item.",
            count(apart, "pair is left", "pairs are left")
        ));
    }
    let (lowest, highest) = form.scale;
    report.say(format!("Predictions beyond the scale of the ratings, {lowest} to {highest}, are shown at its end."));
    report.table(ReportTable {
        caption: "Predictions, and the ratings there are.".into(),
        columns: [("user", 0), ("item", 0), ("prediction", 4), ("rating", 4), ("by the run", 0)]
            .map(|(label, digits)| Heading::new(label, digits))
            .to_vec(),
        rows,
    });
    Ok(report)
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Dataset, Rating, Value};

    use super::*;
    use crate::analyses::test_support::{Asked, tables, text};

    const ID: &str = "completion.predictions";

    /// Two users who share items, and a third who rated another item alone.
    fn asked() -> Asked {
        let rated = [(0, 0, 5.0), (0, 1, 3.0), (1, 0, 4.0), (1, 1, 2.0), (1, 2, 1.0), (2, 3, 2.0)];
        let entries = rated.map(|(user, item, value)| Rating { user, item, value }).to_vec();
        let names = |all: &[&str]| all.iter().map(|n| (*n).to_owned()).collect();
        let data = Dataset::Ratings(iterscope_core::Ratings {
            users: names(&["Ann", "Bob; the second", "Cy"]),
            items: names(&["Film", "Book, or not", "Song", "Play"]),
            entries,
            ..Default::default()
        });
        Asked::new("completion.ratings", &[("rank", 1.into()), ("held_out", Value::Real(0.0))], Some(&data), 1)
    }

    fn rows(of: &Report) -> Vec<[String; 5]> {
        let plain = |cell: &Cell| match cell {
            Cell::Text(t) => t.clone(),
            Cell::Real(v) => format!("{v:.3}"),
            Cell::Int(v) => v.to_string(),
        };
        tables(of)[0].rows.iter().map(|row| std::array::from_fn(|c| plain(&row[c]))).collect()
    }

    #[test]
    fn pairs_and_whole_users_are_answered_with_what_is_known() {
        let (asked, ran) = (asked(), Some(("completion.als", &[("ridge", Value::Real(0.01))][..], 200)));
        let chosen = "Ann, Song; \"Bob; the second\",\"Book, or not\"; ann , Play";
        let report = asked.ask(ID, &[("pairs", chosen.into())], ran).unwrap();
        let found = rows(&report);
        assert_eq!(found.iter().map(|r| r[1].as_str()).collect::<Vec<_>>(), ["Song", "Book, or not", "Play"]);
        assert_eq!(
            (found[1][0].as_str(), found[1][3].as_str(), found[1][4].as_str()),
            ("Bob; the second", "2.000", "seen")
        );
        assert_eq!((found[0][4].as_str(), found[0][3].as_str()), ("not rated", ""));
        // Rank one with a little ridge: Ann's numbers are about those of Bob, larger by their common share.
        assert!(!found[0][2].is_empty());
        // Nobody joins Ann to the play.
        assert_eq!(found[2][2], "");
        assert!(text(&report).contains("1 pair is left without a prediction"));
        let report = asked.ask(ID, &[("user", "Bob; the second".into())], ran).unwrap();
        assert_eq!(rows(&report).len(), 4);
        let refused = |pairs: &'static str, user: &'static str| {
            asked.ask(ID, &[("pairs", pairs.into()), ("user", user.into())], ran).unwrap_err()
        };
        assert_eq!(refused("Ann", "").field, "pairs");
        assert!(refused("Ann, Flim", "").message.contains("`Film`"));
        assert_eq!(refused("Ann, Film", "Cy").field, "user");
    }
}
