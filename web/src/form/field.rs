//! One parameter of the problem or of a run.

use iterscope_core::{BuildError, Kind, ParamInfo, Value};

use super::{brush, expression, note, number};
use crate::dom::{El, effect, el, select, text};
use crate::model::{App, Urgency};

/// Whose parameter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The problem's.
    Problem,
    /// A run's, by number.
    Run(u32),
    /// The question's.
    Question,
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
        if self.owner == Owner::Question {
            return self.app.question.with(|q| q.params.get(&q.id)?.get(key).cloned()).or_else(default);
        }
        self.app.draft.with(|d| {
            let params = match self.owner {
                Owner::Problem => &d.problem.params,
                Owner::Run(uid) => &d.run(uid)?.spec.params,
                Owner::Question => return None,
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
            Owner::Question => self.app.set_question_param(&self.param.key, value),
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
            Owner::Question => {
                let path = format!("params.{}", self.param.key);
                return self.app.answer.with(|a| a.error.clone()).filter(|e| e.field == path);
            }
        };
        self.app.errors.with(|all| all.iter().find(|e| e.field == path).cloned())
    }

    /// An id for its input.
    pub fn id(&self) -> String {
        match self.owner {
            Owner::Problem => format!("p-{}", self.param.key),
            Owner::Run(uid) => format!("r{uid}-{}", self.param.key),
            Owner::Question => format!("q-{}", self.param.key),
        }
    }
}

/// All parameters of a schema.
pub fn fields(app: App, owner: Owner, schema: &'static [ParamInfo]) -> El {
    let field = |param| field(Field { app, owner, param, schema });
    el("div", "fields").add_all(schema.iter().map(field).collect())
}

fn field(f: Field) -> El {
    let control = match &f.param.kind {
        Kind::Real { .. } | Kind::Int { .. } => number::param(f),
        Kind::Bool => vec![switch(f)],
        // A schema that was expanded has choices in their place.
        Kind::Component { .. } => Vec::new(),
        Kind::Choice { .. } => vec![choice(f)],
        Kind::Expression { .. } => vec![expression::expression(f)],
        Kind::Brush => brush::brush(f),
        Kind::Text => vec![written(f)],
        Kind::Item => vec![item(f)],
    };
    // What does not fit beside its label gets the whole width.
    let typed = matches!(f.param.kind, Kind::Expression { .. });
    let wide = f.param.kind == Kind::Text;
    let long = move || wide || typed && f.value().to_string().chars().count() > 18;
    let error = move || f.error().map(|e| expression::error_view(&e, &f.value().to_string())).unwrap_or_default();
    let control = el("div", "control").add_all(control).parts(error).parts(move || notes(f));
    el("div", "field")
        .live_class("wrong", move || f.error().is_some())
        .live_class("gone", move || !f.relevant())
        .live_class("long", long)
        .add(text("label", "", &f.param.label).attr("for", &f.id()).title(&f.param.doc))
        .add(control)
}

/// Notes of the problem that belong to this field.
fn notes(f: Field) -> Vec<El> {
    if f.owner != Owner::Problem {
        return Vec::new();
    }
    f.app.race.with(|race| {
        let notes = race.iter().flat_map(|r| &r.problem.notes);
        notes.filter(|n| n.field.as_deref() == Some(f.param.key.as_ref())).map(|n| note::note(f.app, n)).collect()
    })
}

fn switch(f: Field) -> El {
    let on = move || f.value().as_bool().unwrap_or(false);
    let control = el("input", "switch").attr("type", "checkbox").id(&f.id()).title(&f.param.doc);
    let shown = control.clone();
    effect(move || shown.input().set_checked(on()));
    let pressed = control.clone();
    control.on("change", move |_| f.set(Value::Bool(pressed.input().checked()), Urgency::Now))
}

fn written(f: Field) -> El {
    let area = el("textarea", "").attr("rows", "4").attr("spellcheck", "false").id(&f.id()).title(&f.param.doc);
    let (shown, typed) = (area.clone(), area.clone());
    effect(move || shown.area().set_value(&f.value().to_string()));
    area.on("change", move |_| f.set(Value::from(typed.area().value().as_str()), Urgency::Now))
}

/// The name of an item, with the names there are as proposals.
fn item(f: Field) -> El {
    let list = format!("{}-names", f.id());
    let input = el("input", "").attr("type", "text").attr("list", &list).id(&f.id()).title(&f.param.doc);
    let (shown, typed) = (input.clone(), input.clone());
    effect(move || shown.input().set_value(&f.value().to_string()));
    let names = move || {
        f.app.race.with(|race| {
            let names = race.iter().flat_map(|r| &r.problem.labels);
            names.take(2000).map(|name| el("option", "").attr("value", name)).collect()
        })
    };
    let input = input.on("change", move |_| f.set(Value::from(typed.input().value().as_str()), Urgency::Now));
    el("span", "named").add(input).add(el("datalist", "").id(&list).parts(names))
}

fn choice(f: Field) -> El {
    let Kind::Choice { options } = &f.param.kind else { return el("span", "") };
    let options = options.iter().map(|(v, label)| (v.to_owned(), label.to_owned(), None)).collect();
    select(options, move || f.value().to_string(), move |v| f.set(Value::from(v.as_str()), Urgency::Now))
        .id(&f.id())
        .title(&f.param.doc)
}
