//! What a person should know about a discrete problem before a method runs on it.

use iterscope_core::{Fix, Note, Params, Severity};

use crate::discrete::{Advection, Discrete};
use crate::linear::Facts;

/// Finer meshes than this are not offered, by dimension.
const MOST_OFFERED: [f64; 3] = [1e5, 512.0, 64.0];

/// The notes on `d`; `untied` where a constant is in its null space.
pub(crate) fn about(d: &Discrete, facts: Facts, untied: bool) -> Vec<Note> {
    let mut notes = Vec::new();
    notes.extend(advection(d));
    if !(untied && facts.symmetric) {
        notes.push(symmetry(d, facts));
    }
    notes.extend(splitting(d).filter(|_| !untied));
    if d.exact.is_some() {
        let text = "Source and boundary values are derived from the exact solution, so that the error can be measured.";
        notes.push(Note::new(Severity::Info, Some("exact"), text));
    }
    notes
}

fn advection(d: &Discrete) -> Option<Note> {
    let peclet = d.cell_peclet();
    if peclet == 0.0 {
        return None;
    }
    if d.advection == Advection::Upwind {
        let text = format!(
            "Cell Peclet number up to {peclet:.3}. Upwind differences never oscillate; they add the diffusion |v| h / 2, \
             which makes the scheme first-order accurate."
        );
        return Some(Note::new(Severity::Info, Some("advection"), text));
    }
    if peclet <= 1.0 {
        let text = format!("Cell Peclet number up to {peclet:.3}, at most 1: central differences do not oscillate.");
        return Some(Note::new(Severity::Good, Some("advection"), text));
    }
    let text = format!(
        "Cell Peclet number up to {peclet:.3}, above 1: central differences may oscillate, and Jacobi, Gauss-Seidel and \
         SOR may diverge. Take upwind differences or a finer mesh."
    );
    let mut note = Note::new(Severity::Warning, Some("advection"), text);
    note.fixes.push(fix("upwind differences", "advection", "upwind".into()));
    let finer = (d.grid.intervals[0] as f64 * peclet).ceil();
    if finer <= MOST_OFFERED[d.grid.dimension - 1] {
        let finer = finer as i64;
        note.fixes.push(fix(&format!("n = {finer}"), "n", finer.into()));
    }
    Some(note)
}

fn fix(label: &str, key: &str, value: iterscope_core::Value) -> Fix {
    Fix { label: label.into(), params: Params::from([(key.to_owned(), value)]) }
}

fn symmetry(d: &Discrete, facts: Facts) -> Note {
    if facts.positive_definite {
        let text = "The matrix is symmetric positive definite: conjugate gradients apply.";
        return Note::new(Severity::Good, None, text);
    }
    if facts.symmetric {
        let text = "The matrix is symmetric, but the negative reaction may make it indefinite: conjugate gradients may \
                    break down. BiCGStab does not need definiteness.";
        return Note::new(Severity::Warning, Some("reaction"), text);
    }
    let why = if d.has_flow() {
        "the velocity is not zero"
    } else {
        "in the non-divergence form a diffusion that varies along its own direction makes it so"
    };
    let text = format!("The matrix is not symmetric ({why}): conjugate gradients do not apply. BiCGStab does.");
    Note::new(Severity::Info, None, text)
}

fn splitting(d: &Discrete) -> Option<Note> {
    if d.is_monotone() {
        let text = "The matrix is an irreducibly diagonally dominant M-matrix: Jacobi and Gauss-Seidel converge.";
        return Some(Note::new(Severity::Good, None, text));
    }
    if d.reaction.iter().any(|&c| c < 0.0) {
        let text = "The reaction is negative somewhere, so that the matrix may lose its diagonal dominance: Jacobi and \
                    Gauss-Seidel may diverge.";
        return Some(Note::new(Severity::Warning, Some("reaction"), text));
    }
    None
}
