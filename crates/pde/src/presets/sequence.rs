//! Sequences of systems.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.recycling",
        label: "Recycling",
        summary: "Sixty random porous media, one after the other. GMRES that starts anew each time needs some 190 steps for each; with ten vectors \
                  kept within a system 100, kept from system to system 66, and a little fewer when the media are sorted first.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.sequence", "params": { "moves": "diffusion", "n": 33, "systems": 60, "tolerance": 1e-7 } },
  "runs": [
    { "method": "pde.gcrodr", "params": { "recycle": "none", "order": "given" } },
    { "method": "pde.gcrodr", "params": { "recycle": "system", "order": "given" } },
    { "method": "pde.gcrodr", "params": { "order": "given" } },
    { "method": "pde.gcrodr" } ],
  "stop": { "max_steps": 20000 } }"#,
    },
    Preset {
        id: "pde.turning-wind",
        label: "Turning wind",
        summary: "The wind comes from another direction each time, so that the matrices are not symmetric and conjugate gradients cannot help: where \
                  recycling earns its keep.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.sequence", "params": { "moves": "wind", "n": 40, "systems": 40 } },
  "runs": [
    { "method": "pde.gcrodr", "params": { "recycle": "none" } },
    { "method": "pde.gcrodr", "params": { "order": "given" } },
    { "method": "pde.gcrodr" },
    { "method": "pde.sor-bandit", "params": { "learner": "fixed", "omega": 1.0 } } ],
  "stop": { "max_steps": 10000 } }"#,
    },
    Preset {
        id: "pde.learning-to-relax",
        label: "Learning to relax",
        summary: "Thousands of small systems whose diagonal is shifted by chance. A bandit that sees nothing but the sweeps of what it tried comes close \
                  to the best fixed relaxation; one that looks at the shift first does far better, because the best relaxation follows it.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.sequence", "params": { "systems": 2000, "spread": "high" } },
  "runs": [
    { "method": "pde.sor-bandit", "params": { "learner": "fixed", "omega": 1.6 } },
    { "method": "pde.sor-bandit", "params": { "learner": "fixed", "omega": 1.8 } },
    { "method": "pde.sor-bandit", "params": { "learner": "tsallis-inf" } },
    { "method": "pde.sor-bandit", "params": { "learner": "tsallis-inf-bins" } },
    { "method": "pde.sor-bandit" } ],
  "stop": { "max_steps": 400000 } }"#,
    },
];
