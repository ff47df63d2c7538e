//! Reading the catalog.

use iterscope_core::param::When;
use iterscope_core::{
    AnalysisInfo, CatalogInfo, Choices, DataKind, FamilyInfo, Kind, MethodInfo, ParamInfo, PresetInfo, ProblemInfo,
    SampleInfo, Subject,
};

use super::super::Plain;
use super::{BACKENDS, experiment, flag, list, names, real, series, string, text, value};

const DATA: [(&str, DataKind); 5] = [
    ("comparisons", DataKind::Comparisons),
    ("orders", DataKind::Orders),
    ("ratings", DataKind::Ratings),
    ("table", DataKind::Table),
    ("image", DataKind::Image),
];

/// Reads the catalog.
pub fn catalog(v: &Plain) -> Option<CatalogInfo> {
    Some(CatalogInfo { families: v.get("families").all(family)?, samples: v.get("samples").all(sample)? })
}

fn family(v: &Plain) -> Option<FamilyInfo> {
    Some(FamilyInfo {
        id: text(v, "id")?,
        label: text(v, "label")?,
        problems: v.get("problems").all(problem)?,
        methods: v.get("methods").all(method)?,
        presets: v.get("presets").all(preset)?,
        analyses: match v.get("analyses") {
            Plain::Null => Vec::new(),
            analyses => analyses.all(analysis)?,
        },
    })
}

fn analysis(v: &Plain) -> Option<AnalysisInfo> {
    Some(AnalysisInfo {
        id: text(v, "id")?,
        label: text(v, "label")?,
        summary: text(v, "summary")?,
        citation: text(v, "citation")?,
        params: list(v, "params", param)?,
        problems: names(v.get("problems"))?,
        subject: v.get("subject").one_of(&[("problem", Subject::Problem), ("run", Subject::Run)])?,
        limits: text(v, "limits")?,
    })
}

fn sample(v: &Plain) -> Option<SampleInfo> {
    let (id, label, source) = (text(v, "id")?, text(v, "label")?, text(v, "source")?);
    Some(SampleInfo { id, label, kind: v.get("kind").one_of(&DATA)?, source })
}

fn preset(v: &Plain) -> Option<PresetInfo> {
    let (id, label, summary) = (text(v, "id")?, text(v, "label")?, text(v, "summary")?);
    Some(PresetInfo { id, label, summary, experiment: experiment(v.get("experiment")).ok()? })
}

fn problem(v: &Plain) -> Option<ProblemInfo> {
    Some(ProblemInfo {
        id: text(v, "id")?,
        label: text(v, "label")?,
        summary: text(v, "summary")?,
        math: text(v, "math")?,
        params: list(v, "params", param)?,
        data: v.get("data").maybe(|d| d.one_of(&DATA))?,
        data_required: flag(v, "data_required")?,
    })
}

fn method(v: &Plain) -> Option<MethodInfo> {
    Some(MethodInfo {
        id: text(v, "id")?,
        label: text(v, "label")?,
        summary: text(v, "summary")?,
        math: text(v, "math")?,
        citation: text(v, "citation")?,
        params: list(v, "params", param)?,
        problems: names(v.get("problems"))?,
        diagnostics: list(v, "diagnostics", series)?,
        backends: list(v, "backends", |b| b.one_of(&BACKENDS))?,
        step: text(v, "step")?,
        limits: text(v, "limits")?,
        plateaus: flag(v, "plateaus")?,
    })
}

fn param(v: &Plain) -> Option<ParamInfo> {
    Some(ParamInfo {
        key: text(v, "key")?,
        label: text(v, "label")?,
        doc: text(v, "doc")?,
        kind: kind(v.get("kind"))?,
        default: value(v.get("default"))?,
        live: flag(v, "live")?,
        when: v.get("when").maybe(|w| Some(When { key: text(w, "key")?, is: names(w.get("is"))? }))?,
    })
}

fn kind(v: &Plain) -> Option<Kind> {
    let (name, f) = v.variant()?;
    Some(match name {
        "real" => Kind::Real { min: real(f, "min")?, max: real(f, "max")?, log: flag(f, "log")? },
        "int" => Kind::Int { min: real(f, "min")? as i64, max: real(f, "max")? as i64, log: flag(f, "log")? },
        "bool" => Kind::Bool,
        "choice" => Kind::Choice { options: Choices::Owned(f.get("options").all(pair)?) },
        "expression" => Kind::Expression { vars: names(f.get("vars"))?, optional: flag(f, "optional")? },
        "brush" => Kind::Brush,
        "text" => Kind::Text,
        "item" => Kind::Item,
        _ => return None,
    })
}

fn pair(v: &Plain) -> Option<(String, String)> {
    match v.list()? {
        [a, b] => Some((string(a)?, string(b)?)),
        _ => None,
    }
}

/// Reads a kind of data.
pub fn data_kind(v: &Plain) -> Option<DataKind> {
    v.one_of(&DATA)
}
