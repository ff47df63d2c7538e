//! Made matrices: what can be recovered, and how it comes about.

use iterscope_core::Preset;

/// In the order in which they are offered.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "completion.low-rank-race",
        label: "The unseen 70 %",
        summary: "A random matrix of rank 4 of which 30 % is seen. All methods recover the rest exactly: watch the error on all \
                  entries follow the residual on the seen ones, at very different cost.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank"},
            "runs":[{"method":"completion.als"},{"method":"completion.robust-altmin"},
                {"method":"completion.robust-altmin","params":{"solver":"warm","q":1}},{"method":"completion.gd-small-init"}],
            "seed":3,"stop":{"rtol":1e-9,"max_steps":3000},
            "view":{"series":"error.all.rel"}}"#,
    },
    Preset {
        id: "completion.one-mode-at-a-time",
        label: "One mode at a time",
        summary: "Incremental learning: from a tiny start, gradient descent learns the eigenvalues 5, 2 and 1 one after the \
                  other, with plateaus at the best approximations of rank 1 and 2. A start a thousand times smaller doubles \
                  the waiting times. The steps at which modes were found stand beside those that theory expects.",
        json: r#"{"schema":1,"problem":{"id":"completion.sensing"},
            "runs":[{"method":"completion.gd-small-init","params":{"eta":0.01}},
                {"method":"completion.gd-small-init","params":{"alpha":1e-6,"eta":0.01}},
                {"method":"completion.gd-small-init","params":{"eta":0.01,"rank":2}}],
            "seed":11,"stop":{"rtol":1e-6,"max_steps":3000},
            "view":{"picture":"singular-history"}}"#,
    },
    Preset {
        id: "completion.overfitting",
        label: "Too many columns",
        summary: "Noisy entries of a matrix of rank 3. With rank 12 and no regularisation the residual goes on falling while \
                  the error on all entries grows; regularisation prevents it. Gradient descent from a small start passes close \
                  to the truth on its way to the same overfit: stop it in time. Bars mark where each error was least, at \
                  sweep 2 and at step 62.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":120,"cols":100,"rank":3,"sampling":0.35,"noise":0.2}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"rank":12}},
                {"method":"completion.als","params":{"rank":12,"ridge":3}},
                {"method":"completion.gd-small-init","params":{"rank":12}}],
            "seed":5,"stop":{"rtol":1e-6,"max_steps":400},
            "view":{"series":"error.all.rel"}}"#,
    },
    Preset {
        id: "completion.ill-conditioned-descent",
        label: "Small values come last",
        summary: "Condition number 20: alternating minimisation does not mind, gradient descent waits for each smaller \
                  singular value in turn. Its plateaus are no sign of an end.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"sampling":0.5,"condition":20}},
            "runs":[{"method":"completion.als"},{"method":"completion.gd-small-init","params":{"alpha":1e-4}}],
            "seed":8,"stop":{"rtol":1e-8,"max_steps":4000}}"#,
    },
    Preset {
        id: "completion.golden",
        label: "A run to compare with",
        summary: "60 x 50, rank 3, 40 % seen: small enough to repeat anywhere. The errors after sweeps 1, 2, 5, 10 and 20 are \
                  part of the checks.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":60,"cols":50,"rank":3,"sampling":0.4}},
            "runs":[{"method":"completion.robust-altmin","params":{"solver":"exact"}},
                {"method":"completion.robust-altmin","params":{"solver":"sketch-gradient","q":8}},
                {"method":"completion.robust-altmin","params":{"solver":"exact","splits":2}}],
            "seed":60,"stop":{"rtol":1e-12,"max_steps":40}}"#,
    },
    Preset {
        id: "completion.falling-spectrum",
        label: "A spectrum that falls",
        summary: "Eight singular values fall as a power of their number, the last 30 times smaller than the first. Gradient descent \
                  from a small start meets them one by one: the angle to the true columns stays near 90° until the last has come, \
                  while the error has long been small. Reweighted least squares finds all of them in ten steps.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rank":8,"decay":"power","condition":30,"sampling":0.4}},
            "runs":[{"method":"completion.gd-small-init"},{"method":"completion.scaled-gd"},{"method":"completion.als"},
                {"method":"completion.hm-irls"}],
            "seed":3,"stop":{"rtol":1e-8,"max_steps":2000}}"#,
    },
    Preset {
        id: "completion.spiky",
        label: "A few rows carry it all",
        summary: "Coherence 52 of at most 67: the first rows and columns hold most of the matrix. Eight times the degrees of freedom \
                  are seen, and still alternating minimisation needs hundreds of sweeps, while steps scaled by the share seen get \
                  nowhere.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rank":3,"coherence":0.9}},
            "runs":[{"method":"completion.als"},{"method":"completion.robust-altmin"},{"method":"completion.scaled-gd"},
                {"method":"completion.hm-irls"}],
            "seed":3,"stop":{"rtol":1e-8,"max_steps":500}}"#,
    },
    Preset {
        id: "completion.not-at-random",
        label: "Only the large ones are seen",
        summary: "Large entries are seen far more often, as ratings of what people like. Six times the degrees of freedom are there, \
                  and methods on factors come to rest at an error above half. Soft-impute, which cannot come to rest at a wrong \
                  point, reaches 7 %: what its shrinkage costs.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"pattern":"value","selection":1.5}},
            "runs":[{"method":"completion.als"},{"method":"completion.hm-irls"},
                {"method":"completion.soft-impute","params":{"path":40}}],
            "seed":4,"stop":{"rtol":1e-8,"max_steps":400}}"#,
    },
    Preset {
        id: "completion.whole-blocks",
        label: "Half of the blocks",
        summary: "Of 64 blocks of neighbouring rows and columns half are seen whole, the others not at all. Ten times the degrees of \
                  freedom and the right rank join them exactly; the nuclear norm fills what is unseen with little, and takes \
                  hundreds of steps to grow into it.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"pattern":"blocks","sampling":0.5}},
            "runs":[{"method":"completion.als"},{"method":"completion.riemannian-cg"},{"method":"completion.hm-irls"},
                {"method":"completion.soft-impute"}],
            "seed":4,"stop":{"rtol":1e-8,"max_steps":400}}"#,
    },
    Preset {
        id: "completion.rectangular-sensing",
        label: "Modes of a rectangle",
        summary: "A 20 x 15 matrix through 600 random measurements. Its singular values 5, 2 and 1 are learnt one after the other, \
                  as with symmetric ones; with a start a thousand times smaller the waits double and the error at the end falls \
                  with the start.",
        json: r#"{"schema":1,"problem":{"id":"completion.sensing","params":{"shape":"rectangular","measurements":600}},
            "runs":[{"method":"completion.gd-small-init","params":{"eta":0.02}},
                {"method":"completion.gd-small-init","params":{"alpha":1e-6,"eta":0.02}}],
            "seed":11,"stop":{"rtol":1e-6,"max_steps":3000}}"#,
    },
    Preset {
        id: "completion.rank-one-sensing",
        label: "Squares of projections",
        summary: "Each measurement is the square of a projection, as in phase retrieval. With three columns gradient descent converges \
                  steadily; with twenty, the surplus ones are fed by every measurement and die out ever more slowly.",
        json: r#"{"schema":1,"problem":{"id":"completion.sensing","params":{"kind":"rank-one","measurements":1000}},
            "runs":[{"method":"completion.gd-small-init","params":{"rank":3}},{"method":"completion.gd-small-init"}],
            "seed":11,"stop":{"rtol":1e-6,"max_steps":3000}}"#,
    },
    Preset {
        id: "completion.ired",
        label: "A benchmark at the level of zeros",
        summary: "The completion task of a trained energy network, with its published error as a line. Putting zero for all that \
                  is not seen scores as well. Soft-impute and ridge regressions without any training come below both; least \
                  squares without regularisation is far above. Two hundred entries cannot settle three hundred unknowns.",
        json: r#"{"schema":1,"problem":{"id":"completion.ired-task"},
            "runs":[{"method":"completion.soft-impute","params":{"lambda":0.28}},
                {"method":"completion.als","params":{"ridge":0.2}},{"method":"completion.als"},
                {"method":"completion.nuclear-apg","params":{"lambda":0.28}}],
            "seed":1,"stop":{"rtol":1e-8,"max_steps":100}}"#,
    },
    Preset {
        id: "completion.spectrum-by-step",
        label: "Watch the spectrum appear",
        summary: "The pictures show singular values by step: steps go to the right, the largest value stands on top, and full \
                  colour is its true size. Gradient descent from a small start lights one band after the other, the third near \
                  step 125; soft-impute on a path of falling λ does so in thirty steps, reweighted least squares in five, all at \
                  once. Alternating least squares with eight columns lights bands at first that are not there.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":100,"cols":80,"rank":5,"decay":"power","condition":10,"sampling":0.5}},
            "runs":[{"method":"completion.gd-small-init"},
                {"method":"completion.soft-impute","params":{"lambda":0.001,"path":60}},{"method":"completion.hm-irls"},
                {"method":"completion.als"},{"method":"completion.als","params":{"rank":8}}],
            "seed":3,"stop":{"rtol":1e-6,"max_steps":600},
            "view":{"picture":"singular-history"}}"#,
    },
    Preset {
        id: "completion.change-the-rank",
        label: "Raise the rank while it runs",
        summary: "A matrix of rank 4, fitted with rank 2: all three come to rest with an error of 73 %, and their best is long past. \
                  Set the rank of a run to 4 while it runs: it goes on from where it is, with two columns more, and finds the rest. \
                  Back to 3, it goes on from the best approximation of what it had.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rows":100,"cols":80,"sampling":0.4}},
            "runs":[{"method":"completion.als","params":{"rank":2}},
                {"method":"completion.ccd","params":{"rank":2,"ridge":0.01}},
                {"method":"completion.gd-small-init","params":{"rank":2}}],
            "seed":3,"stop":{"rtol":1e-6,"max_steps":2000},
            "view":{"picture":"singular-history"}}"#,
    },
    Preset {
        id: "completion.angles",
        label: "Principal angles that close",
        summary: "The chart shows the angle to the true columns, as a sine. With the right rank it goes to zero as fast as the error. With rank 2 \
                  two directions come within five degrees of the true space and stay there. With rank 4 the surplus column takes \
                  part in everything: from sweep 5 to 20 the angle rests near 27°. Gradient descent keeps it at 90° until \
                  the last direction has come, near step 180, when the error has long fallen below a fifth.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rank":3,"condition":5,"sampling":0.2}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"rank":2}},
                {"method":"completion.als","params":{"rank":4}},{"method":"completion.riemannian-cg"},
                {"method":"completion.gd-small-init"}],
            "seed":3,"stop":{"rtol":1e-9,"max_steps":1000},
            "view":{"series":"angle.left"}}"#,
    },
    Preset {
        id: "completion.rank-against-sampling",
        label: "Rank against sampling rate",
        summary: "Every cell is a whole run of alternating least squares on another matrix: its rank upwards, the share that is seen to the right. Where too \
                  little is seen for the rank, the error on all entries stays of the size of the matrix; a sharp edge parts that from exact recovery.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"rows":60,"cols":50,"rank":3}},
            "runs":[{"method":"completion.als"}],
            "seed":3,"stop":{"rtol":1e-9,"max_steps":100},
            "view":{"series":"error.all.rel","sweep":{"axes":[
                {"place":"problem.sampling","from":0.05,"to":0.8,"points":16},
                {"place":"problem.rank","from":1,"to":12,"points":12}],"measure":"final","series":"error.all.rel"}}}"#,
    },
];
