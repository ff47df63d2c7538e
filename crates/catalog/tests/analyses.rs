//! Every analysis answers on a preset of every problem it lists, in every format.

use std::collections::HashSet;
use std::rc::Rc;

use iterscope_catalog::{Devices, Shown, analyses, ask, build_problem, build_runs, presets, problems};
use iterscope_core::{Block, Experiment, Kind, Params, Subject, Value};
use iterscope_report::{Format, encode};

/// Intervals along an axis of a partial differential equation.
const SMALL: i64 = 12;

/// The problem of the first preset of `problem`, its first run at its end or after 30 steps.
fn answer_in_all_formats(id: &str, problem: &str) {
    let preset = presets().map(|p| Experiment::from_json(p.json).unwrap()).find(|e| e.problem.id == problem);
    let mut experiment = preset.unwrap_or_else(|| panic!("{problem} has no preset"));
    let problem_info = &problems().find(|p| p.info.id == problem).unwrap().info;
    // The question is the same on a small mesh with few runs, and asked of many problems.
    if problem.starts_with("pde.") && problem_info.params.iter().any(|p| p.key == "n") {
        experiment.problem.params.insert("n".to_owned(), Value::Int(SMALL));
    }
    let kind = problem_info.data;
    let none = |name: &str| Err(format!("{name} does not come with the program"));
    let data =
        experiment.problem.data.as_ref().zip(kind).map(|(data, kind)| iterscope_data::resolve(kind, data, None, &none));
    let data = data.transpose().unwrap().map(Rc::new);
    let built = Rc::new(build_problem(&experiment, data.as_deref()).unwrap());
    let mut runs = build_runs(&experiment, &built, &Devices::none("not needed")).unwrap();
    let run = &mut runs[0];
    run.stepper.advance(30).unwrap();
    let (label, step, iterate) = (run.label.clone(), run.stepper.steps(), run.stepper.snapshot());
    let shown = Some(Shown { index: 0, label, step, words: String::new(), iterate });
    let mut params = Params::new();
    let asked = &analyses().find(|a| a.info.id == id).unwrap().info;
    if let Some(Kind::Int { min, .. }) = asked.params.iter().find(|p| p.key == "levels").map(|p| &p.kind) {
        params.insert("levels".to_owned(), Value::Int(*min));
    }
    let mut answer = ask(&experiment, &built, data, shown, (id, &params)).unwrap_or_else(|e| panic!("{id}: {e}"));
    let mut last = 0.0;
    loop {
        let share = answer.work().unwrap_or_else(|e| panic!("{id} on {problem}: {e}"));
        assert!((0.0..=1.0).contains(&share) && share >= last, "{id} on {problem}: {last} then {share}");
        if share == 1.0 {
            break;
        }
        last = share;
    }
    let report = answer.report();
    assert!(report.blocks.iter().any(|b| !matches!(b, Block::Text(_))), "{id} on {problem} shows nothing but words");
    for block in &report.blocks {
        if let Block::Table(sheet) = block {
            assert!(sheet.rows.iter().all(|r| r.len() == sheet.columns.len()), "{id}: {}", sheet.caption);
        }
    }
    for (name, format) in Format::ALL {
        if let Ok(text) = encode(&report, &answer.analysis.info.label, format) {
            assert!(text.len() > 20 && !text.contains("NaN"), "{id} as {name}: {text}");
        }
    }
}

#[test]
fn every_analysis_answers_on_every_problem_it_lists() {
    for analysis in analyses() {
        for problem in analysis.info.problems.iter() {
            answer_in_all_formats(&analysis.info.id, problem);
        }
    }
}

#[test]
fn ids_are_unique_and_of_the_family_and_words_are_there() {
    let mut seen = HashSet::new();
    for family in iterscope_catalog::FAMILIES {
        for analysis in family.analyses {
            let info = &analysis.info;
            assert!(seen.insert(info.id.clone()), "{} twice", info.id);
            assert!(info.id.starts_with(&format!("{}.", family.id)), "{}", info.id);
            assert!(info.summary.len() > 40 && !info.label.is_empty(), "{}", info.id);
            for problem in info.problems.iter() {
                assert!(family.problems.iter().any(|p| p.info.id == problem), "{}: {problem}", info.id);
            }
        }
    }
}

#[test]
fn a_question_that_cannot_be_asked_says_why() {
    let preset = presets().next().unwrap();
    let experiment = Experiment::from_json(preset.json).unwrap();
    let built = Rc::new(build_problem(&experiment, None).unwrap());
    let error = ask(&experiment, &built, None, None, ("pde.nothing", &Params::new())).err().unwrap();
    assert_eq!(error.field, "analysis");
    assert!(error.message.contains("pde.nothing"), "{error}");
    for analysis in analyses().filter(|a| a.info.subject == Subject::Run) {
        for problem in analysis.info.problems.iter() {
            assert_ne!(problem, experiment.problem.id);
        }
    }
}
