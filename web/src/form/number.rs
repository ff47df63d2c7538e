//! Numbers: typed, or moved with a slider.

use iterscope_decimal::Short;
use std::rc::Rc;

use iterscope_core::{Kind, Value};
use leptos::prelude::untrack;

use super::expression::error_line;
use super::field::Field;
use crate::dom::{El, Local, effect, el};
use crate::model::Urgency;
use crate::num;

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
            num::ln(value.max(self.bottom()) / self.bottom()) / num::ln(max / self.bottom())
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
            let value = self.bottom() * num::pow(self.max / self.bottom(), part);
            (value, num::ten(num::log10(value.abs()).floor() - 1.0))
        } else {
            (self.min + part * (self.max - self.min), num::ten(num::log10(self.max - self.min).floor() - 2.0))
        };
        let grain = if self.whole { grain.max(1.0) } else { grain };
        // Through text: dividing by a power of ten leaves no digits of its own.
        let rounded = if grain < 1.0 {
            let inverse = (1.0 / grain).round();
            (value * inverse).round() / inverse
        } else {
            (value / grain).round() * grain
        };
        num::within(rounded, self.min, self.max)
    }

    fn powers(&self) -> bool {
        self.log && self.min >= 0.0 && self.max > 0.0
    }

    fn bottom(&self) -> f64 {
        if self.min > 0.0 { self.min } else { self.max * 1e-8 }
    }
}

/// A number parameter.
pub fn param(f: Field) -> Vec<El> {
    let range = match f.param.kind {
        Kind::Real { min, max, log } => Range { min, max, log, whole: false },
        Kind::Int { min, max, log } => Range { min: min as f64, max: max as f64, log, whole: true },
        _ => return Vec::new(),
    };
    let commit = move |v: f64, urgency: Urgency| {
        let value = if range.whole && v == v.trunc() { Value::Int(v as i64) } else { Value::Real(v) };
        let value = f.param.check(&value).map_err(|e| e.message)?;
        f.set(value, urgency);
        Ok(())
    };
    number(&f.id(), &f.param.doc, move || f.value().as_real().unwrap_or(f64::NAN), range, true, commit)
}

/// A number with a slider. `commit` takes what is right and says what is wrong with the rest; that stays as typed.
pub fn number(
    id: &str,
    doc: &str,
    value: impl Fn() -> f64 + 'static,
    range: Range,
    slider: bool,
    commit: impl Fn(f64, Urgency) -> Result<(), String> + 'static,
) -> Vec<El> {
    number_dyn(id, doc, Rc::new(value), range, slider, Rc::new(commit))
}

type Commit = Rc<dyn Fn(f64, Urgency) -> Result<(), String>>;

fn number_dyn(id: &str, doc: &str, value: Rc<dyn Fn() -> f64>, range: Range, slider: bool, commit: Commit) -> Vec<El> {
    let wrong = Local::new(None::<String>);
    let typed = el("input", "")
        .attr("type", "text")
        .attr("inputmode", "decimal")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .id(id)
        .title(doc);
    let (shown, clear, now) = (typed.clone(), wrong.clone(), value.clone());
    effect(move || {
        let v = now();
        // What was typed stays as it was typed where it means the same.
        if num::parse(&shown.value()) != Some(v) || clear.peek().is_some() {
            shown.set_value(&Value::Real(v).to_string());
            clear.set(None);
        }
    });
    let (now, say, take) = (value.clone(), wrong.clone(), commit.clone());
    let typed = typed.on_value("input", move |words| {
        let result = match num::parse(&words) {
            Some(v) if v == untrack(|| now()) => Ok(()),
            Some(v) => take(v, Urgency::Soon),
            None => Err(format!("must be a number, not `{}`", words.trim())),
        };
        say.set(result.err());
    });
    let class = wrong.clone();
    let mut row = el("div", "number").live_class("wrong", move || class.get().is_some()).add(typed.clone());
    if slider {
        let say = wrong.clone();
        let control = el("input", "")
            .attr("type", "range")
            .attr("min", "0")
            .attr("max", &Short(POSITIONS).to_string())
            .attr("tabindex", "-1")
            .label(&format!("{doc} (slider)"))
            .live_value(move || Short(range.position(value())).to_string())
            .on_value("input", move |position| {
                if let Some(position) = num::parse(&position) {
                    let v = range.at(position);
                    typed.set_value(&Value::Real(v).to_string());
                    say.set(commit(v, Urgency::Soon).err());
                }
            });
        row = row.add(control);
    }
    let error = el("div", "told").parts(move || wrong.get().iter().map(|words| error_line(words)).collect());
    vec![row, error]
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
