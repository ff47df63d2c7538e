//! Ready experiments, each with the reason to look at it.

use iterscope_core::Preset;

mod direct;
mod eigen;
mod flow;
mod integrators;
mod krylov;
mod matrix;
mod multigrid;
mod neural;
mod nonlinear;
mod plate;
mod poisson;
mod reduced;
mod slab;
mod spectra;
mod time;
mod wkb;

/// The presets, the default first.
pub static PRESETS: &[Preset] = &Preset::joined::<{ Preset::count(LISTS) }>(LISTS);

const LISTS: &[&[Preset]] = &[
    FLOW,
    poisson::PRESETS,
    krylov::PRESETS,
    multigrid::PRESETS,
    spectra::PRESETS,
    matrix::PRESETS,
    eigen::PRESETS,
    plate::PRESETS,
    direct::PRESETS,
    slab::PRESETS,
    time::PRESETS,
    nonlinear::PRESETS,
    integrators::PRESETS,
    flow::PRESETS,
    reduced::PRESETS,
    wkb::PRESETS,
    neural::PRESETS,
];

const FLOW: &[Preset] = &[
    Preset {
        id: "pde.rotating-flow",
        label: "Rotating flow",
        summary: "A box with a hot lower and a cold upper half is stirred by a whirl. The matrix is not symmetric, so BiCGStab \
                  stands where conjugate gradients cannot; SOR must keep its ω smaller than for a symmetric matrix and still \
                  leaves Gauss-Seidel and Jacobi behind.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 64, "velocity_x": "80*sin(pi*x)*cos(pi*y)", "velocity_y": "-80*cos(pi*x)*sin(pi*y)",
    "source": "0", "boundary": "step(1/2 - y)" } },
  "runs": [
    { "method": "pde.jacobi", "backend": "cpu-f64" },
    { "method": "pde.gauss-seidel" },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.bicgstab" } ] }"#,
    },
    Preset {
        id: "pde.poisson",
        label: "Poisson",
        summary: "The model problem, for which every rate is known: compare the measured slopes with the dashed lines.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "n": 32, "exact": "x*(1 - x)*sin(2*pi*y)*exp(2*x) + y^2" } },
  "runs": [
    { "method": "pde.jacobi" },
    { "method": "pde.gauss-seidel" },
    { "method": "pde.gauss-seidel", "params": { "order": "red-black" } },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.cg" } ] }"#,
    },
    Preset {
        id: "pde.cg-against-jacobi",
        label: "CG against Jacobi",
        summary: "Both do one product with the same matrix per step. The dashed lines are the spectral radius of Jacobi and the \
                  bound of CG from the condition number: 15,000 steps against at most a few hundred.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "n": 64, "source": "100*exp(-60*((x - 0.3)^2 + (y - 0.6)^2))" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.jacobi" },
    { "method": "pde.jacobi", "params": { "omega": 0.8 } } ],
  "stop": { "max_steps": 20000 } }"#,
    },
    Preset {
        id: "pde.omega-against-n",
        label: "The best ω for every grid",
        summary: "Every cell is a whole run of SOR: ω to the right, the grid upwards. The valley of the fewest steps moves towards 2 as the grid becomes finer, as \
                  Young's formula 2 / (1 + sin(π/n)) says; to its left the price of a wrong ω is steep.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "n": 32 } },
  "runs": [ { "method": "pde.sor", "params": { "omega": 1.8 } } ],
  "stop": { "max_steps": 1500 },
  "view": { "sweep": { "axes": [
    { "place": "runs[0].omega", "from": 1, "to": 1.98, "points": 25 },
    { "place": "problem.n", "from": 8, "to": 64, "points": 8, "log": true } ] } } }"#,
    },
    Preset {
        id: "pde.sor-race",
        label: "SOR, six values of ω",
        summary: "One method, six relaxations. Steps to the same residual fall by more than ten times up to the best ω and rise \
                  steeply beyond it.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "n": 64 } },
  "runs": [
    { "method": "pde.sor", "params": { "omega": 1.0 } },
    { "method": "pde.sor", "params": { "omega": 1.5 } },
    { "method": "pde.sor", "params": { "omega": 1.8 } },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.sor", "params": { "omega": 1.95 } },
    { "method": "pde.sor", "params": { "omega": 1.99 } } ],
  "stop": { "max_steps": 10000 } }"#,
    },
    Preset {
        id: "pde.checkerboard",
        label: "Checkerboard",
        summary: "The diffusion jumps by a factor of 100 from square to square. In the non-divergence form that only scales the \
                  rows of the matrix: Gauss-Seidel and SOR converge as on Poisson's equation, while CG, which needs symmetry, \
                  fails and BiCGStab suffers.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 64,
    "diffusion_x": "if(sin(4*pi*x)*sin(4*pi*y) < 0, 100, 1)",
    "diffusion_y": "if(sin(4*pi*x)*sin(4*pi*y) < 0, 100, 1)" } },
  "runs": [
    { "method": "pde.gauss-seidel" },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.bicgstab" },
    { "method": "pde.cg" } ] }"#,
    },
    Preset {
        id: "pde.boundary-layer-central",
        label: "Boundary layer, central",
        summary: "The flow is too fast for the mesh (cell Peclet number 3.1): the discrete solution itself oscillates, Jacobi \
                  and Gauss-Seidel diverge, and a note offers upwind differences. SOR with its best ω, here 0.6, converges at \
                  once: to the oscillating solution.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 64, "diffusion_x": "0.0025", "diffusion_y": "0.0025", "velocity_x": "1", "velocity_y": "0.5" } },
  "runs": [
    { "method": "pde.jacobi" },
    { "method": "pde.gauss-seidel" },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.bicgstab" } ],
  "stop": { "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.boundary-layer-upwind",
        label: "Boundary layer, upwind",
        summary: "The same flow with upwind differences: no oscillation, and the splittings converge. Gauss-Seidel that visits the \
                  unknowns downstream beats the red-black order, though their spectral radius is the same; BiCGStab wanders far \
                  off, comes back as far as rounding lets it after such a detour, and breaks down there, short of the tolerance.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 64, "diffusion_x": "0.0025", "diffusion_y": "0.0025", "velocity_x": "1", "velocity_y": "0.5",
    "advection": "upwind" } },
  "runs": [
    { "method": "pde.jacobi" },
    { "method": "pde.gauss-seidel" },
    { "method": "pde.gauss-seidel", "params": { "order": "red-black" } },
    { "method": "pde.bicgstab" } ] }"#,
    },
    Preset {
        id: "pde.domain-splitting-a",
        label: "Domain splitting",
        summary: "The author's default: the merged start is already close, one refinement reaches the accuracy of the mesh. With \
                  a fixed pick the residual then stalls; alternating and random picks go on.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 100, "velocity_x": "2 - x", "velocity_y": "1", "exact": "sin(pi*x + pi*y)" } },
  "runs": [
    { "method": "pde.domain-splitting", "params": { "coarse": 5, "pick": "x" } },
    { "method": "pde.domain-splitting", "params": { "coarse": 5, "pick": "y" } },
    { "method": "pde.domain-splitting", "params": { "coarse": 5, "pick": "alternate" } },
    { "method": "pde.domain-splitting", "params": { "coarse": 5, "pick": "random" } } ],
  "stop": { "max_steps": 60 } }"#,
    },
    Preset {
        id: "pde.domain-splitting-b",
        label: "Domain splitting, variable coefficients",
        summary: "All four coefficients vary. Compare with BiCGStab on the error against the exact solution: few refinements do \
                  what takes a Krylov method many steps.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 100, "diffusion_x": "1 + x^2", "diffusion_y": "2 + x*y", "velocity_x": "2 - x", "velocity_y": "1 + y",
    "exact": "sin(pi*x + pi*y)" } },
  "runs": [
    { "method": "pde.domain-splitting", "params": { "coarse": 5, "pick": "x" } },
    { "method": "pde.domain-splitting", "params": { "coarse": 5 } },
    { "method": "pde.domain-splitting", "params": { "coarse": 20 } },
    { "method": "pde.bicgstab" } ],
  "stop": { "max_steps": 300 } }"#,
    },
    Preset {
        id: "pde.divergence",
        label: "Divergence on purpose",
        summary: "SOR at ω = 2.05 and Jacobi at ω = 1.05 leave the region where they converge, by a little and for all time. \
                  Both weights may be changed while they run: bring them back.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "n": 48, "source": "20*sin(3*pi*x)*y" } },
  "runs": [
    { "method": "pde.jacobi", "params": { "omega": 1.05 } },
    { "method": "pde.sor", "params": { "omega": 2.05 } },
    { "method": "pde.sor", "params": { "omega": 1.85 } } ],
  "stop": { "max_steps": 1000 } }"#,
    },
    Preset {
        id: "pde.indefinite",
        label: "Indefinite",
        summary: "A negative reaction makes the matrix indefinite. Jacobi and Gauss-Seidel diverge, CG breaks down where p'Ap \
                  is negative, BiCGStab arrives by a jagged way.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 64, "reaction": "-60", "source": "100*exp(-200*((x - 0.3)^2 + (y - 0.6)^2))" } },
  "runs": [
    { "method": "pde.jacobi" },
    { "method": "pde.gauss-seidel" },
    { "method": "pde.cg" },
    { "method": "pde.bicgstab" } ],
  "stop": { "max_steps": 1500 } }"#,
    },
    Preset {
        id: "pde.single-precision",
        label: "Single precision",
        summary: "CG in double and in single precision: the same way down, until rounding stops the single one near 1e-7 times \
                  the condition number. Its own recurrence does not notice.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": { "n": 64, "exact": "exp(x)*sin(4*y)" } },
  "runs": [
    { "method": "pde.cg", "backend": "cpu-f64" },
    { "method": "pde.cg", "backend": "cpu-f32" } ],
  "stop": { "rtol": 1e-12, "max_steps": 400 } }"#,
    },
];
