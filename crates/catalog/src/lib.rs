//! The one list of families, problems, methods and presets, and the way from an experiment to steppers.
//!
//! Everything that knows a method knows it from here: the forms, the command line, the documents, the tests.

mod ask;
mod build;
mod changes;
mod devices;
mod refit;

use iterscope_core::{
    Analysis, CatalogInfo, ComponentInfo, Experiment, Family, FamilyInfo, Method, PaperCheck, Preset, PresetInfo,
    Problem, SampleInfo,
};

pub use ask::{Answer, Shown, ask};
pub use build::{BuiltProblem, BuiltRun, build_problem, build_runs, check_runs, describe_again, prediction_steps};
pub use changes::{
    check_changes, check_live, check_live_of_problem, check_stroke, live_values, live_values_of_problem, parted,
};
pub use devices::Devices;
pub use refit::refit;

/// All families, in the order of the page's tabs. The worker's modules hold one each.
pub static FAMILIES: &[&Family] = &[
    #[cfg(feature = "pde")]
    &iterscope_pde::FAMILY,
    #[cfg(feature = "completion")]
    &iterscope_completion::FAMILY,
    #[cfg(feature = "ranking")]
    &iterscope_ranking::FAMILY,
];

/// All problems.
pub fn problems() -> impl Iterator<Item = &'static Problem> {
    FAMILIES.iter().flat_map(|f| f.problems.iter().copied())
}

/// All methods.
pub fn methods() -> impl Iterator<Item = &'static Method> {
    FAMILIES.iter().flat_map(|f| f.methods.iter().copied())
}

/// What a run of `method` can be composed of: the components of its family.
pub fn components(method: &Method) -> &'static [&'static ComponentInfo] {
    let family = FAMILIES.iter().find(|f| f.methods.iter().any(|m| m.info.id == method.info.id));
    family.map_or(&[], |f| f.components)
}

/// All presets.
pub fn presets() -> impl Iterator<Item = &'static Preset> {
    FAMILIES.iter().flat_map(|f| f.presets)
}

/// All analyses.
pub fn analyses() -> impl Iterator<Item = &'static Analysis> {
    FAMILIES.iter().flat_map(|f| f.analyses.iter().copied())
}

/// All paper checks.
pub fn checks() -> impl Iterator<Item = &'static PaperCheck> {
    FAMILIES.iter().flat_map(|f| f.checks)
}

/// The catalog as data, for the page and for `iterscope list`.
///
/// # Panics
/// If a preset is not a valid experiment, which a test rules out.
pub fn info(samples: Vec<SampleInfo>) -> CatalogInfo {
    let family = |f: &&Family| FamilyInfo {
        id: f.id.into(),
        label: f.label.into(),
        problems: f.problems.iter().map(|p| p.info.clone()).collect(),
        methods: f.methods.iter().map(|m| m.info.clone()).collect(),
        presets: f.presets.iter().map(preset_info).collect(),
        analyses: f.analyses.iter().map(|a| a.info.clone()).collect(),
        components: f.components.iter().map(|c| (*c).clone()).collect(),
    };
    CatalogInfo { families: FAMILIES.iter().map(family).collect(), samples }
}

fn preset_info(p: &Preset) -> PresetInfo {
    let experiment = Experiment::from_json(p.json).unwrap_or_else(|e| panic!("preset {}: {e}", p.id));
    PresetInfo { id: p.id.into(), label: p.label.into(), summary: p.summary.into(), experiment }
}
