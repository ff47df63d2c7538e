//! One parameter of the problem or of a run.

use iterscope_core::{BuildError, Kind, ParamInfo, Severity, Value};
use leptos::prelude::*;

use super::{brush, expression, note, number};
use crate::model::{App, Urgency};

/// Whose parameter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The problem's.
    Problem,
    /// A run's, by number.
    Run(u32),
}

/// A parameter with access to its value.
#[derive(Clone, Copy)]
pub struct Field {
    /// All state.
    pub app: App,
    /// Whose it is.
    pub owner: Owner,
    /// Its description.
    pub param: &'static ParamInfo,
    schema: &'static [ParamInfo],
}

impl Field {
    /// The value of a parameter of the same owner.
    fn other(&self, key: &str) -> Option<Value> {
        let default = || self.schema.iter().find(|p| p.key == key).map(|p| p.default.clone());
        self.app.draft.with(|d| {
            let params = match self.owner {
                Owner::Problem => &d.problem.params,
                Owner::Run(uid) => &d.run(uid)?.spec.params,
            };
            params.get(key).cloned().or_else(default)
        })
    }

    /// The value.
    pub fn value(&self) -> Value {
        self.other(&self.param.key).unwrap_or_else(|| self.param.default.clone())
    }

    /// Changes it.
    pub fn set(&self, value: Value, urgency: Urgency) {
        match self.owner {
            Owner::Problem => self.app.set_problem_param(&self.param.key, value, urgency),
            Owner::Run(uid) => self.app.set_run_param(uid, &self.param.key, value, urgency),
        }
    }

    fn relevant(&self) -> bool {
        let when = self.param.when.as_ref();
        when.is_none_or(|w| self.other(&w.key).is_some_and(|v| w.is.has(&v.to_string())))
    }

    /// What is wrong with it.
    pub fn error(&self) -> Option<BuildError> {
        let path = match self.owner {
            Owner::Problem => format!("problem.params.{}", self.param.key),
            Owner::Run(uid) => {
                let index = self.app.draft.with(|d| d.runs.iter().position(|r| r.uid == uid))?;
                format!("runs[{index}].params.{}", self.param.key)
            }
        };
        self.app.errors.with(|all| all.iter().find(|e| e.field == path).cloned())
    }

    /// An id for its input.
    pub fn id(&self) -> String {
        match self.owner {
            Owner::Problem => format!("p-{}", self.param.key),
            Owner::Run(uid) => format!("r{uid}-{}", self.param.key),
        }
    }
}

/// All parameters of a schema.
pub fn fields(app: App, owner: Owner, schema: &'static [ParamInfo]) -> AnyView {
    let all: Vec<AnyView> = schema.iter().map(|param| field(Field { app, owner, param, schema })).collect();
    view! { <div class="fields">{all}</div> }.into_any()
}

fn field(f: Field) -> AnyView {
    let relevant = Memo::new(move |_| f.relevant());
    let error = Memo::new(move |_| f.error());
    let control = match &f.param.kind {
        Kind::Real { .. } | Kind::Int { .. } => number::param(f),
        Kind::Bool => switch(f),
        Kind::Choice { .. } => choice(f),
        Kind::Expression { .. } => expression::expression(f),
        Kind::Brush => brush::brush(f),
    };
    // What does not fit beside its label gets the whole width.
    let typed = matches!(f.param.kind, Kind::Expression { .. });
    let long = Memo::new(move |_| typed && f.value().to_string().chars().count() > 18);
    let symbol = f.param.label.as_ref();
    view! {
        <div class="field" class:wrong=move || error.with(Option::is_some) class:gone=move || !relevant.get()
            class:long=move || long.get()>
            <label for=f.id() title=f.param.doc.as_ref()>{symbol}</label>
            <div class="control">
                {control}
                {move || error.get().map(|e| expression::error_view(&e, &f.value().to_string()))}
                {(f.owner == Owner::Problem).then(|| field_notes(f))}
            </div>
        </div>
    }
    .into_any()
}

fn field_notes(f: Field) -> AnyView {
    let notes = Memo::new(move |_| {
        f.app.race.with(|race| {
            let notes = race.as_ref().map(|r| r.problem.notes.iter());
            let own = notes.into_iter().flatten().filter(|n| n.field.as_deref() == Some(f.param.key.as_ref()));
            own.cloned().collect::<Vec<_>>()
        })
    });
    (move || notes.get().into_iter().map(|n| note::note(f.app, n)).collect::<Vec<_>>()).into_any()
}

fn switch(f: Field) -> AnyView {
    let value = Memo::new(move |_| f.value().as_bool().unwrap_or(false));
    view! {
        <input type="checkbox" class="switch" id=f.id() prop:checked=move || value.get()
            on:change=move |_| f.set(Value::Bool(!value.get_untracked()), Urgency::Now)/>
    }
    .into_any()
}

fn choice(f: Field) -> AnyView {
    let Kind::Choice { options } = &f.param.kind else { return ().into_any() };
    let value = Memo::new(move |_| f.value().to_string());
    let options: Vec<_> = options
        .iter()
        .map(|(v, label)| {
            let v: &'static str = v;
            view! { <option value=v prop:selected=move || value.with(|now| now == v)>{label}</option> }
        })
        .collect();
    view! {
        <select id=f.id() title=f.param.doc.as_ref()
            on:change=move |ev| f.set(Value::from(event_target_value(&ev).as_str()), Urgency::Now)>
            {options}
        </select>
    }
    .into_any()
}

/// The class of a note.
pub fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "note good",
        Severity::Info => "note",
        Severity::Warning => "note warning",
    }
}
