//! Multigrid, and preconditioners that come near it.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.multigrid",
        label: "Multigrid",
        summary: "On 127 by 127 unknowns Gauss-Seidel has hardly begun when multigrid, which uses the very same sweeps on a hierarchy of grids, is done: nine \
                  cycles, and it would be nine on any grid.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 128 } },
  "runs": [
    { "method": "pde.multigrid" },
    { "method": "pde.multigrid", "params": { "smoother": "jacobi" } },
    { "method": "pde.cg", "params": { "preconditioner": "multigrid" } },
    { "method": "pde.cg" },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.gauss-seidel" } ],
  "stop": { "max_steps": 800 } }"#,
    },
    Preset {
        id: "pde.cycles",
        label: "Cycles",
        summary: "V, W, F and K: the more often a cycle visits the coarse grids, the fewer cycles it takes and the more each costs. By work the V-cycle is hard to beat on \
                  Poisson's equation.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 64, "source": "if(x > y, 1, -1)" } },
  "runs": [
    { "method": "pde.multigrid", "params": { "cycle": "v" } },
    { "method": "pde.multigrid", "params": { "cycle": "w" } },
    { "method": "pde.multigrid", "params": { "cycle": "f" } },
    { "method": "pde.multigrid", "params": { "pre": 2, "post": 2 } } ] }"#,
    },
    Preset {
        id: "pde.anisotropy",
        label: "Anisotropy",
        summary: "The coupling along x is a hundred times that along y. Point smoothers no longer smooth and multigrid with them crawls; with lines along each axis, or by \
                  coarsening x alone, it is as fast as ever.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "diffusion_y": "0.01" } },
  "runs": [
    { "method": "pde.multigrid" },
    { "method": "pde.multigrid", "params": { "smoother": "line" } },
    { "method": "pde.multigrid", "params": { "axes": "x" } },
    { "method": "pde.cg", "params": { "preconditioner": "ic0" } },
    { "method": "pde.cg" } ],
  "stop": { "max_steps": 400 } }"#,
    },
    Preset {
        id: "pde.preconditioners",
        label: "Six preconditioners",
        summary: "The same conjugate gradients with six approximate inverses, from the diagonal to aggregates that know no grid. Steps fall from over a hundred to eight; look \
                  at the work as well.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson" },
  "runs": [
    { "method": "pde.cg", "params": { "preconditioner": "jacobi" } },
    { "method": "pde.cg", "params": { "preconditioner": "ic0" } },
    { "method": "pde.cg", "params": { "preconditioner": "polynomial" } },
    { "method": "pde.cg", "params": { "preconditioner": "chebyshev" } },
    { "method": "pde.cg", "params": { "preconditioner": "aggregation" } },
    { "method": "pde.cg", "params": { "preconditioner": "multigrid" } } ] }"#,
    },
    Preset {
        id: "pde.schwarz",
        label: "Schwarz with and without a coarse level",
        summary: "Sixty-four parts that only see their neighbours pass news one part per step. A coarse level of one unknown for each part lets every part hear at once.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson" },
  "runs": [
    { "method": "pde.schwarz", "params": { "kind": "multiplicative", "parts": 8, "coarse": false } },
    { "method": "pde.schwarz", "params": { "kind": "multiplicative", "parts": 8 } },
    { "method": "pde.gmres", "params": { "preconditioner": "schwarz", "preconditioner.parts": 8, "preconditioner.coarse": false } },
    { "method": "pde.gmres", "params": { "preconditioner": "schwarz", "preconditioner.parts": 8 } } ],
  "stop": { "max_steps": 400 } }"#,
    },
    Preset {
        id: "pde.rough-and-smooth",
        label: "Rough and smooth errors",
        summary: "The error along one line: one slow wave and one fast one. A few sweeps of damped Jacobi or Gauss-Seidel take the fast wave away and then \
                  hardly anything; multigrid meets the slow wave on a coarse grid, where it is fast. The small waves that stay are the error of the grid itself.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "dimension": "1", "n": 128, "exact": "sin(pi*x) + 0.4*sin(24*pi*x)" } },
  "runs": [
    { "method": "pde.jacobi", "params": { "omega": 0.667 } },
    { "method": "pde.gauss-seidel" },
    { "method": "pde.multigrid", "params": { "smoother": "jacobi" } } ],
  "stop": { "max_steps": 300 },
  "view": { "picture": "error" } }"#,
    },
    Preset {
        id: "pde.learned-factor",
        label: "A factor that learned",
        summary: "One triangular factor with two numbers in it, learned twice: from solutions of random right-hand sides, and from noise. The first is as smooth as what it will \
                  be asked for, and needs little more than half of the steps of the second, fewer than incomplete Cholesky.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson" },
  "runs": [
    { "method": "pde.cg", "params": { "preconditioner": "learned" } },
    { "method": "pde.cg", "params": { "preconditioner": "ic0" } },
    { "method": "pde.cg", "params": { "preconditioner": "learned", "preconditioner.examples": "noise" } },
    { "method": "pde.cg" } ] }"#,
    },
    Preset {
        id: "pde.split-preconditioner",
        label: "Domain splitting with GMRES",
        summary: "Domain splitting by itself reaches the accuracy of the mesh in one step and then hardly moves. As a preconditioner it gives GMRES the same directions, and GMRES, which \
                  combines all of them, goes on to the solution of the discrete problem.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 100, "velocity_x": "2 - x", "velocity_y": "1", "exact": "sin(pi*x + pi*y)" } },
  "runs": [
    { "method": "pde.domain-splitting", "params": { "coarse": 5 } },
    { "method": "pde.gmres", "params": { "preconditioner": "domain-splitting", "preconditioner.coarse": 5 } },
    { "method": "pde.gmres", "params": { "preconditioner": "domain-splitting", "preconditioner.coarse": 20 } },
    { "method": "pde.gmres", "params": { "preconditioner": "ilu0" } },
    { "method": "pde.gmres" } ],
  "stop": { "max_steps": 200 } }"#,
    },
    Preset {
        id: "pde.any-direction",
        label: "Any direction will do",
        summary: "Ten sweeps of Jacobi guess a direction. Gone along as it is, it takes hundreds of steps; made orthogonal to the one before, fifteen: as many as conjugate \
                  gradients with the same sweeps would. The guess may come from anything: a network, a learned factor, a solver that is never the same twice.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "n": 32 } },
  "runs": [
    { "method": "pde.conjugate-directions", "params": { "kept": 0, "preconditioner": "inner", "preconditioner.solver": "richardson",
      "preconditioner.preconditioner": "jacobi", "preconditioner.preconditioner.omega": 0.8 } },
    { "method": "pde.conjugate-directions", "params": { "kept": 1, "preconditioner": "inner", "preconditioner.solver": "richardson",
      "preconditioner.preconditioner": "jacobi", "preconditioner.preconditioner.omega": 0.8 } },
    { "method": "pde.conjugate-directions", "params": { "kept": 2, "preconditioner": "inner", "preconditioner.solver": "cg", "preconditioner.steps": 3 } },
    { "method": "pde.conjugate-directions", "params": { "preconditioner": "learned" } },
    { "method": "pde.conjugate-directions" },
    { "method": "pde.cg" } ],
  "stop": { "max_steps": 400 } }"#,
    },
];
