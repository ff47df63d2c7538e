//! What the sources claim, as checks that run.

use iterscope_core::PaperCheck;

/// All of them.
pub(crate) static CHECKS: &[PaperCheck] = &[];
