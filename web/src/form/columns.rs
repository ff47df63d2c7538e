//! How a table that a person brought is read: its first rows, and what each column is for.

use iterscope_core::{Columns, DataKind, LeftOut, Role, Survey};
use leptos::prelude::*;

use super::note::Readings;
use crate::state::{AppState, Urgency, use_app};
use crate::ui::{Choice, Icon, Select, SmallButton};

/// The most columns that are shown, and the most rows.
const SHOWN: (usize, usize) = (24, 4);

/// Says what the columns are for; `change` gets what they were taken for.
fn set_roles(app: AppState, change: impl FnOnce(&mut bool, &mut Vec<Role>)) {
    let (mut header, mut roles) =
        app.survey.with_untracked(|s| (s.header, s.columns.iter().map(|c| c.role).collect::<Vec<_>>()));
    change(&mut header, &mut roles);
    let said = app.draft.with_untracked(|d| d.problem.columns.as_deref().and_then(|c| c.parse().ok()));
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
#[component]
pub fn ColumnMapper(
    /// The kind of data.
    kind: DataKind,
) -> impl IntoView {
    let app = use_app();
    // The table is built anew only where its cells are others: what is chosen above them changes by itself.
    let cells = Memo::new(move |_| {
        let survey = app.survey.get();
        let cells: Vec<_> = survey.columns.iter().map(|c| (c.name.clone(), c.cells.clone())).collect();
        (survey.header, cells)
    });
    let summary = move || {
        let rows = |s: &Survey| format!("Rows read: {} ({})", s.rows, s.summary);
        app.survey.with(|s| (!s.summary.is_empty()).then(|| rows(s)))
    };
    let left_out = Memo::new(move |_| app.survey.with(|s| (s.left_out_rows, s.left_out.clone())));
    let readings = Memo::new(move |_| app.survey.with(|s| s.readings.clone()));
    view! {
        {move || view! { <Readings readings=readings.get()/> }}
        <div class="mapper" class:gone=move || app.survey.with(|s| s.columns.is_empty())>
            {move || {
                // Read, not only tracked: a memo that nobody has read yet follows nothing.
                cells.with(|_| ());
                view! { <Table kind/> }
            }}
            <div class="row">
                <label class="quiet grow" for="header">"First line holds names"</label>
                <input
                    class="switch"
                    type="checkbox"
                    role="switch"
                    id="header"
                    prop:checked=move || app.survey.with(|s| s.header)
                    on:change=move |ev| {
                        let checked = event_target_checked(&ev);
                        set_roles(app, |header, _| *header = checked);
                    }
                />
            </div>
            <p class="quiet">{summary}</p>
            {move || {
                let (count, rows) = left_out.get();
                (count > 0).then(|| view! { <LeftOutRows count rows/> })
            }}
            <Show when=move || app.draft.with(|d| d.problem.columns.is_some())>
                <SmallButton
                    icon=Icon::Undo
                    label="Guess again"
                    on_press=move |()| app.edit(Urgency::Now, |d| d.problem.columns = None)
                />
            </Show>
        </div>
    }
}

/// The first rows, with a choice above each column.
#[component]
fn Table(kind: DataKind) -> impl IntoView {
    let survey = use_app().survey.get_untracked();
    let count = survey.columns.len().min(SHOWN.0);
    let choices = (0..count).map(|index| {
        let name = survey.columns[index].name.clone();
        view! { <th><RoleChoice kind index name/></th> }
    });
    let names = survey.header.then(|| {
        let cells = survey.columns.iter().take(SHOWN.0).map(|c| view! { <th>{c.name.clone()}</th> });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    let rows = SHOWN.1.min(survey.columns.first().map_or(0, |c| c.cells.len()));
    let rows = (0..rows).map(|k| {
        let cell = |c: &iterscope_core::SurveyColumn| c.cells.get(k).cloned().unwrap_or_default();
        let cells = survey.columns.iter().take(SHOWN.0).map(|c| view! { <td>{cell(c)}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    let more = survey.columns.len().saturating_sub(SHOWN.0);
    view! {
        <div class="scroll">
            <table>
                <tbody>
                    <tr>{choices.collect_view()}</tr>
                    {names}
                    {rows.collect_view()}
                </tbody>
            </table>
        </div>
        {(more > 0).then(|| view! { <p class="quiet">{format!("and {more} more columns")}</p> })}
    }
}

#[component]
fn RoleChoice(kind: DataKind, index: usize, name: String) -> impl IntoView {
    let app = use_app();
    let label = |role: Role| if role == Role::Ignored { "not used".into() } else { role.name().replace('-', " ") };
    let options: Vec<Choice> = Role::of(kind).iter().map(|r| Choice::new(r.name(), &label(*r))).collect();
    let now = move || app.survey.with(|s| s.columns.get(index).map_or("-", |c| c.role.name()).to_owned());
    let choose = move |chosen: String| {
        let role = Role::ALL.iter().find(|r| r.name() == chosen).copied().unwrap_or(Role::Ignored);
        set_roles(app, |_, roles| roles[index] = role);
    };
    view! {
        <Select label=format!("Column {} {name}", index + 1) options=options value=Signal::derive(now) on_choose=choose/>
    }
}

/// The rows that were left out, with why.
#[component]
fn LeftOutRows(count: u64, rows: Vec<LeftOut>) -> impl IntoView {
    let rows = rows.into_iter().map(|l| view! { <p class="quiet">{format!("line {}: {}", l.line, l.why)}</p> });
    view! {
        <details>
            <summary class="note warning">{format!("Rows left out: {count}")}</summary>
            {rows.collect_view()}
        </details>
    }
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
