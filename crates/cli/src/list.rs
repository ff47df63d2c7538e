//! What there is, for people, for programs and for the documents.

use std::fmt::Write;

use iterscope_core::{Backend, FamilyInfo, Kind, ParamInfo, Subject};

use crate::{Failure, print};

/// How to list.
#[derive(clap::Args)]
pub struct Args {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// The page of the documents.
    #[arg(long, hide = true, conflicts_with = "json")]
    markdown: bool,
    /// The modules of the page's worker, one a line: its name, a blank, the features it is built with.
    #[arg(long, hide = true, conflicts_with_all = ["json", "markdown"])]
    modules: bool,
}

/// Lists the catalog.
pub fn list(args: &Args) -> Result<(), Failure> {
    let info = iterscope_catalog::info(iterscope_data::sample_infos());
    if args.json {
        let json = serde_json::to_string_pretty(&info).map_err(|e| Failure::Environment(e.to_string()))?;
        return print(&(json + "\n"));
    }
    let mut out = String::new();
    if args.modules {
        info.families.iter().for_each(|f| modules(f, &mut out));
    } else if args.markdown {
        out.push_str("# Problems and methods\n\nGenerated from the catalog by `cargo xtask docs`; do not edit.\n");
        info.families.iter().for_each(|f| markdown(f, &mut out));
    } else {
        info.families.iter().for_each(|f| plain(f, &mut out));
        out.push_str("samples\n");
        for s in &info.samples {
            let _ = writeln!(out, "  sample:{:24} {} ({})", s.id, s.label, s.source);
        }
    }
    print(&out)
}

/// A family that has steppers on WebGPU has a second module with them: the first screen does without.
fn modules(family: &FamilyInfo, out: &mut String) {
    let _ = writeln!(out, "{} {0}", family.id);
    if family.methods.iter().any(|m| m.backends.contains(&Backend::WebgpuF32)) {
        let _ = writeln!(out, "{}-gpu {0},gpu", family.id);
    }
}

fn range(p: &ParamInfo) -> String {
    match &p.kind {
        Kind::Real { min, max, .. } => format!("{min:?} to {max:?}"),
        Kind::Int { min, max, .. } => format!("{min} to {max}"),
        Kind::Bool => "true, false".into(),
        Kind::Component { role, .. } => format!("a {role}"),
        Kind::Choice { options } => options.iter().map(|(v, _)| v).collect::<Vec<_>>().join(", "),
        Kind::Expression { vars, .. } => format!("expression of {}", vars.iter().collect::<Vec<_>>().join(", ")),
        Kind::Brush => "painted strokes".into(),
        Kind::Text => "text".into(),
        Kind::Item => "name of an item".into(),
    }
}

fn plain_params(params: &[ParamInfo], out: &mut String) {
    for p in params {
        let live = if p.live { ", live" } else { "" };
        let _ = writeln!(out, "      {:<16} {} [{}; default {}{live}]", p.key, p.doc, range(p), p.default);
    }
}

fn plain(family: &FamilyInfo, out: &mut String) {
    let _ = writeln!(out, "{} ({})\n  problems", family.label, family.id);
    for p in &family.problems {
        let _ = writeln!(out, "    {}  {}", p.id, p.summary);
        plain_params(&p.params, out);
    }
    out.push_str("  methods\n");
    for m in &family.methods {
        let backends: Vec<&str> = m.backends.iter().map(|b| b.name()).collect();
        let _ = writeln!(out, "    {}  {}", m.id, m.summary);
        let _ = writeln!(out, "      on {}; {}", backends.join(", "), m.citation);
        plain_params(&m.params, out);
    }
    if !family.analyses.is_empty() {
        out.push_str("  analyses\n");
    }
    for a in &family.analyses {
        let _ = writeln!(out, "    {}  {}", a.id, a.summary);
        plain_params(&a.params, out);
    }
    out.push_str("  presets\n");
    for p in &family.presets {
        let _ = writeln!(out, "    {:<32} {}", p.id, p.summary);
    }
    out.push('\n');
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn markdown_params(params: &[ParamInfo], out: &mut String) {
    if params.is_empty() {
        return;
    }
    out.push_str("\n| parameter | values | default | meaning |\n|---|---|---|---|\n");
    for p in params {
        let live = if p.live { " (live)" } else { "" };
        let default = p.default.to_string();
        let default = if default.is_empty() { "empty".into() } else { format!("`{}`", cell(&default)) };
        let _ = writeln!(out, "| `{}`{live} | {} | {default} | {} |", p.key, cell(&range(p)), cell(&p.doc));
    }
}

fn markdown(family: &FamilyInfo, out: &mut String) {
    let _ = writeln!(out, "\n## {}\n\n| method | what it does | backends |\n|---|---|---|", family.label);
    for m in &family.methods {
        let backends: Vec<&str> = m.backends.iter().map(|b| b.name()).collect();
        let _ = writeln!(out, "| `{}` | {} | {} |", m.id, cell(&m.summary), backends.join(", "));
    }
    for p in &family.problems {
        let _ = writeln!(out, "\n### Problem `{}`: {}\n\n{}\n\n$${}$$", p.id, p.label, p.summary, p.math);
        markdown_params(&p.params, out);
    }
    for m in &family.methods {
        let _ = writeln!(out, "\n### `{}`: {}\n\n{}\n\n$${}$$\n", m.id, m.label, m.summary, m.math);
        let _ = writeln!(out, "- Source: {}\n- One step: {}", m.citation, m.step);
        let _ =
            writeln!(out, "- Runs on: {}", m.problems.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", "));
        if !m.limits.is_empty() {
            let _ = writeln!(out, "- Limits: {}", m.limits);
        }
        markdown_params(&m.params, out);
    }
    for a in &family.analyses {
        let about = if a.subject == Subject::Run { "a run" } else { "the problem" };
        let _ = writeln!(out, "\n### `{}`: {}\n\n{}\n\n- Asked of: {about}", a.id, a.label, a.summary);
        let _ = writeln!(out, "- For: {}", a.problems.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", "));
        if !a.citation.is_empty() {
            let _ = writeln!(out, "- Source: {}", a.citation);
        }
        if !a.limits.is_empty() {
            let _ = writeln!(out, "- Limits: {}", a.limits);
        }
        markdown_params(&a.params, out);
    }
    let _ = writeln!(out, "\n### Presets\n\n| preset | what to see |\n|---|---|");
    for p in &family.presets {
        let _ = writeln!(out, "| `{}` | {} |", p.id, cell(&p.summary));
    }
}
