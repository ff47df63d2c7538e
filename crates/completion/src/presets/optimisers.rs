//! First-order rules, orders and what they cost.

use iterscope_core::Preset;

/// In the order in which they are offered.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "completion.without-a-schedule",
        label: "Averages instead of schedules",
        summary: "Noisy entries, visited in eight parts. A constant step ends in a cloud; Adam's is half as wide. Schedule-free steps leave a \
                  twentieth of it and can be stopped at any time; linear decay does a little better, but only at its horizon. DoG \
                  needs no step and is last to arrive. A step that falls like 1/t, found by hand, beats them all. Watch the \
                  gradient.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":100,"cols":80,"rank":3,"sampling":0.4,"noise":0.3}},
            "runs":[{"method":"completion.optimiser","params":{"rule":"plain"}},{"method":"completion.optimiser"},
                {"method":"completion.optimiser","params":{"rule":"schedule-free"}},
                {"method":"completion.optimiser","params":{"rule":"linear-decay","horizon":200}},
                {"method":"completion.optimiser","params":{"rule":"dog"}},
                {"method":"completion.optimiser","params":{"rule":"plain","decay":0.1}}],
            "seed":6,"stop":{"rtol":1e-8,"max_steps":200}}"#,
    },
    Preset {
        id: "completion.shaped-steps",
        label: "Steps with a shape",
        summary: "Condition number 20. With matrices for rows and columns, Shampoo needs fewer epochs than the plain rule at the \
                  same step, and two hundred times the time for each: compare by work. In four bits it falls behind the plain rule \
                  here. A diagonal from the Hessian, with a step that finds itself, is ahead of all three; Adam's diagonal is \
                  last. Least squares needs a dozen sweeps.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":60,"cols":50,"rank":3,"sampling":0.7,"condition":20}},
            "runs":[{"method":"completion.optimiser","params":{"rule":"plain","step":2}},
                {"method":"completion.optimiser","params":{"rule":"shampoo","step":2}},
                {"method":"completion.optimiser","params":{"rule":"shampoo-4bit","step":2}},
                {"method":"completion.optimiser","params":{"rule":"scaling"}},
                {"method":"completion.optimiser"},{"method":"completion.als"}],
            "seed":6,"stop":{"rtol":1e-9,"max_steps":200}}"#,
    },
    Preset {
        id: "completion.fewer-rounds",
        label: "Fewer rounds, not less work",
        summary: "Condition number 20. OptEx with eight predicted points a round needs an eighth of the rounds of its base rule, and \
                  as many gradients: compare by steps, then by work. ProxProx spends its work on half of the entries. FOSI's \
                  Newton steps hardly help, because no few directions stand out. Random directions, without a gradient, come \
                  last by far.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":60,"cols":50,"rank":3,"sampling":0.7,"condition":20}},
            "runs":[{"method":"completion.optimiser","params":{"rule":"heavy-ball","parts":1}},
                {"method":"completion.optex","params":{"base":"heavy-ball"}},
                {"method":"completion.optex","params":{"base":"heavy-ball","ahead":8}},
                {"method":"completion.proxprox","params":{"parts":2,"step":4}},
                {"method":"completion.fosi"},{"method":"completion.forward-gradient"}],
            "seed":6,"stop":{"rtol":1e-9,"max_steps":400}}"#,
    },
    Preset {
        id: "completion.in-which-order",
        label: "In which order",
        summary: "The same noisy entries in 64 parts, the same short step, six orders. Drawing with replacement leaves the widest \
                  cloud; one order kept for ever halves it, shuffling anew does better still. Balancing the order by the gradients \
                  seen wins by pairs; with stale means it does not.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":100,"cols":80,"rank":3,"sampling":0.4,"noise":0.3}},
            "runs":[{"method":"completion.optimiser","params":{"rule":"plain","parts":64,"step":0.05,"order":"with-replacement"}},
                {"method":"completion.optimiser","params":{"rule":"plain","parts":64,"step":0.05,"order":"cyclic"}},
                {"method":"completion.optimiser","params":{"rule":"plain","parts":64,"step":0.05,"order":"shuffle-once"}},
                {"method":"completion.optimiser","params":{"rule":"plain","parts":64,"step":0.05}},
                {"method":"completion.optimiser","params":{"rule":"plain","parts":64,"step":0.05,"order":"grab"}},
                {"method":"completion.optimiser","params":{"rule":"plain","parts":64,"step":0.05,"order":"grab-pair"}}],
            "seed":6,"stop":{"rtol":1e-8,"max_steps":200}}"#,
    },
];
