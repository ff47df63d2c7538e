//! Reading what the worker says.

use std::borrow::Cow;

use iterscope_core::{
    Breakdown, BuildError, Fix, LeftOut, Level, Note, PictureInfo, PictureKind, Prediction, Role, Severity, Stop,
    Survey, SurveyColumn,
};

use super::super::Plain;
use super::experiment::{experiment, params};
use super::{BACKENDS, flag, real, series, string, text, whole, words};
use crate::{Event, PictureShape, ProblemFacts, RunFacts, RunFrame, Status};

const PICTURES: [(&str, PictureKind); 6] = [
    ("field", PictureKind::Field),
    ("bars", PictureKind::Bars),
    ("scatter", PictureKind::Scatter),
    ("spectrum", PictureKind::Spectrum),
    ("colour", PictureKind::Colour),
    ("points", PictureKind::Points),
];
const BREAKDOWNS: [(&str, Breakdown); 4] = [
    ("zero-inner-product", Breakdown::ZeroInnerProduct),
    ("indefinite", Breakdown::Indefinite),
    ("singular", Breakdown::Singular),
    ("line-search", Breakdown::LineSearch),
];

/// Reads what the worker says.
pub fn event(v: &Plain) -> Option<Event> {
    let (name, f) = v.variant()?;
    let ticket = || whole(f, "ticket").map(|t| t as u32);
    Some(match name {
        "ready" => {
            Event::Ready { gpu: words(f, "gpu")?, gpu_usable: flag(f, "gpu_usable")?, version: words(f, "version")? }
        }
        "loaded" => Event::Loaded {
            ticket: ticket()?,
            problem: problem_facts(f.get("problem"))?,
            runs: f.get("runs").all(run_facts)?,
        },
        "rejected" => Event::Rejected { ticket: ticket()?, errors: f.get("errors").all(build_error)? },
        "checked" => Event::Checked {
            ticket: ticket()?,
            errors: f.get("errors").all(build_error)?,
            notes: f.get("notes").all(note)?,
        },
        "surveyed" => Event::Surveyed { survey: survey(f.get("survey"))? },
        "changed" => Event::Changed {
            run: whole(f, "run")? as u32,
            label: words(f, "label")?,
            prediction: f.get("prediction").maybe(prediction)?,
            predicted_steps: f.get("predicted_steps").maybe(Plain::number)?.map(|n| n as u64),
        },
        "frame" => Event::Frame { runs: f.get("runs").all(run_frame)?, playing: flag(f, "playing")? },
        "given" => Event::Given { key: words(f, "key")?, shape: shape(f.get("shape"))? },
        "said" => Event::Said {
            run: whole(f, "run")? as u32,
            words: words(f, "words")?,
            backend: f.get("backend").one_of(&BACKENDS)?,
        },
        "answer" => Event::Answer {
            ticket: ticket()?,
            share: real(f, "share")?,
            html: words(f, "html")?,
            opens: f.get("opens").all(|e| experiment(e).ok())?,
            error: f.get("error").maybe(build_error)?,
        },
        "exported" => Event::Exported { name: words(f, "name")?, mime: words(f, "mime")? },
        "refused" => Event::Refused { error: build_error(f.get("error"))? },
        _ => return None,
    })
}

fn build_error(v: &Plain) -> Option<BuildError> {
    let at = v.get("at").maybe(Plain::number)?.map(|at| at as usize);
    Some(BuildError { field: words(v, "field")?, message: words(v, "message")?, at })
}

fn survey(v: &Plain) -> Option<Survey> {
    Some(Survey {
        delimiter: words(v, "delimiter")?,
        header: flag(v, "header")?,
        columns: v.get("columns").all(column)?,
        rows: whole(v, "rows")?,
        left_out: v.get("left_out").all(|l| Some(LeftOut { line: whole(l, "line")?, why: words(l, "why")? }))?,
        left_out_rows: whole(v, "left_out_rows")?,
        summary: words(v, "summary")?,
        remarks: v.get("remarks").all(string)?,
        error: v.get("error").maybe(string)?,
    })
}

fn column(v: &Plain) -> Option<SurveyColumn> {
    let name = v.get("role").text()?;
    let role = Role::ALL.iter().find(|role| role.name() == name);
    Some(SurveyColumn { name: words(v, "name")?, role: *role?, cells: v.get("cells").all(string)? })
}

fn problem_facts(v: &Plain) -> Option<ProblemFacts> {
    Some(ProblemFacts {
        summary: words(v, "summary")?,
        series: v.get("series").all(series)?,
        pictures: v.get("pictures").all(picture)?,
        given: v.get("given").all(picture)?,
        notes: v.get("notes").all(note)?,
        levels: v.get("levels").all(level)?,
        labels: v.get("labels").all(string)?,
        remarks: v.get("remarks").all(string)?,
    })
}

fn picture(v: &Plain) -> Option<PictureInfo> {
    let (key, label) = (text(v, "key")?, text(v, "label")?);
    Some(PictureInfo { key, label, kind: v.get("kind").one_of(&PICTURES)?, signed: flag(v, "signed")? })
}

fn level(v: &Plain) -> Option<Level> {
    Some(Level { series: text(v, "series")?, label: words(v, "label")?, value: real(v, "value")? })
}

fn note(v: &Plain) -> Option<Note> {
    const ALL: [(&str, Severity); 3] =
        [("good", Severity::Good), ("info", Severity::Info), ("warning", Severity::Warning)];
    Some(Note {
        severity: v.get("severity").one_of(&ALL)?,
        field: v.get("field").maybe(string)?.map(Cow::Owned),
        text: words(v, "text")?,
        fixes: v.get("fixes").all(|f| Some(Fix { label: words(f, "label")?, params: params(f).ok()? }))?,
    })
}

fn run_facts(v: &Plain) -> Option<RunFacts> {
    Some(RunFacts {
        label: words(v, "label")?,
        backend: v.get("backend").one_of(&BACKENDS)?,
        backend_reason: words(v, "backend_reason")?,
        prediction: v.get("prediction").maybe(prediction)?,
        predicted_steps: v.get("predicted_steps").maybe(Plain::number)?.map(|n| n as u64),
        diagnostics: v.get("diagnostics").all(series)?,
    })
}

fn prediction(v: &Plain) -> Option<Prediction> {
    Some(Prediction {
        series: text(v, "series")?,
        start: real(v, "start")?,
        factor: real(v, "factor")?,
        bound: flag(v, "bound")?,
        label: words(v, "label")?,
        words: words(v, "words")?,
    })
}

fn run_frame(v: &Plain) -> Option<RunFrame> {
    Some(RunFrame {
        step: whole(v, "step")?,
        status: status(v.get("status"))?,
        words: words(v, "words")?,
        keep_rows: whole(v, "keep_rows")? as u32,
        picture: v.get("picture").maybe(shape)?,
    })
}

fn status(v: &Plain) -> Option<Status> {
    match v.variant()? {
        ("ready", _) => Some(Status::Ready),
        ("stopped", f) => Some(Status::Stopped { stop: stop(f.get("stop"))? }),
        _ => None,
    }
}

fn stop(v: &Plain) -> Option<Stop> {
    Some(match v.variant()? {
        ("converged", _) => Stop::Converged,
        ("max-steps", _) => Stop::MaxSteps,
        ("stagnated", _) => Stop::Stagnated,
        ("diverged", _) => Stop::Diverged,
        ("breakdown", kind) => Stop::Breakdown(kind.one_of(&BREAKDOWNS)?),
        _ => return None,
    })
}

fn shape(v: &Plain) -> Option<PictureShape> {
    Some(PictureShape {
        kind: v.get("kind").one_of(&PICTURES)?,
        width: whole(v, "width")? as u32,
        height: whole(v, "height")? as u32,
        lo: real(v, "lo")? as f32,
        hi: real(v, "hi")? as f32,
    })
}
