//! Presets that open on a spectrum: of the error, or of the matrix as a Krylov method sees it.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.error-by-frequency",
        label: "The error by frequency",
        summary: "The picture is the error in sine modes: smooth ones at the lower left, rough ones at the upper right, as powers of ten. A few sweeps of \
                  Gauss-Seidel or of damped Jacobi wipe out what is rough and hardly touch what is smooth; multigrid, made of the same sweeps, lowers all of \
                  it alike.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 64, "source": "exp(-2000*((x - 0.31)^2 + (y - 0.62)^2))" } },
  "runs": [
    { "method": "pde.gauss-seidel" },
    { "method": "pde.jacobi", "params": { "omega": 0.8 } },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.cg" },
    { "method": "pde.multigrid" } ],
  "stop": { "max_steps": 300 },
  "view": { "picture": "frequencies" } }"#,
    },
    Preset {
        id: "pde.ritz-values",
        label: "What conjugate gradients learn",
        summary: "The lines are Ritz values, the eigenvalues as far as conjugate gradients know them, over the steps; dashed are the 33 eigenvalues whose modes the source has a \
                  part of. The ends come first: after eight steps the lowest is known to two percent. Incomplete Cholesky gathers the values around one.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 16 } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "ic0" } } ],
  "view": { "picture": "ritz" } }"#,
    },
    Preset {
        id: "pde.lanczos-ritz",
        label: "What Lanczos' process learns",
        summary: "Ritz values over the steps. On the matrix itself the largest eigenvalues come first and the wanted lowest ones, dashed, late; on its inverse \
                  the lowest are there after a few steps, each for the price of a solve.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.eigen", "params": { "n": 24, "modes": 3, "reaction": "200*x" } },
  "runs": [
    { "method": "pde.lanczos" },
    { "method": "pde.lanczos", "params": { "on": "inverse" } } ],
  "view": { "picture": "ritz" } }"#,
    },
];
