//! Problems in time.

use iterscope_core::Preset;

mod ordinary;
mod patterns;
mod transport;

/// The presets.
pub const PRESETS: &[Preset] = &Preset::joined::<{ Preset::count(LISTS) }>(LISTS);

const LISTS: &[&[Preset]] = &[transport::PRESETS, patterns::PRESETS, ordinary::PRESETS];
