//! Nonlinear steady problems.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.bratu",
        label: "Bratu near the fold",
        summary: "At λ = 6.7, just below the fold at 6.808, Picard's iteration has a factor of 0.82 and takes eighty linear solves. Anderson's mixing makes nine \
                  of the same solves, Newton's digits double in the last of its six steps, and multigrid without any derivative needs twelve cycles.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.bratu", "params": { "n": 64, "lambda": 6.7 } },
  "runs": [
    { "method": "pde.picard" },
    { "method": "pde.anderson" },
    { "method": "pde.newton" },
    { "method": "pde.newton", "params": { "lazy": 4 } },
    { "method": "pde.fas" },
    { "method": "pde.nonlinear-cg", "params": { "preconditioner": "ic0" } } ],
  "stop": { "max_steps": 400 } }"#,
    },
    Preset {
        id: "pde.bratu-beyond",
        label: "Beyond the fold",
        summary: "At λ = 7 there is no solution, and no method pretends: Newton's line search ends where the residual cannot fall further, full steps and Picard's \
                  iteration run away, Anderson's mixing wanders about. The note offers values below the fold.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.bratu", "params": { "n": 32, "lambda": 7 } },
  "runs": [
    { "method": "pde.newton" },
    { "method": "pde.newton", "params": { "line_search": "none" } },
    { "method": "pde.picard" },
    { "method": "pde.anderson" } ],
  "stop": { "max_steps": 400 } }"#,
    },
    Preset {
        id: "pde.bratu-upper",
        label: "The upper branch",
        summary: "For λ = 1 a start near the hot solution leads Newton's method there, though it is a saddle of the energy. Conjugate gradients inside meet \
                  the negative eigenvalue and give up, MINRES does not mind; Picard's iteration, with a factor of 3.7, runs away, and Anderson's mixing does not.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.bratu", "params": { "dimension": "1", "n": 128, "lambda": 1, "initial": "16*x*(1 - x)" } },
  "runs": [
    { "method": "pde.newton" },
    { "method": "pde.newton", "params": { "solver": "minres" } },
    { "method": "pde.newton", "params": { "solver": "cg" } },
    { "method": "pde.picard" },
    { "method": "pde.anderson" } ],
  "stop": { "max_steps": 100 } }"#,
    },
    Preset {
        id: "pde.soap-film",
        label: "Soap film",
        summary: "A film on a rim that goes up and down. Inexact Newton solves its linear equations only as far as they are worth; nonlinear conjugate \
                  gradients follow the area downhill without any matrix, and take two hundred steps.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.minimal-surface", "params": { "n": 48 } },
  "runs": [
    { "method": "pde.newton" },
    { "method": "pde.newton", "params": { "solver": "cg", "solver.preconditioner": "multigrid" } },
    { "method": "pde.fas" },
    { "method": "pde.anderson", "params": { "m": 10 } },
    { "method": "pde.picard" },
    { "method": "pde.nonlinear-cg" } ],
  "stop": { "max_steps": 400 } }"#,
    },
    Preset {
        id: "pde.scherk",
        label: "Scherk's surface",
        summary: "One of the few minimal surfaces with a formula. The rim is taken from it, so that the error is known: three steps of Newton's method, and what is left is the \
                  error of the grid, which a grid twice as fine divides by four.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.minimal-surface", "params": { "n": 32, "exact": "log(cos(y - 1/2)/cos(x - 1/2))" } },
  "runs": [
    { "method": "pde.newton" },
    { "method": "pde.picard" },
    { "method": "pde.fas" },
    { "method": "pde.fas", "params": { "start": "full" } } ],
  "stop": { "max_steps": 100 } }"#,
    },
    Preset {
        id: "pde.p-laplace",
        label: "p-Laplace",
        summary: "p = 4. Picard's iteration overshoots by its factor |p - 2| = 2 and is lost in its first step; relaxed with ω = 0.4 it converges. Newton's method \
                  cuts its first steps, then doubles its digits.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.p-laplace", "params": { "n": 48, "p": 4 } },
  "runs": [
    { "method": "pde.newton" },
    { "method": "pde.picard" },
    { "method": "pde.picard", "params": { "omega": 0.4 } },
    { "method": "pde.anderson", "params": { "beta": 0.4 } },
    { "method": "pde.fas", "params": { "cycle": "w" } } ],
  "stop": { "max_steps": 200 } }"#,
    },
    Preset {
        id: "pde.p-laplace-steep",
        label: "Line searches",
        summary: "For p = 10 the start is so flat that Newton's first step is too long by many orders of magnitude. Full steps run away, and on the residual no \
                  shorter step counts as progress. On the energy the same direction leads home: far from a solution it matters what is measured. Multigrid without derivatives of the \
                  system shortens each unknown's own step until it helps, and needs twenty cycles.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.p-laplace", "params": { "n": 32, "p": 10 } },
  "runs": [
    { "method": "pde.newton", "params": { "line_search": "none" } },
    { "method": "pde.newton" },
    { "method": "pde.newton", "params": { "line_search": "energy" } },
    { "method": "pde.fas" },
    { "method": "pde.nonlinear-cg" } ],
  "stop": { "max_steps": 300 } }"#,
    },
    Preset {
        id: "pde.anchored",
        label: "Drawn back to the start",
        summary: "The same map four times: as it is, it contracts by cos(πh) per step; anchored to the start it needs more and more steps for each digit, and \
                  averaged it hardly moves. What remembers the past in the right way is conjugate gradients.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 16 } },
  "runs": [
    { "method": "pde.halpern", "params": { "weights": "image" } },
    { "method": "pde.halpern" },
    { "method": "pde.halpern", "params": { "weights": "averaged" } },
    { "method": "pde.cg", "params": { "preconditioner": "jacobi" } } ],
  "stop": { "max_steps": 1500 } }"#,
    },
];
