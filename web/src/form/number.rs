//! Numbers: typed, or moved with a slider.

use std::sync::Arc;

use iterscope_core::{Kind, Value};
use leptos::html;
use leptos::prelude::*;

use super::expression::ErrorLine;
use super::field::Field;
use crate::number::parse;
use crate::state::Urgency;

/// Positions of a slider.
const POSITIONS: f64 = 1000.0;

/// What a number may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// The slider moves in powers.
    pub log: bool,
    /// Only whole numbers.
    pub whole: bool,
}

impl Range {
    /// Where a value stands on the slider.
    pub fn position(&self, value: f64) -> f64 {
        let Range { min, max, .. } = *self;
        let part = if self.powers() {
            (value.max(self.bottom()) / self.bottom()).ln() / (max / self.bottom()).ln()
        } else {
            (value - min) / (max - min)
        };
        (part * POSITIONS).clamp(0.0, POSITIONS).round()
    }

    /// The value at a position: round in two or three digits, so that nobody gets 0.4271828.
    pub fn at(&self, position: f64) -> f64 {
        let part = position / POSITIONS;
        if part <= 0.0 {
            return self.min;
        }
        if part >= 1.0 {
            return self.max;
        }
        let (value, grain) = if self.powers() {
            let value = self.bottom() * (self.max / self.bottom()).powf(part);
            (value, 10f64.powf(value.abs().log10().floor() - 1.0))
        } else {
            (self.min + part * (self.max - self.min), 10f64.powf((self.max - self.min).log10().floor() - 2.0))
        };
        let grain = if self.whole { grain.max(1.0) } else { grain };
        // Through text: dividing by a power of ten leaves no digits of its own.
        let rounded = if grain < 1.0 {
            let inverse = (1.0 / grain).round();
            (value * inverse).round() / inverse
        } else {
            (value / grain).round() * grain
        };
        rounded.clamp(self.min, self.max)
    }

    fn powers(&self) -> bool {
        self.log && self.min >= 0.0 && self.max > 0.0
    }

    fn bottom(&self) -> f64 {
        if self.min > 0.0 { self.min } else { self.max * 1e-8 }
    }
}

/// What takes a number that was typed or moved to; says what is wrong with it.
pub type Commit = Arc<dyn Fn(f64, Urgency) -> Result<(), String> + Send + Sync>;

/// A number parameter.
#[component]
pub fn NumberParam(field: Field) -> impl IntoView {
    let range = match field.param.kind {
        Kind::Real { min, max, log } => Range { min, max, log, whole: false },
        Kind::Int { min, max, log } => Range { min: min as f64, max: max as f64, log, whole: true },
        _ => return ().into_any(),
    };
    let commit = move |v: f64, urgency: Urgency| {
        let value = if range.whole && v == v.trunc() { Value::Int(v as i64) } else { Value::Real(v) };
        let value = field.param.check(&value).map_err(|e| e.message)?;
        field.set(value, urgency);
        Ok(())
    };
    let value = Signal::derive(move || field.value().as_real().unwrap_or(f64::NAN));
    view! { <NumberInput id=field.id() doc=field.param.doc.to_string() value range slider=true commit=Arc::new(commit)/> }
        .into_any()
}

/// A number with a slider. What is wrong stays as typed, with the reason under it.
#[component]
pub fn NumberInput(
    /// Id of the text input.
    #[prop(into)]
    id: String,
    /// What the number means.
    #[prop(into)]
    doc: String,
    /// The number.
    value: Signal<f64>,
    /// What it may be.
    range: Range,
    /// With a slider.
    #[prop(optional)]
    slider: bool,
    /// Takes a new number.
    commit: Commit,
) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        let v = value.get();
        let Some(input) = input.get() else { return };
        // What was typed stays as it was typed where it means the same.
        if parse(&input.value()) != Some(v) || wrong.with_untracked(Option::is_some) {
            // What is not given is an empty field.
            input.set_value(&if v.is_nan() { String::new() } else { Value::Real(v).to_string() });
            wrong.set(None);
        }
    });
    let take = commit.clone();
    let typed = move |ev| {
        let text = event_target_value(&ev);
        let result = match parse(&text) {
            Some(v) if v == value.get_untracked() => Ok(()),
            Some(v) => take(v, Urgency::Soon),
            None => Err(format!("must be a number, not `{}`", text.trim())),
        };
        wrong.set(result.err());
    };
    let moved = move |ev| {
        if let (Some(position), Some(input)) = (parse(&event_target_value(&ev)), input.get_untracked()) {
            let v = range.at(position);
            input.set_value(&Value::Real(v).to_string());
            wrong.set(commit(v, Urgency::Soon).err());
        }
    };
    let label = format!("{doc} (slider)");
    view! {
        <div class="number" class:wrong=move || wrong.with(Option::is_some)>
            <input
                type="text"
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                id=id
                title=doc
                node_ref=input
                on:input=typed
            />
            {slider.then(|| view! {
                <input
                    type="range"
                    min="0"
                    max=POSITIONS.to_string()
                    tabindex="-1"
                    aria-label=label
                    aria-valuetext=move || Value::Real(value.get()).to_string()
                    prop:value=move || range.position(value.get()).to_string()
                    on:input=moved
                />
            })}
        </div>
        {move || wrong.get().map(|text| view! { <ErrorLine text/> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_reach_both_ends_and_round_numbers() {
        let omega = Range { min: 0.0, max: 2.0, log: false, whole: false };
        assert_eq!((omega.at(0.0), omega.at(500.0), omega.at(1000.0)), (0.0, 1.0, 2.0));
        assert_eq!(omega.at(omega.position(1.25)), 1.25);
        let n = Range { min: 2.0, max: 512.0, log: true, whole: true };
        assert_eq!((n.at(0.0), n.at(1000.0)), (2.0, 512.0));
        assert!((0..=1000).all(|p| n.at(f64::from(p)).fract() == 0.0));
        let zero = Range { min: 0.0, max: 1.0, log: true, whole: false };
        assert_eq!((zero.at(0.0), zero.position(0.0)), (0.0, 0.0));
        assert_eq!(Value::Real(zero.at(600.0)).to_string().len(), "6.3e-4".len());
    }
}
