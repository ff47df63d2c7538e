//! Writing what the worker says.

use iterscope_core::{
    Breakdown, BuildError, Level, Note, PictureInfo, PictureKind, Prediction, Scale, SeriesInfo, Severity, Stop,
    Survey, SurveyColumn,
};

use super::super::Plain;
use super::{experiment, map, number, params, text};
use crate::{Event, PictureShape, ProblemFacts, RunFacts, RunFrame, Status};

/// An event.
pub fn event(event: &Event) -> Plain {
    let (name, fields) = match event {
        Event::Ready { gpu, gpu_usable, version } => {
            ("ready", vec![("gpu", text(gpu)), ("gpu_usable", Plain::Bool(*gpu_usable)), ("version", text(version))])
        }
        Event::Loaded { ticket, problem, runs } => (
            "loaded",
            vec![("ticket", number(*ticket)), ("problem", problem_facts(problem)), ("runs", all(runs, run_facts))],
        ),
        Event::Rejected { ticket, errors } => {
            ("rejected", vec![("ticket", number(*ticket)), ("errors", all(errors, build_error))])
        }
        Event::Checked { ticket, errors, notes } => (
            "checked",
            vec![("ticket", number(*ticket)), ("errors", all(errors, build_error)), ("notes", all(notes, note))],
        ),
        Event::Surveyed { survey: s } => ("surveyed", vec![("survey", survey(s))]),
        Event::Changed { run, label, prediction: p, predicted_steps } => (
            "changed",
            vec![
                ("run", number(*run)),
                ("label", text(label)),
                ("prediction", or_null(p.as_ref(), prediction)),
                ("predicted_steps", or_null(predicted_steps.as_ref(), |n| Plain::Number(*n as f64))),
            ],
        ),
        Event::Frame { runs, playing } => {
            ("frame", vec![("runs", all(runs, run_frame)), ("playing", Plain::Bool(*playing))])
        }
        Event::Given { key, shape: s } => ("given", vec![("key", text(key)), ("shape", shape(s))]),
        Event::Said { run, words, backend } => {
            ("said", vec![("run", number(*run)), ("words", text(words)), ("backend", text(backend.name()))])
        }
        Event::Answer { ticket, share, html, opens, error } => (
            "answer",
            vec![
                ("ticket", number(*ticket)),
                ("share", number(*share)),
                ("html", text(html)),
                ("opens", all(opens, experiment)),
                ("error", or_null(error.as_ref(), build_error)),
            ],
        ),
        Event::Exported { name, mime } => ("exported", vec![("name", text(name)), ("mime", text(mime))]),
        Event::Refused { error } => ("refused", vec![("error", build_error(error))]),
    };
    map(vec![(name, map(fields))])
}

fn all<T>(items: &[T], f: fn(&T) -> Plain) -> Plain {
    Plain::List(items.iter().map(f).collect())
}

fn or_null<T>(item: Option<&T>, f: fn(&T) -> Plain) -> Plain {
    item.map_or(Plain::Null, f)
}

fn build_error(e: &BuildError) -> Plain {
    let mut fields = vec![("field", text(&e.field)), ("message", text(&e.message))];
    if let Some(at) = e.at {
        fields.push(("at", Plain::Number(at as f64)));
    }
    map(fields)
}

fn survey(s: &Survey) -> Plain {
    let column = |c: &SurveyColumn| {
        map(vec![("name", text(&c.name)), ("role", text(c.role.name())), ("cells", all(&c.cells, |w| text(w)))])
    };
    map(vec![
        ("delimiter", text(&s.delimiter)),
        ("header", Plain::Bool(s.header)),
        ("columns", all(&s.columns, column)),
        ("rows", Plain::Number(s.rows as f64)),
        ("left_out", all(&s.left_out, |l| map(vec![("line", Plain::Number(l.line as f64)), ("why", text(&l.why))]))),
        ("left_out_rows", Plain::Number(s.left_out_rows as f64)),
        ("summary", text(&s.summary)),
        ("remarks", all(&s.remarks, |w| text(w))),
        ("error", or_null(s.error.as_ref(), |w| text(w))),
    ])
}

fn problem_facts(p: &ProblemFacts) -> Plain {
    map(vec![
        ("summary", text(&p.summary)),
        ("series", all(&p.series, series)),
        ("pictures", all(&p.pictures, picture)),
        ("given", all(&p.given, picture)),
        ("notes", all(&p.notes, note)),
        ("levels", all(&p.levels, level)),
        ("labels", all(&p.labels, |w| text(w))),
        ("remarks", all(&p.remarks, |w| text(w))),
    ])
}

fn series(s: &SeriesInfo) -> Plain {
    let scale = match s.scale {
        Scale::Log => "log",
        Scale::Linear => "linear",
    };
    map(vec![
        ("key", text(&s.key)),
        ("label", text(&s.label)),
        ("doc", text(&s.doc)),
        ("scale", text(scale)),
        ("stop", Plain::Bool(s.stop)),
        ("unseen", Plain::Bool(s.unseen)),
    ])
}

fn picture_kind(kind: PictureKind) -> Plain {
    text(match kind {
        PictureKind::Field => "field",
        PictureKind::Bars => "bars",
        PictureKind::Scatter => "scatter",
        PictureKind::Spectrum => "spectrum",
        PictureKind::Colour => "colour",
        PictureKind::Points => "points",
    })
}

fn picture(p: &PictureInfo) -> Plain {
    map(vec![
        ("key", text(&p.key)),
        ("label", text(&p.label)),
        ("kind", picture_kind(p.kind)),
        ("signed", Plain::Bool(p.signed)),
    ])
}

fn level(l: &Level) -> Plain {
    map(vec![("series", text(&l.series)), ("label", text(&l.label)), ("value", number(l.value))])
}

fn note(n: &Note) -> Plain {
    let severity = match n.severity {
        Severity::Good => "good",
        Severity::Info => "info",
        Severity::Warning => "warning",
    };
    map(vec![
        ("severity", text(severity)),
        ("field", or_null(n.field.as_ref(), |f| text(f))),
        ("text", text(&n.text)),
        ("fixes", all(&n.fixes, |f| map(vec![("label", text(&f.label)), ("params", params(&f.params))]))),
    ])
}

fn run_facts(r: &RunFacts) -> Plain {
    map(vec![
        ("label", text(&r.label)),
        ("backend", text(r.backend.name())),
        ("backend_reason", text(&r.backend_reason)),
        ("prediction", or_null(r.prediction.as_ref(), prediction)),
        ("predicted_steps", or_null(r.predicted_steps.as_ref(), |n| Plain::Number(*n as f64))),
        ("diagnostics", all(&r.diagnostics, series)),
    ])
}

fn prediction(p: &Prediction) -> Plain {
    map(vec![
        ("series", text(&p.series)),
        ("start", number(p.start)),
        ("factor", number(p.factor)),
        ("bound", Plain::Bool(p.bound)),
        ("label", text(&p.label)),
        ("words", text(&p.words)),
    ])
}

fn run_frame(r: &RunFrame) -> Plain {
    let status = match r.status {
        Status::Ready => text("ready"),
        Status::Stopped { stop: why } => map(vec![("stopped", map(vec![("stop", stop(why))]))]),
    };
    map(vec![
        ("step", Plain::Number(r.step as f64)),
        ("status", status),
        ("words", text(&r.words)),
        ("keep_rows", number(r.keep_rows)),
        ("picture", or_null(r.picture.as_ref(), shape)),
    ])
}

fn stop(stop: Stop) -> Plain {
    let breakdown = match stop {
        Stop::Converged => return text("converged"),
        Stop::MaxSteps => return text("max-steps"),
        Stop::Stagnated => return text("stagnated"),
        Stop::Diverged => return text("diverged"),
        Stop::Breakdown(breakdown) => breakdown,
    };
    let breakdown = match breakdown {
        Breakdown::ZeroInnerProduct => "zero-inner-product",
        Breakdown::Indefinite => "indefinite",
        Breakdown::Singular => "singular",
        Breakdown::LineSearch => "line-search",
    };
    map(vec![("breakdown", text(breakdown))])
}

fn shape(s: &PictureShape) -> Plain {
    map(vec![
        ("kind", picture_kind(s.kind)),
        ("width", number(s.width)),
        ("height", number(s.height)),
        ("lo", number(s.lo)),
        ("hi", number(s.hi)),
    ])
}
