//! Studies of many runs, as a person puts them together: sweeps, seeds, profiles.

use std::collections::BTreeSet;

use iterscope_core::{Experiment, Kind, Measure, ParamInfo, Params, PresetInfo, SweepAxis, SweepSpec};
use iterscope_protocol::{NamedExperiment, Request};
use leptos::prelude::*;

use super::schema::schema_of;
use super::{Answer, AppState};

/// Values of an axis at first.
const POINTS: u32 = 16;

/// Problems of a profile at first.
const PROBLEMS: usize = 6;

/// What kind of study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StudyKind {
    /// One or two numbers vary.
    #[default]
    Sweep,
    /// The seed varies.
    Seeds,
    /// The problem varies.
    Profile,
}

/// What is asked for beside sweeps.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyForm {
    /// How many seeds one experiment is run with.
    pub seeds: u32,
    /// How many seeds a profile has of each problem.
    pub each: u32,
    /// Presets whose problems are in the profile, by id; none chosen yet.
    pub presets: Option<BTreeSet<String>>,
    /// So is the problem that is shown.
    pub own: bool,
}

impl Default for StudyForm {
    fn default() -> Self {
        StudyForm { seeds: 20, each: 1, presets: None, own: true }
    }
}

/// A number that can vary.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Where it stands.
    pub place: String,
    /// Whose it is, and its own label.
    pub label: String,
    /// What it may be.
    pub param: &'static ParamInfo,
    /// What it is now.
    pub now: f64,
}

/// What is asked for; an axis without a place does not vary.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepForm {
    /// What varies.
    pub axes: [SweepAxis; 2],
    /// What is shown.
    pub measure: Measure,
}

impl Default for SweepForm {
    fn default() -> Self {
        SweepForm { axes: [nothing(), nothing()], measure: Measure::Steps }
    }
}

fn nothing() -> SweepAxis {
    SweepAxis { place: String::new(), from: 0.0, to: 1.0, points: POINTS, log: false }
}

/// A number in three digits.
fn round(v: f64) -> f64 {
    format!("{v:.2e}").parse().unwrap_or(v)
}

impl Number {
    /// A range worth a look: most of what is allowed, or what lies around the value where nearly everything is.
    pub fn proposed(&self) -> SweepAxis {
        let (min, max, log, whole) = match self.param.kind {
            Kind::Real { min, max, log } => (min, max, log, false),
            Kind::Int { min, max, log } => (min as f64, max as f64, log, true),
            _ => return nothing(),
        };
        let around = (max - min) > 50.0 * self.now.abs() && self.now != 0.0;
        let (from, to) = match (log, around) {
            (true, _) if self.now > 0.0 => (self.now / 4.0, self.now * 4.0),
            (_, true) => (self.now - 0.5 * self.now.abs(), self.now + 0.5 * self.now.abs()),
            _ => (min + 0.05 * (max - min), max - 0.05 * (max - min)),
        };
        let fit = |v: f64| (if whole { v.round() } else { round(v) }).clamp(min, max);
        let (from, to) = (fit(from), fit(to));
        SweepAxis { place: self.place.clone(), from, to, points: POINTS, log: log && from > 0.0 }
    }
}

impl AppState {
    /// The numbers of the race that is shown: of its problem, of each of its runs, and the seed.
    pub fn numbers(&self) -> Vec<Number> {
        let catalog = self.known.get();
        let numeric = |p: &&ParamInfo| matches!(p.kind, Kind::Real { .. } | Kind::Int { .. });
        let Some(draft) = self.race.with(|race| race.as_ref().map(|r| r.draft.clone())) else { return Vec::new() };
        let mut all = Vec::new();
        let mut add = |place: String, label: String, param: &'static ParamInfo, given: Option<f64>| {
            let now = given.or(param.default.as_real()).unwrap_or(0.0);
            all.push(Number { place, label, param, now });
        };
        for (index, run) in draft.runs.iter().enumerate() {
            let name = self.name(run.uid).short;
            for param in schema_of(catalog, &run.spec).iter().filter(numeric) {
                let given = run.spec.params.get(param.key.as_ref()).and_then(|v| v.as_real());
                add(format!("runs[{index}].{}", param.key), format!("{name}: {}", param.label), param, given);
            }
        }
        if let Some(problem) = catalog.problem(&draft.problem.id) {
            for param in problem.params.iter().filter(numeric) {
                let given = draft.problem.params.get(param.key.as_ref()).and_then(|v| v.as_real());
                add(format!("problem.{}", param.key), format!("Problem: {}", param.label), param, given);
            }
        }
        all
    }

    /// Changes what is asked for.
    pub fn edit_sweep(&self, change: impl FnOnce(&mut SweepForm)) {
        self.sweep.update(change);
        self.answer.update(|a| a.error = None);
    }

    /// Lets the number at a place vary; none where it is empty.
    pub fn choose_number(&self, axis: usize, place: &str) {
        let found = untrack(|| self.numbers()).into_iter().find(|n| n.place == place);
        self.edit_sweep(|form| form.axes[axis] = found.map_or_else(nothing, |n| n.proposed()));
    }

    /// Shows the studies of a kind; what was found of another kind goes.
    pub fn show_studies(&self, kind: StudyKind) {
        if self.asking.get_untracked() || self.study.get_untracked() != kind {
            self.stop_asking();
        }
        self.asking.set(false);
        self.study.set(kind);
        self.studying.set(true);
        if kind == StudyKind::Sweep {
            self.fill_sweep();
        }
    }

    /// Puts something to vary into the form.
    fn fill_sweep(&self) {
        let numbers = untrack(|| self.numbers());
        let known = |place: &str| numbers.iter().any(|n| n.place == place);
        if !self.sweep.with_untracked(|form| known(&form.axes[0].place))
            && let Some(first) = numbers.first()
        {
            self.edit_sweep(|form| form.axes = [first.proposed(), nothing()]);
        }
    }

    /// Opens what an experiment wants swept, and starts.
    pub(super) fn open_sweep(&self, spec: Option<SweepSpec>) {
        let Some(spec) = spec else { return };
        let mut axes = spec.axes.into_iter();
        let axes = [axes.next().unwrap_or_else(nothing), axes.next().unwrap_or_else(nothing)];
        self.sweep.set(SweepForm { axes, measure: spec.measure });
        if !spec.series.is_empty() {
            self.series.set(spec.series);
        }
        self.asking.set(false);
        self.study.set(StudyKind::Sweep);
        self.studying.set(true);
        self.start_study();
    }

    /// Ends the study; what was found stays.
    pub fn cancel_study(&self) {
        self.answer.update(|a| (a.ticket, a.share) = (a.ticket + 1, 1.0));
        let ticket = self.answer.with_untracked(|a| a.ticket);
        self.workers.send(&Request::Ask { ticket, analysis: String::new(), run: 0, params: Params::new() });
    }

    /// Starts the study that is asked for.
    pub fn start_study(&self) {
        let ticket = self.answer.with_untracked(|a| a.ticket) + 1;
        let request = match self.study.get_untracked() {
            StudyKind::Sweep => self.sweep_request(ticket),
            StudyKind::Seeds => {
                let (count, series) = (self.study_form.with_untracked(|f| f.seeds), self.series.get_untracked());
                Request::Seeds { ticket, count, series }
            }
            StudyKind::Profile => {
                let seeds = self.study_form.with_untracked(|f| f.each);
                Request::Profile { ticket, problems: untrack(|| self.profile_problems()), seeds }
            }
        };
        self.answer.set(Answer { ticket, ..Answer::default() });
        self.workers.send(&request);
    }

    /// The presets whose problems all methods of the race run on, one of each problem.
    pub fn comparable(&self) -> Vec<&'static PresetInfo> {
        let catalog = self.known.get();
        let Some(draft) = self.race.with(|race| race.as_ref().map(|r| r.draft.clone())) else { return Vec::new() };
        let Some(family) = catalog.family_of(&draft.problem.id) else { return Vec::new() };
        let methods: Vec<_> = draft.runs.iter().filter_map(|run| catalog.method(&run.spec.method)).collect();
        let fits = |preset: &&PresetInfo| methods.iter().all(|m| m.problems.has(&preset.experiment.problem.id));
        let same = |a: &Experiment, b: &Experiment| (&a.problem, a.seed, a.stop) == (&b.problem, b.seed, b.stop);
        let own = draft.experiment();
        let mut all: Vec<&'static PresetInfo> = Vec::new();
        for preset in family.presets.iter().filter(fits) {
            let known = all.iter().any(|other| same(&other.experiment, &preset.experiment));
            if !known && !same(&own, &preset.experiment) {
                all.push(preset);
            }
        }
        all
    }

    /// Whether the problem of a preset is in the profile: the first few at first.
    pub fn in_profile(&self, preset: &PresetInfo) -> bool {
        match self.study_form.with(|f| f.presets.clone()) {
            Some(chosen) => chosen.contains(preset.id.as_ref()),
            None => self.comparable().iter().take(PROBLEMS - 1).any(|p| p.id == preset.id),
        }
    }

    /// Puts the problem of a preset into the profile, or takes it out.
    pub fn choose_for_profile(&self, id: &str, wanted: bool) {
        let now: BTreeSet<String> = untrack(|| {
            let all = self.comparable().into_iter();
            all.filter(|p| self.in_profile(p)).map(|p| p.id.to_string()).collect()
        });
        self.edit_study(|form| {
            let chosen = form.presets.insert(now);
            if wanted {
                chosen.insert(id.to_owned());
            } else {
                chosen.remove(id);
            }
        });
    }

    /// The problems of the profile.
    fn profile_problems(&self) -> Vec<NamedExperiment> {
        let draft = self.race.with(|race| race.as_ref().map(|r| r.draft.clone()));
        let own = draft.filter(|_| self.study_form.with(|f| f.own));
        let own = own.map(|draft| NamedExperiment { name: "the problem shown".into(), experiment: draft.experiment() });
        let presets = self.comparable().into_iter().filter(|preset| self.in_profile(preset));
        let presets = presets.map(|p| NamedExperiment { name: p.label.to_string(), experiment: p.experiment.clone() });
        own.into_iter().chain(presets).collect()
    }

    /// Changes what is asked for.
    pub fn edit_study(&self, change: impl FnOnce(&mut StudyForm)) {
        self.study_form.update(change);
        self.answer.update(|a| a.error = None);
    }

    /// The sweep that is asked for; its last value is of the series in the chart.
    fn sweep_request(&self, ticket: u32) -> Request {
        let form = self.sweep.get_untracked();
        let axes = form.axes.into_iter().filter(|axis| !axis.place.is_empty()).collect();
        let series = if form.measure == Measure::Final { self.series.get_untracked() } else { String::new() };
        Request::Sweep { ticket, spec: SweepSpec { axes, measure: form.measure, series } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(param: ParamInfo, now: f64) -> (f64, f64, bool) {
        let param: &'static ParamInfo = Box::leak(Box::new(param));
        let axis = Number { place: "seed".into(), label: String::new(), param, now }.proposed();
        (axis.from, axis.to, axis.log)
    }

    #[test]
    fn ranges_stay_inside_and_are_worth_a_look() {
        assert_eq!(proposed(ParamInfo::real("omega", "ω", "", [0.0, 2.0], 1.0), 1.0), (0.1, 1.9, false));
        assert_eq!(proposed(ParamInfo::int("n", "n", "", [2, 512], 32).log(), 32.0), (8.0, 128.0, true));
        assert_eq!(proposed(ParamInfo::int("n", "n", "", [2, 512], 32).log(), 300.0), (75.0, 512.0, true));
        assert_eq!(proposed(ParamInfo::real("x", "x", "", [-1e6, 1e6], 0.0), -4.0), (-6.0, -2.0, false));
    }
}
