//! How a table that a person brought is read: its first rows, and what each column is for.

use iterscope_core::{Columns, DataKind, Role};

use super::note;
use crate::dom::{El, effect, el, select, text};
use crate::icon::{Icon, small_button};
use crate::model::{App, Urgency};

/// The most columns that are shown, and the most rows.
const SHOWN: (usize, usize) = (24, 4);

/// Says what the columns are for; `change` gets what they were taken for.
fn say(app: App, change: impl FnOnce(&mut bool, &mut Vec<Role>)) {
    let said = app.draft.with_untracked(|d| d.problem.columns.as_deref().and_then(|c| c.parse().ok()));
    let (mut header, mut roles) =
        app.survey.with_untracked(|s| (s.header, s.columns.iter().map(|c| c.role).collect::<Vec<_>>()));
    change(&mut header, &mut roles);
    let columns = written(said.unwrap_or_default(), header, roles);
    app.edit(Urgency::Now, |d| d.problem.columns = Some(columns));
}

/// As an experiment has it, with what was `said` of other things; a last role that may be repeated holds for the columns of
/// longer rows too.
fn written(said: Columns, header: bool, mut roles: Vec<Role>) -> String {
    let more = roles.last().is_some_and(|r| r.repeats());
    while let [.., a, b] = roles[..]
        && more
        && a == b
    {
        roles.pop();
    }
    said.with_roles(header, &roles, more).to_string()
}

/// The panel under the data field.
pub fn columns(app: App, kind: DataKind) -> El {
    let seen = move || {
        let line = |c: &iterscope_core::SurveyColumn| c.name.clone() + "\t" + &c.cells.join("\t");
        app.survey.with(|s| s.columns.iter().map(line).collect::<Vec<_>>().join("\n"))
    };
    let header = el("input", "switch").attr("type", "checkbox").id("header");
    let (shown, pressed) = (header.clone(), header.clone());
    effect(move || shown.input().set_checked(app.survey.with(|s| s.header)));
    let header = header.on("change", move |_| say(app, |header, _| *header = pressed.input().checked()));
    let header =
        el("div", "row").add(text("label", "quiet grow", "first line holds names").attr("for", "header")).add(header);
    let guess = small_button(Icon::Undo, "Guess again", move || app.edit(Urgency::Now, |d| d.problem.columns = None))
        .live_class("gone", move || app.draft.with(|d| d.problem.columns.is_none()));
    let words = move || {
        app.survey.with(|s| {
            if s.summary.is_empty() { String::new() } else { format!("Rows read: {} ({})", s.rows, s.summary) }
        })
    };
    let mapper = el("div", "mapper")
        .live_class("gone", move || app.survey.with(|s| s.columns.is_empty()))
        .slot(seen, move || table(app, kind))
        .add(header)
        .add(el("p", "quiet").live_text(words))
        .parts(move || left_out(app))
        .add(guess);
    el("div", "").parts(move || app.survey.with(|s| note::readings(app, &s.readings))).add(mapper)
}

/// The first rows, with a choice above each column.
fn table(app: App, kind: DataKind) -> Vec<El> {
    let role = |r: Role| if r == Role::Ignored { "not used".into() } else { r.name().replace('-', " ") };
    app.survey.with_untracked(|s| {
        let all = || s.columns.iter().take(SHOWN.0).enumerate();
        let choice = |i: usize, name: &str| {
            let options = Role::of(kind).iter().map(|r| (r.name().to_owned(), role(*r), None)).collect();
            let now = move || app.survey.with(|s| s.columns.get(i).map_or("-", |c| c.role.name()).to_owned());
            let choose = move |chosen: String| {
                let role = Role::ALL.iter().find(|r| r.name() == chosen);
                say(app, |_, roles| roles[i] = role.copied().unwrap_or(Role::Ignored));
            };
            select(options, now, choose).label(&format!("Column {} {name}", i + 1))
        };
        let row = |tag: &str, cell: &dyn Fn(usize) -> String| {
            el("tr", "").add_all(all().map(|(i, _)| text(tag, "", &cell(i))).collect())
        };
        let choices = all().map(|(i, c)| el("th", "").add(choice(i, &c.name))).collect();
        let mut made = el("table", "").add(el("tr", "").add_all(choices));
        if s.header {
            made = made.add(row("th", &|i| s.columns[i].name.clone()));
        }
        for k in 0..SHOWN.1.min(s.columns.first().map_or(0, |c| c.cells.len())) {
            made = made.add(row("td", &|i| s.columns[i].cells.get(k).cloned().unwrap_or_default()));
        }
        let more = s.columns.len().saturating_sub(SHOWN.0);
        let more = (more > 0).then(|| text("p", "quiet", &format!("and {more} more columns")));
        [el("div", "scroll").add(made)].into_iter().chain(more).collect()
    })
}

/// The rows that were left out, with why.
fn left_out(app: App) -> Vec<El> {
    app.survey.with(|s| {
        if s.left_out_rows == 0 {
            return Vec::new();
        }
        let rows = s.left_out.iter().map(|l| text("p", "quiet", &format!("line {}: {}", l.line, l.why)));
        let head = text("summary", "note warning", &format!("Rows left out: {}", s.left_out_rows));
        vec![el("details", "").add(head).add_all(rows.collect())]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_written_as_they_can_be_read() {
        use Role::*;
        let said = "names=merged;winner,loser".parse::<Columns>().unwrap();
        assert_eq!(written(said, false, vec![Loser, Winner]), "names=merged;plain;loser,winner");
        let written = |header, roles| written(Columns::default(), header, roles);
        assert_eq!(written(true, vec![Winner, Loser, Count]), "header;winner,loser,count");
        assert_eq!(written(false, vec![Name, Wins, Wins, Wins]), "plain;name,wins,...");
        assert_eq!(written(false, vec![Ranked]), "plain;ranked,...");
        // Wrong, and told so by those who read it.
        assert_eq!(written(true, vec![Winner, Winner]), "header;winner,winner");
    }
}
