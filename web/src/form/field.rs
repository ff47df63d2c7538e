//! One parameter of the problem, of a run or of a question.

use iterscope_core::{BuildError, Kind, ParamInfo, Value, path};
use leptos::prelude::*;

use super::brush::BrushInput;
use super::expression::{ErrorView, ExpressionInput};
use super::note::NoteView;
use super::number::NumberParam;
use crate::state::{AppState, Urgency, use_app};
use crate::ui::{Choice, Select};

/// Names that are proposed for an item, at most.
const PROPOSED: usize = 2000;

/// Whose parameter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The problem's.
    Problem,
    /// The problem's, moved in the race that runs.
    Live,
    /// A run's, by number.
    Run(u32),
    /// The question's.
    Question,
}

/// A parameter with access to its value.
#[derive(Clone, Copy)]
pub struct Field {
    /// All state.
    pub app: AppState,
    /// Whose it is.
    pub owner: Owner,
    /// Its description.
    pub param: &'static ParamInfo,
    /// The schema it stands in.
    pub schema: &'static [ParamInfo],
}

impl Field {
    /// The value of a parameter of the same owner.
    fn value_of(&self, key: &str) -> Option<Value> {
        let default = || self.schema.iter().find(|p| p.key == key).map(|p| p.default.clone());
        let set = match self.owner {
            Owner::Problem => self.app.draft.with(|d| d.problem.params.get(key).cloned()),
            Owner::Live => self.app.live.with(|live| live.problem.values.get(key).cloned()),
            Owner::Run(uid) => {
                let live = self.app.live.with(|live| live.runs.get(&uid)?.get(key).cloned());
                live.or_else(|| self.app.draft.with(|d| d.run(uid)?.spec.params.get(key).cloned()))
            }
            Owner::Question => self.app.question.with(|q| q.params.get(&q.id)?.get(key).cloned()),
        };
        set.or_else(default)
    }

    /// The value.
    pub fn value(&self) -> Value {
        self.value_of(&self.param.key).unwrap_or_else(|| self.param.default.clone())
    }

    /// Changes it.
    pub fn set(&self, value: Value, urgency: Urgency) {
        match self.owner {
            Owner::Problem => self.app.set_problem_param(&self.param.key, value, urgency),
            Owner::Live => self.app.set_live_param(&self.param.key, value),
            Owner::Run(uid) => self.app.set_run_param(uid, &self.param.key, value, urgency),
            Owner::Question => self.app.set_question_param(&self.param.key, value),
        }
    }

    /// Whether it matters now: what it depends on has the right value, and matters itself.
    pub fn relevant(&self) -> bool {
        self.param.relevant(self.schema, |key| self.value_of(key))
    }

    /// What is wrong with it.
    pub fn error(&self) -> Option<BuildError> {
        let path = match self.owner {
            Owner::Problem | Owner::Live => format!("{}{}", path::PROBLEM_PARAMS, self.param.key),
            Owner::Run(uid) => {
                let index = self.app.draft.with(|d| d.runs.iter().position(|r| r.uid == uid))?;
                format!("{}{}", path::run_params(index), self.param.key)
            }
            Owner::Question => {
                let path = format!("{}{}", path::PARAMS, self.param.key);
                return self.app.answer.with(|a| a.error.clone()).filter(|e| e.field == path);
            }
        };
        self.app.errors.with(|all| all.iter().find(|e| e.field == path).cloned())
    }

    /// An id for its input.
    pub fn id(&self) -> String {
        match self.owner {
            Owner::Problem => format!("p-{}", self.param.key),
            Owner::Live => format!("l-{}", self.param.key),
            Owner::Run(uid) => format!("r{uid}-{}", self.param.key),
            Owner::Question => format!("q-{}", self.param.key),
        }
    }
}

/// A place in the form: a parameter with how deep it stands below the choice it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    index: usize,
    depth: usize,
}

/// The order of a schema in a form: parameters of a component (`preconditioner.omega`) follow the choice of the component
/// (`preconditioner`) and stand one deeper; all else stays in its order.
fn places(schema: &[ParamInfo]) -> Vec<Place> {
    fn parent<'a>(schema: &'a [ParamInfo], key: &str) -> Option<&'a ParamInfo> {
        let (prefix, _) = key.rsplit_once('.')?;
        schema.iter().find(|p| p.key == prefix).or_else(|| parent(schema, prefix))
    }
    fn add(schema: &[ParamInfo], of: Option<&str>, depth: usize, out: &mut Vec<Place>) {
        for (index, p) in schema.iter().enumerate() {
            if parent(schema, &p.key).map(|p| p.key.as_ref()) == of {
                out.push(Place { index, depth });
                add(schema, Some(&p.key), depth + 1, out);
            }
        }
    }
    let mut out = Vec::with_capacity(schema.len());
    add(schema, None, 0, &mut out);
    out
}

/// All parameters of a schema.
#[component]
pub fn ParamFields(
    /// Whose they are.
    owner: Owner,
    /// Their descriptions.
    schema: &'static [ParamInfo],
) -> impl IntoView {
    let app = use_app();
    let fields = places(schema).into_iter().map(|place| {
        let field = Field { app, owner, param: &schema[place.index], schema };
        view! { <ParamField field depth=place.depth/> }.into_any()
    });
    view! { <div class="fields">{fields.collect_view()}</div> }
}

#[component]
fn ParamField(field: Field, depth: usize) -> impl IntoView {
    let control = match &field.param.kind {
        Kind::Real { .. } | Kind::Int { .. } => view! { <NumberParam field/> }.into_any(),
        Kind::Bool => view! { <SwitchInput field/> }.into_any(),
        Kind::Choice { .. } => view! { <ChoiceInput field/> }.into_any(),
        // A schema that was expanded has choices in their place.
        Kind::Component { .. } => ().into_any(),
        Kind::Expression { .. } => view! { <ExpressionInput field/> }.into_any(),
        Kind::Brush => view! { <BrushInput field/> }.into_any(),
        Kind::Text => view! { <TextInput field/> }.into_any(),
        Kind::Item => view! { <ItemInput field/> }.into_any(),
    };
    // What does not fit beside its label gets the whole width.
    let typed = matches!(field.param.kind, Kind::Expression { .. });
    let wide = field.param.kind == Kind::Text;
    let long = move || wide || typed && field.value().to_string().chars().count() > 18;
    view! {
        <div
            class=format!("field depth-{}", depth.min(3))
            class:wrong=move || field.error().is_some()
            class:gone=move || !field.relevant()
            class:long=long
        >
            <label for=field.id() title=field.param.doc.to_string()>{field.param.label.to_string()}</label>
            <div class="control">
                {control}
                {move || field.error().map(|error| view! { <ErrorView error typed=field.value().to_string()/> })}
                <FieldNotes field/>
            </div>
        </div>
    }
}

/// Notes of the problem that belong to this field.
#[component]
fn FieldNotes(field: Field) -> impl IntoView {
    let notes = Memo::new(move |_| {
        if field.owner != Owner::Problem {
            return Vec::new();
        }
        field.app.race.with(|race| {
            let notes = race.iter().flat_map(|r| &r.problem.notes);
            notes.filter(|n| n.field.as_deref() == Some(field.param.key.as_ref())).cloned().collect()
        })
    });
    move || notes.get().into_iter().map(|note| view! { <NoteView note/> }).collect_view()
}

#[component]
fn SwitchInput(field: Field) -> impl IntoView {
    view! {
        <input
            class="switch"
            type="checkbox"
            role="switch"
            id=field.id()
            title=field.param.doc.to_string()
            prop:checked=move || field.value().as_bool().unwrap_or(false)
            on:change=move |ev| field.set(Value::Bool(event_target_checked(&ev)), Urgency::Now)
        />
    }
}

#[component]
fn TextInput(field: Field) -> impl IntoView {
    view! {
        <textarea
            rows="4"
            spellcheck="false"
            id=field.id()
            title=field.param.doc.to_string()
            prop:value=move || field.value().to_string()
            on:change=move |ev| field.set(Value::from(event_target_value(&ev).as_str()), Urgency::Now)
        ></textarea>
    }
}

/// The name of an item, with the names there are as proposals.
#[component]
fn ItemInput(field: Field) -> impl IntoView {
    let list = format!("{}-names", field.id());
    let names = move || {
        field.app.race.with(|race| {
            let names = race.iter().flat_map(|r| &r.problem.labels);
            names.take(PROPOSED).map(|name| view! { <option value=name.clone()></option> }).collect_view()
        })
    };
    view! {
        <span class="named">
            <input
                type="text"
                list=list.clone()
                id=field.id()
                title=field.param.doc.to_string()
                prop:value=move || field.value().to_string()
                on:change=move |ev| field.set(Value::from(event_target_value(&ev).as_str()), Urgency::Now)
            />
            <datalist id=list>{names}</datalist>
        </span>
    }
}

#[component]
fn ChoiceInput(field: Field) -> impl IntoView {
    let Kind::Choice { options } = &field.param.kind else { return ().into_any() };
    let options: Vec<Choice> = options.iter().map(|(value, label)| Choice::new(value, label)).collect();
    view! {
        <Select
            id=field.id()
            title=field.param.doc.to_string()
            options=options
            value=Signal::derive(move || field.value().to_string())
            on_choose=move |v: String| field.set(Value::from(v.as_str()), Urgency::Now)
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_a_component_stand_below_its_choice() {
        let p = |key| ParamInfo::real(key, "", "", [0.0, 1.0], 0.0);
        let schema =
            [p("a"), p("smoother"), p("b"), p("smoother.omega"), p("smoother.inner"), p("smoother.inner.k"), p("x.y")];
        let order: Vec<(&str, usize)> =
            places(&schema).into_iter().map(|place| (schema[place.index].key.as_ref(), place.depth)).collect();
        assert_eq!(
            order,
            [
                ("a", 0),
                ("smoother", 0),
                ("smoother.omega", 1),
                ("smoother.inner", 1),
                ("smoother.inner.k", 2),
                ("b", 0),
                ("x.y", 0)
            ]
        );
    }
}
