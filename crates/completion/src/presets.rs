//! Ready experiments, each with a reason to look at it.

mod methods;
mod optimisers;
mod pictures;
mod recovery;
mod tables;

use iterscope_core::Preset;

const LISTS: &[&[Preset]] =
    &[pictures::PRESETS, recovery::PRESETS, methods::PRESETS, tables::PRESETS, optimisers::PRESETS];
const ALL: [Preset; Preset::count(LISTS)] = Preset::joined(LISTS);

/// The presets, the default first.
pub const PRESETS: &[Preset] = &ALL;
