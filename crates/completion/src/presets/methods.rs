//! What one method does better than another.

use iterscope_core::Preset;

/// In the order in which they are offered.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "completion.sketch-or-warm",
        label: "Where the sketch earns its keep",
        summary: "Condition number 10: two conjugate gradient steps from the last factor stall, the same two steps \
                  preconditioned by a random sketch converge like exact solves.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":1000,"cols":1000,"rank":10,"sampling":0.1,"condition":10}},
            "runs":[{"method":"completion.robust-altmin","params":{"solver":"exact"}},
                {"method":"completion.robust-altmin"},
                {"method":"completion.robust-altmin","params":{"solver":"warm"}}],
            "seed":1,"stop":{"rtol":1e-9,"max_steps":60}}"#,
    },
    Preset {
        id: "completion.scaled-descent",
        label: "The price of condition, and how to avoid it",
        summary: "Condition number 20, four fifths seen. The plain gradient crawls along the smallest singular value; \
                  scaled by the inverse Gram matrices it converges as if the matrix were perfectly conditioned. \
                  Projected steps on the whole matrix do so too, at more work for each.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rank":3,"sampling":0.8,"condition":20}},
            "runs":[{"method":"completion.scaled-gd"},{"method":"completion.scaled-gd","params":{"direction":"plain"}},
                {"method":"completion.iht"},{"method":"completion.iht","params":{"step":"fixed"}},
                {"method":"completion.als"}],
            "seed":6,"stop":{"rtol":1e-10,"max_steps":1500}}"#,
    },
    Preset {
        id: "completion.without-a-rank",
        label: "Nobody says the rank",
        summary: "The nuclear norm finds the rank. Soft-impute, started at its small λ, works its way down from rank 9 for \
                  hundreds of steps; on a path of falling λ, or as alternating regressions, or with momentum, it reaches the \
                  same point sooner. Its error is what λ leaves; thresholding fits the entries exactly and goes on to the \
                  truth. Watch the rank used.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rows":100,"cols":80,"rank":2,"sampling":0.5}},
            "runs":[{"method":"completion.soft-impute","params":{"lambda":0.001}},
                {"method":"completion.soft-impute","params":{"lambda":0.001,"path":40}},
                {"method":"completion.soft-impute-als","params":{"lambda":0.001}},
                {"method":"completion.nuclear-apg","params":{"lambda":0.001,"path":40}},
                {"method":"completion.svt"}],
            "seed":6,"stop":{"rtol":1e-8,"max_steps":400}}"#,
    },
    Preset {
        id: "completion.outliers",
        label: "One entry in ten is wrong",
        summary: "A tenth of the seen entries has nothing to do with the matrix. Least squares bends to them and is \
                  off by a third; robust PCA sets them apart, one by one, and recovers the matrix to rounding. Its \
                  residual stays large, as it should: those entries are not fitted.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"sampling":0.5,"outliers":0.1}},
            "runs":[{"method":"completion.rpca"},{"method":"completion.rpca","params":{"mu":0.3}},
                {"method":"completion.als"},{"method":"completion.soft-impute","params":{"lambda":0.1}}],
            "seed":6,"stop":{"rtol":1e-10,"max_steps":400}}"#,
    },
    Preset {
        id: "completion.one-entry-at-a-time",
        label: "One entry at a time",
        summary: "Noisy entries. Stochastic descent with a constant step ends in a cloud around the solution: drawn \
                  with replacement it is wide, shuffled it is narrower, and with a decreasing step it closes. \
                  Coordinate descent and alternating least squares go to the point itself. Watch the gradient.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rank":3,"sampling":0.4,"noise":0.3}},
            "runs":[{"method":"completion.sgd","params":{"order":"with-replacement"}},{"method":"completion.sgd"},
                {"method":"completion.sgd","params":{"decay":0.2}},
                {"method":"completion.sgd","params":{"eta":0.04,"momentum":0.8}},
                {"method":"completion.ccd"},{"method":"completion.als"}],
            "seed":6,"stop":{"rtol":1e-8,"max_steps":300}}"#,
    },
    Preset {
        id: "completion.reweighted",
        label: "Weights that learn the rank",
        summary: "Condition number 20, a third seen. Reweighted least squares turns a convex problem into a better one \
                  step by step: with the logarithm of the determinant it closes in steadily, with the nuclear norm \
                  more slowly.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"condition":20}},
            "runs":[{"method":"completion.irls"},{"method":"completion.irls","params":{"p":0.5}},
                {"method":"completion.irls","params":{"p":1}},{"method":"completion.ccd"},{"method":"completion.als"}],
            "seed":6,"stop":{"rtol":1e-8,"max_steps":200}}"#,
    },
    Preset {
        id: "completion.on-the-manifold",
        label: "Curved descent",
        summary: "A tenth seen, rank 3. Conjugate gradients on the manifold of rank-3 matrices solve no linear system and come \
                  close to alternating least squares; steepest descent there, and scaled descent on factors, take the long \
                  way. Rotating a subspace towards one column after the other needs the fewest passes, at the price of \
                  touching whole columns.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rank":3,"sampling":0.1}},
            "runs":[{"method":"completion.riemannian-cg"},
                {"method":"completion.riemannian-cg","params":{"direction":"steepest"}},
                {"method":"completion.grouse"},{"method":"completion.scaled-gd"},{"method":"completion.als"}],
            "seed":6,"stop":{"rtol":1e-9,"max_steps":500}}"#,
    },
    Preset {
        id: "completion.second-order",
        label: "Digits that double",
        summary: "Condition number 5, two fifths seen. Weights on both sides and the trust region on the manifold are Newton's \
                  method in disguise: near the solution each step doubles the correct digits. One-sided weights, conjugate \
                  gradients and alternating least squares gain the same factor each step.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":100,"cols":80,"rank":3,"sampling":0.4,"condition":5}},
            "runs":[{"method":"completion.hm-irls"},{"method":"completion.hm-irls","params":{"p":0.5}},
                {"method":"completion.irls"},{"method":"completion.riemannian-tr"},
                {"method":"completion.riemannian-cg"},{"method":"completion.als"}],
            "seed":6,"stop":{"rtol":1e-12,"max_steps":200}}"#,
    },
    Preset {
        id: "completion.three-sketches",
        label: "Three kinds of sketch",
        summary: "Condition number 10, rank 10. Buckets with signs, normal weights and a sampled Hadamard transform mix a row's \
                  entries in different ways, and the sweeps cannot tell them apart. Their costs can: compare the flops with \
                  those of exact solves.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":400,"cols":400,"rank":10,"condition":10}},
            "runs":[{"method":"completion.robust-altmin","params":{"q":1}},
                {"method":"completion.robust-altmin","params":{"sketch":"gaussian","q":1}},
                {"method":"completion.robust-altmin","params":{"sketch":"srht","q":1}},
                {"method":"completion.robust-altmin","params":{"solver":"warm"}},
                {"method":"completion.robust-altmin","params":{"solver":"exact"}}],
            "seed":1,"stop":{"rtol":1e-10,"max_steps":60}}"#,
    },
    Preset {
        id: "completion.sample-splitting",
        label: "What the proof asks for",
        summary: "Proofs of alternating minimisation use fresh entries in every half sweep. Dealt into 3, 5 or 11 parts, the \
                  entries that are left for one row are too few for rank 10, and each sweep makes it worse; the same entries \
                  used in every sweep complete the matrix.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":500,"cols":500,"rank":10,"sampling":0.2}},
            "runs":[{"method":"completion.robust-altmin","params":{"solver":"exact"}},
                {"method":"completion.robust-altmin","params":{"solver":"exact","splits":1}},
                {"method":"completion.robust-altmin","params":{"solver":"exact","splits":2}},
                {"method":"completion.robust-altmin","params":{"solver":"exact","splits":5}}],
            "seed":1,"stop":{"rtol":1e-10,"max_steps":60}}"#,
    },
];
