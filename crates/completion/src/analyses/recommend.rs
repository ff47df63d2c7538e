//! What one user may like, to take away.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Job, List, Mark, Names, ParamInfo, Plot, Report,
    ReportTable, Str, Subject, Value, words,
};

use crate::instance::Completion;
use crate::model::factors::Factors;
use crate::model::{Form, Model, Ratings};
use iterscope_core::naming::{count, named};

/// Items that the picture shows.
const DRAWN: usize = 3000;
/// Ratings below which a mean is not worth much.
const FEW: usize = 5;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::item("user", "User", "For whom; nothing takes the first user of the table."),
    ParamInfo::int("count", "Items", "How many items are recommended at most.", [1, 500], 20).log(),
    ParamInfo::int(
        "least",
        "Minimum ratings",
        "Items with fewer ratings are not recommended: little is known about them.",
        [0, 1000],
        0,
    ),
];

/// See [`AnalysisInfo::summary`].
pub static RECOMMEND: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("completion.recommend"),
        label: Str::Borrowed("What would this user like?"),
        summary: words(
            "The items that a user has not rated, those with the largest prediction first, with what others think of them; beside them \
             what the user rated highest, and what the run makes of that.",
        ),
        citation: words(""),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["completion.ratings"]),
        subject: Subject::Run,
        limits: words(
            "Predictions are those of the step that is shown. Largest predictions tend to be too large, most of all for items with few \
             ratings; people rate what they chose to see, and the table says nothing of what they chose not to.",
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
    let user = match input.values.text("user") {
        "" => 0,
        typed => named(&form.users, typed, "user", "user")?,
    };
    let asked = Asked { user, most: input.values.size("count"), least: input.values.size("least") };
    Ok(Box::new(answer(&model, form, x, &run.label, &asked)?))
}

struct Asked {
    user: usize,
    most: usize,
    least: usize,
}

/// Ratings of one item, by all users, held-out ones included.
#[derive(Clone, Copy, Default)]
struct Item {
    ratings: usize,
    sum: f64,
}

/// One rating of the user.
struct Rated {
    item: usize,
    rating: f64,
    held_out: bool,
}

fn answer(model: &Rc<Model>, form: &Ratings, x: &Factors, label: &str, asked: &Asked) -> Result<Report, BuildError> {
    let (users, names) = (&form.users, &form.items);
    let entries = model.entries()?;
    let (user, base) = (asked.user, &model.baseline);
    let mut items = vec![Item::default(); model.cols];
    let mut rated: Vec<Rated> = Vec::new();
    let mut take = |i: usize, j: usize, value: f64, held_out: bool| {
        let rating = value + base.at(i, j);
        items[j].ratings += 1;
        items[j].sum += rating;
        if i == user {
            rated.push(Rated { item: j, rating, held_out });
        }
    };
    for i in 0..model.rows {
        for (j, value) in entries.by_row.row_iter(i) {
            take(i, j, value, false);
        }
    }
    for e in &model.held_out {
        take(e.row as usize, e.col as usize, e.value, true);
    }
    let predicted = |j: usize| model.predicted(x, user, j);
    let mut known = vec![false; model.cols];
    rated.iter().for_each(|r| known[r.item] = true);
    let parts = &entries.parts;
    let apart = |j: usize| parts.of_row(user).is_some() && !parts.linked(user, j);
    let open = |j: &usize| !known[*j] && items[*j].ratings >= asked.least;
    let unlinked = (0..model.cols).filter(|j| open(j) && apart(*j)).count();
    let mut new: Vec<(usize, f64)> =
        (0..model.cols).filter(|j| open(j) && !apart(*j)).map(|j| (j, predicted(j))).collect();
    // Where predictions are brought into a range, many are equal at its end: those that were beyond it come first.
    let free = |j: usize| base.at(user, j) + x.at(user, j);
    new.sort_by(|a, b| b.1.total_cmp(&a.1).then(free(b.0).total_cmp(&free(a.0))).then(a.0.cmp(&b.0)));
    rated.sort_by(|a, b| b.rating.total_cmp(&a.rating).then(a.item.cmp(&b.item)));

    let mut report = Report::default();
    let who = &users[user];
    report.say(format!(
        "{who} has rated {} of {}; {} not rated so far{}. Predictions by {label}.",
        count(rated.len(), "item", "items"),
        model.cols,
        count(new.len(), "item is", "items are"),
        if asked.least > 0 {
            format!(" that {} or more have rated", count(asked.least, "user", "users"))
        } else {
            String::new()
        },
    ));
    if unlinked > 0 {
        report.say(format!(
            "{} left out: no chain of shared ratings leads from {who} to {}, so nothing is known of {} from this user's ratings.",
            count(unlinked, "item is", "items are"),
            if unlinked == 1 { "it" } else { "them" },
            if unlinked == 1 { "it" } else { "them" },
        ));
    }
    let (lowest, highest) = form.scale;
    let beyond = new.iter().filter(|(_, v)| *v < lowest || *v > highest).count();
    if beyond > 0 {
        report.say(format!(
            "{} beyond the scale of the ratings, {} to {}, and shown at its end; their order is that of what was predicted.",
            count(beyond, "prediction lies", "predictions lie"),
            Value::Real(lowest),
            Value::Real(highest)
        ));
    }
    if new.is_empty() {
        report.say("There is nothing left to recommend: choose another user, or fewer ratings as the least.");
    }
    let seen = rated.iter().filter(|r| !r.held_out).count();
    if seen <= x.rank {
        report.say(format!(
            "The run saw {} of this user, no more than the {} numbers it finds for each: predictions are little more than what all \
             users think.",
            count(seen, "rating", "ratings"),
            x.rank
        ));
    }
    let mean = |j: usize| if items[j].ratings == 0 { f64::NAN } else { items[j].sum / items[j].ratings as f64 };
    let chosen = &new[..new.len().min(asked.most)];
    let scarce = chosen.iter().filter(|(j, _)| items[*j].ratings < FEW).count();
    if scarce > 0 {
        report.say(format!(
            "{} of the {} below {} fewer than {FEW} ratings: raise the least number of ratings to leave such out.",
            scarce,
            count(chosen.len(), "item", "items"),
            if scarce == 1 { "has" } else { "have" }
        ));
    }
    let row = |(place, (j, value)): (usize, &(usize, f64))| {
        vec![
            Cell::Int(place as i64 + 1),
            Cell::Text(names[*j].clone()),
            Cell::Real(model.on_scale(*value)),
            Cell::Int(items[*j].ratings as i64),
            Cell::Real(mean(*j)),
        ]
    };
    let heads = [("place", 0), ("item", 0), ("prediction", 3), ("ratings", 0), ("mean rating", 3)];
    if !chosen.is_empty() {
        report.table(ReportTable {
            caption: format!("Recommended to {who}: items not rated so far, the largest prediction first."),
            columns: heads.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: chosen.iter().enumerate().map(row).collect(),
        });
    }
    let row = |r: &Rated| {
        vec![
            Cell::Text(names[r.item].clone()),
            Cell::Real(r.rating),
            Cell::Real(model.on_scale(predicted(r.item))),
            Cell::Int(items[r.item].ratings as i64),
            Cell::Real(mean(r.item)),
            Cell::Text(if r.held_out { "held out".into() } else { "seen".into() }),
        ]
    };
    let heads = [("item", 0), ("rating", 3), ("prediction", 3), ("ratings", 0), ("mean rating", 3), ("by the run", 0)];
    report.table(ReportTable {
        caption: format!(
            "What {who} rated highest. Only predictions of ratings held out say how well the run predicts."
        ),
        columns: heads.map(|(l, d)| Heading::new(l, d)).to_vec(),
        rows: rated.iter().take(asked.most).map(row).collect(),
    });
    if chosen.is_empty() {
        return Ok(report);
    }
    let others = &new[chosen.len()..new.len().min(chosen.len() + DRAWN)];
    let points = |label: &str, of: &[(usize, f64)], tone: usize| Mark::Points {
        label: label.into(),
        x: of.iter().map(|(j, _)| mean(*j)).collect(),
        y: of.iter().map(|(_, value)| model.on_scale(*value)).collect(),
        names: of
            .iter()
            .map(|(j, _)| format!("{}, {}", names[*j], count(items[*j].ratings, "rating", "ratings")))
            .collect(),
        tones: vec![tone],
        named: false,
    };
    report.plot(Plot {
        caption: format!(
            "Items that {who} has not rated: above the line, the run expects more than the mean of all ratings."
        ),
        x: Axis::linear("mean rating"),
        y: Axis::linear("prediction"),
        marks: vec![Mark::Diagonal, points("others", others, 1), points("recommended", chosen, 0)],
    });
    Ok(report)
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Dataset, Rating, Ratings};

    use super::*;
    use crate::analyses::test_support::{Asked, tables, text};

    const ID: &str = "completion.recommend";

    /// Users a, b, ... who like items with their own parity, each leaving out some.
    fn asked() -> (Asked, Vec<(usize, usize)>) {
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        for u in 0..12usize {
            for i in (0..16usize).filter(|i| (u * 5 + i * 3) % 7 > 1) {
                let value = if u % 2 == i % 2 { 5.0 - 0.1 * (i % 3) as f64 } else { 1.0 };
                entries.push(Rating { user: u as u32, item: i as u32, value });
                places.push((u, i));
            }
        }
        let users = (0..12).map(|u| format!("user {u}")).collect();
        let items = (0..16).map(|i| format!("item {i}")).collect();
        let data = Dataset::Ratings(Ratings { users, items, entries, ..Ratings::default() });
        (Asked::new("completion.ratings", &[("rank", 2.into())], Some(&data), 1), places)
    }

    fn item(cell: &Cell) -> usize {
        let Cell::Text(name) = cell else { panic!("a name") };
        name.strip_prefix("item ").unwrap().parse().unwrap()
    }

    #[test]
    fn what_was_rated_is_not_recommended_and_likes_of_the_same_kind_come_first() {
        let (asked, places) = asked();
        let ran = Some(("completion.als", &[("ridge", Value::Real(0.1))][..], 20));
        for u in [0usize, 3] {
            let report = asked.ask(ID, &[("user", format!("user {u}").as_str().into())], ran).unwrap();
            let (new, old) = (&tables(&report)[0].rows, &tables(&report)[1].rows);
            let mut all: Vec<usize> = new.iter().map(|r| item(&r[1])).chain(old.iter().map(|r| item(&r[0]))).collect();
            assert!(new.iter().all(|r| !places.contains(&(u, item(&r[1])))), "user {u}");
            all.sort_unstable();
            assert_eq!(all, (0..16).collect::<Vec<_>>(), "each item once");
            assert_eq!(item(&new[0][1]) % 2, u % 2);
            let values: Vec<f64> = new.iter().map(|r| if let Cell::Real(v) = r[2] { v } else { f64::NAN }).collect();
            assert!(values.windows(2).all(|w| w[0] >= w[1]), "{values:?}");
            for r in new {
                let ratings = places.iter().filter(|p| p.1 == item(&r[1])).count();
                assert_eq!(r[3], Cell::Int(ratings as i64));
            }
        }
    }

    #[test]
    fn the_first_user_is_the_default_and_an_unknown_one_is_refused_with_names_that_are_close() {
        let (asked, _) = asked();
        let ran = Some(("completion.als", &[][..], 3));
        let of = |user: &'static str| asked.ask(ID, &[("user", user.into()), ("count", 3.into())], ran);
        assert_eq!(of("").unwrap(), of("USER 0 ").unwrap());
        assert!(text(&of("").unwrap()).contains("user 0 has rated"));
        assert_eq!(tables(&of("").unwrap())[0].rows.len(), 3);
        let error = of("user 77").unwrap_err();
        assert_eq!(error.field, "user");
        assert!(error.message.contains("`user 7`"), "{error}");
    }

    #[test]
    fn where_nothing_is_left_to_recommend_it_is_said_and_not_drawn() {
        let (asked, _) = asked();
        let report = asked.ask(ID, &[("least", 1000.into())], Some(("completion.als", &[][..], 3))).unwrap();
        assert!(text(&report).contains("nothing left to recommend"));
        assert_eq!((tables(&report).len(), report.plots().count()), (1, 0), "what was rated is still told");
    }
}
