//! The session against the protocol, without a browser.

use std::cell::Cell;
use std::rc::Rc;

use iterscope_catalog::Devices;
use iterscope_core::{BuildError, DataRef, Experiment, Extent, Status, Stop, Value};
use iterscope_protocol::{Event, Export, Pace, Request, RunFrame, row};

use crate::{Bulk, Next, Outgoing, Session};

type Clock = Rc<dyn Fn() -> f64>;

/// A session whose clock moves by a millisecond whenever it is read.
fn session() -> Session {
    let now = Cell::new(0.0);
    let clock: Clock = Rc::new(move || {
        now.set(now.get() + 0.001);
        now.get()
    });
    let mut session = Session::new(move || clock(), Devices::none("not in this test"));
    assert!(matches!(session.drain().remove(0).event, Event::Ready { gpu_usable: false, .. }));
    session
}

const POISSON: &str = r#"{ "schema": 1, "problem": { "id": "pde.advection-diffusion", "params": { "n": 12 } },
    "runs": [ { "method": "pde.jacobi", "params": { "omega": 0.8 } }, { "method": "pde.cg" } ] }"#;

fn load(session: &mut Session, json: &str) -> Vec<Outgoing> {
    let experiment = Experiment::from_json(json).expect("an experiment");
    session.handle(Request::Load { ticket: 1, experiment }, None);
    session.drain()
}

fn frames(out: &[Outgoing]) -> Vec<(&Vec<RunFrame>, &Vec<Bulk>)> {
    out.iter()
        .filter_map(|o| match &o.event {
            Event::Frame { runs, .. } => Some((runs, &o.bulk)),
            _ => None,
        })
        .collect()
}

fn finish(session: &mut Session) -> Vec<Outgoing> {
    session.handle(Request::Pace { pace: Pace::Free }, None);
    session.handle(Request::Play, None);
    while session.tick() != Next::Never {}
    session.drain()
}

#[test]
fn an_experiment_is_loaded_run_and_taken_away() {
    let mut session = session();
    let out = load(&mut session, POISSON);
    let Event::Loaded { ticket: 1, problem, runs } = &out[0].event else { panic!("it loads") };
    assert_eq!((runs.len(), runs[1].label.as_str()), (2, "Conjugate gradients"));
    let width = row::HEAD + problem.series.len();
    let out = finish(&mut session);
    let (last, _) = frames(&out).pop().expect("a frame");
    assert!(last.iter().all(|r| r.status == Status::Stopped(Stop::Converged) && !r.words.is_empty()));
    // All rows together, in the order in which the page would keep them.
    let mut rows = Vec::new();
    for (runs, bulk) in frames(&out) {
        rows.truncate(runs[1].keep_rows as usize * width);
        let Bulk::F64(new) = &bulk[1] else { panic!("rows come first") };
        rows.extend_from_slice(new);
    }
    let steps: Vec<f64> = rows.chunks(width).map(|row| row[0]).collect();
    assert_eq!(*steps.last().expect("rows"), last[1].step as f64);
    assert!(steps.windows(2).all(|w| w[0] < w[1]));
    session.handle(Request::Export { what: Export::Result { run: 1, format: "csv".into() } }, None);
    let out = session.drain();
    let (Event::Exported { name, .. }, Bulk::Bytes(bytes)) = (&out[0].event, &out[0].bulk[0]) else {
        panic!("it is exported")
    };
    assert_eq!((name.as_str(), bytes.iter().filter(|b| **b == b'\n').count()), ("Conjugate-gradients.csv", 13));
}

#[test]
fn a_rejected_experiment_names_every_field_and_leaves_the_race() {
    let mut session = session();
    load(&mut session, POISSON);
    let bad = POISSON.replace("0.8", "\"much\"").replace("pde.cg", "pde.magic");
    let out = load(&mut session, &bad);
    let Event::Rejected { errors, .. } = &out[0].event else { panic!("it is rejected") };
    let fields: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(fields, ["runs[0].params.omega", "runs[1].method"]);
    let expression = POISSON.replace("\"n\": 12", "\"n\": 12, \"source\": \"1 + z\"");
    let out = load(&mut session, &expression);
    let Event::Rejected { errors, .. } = &out[0].event else { panic!("it is rejected") };
    assert_eq!((errors[0].field.as_str(), errors[0].at), ("problem.params.source", Some(4)));
    let out = finish(&mut session);
    assert_eq!(frames(&out).pop().expect("a frame").0.len(), 2);
}

#[test]
fn scrubbing_back_shows_the_past_and_goes_on_from_there() {
    let mut session = session();
    load(&mut session, POISSON);
    let end = frames(&finish(&mut session)).pop().expect("a frame").0[0].step;
    session.handle(Request::Seek { step: 5 }, None);
    let out = session.drain();
    let (runs, _) = frames(&out).pop().expect("a frame");
    assert!(runs.iter().all(|r| r.step == 5 && r.status == Status::Ready));
    let out = finish(&mut session);
    assert_eq!(frames(&out).pop().expect("a frame").0[0].step, end);
}

fn set(session: &mut Session, run: u32, value: f64) -> Vec<Outgoing> {
    session.handle(Request::Set { ticket: 4, run, key: "omega".into(), value: value.into() }, None);
    session.drain()
}

/// The last word on live parameters: label, omega and the recorded changes of the first run.
fn live(out: &[Outgoing]) -> (String, f64, Vec<(u64, f64)>) {
    let last = out.iter().rev().find_map(|o| match &o.event {
        Event::Live { runs, changes, .. } => Some((runs, changes)),
        _ => None,
    });
    let (runs, changes) = last.expect("what the live parameters are");
    let number = |value: &Value| value.as_real().expect("a number");
    let changes = changes.iter().map(|c| (c.step, number(&c.value)));
    (runs[0].label.clone(), number(&runs[0].values["omega"]), changes.collect())
}

#[test]
fn live_parameters_act_at_once_and_come_again_after_a_reset() {
    let mut session = session();
    load(&mut session, POISSON);
    // At the start it is another start.
    assert_eq!(live(&set(&mut session, 0, 1.9)), ("Jacobi, ω 1.9".into(), 1.9, vec![]));
    session.handle(Request::Step { steps: 3 }, None);
    assert_eq!(live(&set(&mut session, 0, 0.7)), ("Jacobi, ω 0.7".into(), 0.7, vec![(3, 0.7)]));
    session.handle(Request::Reset, None);
    assert_eq!(live(&session.drain()), ("Jacobi, ω 1.9".into(), 1.9, vec![(3, 0.7)]));
    let out = finish(&mut session);
    assert_eq!(live(&out), ("Jacobi, ω 0.7".into(), 0.7, vec![(3, 0.7)]));
    assert_eq!(frames(&out).pop().expect("a frame").0[0].status, Status::Stopped(Stop::Converged));
    session.handle(Request::Set { ticket: 5, run: 0, key: "omega".into(), value: 99_i64.into() }, None);
    session.handle(Request::Set { ticket: 6, run: 7, key: "omega".into(), value: 1_i64.into() }, None);
    session.handle(Request::Set { ticket: 7, run: 1, key: "omega".into(), value: 1_i64.into() }, None);
    let out = session.drain();
    let refused = out.iter().filter(|o| matches!(o.event, Event::Refused { .. })).count();
    assert_eq!((refused, live(&out).1), (3, 0.7), "what was refused has changed nothing, and the page hears so");
}

/// The relative residual of Jacobi with omega 1 on this problem after 100 steps.
const RESIDUAL: f64 = 0.516_693_5;

const JACOBI: &str = r#"{ "schema": 1, "problem": { "id": "pde.advection-diffusion", "params": { "n": 32 } },
    "runs": [ { "method": "pde.jacobi", "params": { "omega": 1 } } ] }"#;

/// The newest value of the headline of the first run, and where it was measured.
fn residual(session: &mut Session) -> (u64, f64) {
    session.handle(Request::Export { what: Export::Trace }, None);
    let Bulk::Bytes(bytes) = session.drain().remove(0).bulk.remove(0) else { panic!("a file") };
    let text = String::from_utf8(bytes).expect("text");
    let mut lines = text.lines();
    let column = lines.next().expect("a head").split(',').position(|key| key == "residual.l2.rel").expect("a residual");
    let last: Vec<&str> = lines.next_back().expect("a row").split(',').collect();
    (last[2].parse().expect("a step"), last[column].parse().expect("a number"))
}

#[test]
fn going_on_from_before_a_change_is_the_run_without_it_in_every_word() {
    let mut session = session();
    load(&mut session, JACOBI);
    session.handle(Request::Step { steps: 100 }, None);
    assert_eq!(live(&set(&mut session, 0, 0.3)), ("Jacobi, ω 0.3".into(), 0.3, vec![(100, 0.3)]));
    session.handle(Request::Seek { step: 50 }, None);
    assert_eq!(live(&session.drain()), ("Jacobi".into(), 1.0, vec![(100, 0.3)]));
    session.handle(Request::Step { steps: 50 }, None);
    assert_eq!(live(&session.drain()), ("Jacobi".into(), 1.0, vec![]));
    let (step, value) = residual(&mut session);
    // What the run without any change has there.
    assert!(step == 100 && (value - RESIDUAL).abs() < 1e-7, "{step} {value}");
}

#[test]
fn an_experiment_with_changes_repeats_the_run_that_was_changed_by_hand() {
    let hashes = |session: &mut Session| {
        session.handle(Request::Export { what: Export::Hashes }, None);
        session.drain().remove(0).bulk
    };
    let mut by_hand = session();
    load(&mut by_hand, JACOBI);
    for (steps, omega) in [(50, 0.3), (170, 0.9), (83, 1.0)] {
        by_hand.handle(Request::Step { steps }, None);
        set(&mut by_hand, 0, omega);
    }
    finish(&mut by_hand);
    let changes = r#""changes": [ { "run": 0, "step": 50, "key": "omega", "value": 0.3 },
        { "run": 0, "step": 220, "key": "omega", "value": 0.9 }, { "run": 0, "step": 303, "key": "omega", "value": 1 } ],"#;
    let mut again = session();
    let out = load(&mut again, &JACOBI.replacen("\"runs\"", &format!("{changes} \"runs\""), 1));
    assert_eq!(live(&out), ("Jacobi".into(), 1.0, vec![(50, 0.3), (220, 0.9), (303, 1.0)]));
    finish(&mut again);
    assert_eq!(hashes(&mut again), hashes(&mut by_hand));
    let wrong = changes.replace("\"value\": 0.9", "\"value\": 9").replacen("omega", "omgea", 1);
    let out = load(&mut again, &JACOBI.replacen("\"runs\"", &format!("{wrong} \"runs\""), 1));
    let Event::Rejected { errors, .. } = &out[0].event else { panic!("it is rejected") };
    let fields: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(fields, ["changes[0].key", "changes[1].value"]);
}

const HEAT: &str = r#"{ "schema": 1, "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 16,
    "equations": "u_t = D*lap(u) + a\nD = 1 in [0, 2]\na = 0 in [-1, 1]\nu(0) = sin(pi*x)\nall: u = 0" } },
    "runs": [ { "method": "pde.euler", "params": { "dt": 0.001 } }, { "method": "pde.crank-nicolson", "params": { "dt": 0.004 } } ],
    "stop": { "until": 0.1 } }"#;

fn set_problem(session: &mut Session, key: &str, value: f64) -> Vec<Outgoing> {
    session.handle(Request::SetProblem { ticket: 9, key: key.into(), value: value.into() }, None);
    session.drain()
}

/// Run, step and value of a change.
type Changed = (usize, u64, f64);

/// The last word on the problem's live parameters: values, the text that it began with, the text that it would have, changes.
fn live_problem(out: &[Outgoing]) -> (Vec<f64>, String, String, Vec<Changed>) {
    let last = out.iter().rev().find_map(|o| match &o.event {
        Event::Live { problem, changes, .. } => Some((problem, changes)),
        _ => None,
    });
    let (problem, changes) = last.expect("what the live parameters are");
    let number = |value: &Value| value.as_real().expect("a number");
    let text = |params: &iterscope_core::Params| params.get("equations").map_or(String::new(), ToString::to_string);
    (
        problem.values.values().map(number).collect(),
        text(&problem.params),
        text(&problem.settled),
        changes.iter().map(|c| (c.run, c.step, number(&c.value))).collect(),
    )
}

fn hashes(session: &mut Session) -> Vec<Bulk> {
    session.handle(Request::Export { what: Export::Hashes }, None);
    session.drain().remove(0).bulk
}

#[test]
fn parameters_of_equations_act_in_all_runs_and_are_recorded() {
    let mut session = session();
    let out = load(&mut session, HEAT);
    let Event::Loaded { problem, .. } = &out[0].event else { panic!("it loads") };
    assert_eq!(problem.live.iter().map(|p| p.label.as_ref()).collect::<Vec<_>>(), ["D", "a"]);
    // At the start it is another text.
    let (values, text, settled, changes) = live_problem(&set_problem(&mut session, "equations.D", 0.5));
    assert!(text.contains("D = 0.5 in [0, 2]") && settled.is_empty() && changes.is_empty(), "{text}");
    assert_eq!(values, [0.5, 0.0]);
    // The first step says how long steps are; from then on they go side by side in time.
    session.handle(Request::Step { steps: 1 }, None);
    session.handle(Request::Step { steps: 5 }, None);
    session.drain();
    let (values, text, settled, changes) = live_problem(&set_problem(&mut session, "equations.a", 0.75));
    assert_eq!(values, [0.5, 0.75]);
    let [(0, first, 0.75), (1, second, 0.75)] = changes[..] else { panic!("one for each run: {changes:?}") };
    let (ahead, behind) = (0.001 * first as f64, 0.004 * second as f64);
    assert!(first > 10 && (ahead - behind).abs() < 0.0041, "{ahead} {behind}");
    assert!(text.contains("a = 0 in") && settled.contains("a = 0.75 in [-1, 1]"), "{settled}");
    finish(&mut session);
    let by_hand = hashes(&mut session);
    // The same as an experiment that records it.
    let recorded = HEAT.replace("D = 1 in", "D = 0.5 in").replacen(
        "\"runs\"",
        &format!(
            r#""changes": [ {{ "run": 0, "step": {first}, "key": "equations.a", "value": 0.75 }},
                {{ "run": 1, "step": {second}, "key": "equations.a", "value": 0.75 }} ], "runs""#
        ),
        1,
    );
    let mut again = self::session();
    load(&mut again, &recorded);
    finish(&mut again);
    assert_eq!(hashes(&mut again), by_hand);
    // Seeking shows the former value; going on from there forgets the change.
    again.handle(Request::Seek { step: 10 }, None);
    let (values, _, _, changes) = live_problem(&again.drain());
    assert_eq!((values[1], changes.len()), (0.0, 2));
    again.handle(Request::Step { steps: 1 }, None);
    assert_eq!(live_problem(&again.drain()).3, []);
    finish(&mut again);
    let mut never = self::session();
    load(&mut never, &HEAT.replace("D = 1 in", "D = 0.5 in"));
    finish(&mut never);
    assert_eq!(hashes(&mut again), hashes(&mut never));
    let refused = |out: Vec<Outgoing>| {
        let error =
            out.into_iter().find_map(|o| if let Event::Refused { error } = o.event { Some(error) } else { None });
        error.map(|e| e.field)
    };
    assert_eq!(
        refused(set_problem(&mut never, "equations.a", 0.5)).as_deref(),
        Some("problem.params.equations.a"),
        "all ended"
    );
    never.handle(Request::Seek { step: 10 }, None);
    assert_eq!(refused(set_problem(&mut never, "equations.a", 7.0)).as_deref(), Some("problem.params.equations.a"));
    assert_eq!(refused(set_problem(&mut never, "equations.b", 0.0)).as_deref(), Some("problem.params.equations.b"));
    assert_eq!(refused(set_problem(&mut never, "equations.a", 0.5)), None);
    let wrong = recorded.replacen("equations.a\", \"value\": 0.75 } ]", "equations.c\", \"value\": 0.75 } ]", 1);
    let Event::Rejected { errors, .. } = &load(&mut never, &wrong)[0].event else { panic!("it is rejected") };
    assert_eq!(errors[0].field, "changes[1].key");
}

#[test]
fn files_are_read_when_they_are_named_and_named_when_they_are_wrong() {
    let ranking = r#"{ "schema": 1, "problem": { "id": "ranking.pairwise", "data": "mine.csv" },
        "runs": [ { "method": "ranking.newman" } ] }"#;
    let mut session = session();
    let Event::Rejected { errors, .. } = &load(&mut session, ranking)[0].event else { panic!("there is no file") };
    assert!(errors[0].field == "problem.data" && errors[0].message.contains("mine.csv"));
    let mut file = |text: &str| {
        session.handle(Request::File { name: "mine.csv".into() }, Some(text.as_bytes().to_vec()));
        load(&mut session, ranking).remove(0).event
    };
    let Event::Rejected { errors, .. } = file("a,b\nb,\n") else { panic!("a player without a name") };
    assert!(errors[0].message.contains("line 2"), "{}", errors[0].message);
    let Event::Loaded { problem, .. } = file("a,b\nb,a\na,b\n") else { panic!("it loads") };
    assert_eq!(problem.labels, ["a", "b"]);
    // The same file, with columns as a person says.
    let turned = ranking.replace(r#""mine.csv""#, r#""mine.csv", "columns": "plain;loser,winner""#);
    let Event::Loaded { problem, .. } = load(&mut session, &turned).remove(0).event else { panic!("it loads") };
    assert_eq!(problem.labels, ["b", "a"]);
    let wrong = ranking.replace(r#""mine.csv""#, r#""mine.csv", "columns": "loser,winner,-""#);
    let Event::Rejected { errors, .. } = load(&mut session, &wrong).remove(0).event else { panic!("too many roles") };
    assert_eq!(errors[0].field, "problem.columns");
    // How it was read is said even where it does not read.
    session.handle(Request::Survey { experiment: Experiment::from_json(&wrong).expect("json") }, None);
    let Event::Surveyed { survey } = session.drain().remove(0).event else { panic!("it is surveyed") };
    assert_eq!((survey.columns.len(), survey.columns[1].role.name()), (2, "winner"));
    assert!(survey.error.expect("too many roles").contains("3 roles"));
    session.handle(Request::Survey { experiment: Experiment::from_json(&turned).expect("json") }, None);
    let Event::Surveyed { survey } = session.drain().remove(0).event else { panic!("it is surveyed") };
    assert_eq!((survey.error, survey.rows, survey.columns[0].cells[0].as_str()), (None, 3, "a"));
    let inline = DataRef::Inline { name: "small.csv".into(), text: "x,y\ny,x\n".into() };
    let mut experiment = Experiment::from_json(ranking).expect("an experiment");
    experiment.problem.data = Some(inline);
    session.handle(Request::Check { ticket: 9, experiment }, None);
    assert!(
        session
            .drain()
            .iter()
            .any(|o| matches!(&o.event, Event::Checked { ticket: 9, errors, .. } if errors.is_empty()))
    );
}

#[test]
fn nothing_runs_while_hidden() {
    let mut session = session();
    load(&mut session, POISSON);
    session.handle(Request::Play, None);
    session.handle(Request::Visible { visible: false }, None);
    assert_eq!(session.tick(), Next::Never);
    session.handle(Request::Visible { visible: true }, None);
    assert_ne!(session.tick(), Next::Never);
}

#[test]
fn pictures_are_drawn_once_for_each_step_that_is_shown() {
    let mut session = session();
    load(&mut session, POISSON);
    let extent = Extent { width: 8, height: 8 };
    let view = Request::View { runs: vec!["solution".into(), String::new()], given: vec!["source".into()], extent };
    session.handle(view.clone(), None);
    let out = session.drain();
    assert!(out.iter().any(|o| matches!(&o.event, Event::Given { key, .. } if key == "source")));
    let (runs, bulk) = frames(&out).pop().expect("a frame");
    let shape = runs[0].picture.expect("it was asked for");
    assert!(shape.width <= 8 && runs[1].picture.is_none());
    let Bulk::F32(values) = &bulk[1] else { panic!("values follow the rows of their run") };
    assert_eq!(values.len(), (shape.width * shape.height) as usize);
    session.handle(view, None);
    assert!(frames(&session.drain()).pop().expect("a frame").0[0].picture.is_none());
}

fn paint(session: &mut Session, field: &str, stroke: &str) -> Option<BuildError> {
    session.handle(Request::Paint { ticket: 3, field: field.into(), stroke: stroke.into() }, None);
    refusal(session.drain())
}

fn refusal(out: Vec<Outgoing>) -> Option<BuildError> {
    out.into_iter().find_map(|o| if let Event::Refused { error } = o.event { Some(error) } else { None })
}

/// Run, step and value of the strokes that the experiment records.
fn strokes(session: &mut Session) -> Vec<(usize, u64, String)> {
    // What is refused changes nothing, and is answered by what there is.
    session.handle(Request::Set { ticket: 5, run: 9, key: String::new(), value: 0.0.into() }, None);
    let out = session.drain();
    let changes = out.iter().rev().find_map(|o| match &o.event {
        Event::Live { changes, .. } => Some(changes.clone()),
        _ => None,
    });
    changes.expect("what is recorded").into_iter().map(|c| (c.run, c.step, c.value.to_string())).collect()
}

#[test]
fn strokes_act_in_all_runs_and_are_recorded_and_repeated() {
    let mut session = session();
    let out = load(&mut session, HEAT);
    let Event::Loaded { problem, .. } = &out[0].event else { panic!("it loads") };
    let [brush] = &problem.brushes[..] else { panic!("one field can be painted on") };
    assert_eq!((brush.field.as_ref(), brush.from[0], brush.to[0]), ("u", -0.03125, 1.03125));
    // What is painted before the first step is kept where a slider is moved there.
    assert_eq!(paint(&mut session, "u", "0.5,0.2,1"), None);
    set_problem(&mut session, "equations.D", 0.5);
    assert_eq!(strokes(&mut session).len(), 2);
    session.handle(Request::Step { steps: 1 }, None);
    session.handle(Request::Step { steps: 5 }, None);
    session.drain();
    // Both strokes at one step count.
    let picture = |session: &mut Session| {
        let extent = Extent { width: 64, height: 64 };
        session.handle(Request::View { runs: vec!["u".into(), "u".into()], given: vec![], extent }, None);
        session.drain()
    };
    picture(&mut session);
    assert_eq!(paint(&mut session, "u", "0.25,0.2,1"), None);
    session.handle(Request::Paint { ticket: 4, field: "u".into(), stroke: "0.25,0.2,1".into() }, None);
    let drawn = session.drain();
    assert!(
        drawn.iter().any(|o| matches!(&o.event, Event::Frame { runs, .. } if runs.iter().all(|r| r.picture.is_some()))),
        "what was painted is seen at once"
    );
    let recorded = strokes(&mut session);
    assert_eq!(recorded.len(), 6, "{recorded:?}");
    let [first, second] = [recorded[1].1, recorded[4].1];
    assert!(first > 10 && second > 1 && first != second, "{recorded:?}");
    finish(&mut session);
    let by_hand = hashes(&mut session);
    let change = |(run, step, value): &(usize, u64, String)| {
        format!(r#"{{ "run": {run}, "step": {step}, "key": "brush.u", "value": "{value}" }}"#)
    };
    let list = |all: &[(usize, u64, String)]| all.iter().map(change).collect::<Vec<_>>().join(", ");
    let with = |changes: &str| {
        HEAT.replace("D = 1 in", "D = 0.5 in").replacen("\"runs\"", &format!("\"changes\": [ {changes} ], \"runs\""), 1)
    };
    let mut again = self::session();
    load(&mut again, &with(&list(&recorded)));
    finish(&mut again);
    assert_eq!(hashes(&mut again), by_hand);
    // Going on from before the later strokes forgets them, and only them.
    again.handle(Request::Seek { step: 10 }, None);
    again.handle(Request::Step { steps: 1 }, None);
    assert_eq!(strokes(&mut again), [recorded[0].clone(), recorded[3].clone()]);
    finish(&mut again);
    let mut once = self::session();
    load(&mut once, &with(&list(&[recorded[0].clone(), recorded[3].clone()])));
    finish(&mut once);
    assert_eq!(hashes(&mut again), hashes(&mut once));
    assert_ne!(hashes(&mut again), by_hand);
    assert!(paint(&mut once, "u", "0.5,0.2,1").is_some_and(|e| e.message.contains("has ended")));
    once.handle(Request::Seek { step: 10 }, None);
    once.drain();
    for (field, stroke) in [("v", "0.5,0.2,1"), ("u", "0.5,0.2"), ("u", "3,0.2,1"), ("u", "0.5,0.001,1"), ("u", "")] {
        assert_eq!(paint(&mut once, field, stroke).map(|e| e.field), Some(format!("brush.{field}")), "{stroke}");
    }
    let refused = |session: &mut Session, changes: &str| {
        let Event::Rejected { errors, .. } = load(session, &with(changes)).remove(0).event else { panic!("refused") };
        errors[0].field.clone()
    };
    let one = change(&(0, 3, "0.5,0.2,1".into()));
    assert_eq!(refused(&mut once, &one.replace("brush.u", "brush.w")), "changes[0].key");
    assert_eq!(refused(&mut once, &one.replace("0.5,0.2,1", "0.5,0.2,x")), "changes[0].value");
    // A method that corrects whole courses has no moment to paint at: then nothing is painted anywhere.
    let slab = HEAT
        .replace(r#"{ "method": "pde.crank-nicolson", "params": { "dt": 0.004 } }"#, r#"{ "method": "pde.parareal" }"#);
    load(&mut once, &slab);
    assert!(paint(&mut once, "u", "0.5,0.2,1").is_some_and(|e| e.message.contains("no moment")));
    assert!(strokes(&mut once).is_empty());
}
