//! Ready experiments.

use iterscope_core::Preset;

/// The default first.
pub(crate) static PRESETS: &[Preset] = &[];
