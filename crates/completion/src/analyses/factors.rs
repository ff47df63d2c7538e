//! The factors of a run, with the names of rows and columns, to take away.

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, BuildError, Heading, Job, List, Names, ParamInfo, Report, ReportTable, Str,
    Subject, words,
};

use crate::instance::Completion;
use crate::model::factors::Factors;
use crate::model::{Form, Model};

const PARAMS: &[ParamInfo] = &[ParamInfo::choice(
    "of",
    "Of",
    "Whose factors: of the rows (users) or of the columns (items).",
    &[("rows", "rows"), ("columns", "columns")],
    "rows",
)];

/// See [`AnalysisInfo::summary`].
pub static FACTORS: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("completion.factors"),
        label: Str::Borrowed("What are the factors?"),
        summary: words(
            "The numbers that the run has found for each row, or for each column, by name, and how predictions are put together from them.",
        ),
        citation: words(""),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["completion.ratings", "completion.table", "completion.low-rank"]),
        subject: Subject::Run,
        limits: words(
            "Factors are determined up to an invertible matrix: only products of a row's with a column's mean something. Between rows and \
             columns that no chain of seen entries joins, not even those.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let (run, x) = input.iterate::<Factors>()?;
    Ok(Box::new(answer(&model, x, &run.label, input.values.text("of") == "rows")))
}

/// What stands before the factors of a row or column: its name, and what a prediction takes of it beside the product.
type Before = (Vec<&'static str>, Vec<Vec<Cell>>);

fn before(model: &Model, rows: bool) -> Before {
    let numbered = |n: usize| (1..=n).map(|i| vec![Cell::Int(i as i64)]).collect();
    let text = |name: &String| Cell::Text(name.clone());
    let base = &model.baseline;
    match (&model.form, rows) {
        (Form::Ratings(form), true) => {
            let all = form.users.iter().zip(&base.row).map(|(name, b)| vec![text(name), Cell::Real(*b)]);
            (vec!["user", "offset"], all.collect())
        }
        (Form::Ratings(form), false) => {
            let all = form.items.iter().zip(&base.col).map(|(name, b)| vec![text(name), Cell::Real(*b)]);
            (vec!["item", "offset"], all.collect())
        }
        (Form::Table(table), true) => (vec!["row"], table.rows.iter().map(|name| vec![text(name)]).collect()),
        (Form::Table(table), false) => {
            let known = table.columns.iter().zip(&table.place).filter_map(|(name, place)| Some((name, (*place)?)));
            let mut all: Vec<(usize, Vec<Cell>)> = known
                .map(|(name, j)| (j, vec![text(name), Cell::Real(table.shift[j]), Cell::Real(table.scale[j])]))
                .collect();
            all.sort_by_key(|(j, _)| *j);
            (vec!["column", "shift", "scale"], all.into_iter().map(|(_, cells)| cells).collect())
        }
        (_, true) => (vec!["row"], numbered(model.rows)),
        (_, false) => (vec!["column"], numbered(model.cols)),
    }
}

fn answer(model: &Model, x: &Factors, label: &str, rows: bool) -> Report {
    let (heads, mut cells) = before(model, rows);
    for (i, row) in cells.iter_mut().enumerate() {
        row.extend((if rows { x.row(i) } else { x.col(i) }).iter().map(|v| Cell::Real(*v)));
    }
    let mut report = Report::default();
    let product = "the sum of the products of both sides' factors";
    report.say(match &model.form {
        Form::Ratings(form) => {
            let range = form.clip.map_or(String::new(), |(lo, hi)| format!(", brought into {lo} to {hi}"));
            format!(
                "Factors by {label}. A prediction is {} plus the offsets of user and item plus {product}{range}.",
                model.baseline.mean
            )
        }
        Form::Table(_) => {
            format!("Factors by {label}. A cell is the shift of its column plus its scale times {product}.")
        }
        _ => format!("Factors by {label}. An entry is {product}."),
    });
    let parts = model.entries().map_or(1, |e| e.parts.count());
    if parts > 1 {
        report.say(format!(
            "The seen entries fall into {parts} parts that no row and no column joins: products across them mean nothing."
        ));
    }
    let columns = heads.iter().map(|h| Heading::new(*h, 5));
    let columns: Vec<Heading> = columns.chain((1..=x.rank).map(|k| Heading::new(format!("factor {k}"), 5))).collect();
    report.table(ReportTable {
        caption: format!("Factors of the {}.", if rows { "rows" } else { "columns" }),
        columns,
        rows: cells,
    });
    report
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Artifact, Dataset, Table, Value};

    use super::*;
    use crate::analyses::test_support::{Asked, Ran, tables};

    const ID: &str = "completion.factors";

    fn numbers(asked: &Asked, of: &'static str, ran: Ran<'_>) -> (Vec<String>, Vec<Vec<f64>>) {
        let report = asked.ask(ID, &[("of", of.into())], Some(ran)).unwrap();
        let sheet = tables(&report)[0];
        let number = |cell: &Cell| if let Cell::Real(v) = cell { *v } else { f64::NAN };
        let all = sheet.rows.iter().map(|row| row[1..].iter().map(number).collect()).collect();
        (sheet.columns.iter().map(|c| c.label.clone()).collect(), all)
    }

    /// What the run fills in, put together from what is taken away as the text says.
    #[test]
    fn predictions_come_back_from_what_is_taken_away() {
        let nan = f64::NAN;
        let values = vec![1.0, nan, 30.0, nan, nan, 61.0, 3.0, nan, 89.0, 4.0, nan, nan, 5.0, nan, 148.0];
        let names = |all: &[&str]| all.iter().map(|n| (*n).to_owned()).collect();
        let data = Dataset::Table(Table {
            rows: names(&["p", "q", "r", "s", "t"]),
            columns: names(&["a", "empty", "b"]),
            values,
            ..Table::default()
        });
        let given = [("rank", 1.into()), ("held_out", Value::Real(0.0))];
        let asked = Asked::new("completion.table", &given, Some(&data), 1);
        let ran: Ran<'_> = ("completion.als", &[("ridge", Value::Real(0.1))], 60);
        let (head, rows) = numbers(&asked, "rows", ran);
        assert_eq!((head, rows.len()), (vec!["row".to_owned(), "factor 1".to_owned()], 5));
        let (head, columns) = numbers(&asked, "columns", ran);
        assert_eq!((head[1].as_str(), head[2].as_str(), columns.len()), ("shift", "scale", 2));
        let mut stepper = (asked.run(ran).fresh)().unwrap();
        stepper.advance(60).unwrap();
        let Ok(Artifact::Table { columns: named, rows: filled }) = stepper.result() else { panic!("a table") };
        for (i, j, name) in [(1, 0, "a"), (3, 1, "b")] {
            let cell = columns[j][0] + columns[j][1] * rows[i][0] * columns[j][2];
            let place = named.iter().position(|c| c == name).expect("a column");
            let Cell::Real(value) = filled[i][place] else { panic!("{name} is filled in") };
            assert!((cell - value).abs() < 1e-9, "{name}: {cell}, and the table has {value}");
        }
    }
}
