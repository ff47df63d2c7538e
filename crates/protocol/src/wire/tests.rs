//! What is read and written by hand is what the derived code reads and writes.

use crate::*;
use iterscope_core::*;
use serde::Serialize;
use serde_json::json;

use super::*;

fn plain(v: &serde_json::Value) -> Plain {
    match v {
        serde_json::Value::Null => Plain::Null,
        serde_json::Value::Bool(b) => Plain::Bool(*b),
        serde_json::Value::Number(n) => Plain::Number(n.as_f64().unwrap()),
        serde_json::Value::String(s) => Plain::Text(s.clone()),
        serde_json::Value::Array(list) => Plain::List(list.iter().map(plain).collect()),
        serde_json::Value::Object(map) => Plain::Map(map.iter().map(|(k, v)| (k.clone(), plain(v))).collect()),
    }
}

fn of(value: &impl Serialize) -> Plain {
    plain(&serde_json::to_value(value).unwrap())
}

/// Key order is no part of an object's meaning.
fn sorted(p: Plain) -> Plain {
    match p {
        Plain::Map(mut entries) => {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Plain::Map(entries.into_iter().map(|(k, v)| (k, sorted(v))).collect())
        }
        Plain::List(list) => Plain::List(list.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn full() -> Experiment {
    let json = r#"{"schema":1,"problem":{"id":"p.q","data":{"name":"g.csv","text":"a,b\n"},"columns":"winner,loser",
      "params":{"a":"sin(x)","b":true,"n":8,"t":0.25}},
      "runs":[{"method":"p.m","backend":"webgpu-f32","params":{"k":2}},{"method":"p.n"}],
      "seed":7,"stop":{"rtol":1e-6,"max_steps":90}}"#;
    Experiment::from_json(json).unwrap()
}

fn small() -> Experiment {
    Experiment::from_json(r#"{"schema":1,"problem":{"id":"p","data":"g.csv"},"runs":[{"method":"m"}]}"#).unwrap()
}

#[test]
fn experiments_are_the_same_both_ways() {
    for e in [full(), small()] {
        assert_eq!(sorted(write_experiment(&e)), sorted(of(&e)));
        assert_eq!(read_experiment(&of(&e)).unwrap(), e);
    }
}

#[test]
fn wrong_experiments_are_named() {
    let refuse = |json: serde_json::Value| read_experiment(&plain(&json)).unwrap_err();
    let good = || serde_json::to_value(full()).unwrap();
    let with = |key: &str, v: serde_json::Value| {
        let mut e = good();
        e[key] = v;
        e
    };
    assert!(refuse(with("schema", json!(9))).message.contains("newer"));
    assert_eq!(refuse(with("sede", json!(1))).field, "sede");
    assert_eq!(refuse(with("stop", json!({"rtol": -1}))).field, "stop.rtol");
    assert_eq!(refuse(with("stop", json!({"rtoll": 1}))).field, "rtoll");
    assert!(refuse(with("runs", json!([{"method": "m", "backend": "cpu-f16"}]))).message.contains("webgpu-f32"));
    assert!(refuse(with("runs", json!([{"method": "m", "params": {"a": null}}]))).message.contains("true or false"));
    assert_eq!(refuse(with("problem", json!({"id": "p", "columns": "looser"}))).field, "problem.columns");
    assert_eq!(refuse(with("problem", json!({"id": "p", "columns": 3}))).field, "columns");
    assert_eq!(refuse(with("runs", json!([]))).field, "runs");
    assert_eq!(refuse(with("runs", json!(3))).field, "runs");
    assert_eq!(refuse(json!({"schema": 1, "runs": []})).field, "problem");
    assert_eq!(refuse(json!([])).field, "schema");
}

#[test]
fn requests_are_the_same_both_ways() {
    let all = [
        Request::Load { ticket: 3, experiment: full() },
        Request::Check { ticket: 4, experiment: small() },
        Request::Survey { experiment: full() },
        Request::File { name: "a.csv".into() },
        Request::Play,
        Request::Pause,
        Request::Step { steps: 2 },
        Request::Reset,
        Request::Seek { step: 90 },
        Request::Pace { pace: Pace::Free },
        Request::Pace { pace: Pace::Lockstep { factor: 0.25 } },
        Request::Set { run: 1, key: "omega".into(), value: Value::Real(1.5) },
        Request::View {
            runs: vec!["u".into(), String::new()],
            given: vec!["truth".into()],
            extent: Extent { width: 4, height: 3 },
        },
        Request::Visible { visible: false },
        Request::Export { what: Export::Result { run: 0, format: "csv".into() } },
        Request::Export { what: Export::Trace },
        Request::Export { what: Export::Hashes },
        Request::Export { what: Export::Answer { format: "md".into() } },
        Request::Ask { ticket: 5, analysis: "p.why".into(), run: 1, params: full().problem.params },
        Request::LoseDevice,
    ];
    for r in all {
        assert_eq!(sorted(write_request(&r)), sorted(of(&r)), "{r:?}");
        assert_eq!(read_request(&of(&r)), Ok(r));
    }
}

fn series() -> SeriesInfo {
    SeriesInfo::new("residual.l2.rel", "residual", "of b").linear().stops().unseen()
}

#[test]
fn events_are_the_same_both_ways() {
    let shape = PictureShape { kind: PictureKind::Spectrum, width: 5, height: 1, lo: -0.5, hi: 2.0 };
    let error = BuildError::at("problem.params.f", "no", 3);
    let mut note = Note::new(Severity::Warning, Some("n"), "careful");
    note.fixes.push(Fix { label: "do".into(), params: full().problem.params });
    let facts = ProblemFacts {
        summary: "s".into(),
        series: vec![series()],
        pictures: vec![
            PictureInfo::new("u", "solution", PictureKind::Field).signed(),
            PictureInfo::new("rgb", "picture", PictureKind::Colour),
            PictureInfo::new("places", "places", PictureKind::Points),
        ],
        given: vec![PictureInfo::new("bars", "b", PictureKind::Bars), PictureInfo::new("s", "s", PictureKind::Scatter)],
        notes: vec![note.clone(), Note::new(Severity::Good, None, "fine"), Note::new(Severity::Info, None, "so")],
        levels: vec![Level { series: "a".into(), label: "l".into(), value: 0.5 }],
        labels: vec!["Ada".into()],
        remarks: vec!["left out".into()],
    };
    let prediction =
        Prediction { series: "a".into(), start: 1.0, factor: 0.5, bound: true, label: "rho".into(), words: "w".into() };
    let survey = Survey {
        delimiter: ";".into(),
        header: true,
        columns: vec![
            SurveyColumn { name: "who".into(), role: Role::Winner, cells: vec!["Ada".into(), String::new()] },
            SurveyColumn { name: String::new(), role: Role::Ignored, cells: Vec::new() },
        ],
        rows: 12,
        left_out: vec![LeftOut { line: 4, why: "a count of 0".into() }],
        left_out_rows: 2,
        summary: "10 games".into(),
        remarks: vec!["merged".into()],
        error: None,
    };
    let run = |prediction, predicted_steps, backend| RunFacts {
        label: "SOR".into(),
        backend,
        backend_reason: "r".into(),
        prediction,
        predicted_steps,
        diagnostics: vec![series()],
    };
    let frame = |status, picture| RunFrame { step: 12, status, words: "w".into(), keep_rows: 3, picture };
    let stops = [Stop::Converged, Stop::MaxSteps, Stop::Stagnated, Stop::Diverged];
    let breakdowns = [Breakdown::ZeroInnerProduct, Breakdown::Indefinite, Breakdown::Singular, Breakdown::LineSearch];
    let stops = stops.into_iter().chain(breakdowns.map(Stop::Breakdown));
    let mut frames = vec![frame(Status::Ready, Some(shape))];
    frames.extend(stops.map(|stop| frame(Status::Stopped { stop }, None)));
    let runs = vec![run(Some(prediction.clone()), Some(4), Backend::WebgpuF32), run(None, None, Backend::CpuF32)];
    let all = [
        Event::Ready { gpu: "none".into(), gpu_usable: false, version: "1".into() },
        Event::Loaded { ticket: 1, problem: facts, runs },
        Event::Rejected { ticket: 2, errors: vec![error.clone(), BuildError::new("a", "b")] },
        Event::Checked { ticket: 2, errors: vec![], notes: vec![note] },
        Event::Surveyed { survey },
        Event::Surveyed { survey: Survey { error: Some("line 2".into()), ..Survey::default() } },
        Event::Changed { run: 1, label: "l".into(), prediction: Some(prediction.clone()), predicted_steps: Some(9) },
        Event::Changed { run: 0, label: "l".into(), prediction: None, predicted_steps: None },
        Event::Frame { runs: frames, playing: true },
        Event::Given { key: "truth".into(), shape },
        Event::Said { run: 1, words: "lost".into(), backend: Backend::CpuF64 },
        Event::Answer { ticket: 5, share: 0.5, html: "<p>".into(), opens: vec![full()], error: None },
        Event::Answer { ticket: 6, share: 0.0, html: "".into(), opens: vec![], error: Some(error.clone()) },
        Event::Exported { name: "a".into(), mime: "b".into() },
        Event::Refused { error },
    ];
    for e in all {
        assert_eq!(sorted(write_event(&e)), sorted(of(&e)), "{e:?}");
        assert_eq!(read_event(&of(&e)).unwrap(), e);
    }
}

#[test]
fn catalogs_are_read_as_derived() {
    let params: Vec<ParamInfo> = vec![
        ParamInfo::int("n", "n", "intervals", [2, 512], 64).log(),
        ParamInfo::real("omega", "ω", "relaxation", [0.0, 2.5], 1.5).live(),
        ParamInfo::choice("order", "order", "", &[("lex", "lexicographic"), ("rb", "red-black")], "lex"),
        ParamInfo::expression("d", "d", "", &["x", "y"], "1"),
        ParamInfo::switch("fast", "fast", "", false).when("order", &["rb"]),
        ParamInfo::brush("hole", "hole", ""),
    ];
    let problem = |data| ProblemInfo {
        id: "p.q".into(),
        label: "q".into(),
        summary: "s".into(),
        math: "x".into(),
        params: params.clone().into(),
        data,
        data_required: data.is_some(),
    };
    let method = MethodInfo {
        id: "p.m".into(),
        label: "m".into(),
        summary: "s".into(),
        math: "x".into(),
        citation: "c".into(),
        params: params.clone().into(),
        problems: Names::Owned(vec!["p.q".into()]),
        diagnostics: vec![series()].into(),
        backends: vec![Backend::CpuF64, Backend::CpuF32].into(),
        step: "one".into(),
        limits: "none".into(),
        plateaus: true,
    };
    let preset = PresetInfo { id: "p.a".into(), label: "a".into(), summary: "s".into(), experiment: full() };
    let analysis = |subject| AnalysisInfo {
        id: "p.why".into(),
        label: "why".into(),
        summary: "s".into(),
        citation: "c".into(),
        params: params.clone().into(),
        problems: Names::Owned(vec!["p.q".into()]),
        subject,
        limits: "l".into(),
    };
    let sample = |kind| SampleInfo { id: "s".into(), label: "l".into(), kind, source: "w".into() };
    let info = CatalogInfo {
        families: vec![FamilyInfo {
            id: "p".into(),
            label: "P".into(),
            problems: vec![problem(None), problem(Some(DataKind::Image))],
            methods: vec![method],
            presets: vec![preset],
            analyses: vec![analysis(Subject::Problem), analysis(Subject::Run)],
        }],
        samples: vec![sample(DataKind::Comparisons), sample(DataKind::Ratings)],
    };
    assert_eq!(read_catalog(&of(&info)).unwrap(), info);
    assert_eq!(read_catalog(&Plain::Null), None);
}

#[test]
fn requests_that_do_not_read_are_refused() {
    let refuse = |json: serde_json::Value| read_request(&plain(&json)).unwrap_err().field;
    assert_eq!(refuse(json!("dance")), "request");
    assert_eq!(refuse(json!({ "step": { "steps": "many" } })), "request");
    assert_eq!(refuse(json!({ "load": { "ticket": 1 } })), "schema");
    assert_eq!(refuse(json!(7)), "request");
}
