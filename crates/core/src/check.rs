//! What the sources of the methods claim, as checks that run.

use serde::Serialize;

/// The claims of one source about one or more methods, with the code that measures them.
pub struct PaperCheck {
    /// Such as `newman.golden`; unique in the catalog.
    pub id: &'static str,
    /// Where the claim stands.
    pub source: &'static str,
    /// Methods the claim is about.
    pub methods: &'static [&'static str],
    /// A preset that shows the same set-up in the page, if there is one.
    pub preset: Option<&'static str>,
    /// Measures every claim.
    pub run: fn() -> Vec<Finding>,
}

/// One claim, beside what was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The claim, in words.
    pub claim: String,
    /// The claimed figure.
    pub expected: f64,
    /// The figure measured now.
    pub measured: f64,
    /// Largest relative difference that counts as agreement (absolute where `expected` is 0).
    pub tolerance: f64,
    /// Whether they agree.
    pub ok: bool,
    /// The claim is known not to reproduce; it is listed with what was measured, and does not count as a failure.
    pub known_not_reproduced: bool,
}

impl Finding {
    /// A claim that must hold within `tolerance`.
    pub fn new(claim: impl Into<String>, expected: f64, measured: f64, tolerance: f64) -> Self {
        let scale = if expected == 0.0 { 1.0 } else { expected.abs() };
        let ok = (measured - expected).abs() <= tolerance * scale;
        Finding { claim: claim.into(), expected, measured, tolerance, ok, known_not_reproduced: false }
    }

    /// A claim that was not reproduced; says so with the measured figure.
    pub fn not_reproduced(claim: impl Into<String>, expected: f64, measured: f64, tolerance: f64) -> Self {
        Finding { known_not_reproduced: true, ..Finding::new(claim, expected, measured, tolerance) }
    }
}
