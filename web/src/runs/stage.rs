//! The stage: which pictures, the runs, the chart they share.

use iterscope_core::PictureKind;
use iterscope_core::colour::Map;

use super::card::card;
use crate::answers;
use crate::chart;
use crate::dom::{El, effect, el, keys, segment, text};
use crate::icon::{Icon, icon_button};
use crate::model::{App, Mode};
use crate::picture::{Source, picture, shared_span, strip};
use crate::text as numbers;

/// The stage, or the parts of it that the mode shows.
pub fn stage(app: App) -> El {
    let (runs, chart) = match app.mode {
        Mode::Page => (true, true),
        Mode::Embed { runs, chart } => (runs, chart),
    };
    let mut stage =
        el("main", "stage").live_class("large", move || app.large.with(Option::is_some)).parts(move || banner(app));
    if runs {
        stage = stage.add(toolbar(app)).add(pictures(app));
    }
    if app.mode == Mode::Page {
        stage = stage.live_class("asking", move || app.asking.get()).add(answers::tabs(app)).add(answers::answers(app));
    }
    stage.maybe(chart.then(|| chart::chart(app)))
}

fn banner(app: App) -> Vec<El> {
    let strip = |b: crate::model::Banner| {
        el("div", if b.bad { "banner bad" } else { "banner" })
            .attr("role", "alert")
            .add(text("p", "grow", &b.words))
            .add(icon_button(Icon::Cross, "Close this message", move || app.banner.set(None)))
    };
    app.banner.get().into_iter().map(strip).collect()
}

/// Numbers of the runs in the race.
fn uids(app: App) -> Vec<u32> {
    app.race.with(|r| r.as_ref().map(|r| r.draft.runs.iter().map(|r| r.uid).collect()).unwrap_or_default())
}

/// Keys and labels of the problem's own pictures, or of those of an iterate.
fn offered(app: App, given: bool) -> Vec<(String, String)> {
    app.race.with(|race| {
        let all = race.as_ref().map(|r| if given { &r.problem.given } else { &r.problem.pictures });
        all.into_iter().flatten().map(|p| (p.key.to_string(), p.label.to_string())).collect()
    })
}

/// Tells one offer from another.
fn joined(offered: &[(String, String)]) -> String {
    offered.iter().fold(String::new(), |all, (key, label)| all + key + "\n" + label + "\n")
}

fn pictures(app: App) -> El {
    let shown = move || match app.large.get() {
        Some(uid) => vec![uid],
        None => uids(app),
    };
    let cards = el("div", "")
        .live_attr("class", move || Some(format!("cards n{}", uids(app).len().min(6))))
        .slot(move || keys(&shown()), move || shown().into_iter().map(|uid| card(app, uid)).collect())
        .parts(move || if uids(app).is_empty() { vec![waiting(app)] } else { Vec::new() });
    let given = el("div", "given").live_class("gone", move || offered(app, true).is_empty()).slot(
        move || joined(&offered(app, true)),
        move || offered(app, true).into_iter().map(|(key, label)| given_card(app, key, &label)).collect(),
    );
    el("div", "pictures").add(given).add(cards)
}

/// A picture of the problem itself; one that is the same everywhere shows nothing and is left out.
fn given_card(app: App, key: String, label: &str) -> El {
    let shown = picture(app, Source::Given(key.clone()));
    let flat = move || {
        app.repaint.track();
        app.store.with_untracked(|s| s.given.iter().all(|(k, d)| *k != key || d.shape.lo >= d.shape.hi))
    };
    el("figure", "card small-card").title(label).live_class("gone", flat).add(text("figcaption", "", label)).add(shown)
}

/// Before the first race, or where the address asks for what cannot be shown.
fn waiting(app: App) -> El {
    let error = app.errors.with(|all| all.first().map(ToString::to_string));
    text("p", "waiting", &error.unwrap_or_else(|| "Building the problem…".into()))
}

/// The choice of pictures and the scale they share.
fn toolbar(app: App) -> El {
    let choice = move |(key, label): (String, String)| {
        let is = key.clone();
        let choose = move || {
            app.picture.set(key.clone());
            app.send_view();
        };
        segment(&label, move || app.picture.with(|p| *p == is), choose)
    };
    let segments = el("div", "segments")
        .attr("role", "group")
        .label("Pictures")
        .slot(move || joined(&offered(app, false)), move || offered(app, false).into_iter().map(choice).collect());
    el("div", "toolbar").add(segments).add(colour_bar(app))
}

fn colour_bar(app: App) -> El {
    let span = move || {
        app.repaint.track();
        let (kind, signed) = app.picture_kind()?;
        let (lo, hi) = (kind == PictureKind::Field).then(|| shared_span(app)).flatten()?;
        Some((lo, hi, signed))
    };
    let canvas = el("canvas", "").attr("width", "256").attr("height", "1");
    let painted = canvas.clone();
    let mut last = None;
    effect(move || {
        let signed = app.picture_kind().is_some_and(|(_, signed)| signed);
        let map = Map::of(signed, app.dark.get());
        if last != Some(map) {
            last = Some(map);
            let rgba: Vec<u8> = map.table().iter().flat_map(|c| [c[0], c[1], c[2], 255]).collect();
            strip(painted.canvas(), &rgba);
        }
    });
    let number = move |f: fn((f64, f64, bool)) -> f64| move || span().map(|s| numbers::value(f(s))).unwrap_or_default();
    el("div", "scale")
        .live_class("gone", move || span().is_none())
        .title("The scale that all runs share")
        .add(el("span", "").live_text(number(|s| s.0)))
        .add(canvas)
        .add(el("span", "").live_text(number(|s| s.1)))
}
