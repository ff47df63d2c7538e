//! What every format makes of a report, hostile text included.

use iterscope_core::artifact::Cell;
use iterscope_core::{Axis, Experiment, Heading, Mark, Plot, Report, ReportTable, Scale};
use iterscope_report::{Format, encode, html, svg};
use proptest::prelude::*;

fn table(name: &str) -> ReportTable {
    ReportTable {
        caption: format!("Strengths of {name}"),
        columns: vec![Heading::new("item", 0), Heading::new("strength", 3), Heading::new("wins", 0)],
        rows: vec![
            vec![Cell::Text(name.to_owned()), Cell::Real(1.234_567), Cell::Int(3)],
            vec![Cell::Text("Ben".into()), Cell::Real(f64::NAN), Cell::Int(-1)],
        ],
    }
}

fn line(name: &str, y: Vec<f64>) -> Plot {
    let x = (0..y.len()).map(|k| k as f64).collect();
    Plot {
        caption: format!("How {name} moves"),
        x: Axis::linear("step"),
        y: Axis::log(name),
        marks: vec![Mark::Line { label: name.to_owned(), x, y, tone: 7, dashed: false }],
    }
}

fn every_mark(name: &str) -> Plot {
    let names = vec![name.to_owned(), "b".to_owned()];
    let experiment = r#"{ "schema": 1, "problem": { "id": "p.q" }, "runs": [ { "method": "p.m" } ] }"#;
    let opens = vec![None, Some(Experiment::from_json(experiment).unwrap())];
    let two = || vec![0.0, 1.0];
    Plot {
        caption: name.to_owned(),
        x: Axis::linear(name),
        y: Axis::named(name, names.clone()),
        marks: vec![
            Mark::Heat {
                x: two(),
                y: vec![0.0],
                values: vec![1.0, f64::NAN],
                label: name.to_owned(),
                scale: Scale::Linear,
                names: vec![],
                opens: opens.clone(),
            },
            Mark::Doors { x: two(), y: two(), names: names.clone(), opens, tone: 7 },
            Mark::Band { label: name.to_owned(), x: two(), low: two(), high: two(), tone: 1 },
            Mark::Edges { from: vec![(0.0, 0.0)], to: vec![(1.0, 1.0)], weight: vec![99.0], tone: 2 },
            Mark::Points { label: name.to_owned(), x: two(), y: two(), names, tones: vec![3], named: true },
            Mark::Intervals { label: String::new(), at: two(), low: two(), mid: two(), high: two(), tone: 0 },
            Mark::Rule { label: name.to_owned(), at: 0.5, vertical: true },
            Mark::Diagonal,
        ],
    }
}

/// Tags that stand open; every other tag must close what was opened last.
fn check_nesting(markup: &str) {
    let mut open = Vec::new();
    for part in markup.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("an open tag: {part}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{markup}");
        } else if !tag.ends_with('/') && !tag.starts_with('!') && !tag.starts_with("meta") {
            open.push(tag.split([' ', '\n']).next().unwrap_or_default());
        }
    }
    assert!(open.is_empty(), "{open:?} stand open in {markup}");
}

fn report(name: &str) -> Report {
    let mut report = Report::default();
    report.say(format!("About {name}."));
    report.table(table(name));
    report.plot(every_mark(name));
    report.plot(line(name, vec![1.0, 0.0, f64::NAN, 0.01, 0.001]));
    report
}

#[test]
fn tables_are_written_with_all_digits_and_quoted() {
    let mut report = Report::default();
    report.table(table("Ada, \"the\" first"));
    let csv = encode(&report, "Strengths", Format::Csv).unwrap();
    assert_eq!(csv, "item,strength,wins\n\"Ada, \"\"the\"\" first\",1.234567,3\nBen,,-1\n");
    let text = encode(&report, "Strengths", Format::Markdown).unwrap();
    assert!(text.contains("| Ada, \"the\" first | 1.23 | 3 |\n| Ben | – | -1 |"), "{text}");
    assert_eq!(encode(&report, "Strengths", Format::Svg).unwrap_err(), "this answer has no picture");
    assert!(encode(&Report::default(), "Nothing", Format::Csv).is_err());
}

#[test]
fn tables_for_latex_mean_themselves() {
    let mut report = Report::default();
    let mut long = table("everyone");
    long.rows = vec![long.rows[1].clone(); 60];
    report.table(table("50 % of {A_1} & ω\\n"));
    report.table(long.clone());
    let text = encode(&report, "Strengths", Format::Latex).unwrap();
    assert!(
        text.contains("\\begin{tabular}{lrr}\n    \\toprule\n    item & strength & wins \\\\\n    \\midrule\n"),
        "{text}"
    );
    let row =
        "    50 \\% of \\{A\\_1\\} \\& $\\omega$\\textbackslash{}n & $1.23$ & $3$ \\\\\n    Ben & -- & $-1$ \\\\\n";
    assert!(text.contains(row), "{text}");
    assert!(text.contains("% Strengths of everyone: 60 rows are too many"), "{text}");
    // The only table is written whatever its length; numbers have powers of ten.
    let mut alone = Report::default();
    long.rows[0][1] = Cell::Real(3e-9);
    alone.table(long);
    let text = encode(&alone, "Strengths", Format::Latex).unwrap();
    assert!(text.matches("Ben &").count() == 60 && text.contains("$3 \\times 10^{-9}$"), "{text}");
}

#[test]
fn a_line_breaks_where_its_axis_cannot_show_it() {
    let picture = svg(&line("residual", vec![1.0, 0.0, f64::NAN, 0.01, 0.001]));
    assert_eq!(picture.matches("<polyline class=\"line t1\"").count(), 2, "{picture}");
    assert!(picture.starts_with("<svg xmlns=") && !picture.contains("NaN"), "{picture}");
}

#[test]
fn what_stands_for_an_experiment_opens_it() {
    let mut report = Report::default();
    report.plot(every_mark("rank"));
    let page = html(&report);
    // A cell of a map, and a point that is a door.
    assert_eq!(["0", "1"].map(|k| page.html.matches(&format!("data-open=\"{k}\"")).count()), [1, 1]);
    assert!(page.opens.len() == 2 && page.opens.iter().all(|e| e.problem.id == "p.q"));
}

#[test]
fn what_is_json_reads_as_json() {
    let text = encode(&report("Ada \"\\\u{1}"), "T", Format::Json).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["blocks"][1]["table"]["rows"][0][0], "Ada \"\\\u{1}");
    assert_eq!(value["blocks"][1]["table"]["rows"][1][1], serde_json::Value::Null);
    assert_eq!(value["blocks"][2]["plot"]["marks"][0]["heat"]["values"][0], 1.0);
}

#[test]
fn nothing_to_draw_is_drawn_as_nothing() {
    let empty = Plot { caption: String::new(), x: Axis::log("x"), y: Axis::linear("y"), marks: Vec::new() };
    check_nesting(&svg(&empty));
    check_nesting(&svg(&line("flat", vec![2.0; 4])));
    check_nesting(&svg(&line("one", vec![2.0])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_cannot_break_out(name in "\\PC{0,24}|<script>alert\\(1\\)</script>|\" onload=\"x|'&lt;|\\]\\]>") {
        let report = report(&name);
        for (_, format) in Format::ALL {
            let text = encode(&report, &name, format).unwrap();
            if matches!(format, Format::Svg | Format::Html) {
                let style = text.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap_or("");
                check_nesting(&text.replace(style, "").replace("<style></style>", ""));
                prop_assert!(!text.contains("<script") && !text.contains("\" onload"));
            }
        }
        check_nesting(&html(&report).html);
    }

    #[test]
    fn any_numbers_can_be_drawn(y in prop::collection::vec(prop::num::f64::ANY, 0..20)) {
        let picture = svg(&line("y", y));
        check_nesting(&picture);
        prop_assert!(!picture.contains("NaN") && !picture.contains("inf"));
    }
}
