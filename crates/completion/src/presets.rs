//! Ready experiments, each with a reason to look at it.

use iterscope_core::Preset;

/// The presets, the default first.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "completion.fill-in",
        label: "Fill in a picture",
        summary: "Half of the pixels are seen. Exact least squares of rank 12 fits them in a few sweeps and then overfits; a \
                  little regularisation helps. Gradient descent from a small start, with 30 columns, paints the broad shapes \
                  first and the letters last, and comes closest.",
        json: r#"{"schema":1,"problem":{"id":"completion.image","params":{"picture":"poster","rate":0.5,"rank":12}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"ridge":0.3}},
                {"method":"completion.gd-small-init","params":{"rank":30}}],
            "seed":4,"stop":{"rtol":1e-5,"max_steps":2000}}"#,
    },
    Preset {
        id: "completion.exact-recovery",
        label: "Waves of rank 5",
        summary: "A picture whose rank is exactly 5: forty per cent of its pixels determine all the others, to as many digits as \
                  one cares to wait for.",
        json: r#"{"schema":1,"problem":{"id":"completion.image","params":{"picture":"waves","rank":5}},
            "runs":[{"method":"completion.als","params":{"init":"random"}},{"method":"completion.robust-altmin"},
                {"method":"completion.gd-small-init"}],
            "seed":4,"stop":{"rtol":1e-6,"max_steps":3000}}"#,
    },
    Preset {
        id: "completion.low-rank-race",
        label: "The unseen 70 %",
        summary: "A random matrix of rank 4 of which 30 % is seen. All methods recover the rest exactly: watch the error on all \
                  entries follow the residual on the seen ones, at very different cost.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank"},
            "runs":[{"method":"completion.als"},{"method":"completion.robust-altmin"},
                {"method":"completion.robust-altmin","params":{"solver":"warm","q":1}},{"method":"completion.gd-small-init"}],
            "seed":3,"stop":{"rtol":1e-9,"max_steps":3000}}"#,
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
            "seed":11,"stop":{"rtol":1e-6,"max_steps":3000}}"#,
    },
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
        id: "completion.overfitting",
        label: "Too many columns",
        summary: "Noisy entries of a matrix of rank 3. With rank 12 and no regularisation the residual goes on falling while \
                  the error on all entries grows; regularisation prevents it. Gradient descent from a small start passes close \
                  to the truth on its way to the same overfit: stop it in time.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"rows":120,"cols":100,"rank":3,"sampling":0.35,"noise":0.2}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"rank":12}},
                {"method":"completion.als","params":{"rank":12,"ridge":3}},
                {"method":"completion.gd-small-init","params":{"rank":12}}],
            "seed":5,"stop":{"rtol":1e-6,"max_steps":400}}"#,
    },
    Preset {
        id: "completion.missing-squares",
        label: "Missing squares",
        summary: "Whole squares are missing instead of single pixels. Nothing in a hole restrains a close fit, so least squares \
                  of rank 10 runs wild there; regularised, or learnt mode by mode from a small start, the letters close.",
        json: r#"{"schema":1,"problem":{"id":"completion.image",
                "params":{"picture":"poster","mask":"blocks","rate":0.8}},
            "runs":[{"method":"completion.als","params":{"ridge":0.02}},{"method":"completion.als","params":{"ridge":1}},
                {"method":"completion.gd-small-init","params":{"rank":30}}],
            "seed":2,"stop":{"rtol":1e-5,"max_steps":1500}}"#,
    },
    Preset {
        id: "completion.judges",
        label: "Ratings of judges",
        summary: "Lawyers' ratings of judges, a fifth held out. Watch the held-out error: it turns up while the fit still \
                  improves, and regularisation moves the turn.",
        json: r#"{"schema":1,"problem":{"id":"completion.ratings","data":"sample:ratings-small",
                "params":{"rank":4,"held_out":0.2}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"ridge":0.1}},
                {"method":"completion.gd-small-init","params":{"alpha":1e-2}}],
            "seed":1,"stop":{"rtol":1e-6,"max_steps":1000}}"#,
    },
    Preset {
        id: "completion.split-by-time",
        label: "The past predicts the future",
        summary: "A season of football: by how many goals the home side won. Matches until February are seen, those after them are \
                  held out. Two factors without regularisation fit what is seen and predict far worse than the mean of all; \
                  with λ they come back to it. Better are only biases fitted with them: how strong each side is at home and away.",
        json: r#"{"schema":1,"problem":{"id":"completion.ratings","data":"sample:premier-league-2015",
                "params":{"split":"time","held_out":0.3,"centre":"mean","rank":2}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"ridge":5}},
                {"method":"completion.als","params":{"ridge":0.5,"weighting":"counts"}},
                {"method":"completion.als","params":{"biases":true,"ridge":10}}],
            "seed":4,"stop":{"rtol":1e-6,"max_steps":100}}"#,
    },
    Preset {
        id: "completion.brushed",
        label: "Paint your own hole",
        summary: "A scratch across a landscape is filled in while you watch. Paint more, or bring a picture of your \
                  own.",
        json: r#"{"schema":1,"problem":{"id":"completion.image",
                "params":{"mask":"brush","rank":12,
                    "holes":"0.08,0.15,0.03 0.4,0.5,0.03 0.62,0.55,0.03;0.55,0.9,0.04 0.9,0.75,0.04"}},
            "runs":[{"method":"completion.als","params":{"ridge":0.01}},{"method":"completion.gd-small-init"}],
            "stop":{"rtol":1e-5,"max_steps":1000}}"#,
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
        id: "completion.stream",
        label: "A subspace from a stream",
        summary: "Columns pass one by one, three tenths of each seen. Without noise the greedy subspace is exact after \
                  five passes, even from a random start. With noise, as here, it keeps turning after the last columns; \
                  smaller and decreasing steps average the noise out.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank","params":{"noise":0.2}},
            "runs":[{"method":"completion.grouse","params":{"init":"random"}},
                {"method":"completion.grouse","params":{"init":"random","eta":0.1}},
                {"method":"completion.grouse","params":{"init":"random","decay":1}},{"method":"completion.als"}],
            "seed":6,"stop":{"rtol":1e-6,"max_steps":60}}"#,
    },
    Preset {
        id: "completion.scratched",
        label: "Scratches",
        summary: "A fifth of the picture is scratched away. Least squares of rank 20 runs wild in the scratches; reweighted \
                  least squares fits the rest as closely and does not, for it keeps small what nothing determines, and needs \
                  no λ. The nuclear norm shrinks what is true as well; with momentum it is there in a third of the steps.",
        json: r#"{"schema":1,"problem":{"id":"completion.image","params":{"mask":"scratches","rate":0.8,"rank":20}},
            "runs":[{"method":"completion.irls"},{"method":"completion.als"},
                {"method":"completion.ccd","params":{"ridge":0.1}},{"method":"completion.soft-impute"},
                {"method":"completion.nuclear-apg"}],
            "seed":2,"stop":{"rtol":1e-5,"max_steps":200}}"#,
    },
    Preset {
        id: "completion.popular",
        label: "Popular rows",
        summary: "Entries are seen as ratings are: popular rows and columns often, most of them hardly. Noise makes the rare \
                  ones run wild without regularisation; the same λ for all shrinks them most, λ times the number of entries \
                  treats all alike.",
        json: r#"{"schema":1,"problem":{"id":"completion.low-rank",
                "params":{"sampling":0.15,"noise":0.3,"popularity":0.6}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"ridge":1}},
                {"method":"completion.als","params":{"ridge":0.05,"weighting":"counts"}}],
            "seed":6,"stop":{"rtol":1e-8,"max_steps":300}}"#,
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
        id: "completion.arriving",
        label: "New rows every step",
        summary: "Half of the rows are there at first, then ten arrive with each step, three tenths of each seen. An update that \
                  predicts the rest of a row from its seen entries stays exact; one that takes the unseen for zeros is wrong \
                  for ever. The greedily turned subspace follows to nine digits, one turned by a fifth of the angle to three. Watch \
                  the matrix fill from above.",
        json: r#"{"schema":1,"problem":{"id":"completion.stream","params":{"rank":3}},
            "runs":[{"method":"completion.svd-updates"},{"method":"completion.svd-updates","params":{"fill":"zero"}},
                {"method":"completion.grouse"},{"method":"completion.grouse","params":{"eta":0.2}}],
            "seed":5,"stop":{"rtol":1e-12,"max_steps":100}}"#,
    },
    Preset {
        id: "completion.sparse-stream",
        label: "Updating a sparse decomposition",
        summary: "A sparse matrix of full rank whose rows arrive ten by ten; its best approximation of rank 10 is the line. The \
                  fast update is the explicit one at less cost, digit for digit, and ends 0.8 % above the line: what was cut \
                  off early is lost. Decomposing anew each time ends on it. Compare the flops and the kept singular values.",
        json: r#"{"schema":1,"problem":{"id":"completion.stream","params":{"sampling":0.05,"unseen":"zero"}},
            "runs":[{"method":"completion.svd-updates","params":{"fill":"zero"}},
                {"method":"completion.svd-updates","params":{"fill":"zero","update":"explicit"}},
                {"method":"completion.svd-updates","params":{"update":"fresh"}}],
            "seed":21,"stop":{"rtol":1e-12,"max_steps":100}}"#,
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
        id: "completion.learned-biases",
        label: "Biases with the factors",
        summary: "Lawyers' ratings of judges with nothing subtracted first. Mean and biases fitted with the factors start far \
                  closer: a held-out error of 0.4 before the first sweep, against 2.7. But they are two more columns, and \
                  this table is small: after twenty sweeps they have overfitted, and the plain factors predict better.",
        json: r#"{"schema":1,"problem":{"id":"completion.ratings","data":"sample:ratings-small",
                "params":{"rank":2,"held_out":0.2,"centre":"none"}},
            "runs":[{"method":"completion.als","params":{"ridge":0.1}},
                {"method":"completion.als","params":{"ridge":0.1,"biases":true}},
                {"method":"completion.als","params":{"ridge":0.005,"weighting":"counts","biases":true}}],
            "seed":1,"stop":{"rtol":1e-8,"max_steps":200}}"#,
    },
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
        id: "completion.colour",
        label: "In colour",
        summary: "Four pixels in ten of an evening in colour. Red, green and blue stand side by side in one matrix and share its rows, \
                  so each colour helps to fill the others.",
        json: r#"{"schema":1,"problem":{"id":"completion.image","params":{"colour":"beside","rank":12}},
            "runs":[{"method":"completion.als","params":{"ridge":0.3}},{"method":"completion.als","params":{"ridge":0.05}},
                {"method":"completion.gd-small-init","params":{"rank":30}},{"method":"completion.soft-impute"}],
            "seed":3,"stop":{"rtol":1e-5,"max_steps":600}}"#,
    },
    Preset {
        id: "completion.patches",
        label: "Squares for columns",
        summary: "One pixel in four of a picture that is not of low rank. As rows and columns reweighted least squares leaves an error \
                  of 17 %; with overlapping squares for columns, which resemble each other, it leaves 10 %.",
        json: r#"{"schema":1,"problem":{"id":"completion.image","params":{"columns":"patches","rank":12,"rate":0.25}},
            "runs":[{"method":"completion.irls"},{"method":"completion.als","params":{"ridge":0.1}},
                {"method":"completion.soft-impute","params":{"lambda":0.005,"path":40}}],
            "seed":3,"stop":{"rtol":1e-5,"max_steps":200}}"#,
    },
    Preset {
        id: "completion.air",
        label: "Fill in a table",
        summary: "Ozone, sun, wind and temperature of 153 days, with holes; a tenth of the known cells is held out. Column means are \
                  wrong by 1.1 standard deviations there, rank 2 without regularisation by 1.2, with it by 0.9. The filled table can \
                  be taken away in its own units, with standard errors.",
        json: r#"{"schema":1,"problem":{"id":"completion.table","data":"sample:air-1973"},
            "runs":[{"method":"completion.als","params":{"ridge":5}},{"method":"completion.als"},
                {"method":"completion.als","params":{"rank":1}},{"method":"completion.soft-impute","params":{"lambda":0.2}}],
            "seed":1,"stop":{"rtol":1e-6,"max_steps":300}}"#,
    },
    Preset {
        id: "completion.choose-a-rank",
        label: "Which rank? Ask what was held out",
        summary: "A made table with three things in common to nine columns, and noise. Rank 6 fits what is seen best and is the worst \
                  by far on what was held out; the error on all cells, known here because the table was made, agrees.",
        json: r#"{"schema":1,"problem":{"id":"completion.table","params":{"rank":3}},
            "runs":[{"method":"completion.als","params":{"ridge":0.3}},{"method":"completion.als"},
                {"method":"completion.als","params":{"rank":6}},{"method":"completion.als","params":{"rank":6,"ridge":0.5}}],
            "seed":1,"stop":{"rtol":1e-6,"max_steps":200}}"#,
    },
    Preset {
        id: "completion.places",
        label: "A map from distances",
        summary: "Three distances in ten between 60 points on a spiral. Their squares have rank 4; completed, they give the map back, \
                  turned and mirrored onto the true one. Lines show how far each point still is from its place.",
        json: r#"{"schema":1,"problem":{"id":"completion.distances"},
            "runs":[{"method":"completion.als"},{"method":"completion.hm-irls"},{"method":"completion.riemannian-tr"},
                {"method":"completion.gd-small-init"},{"method":"completion.soft-impute"}],
            "seed":3,"stop":{"rtol":1e-8,"max_steps":1500}}"#,
    },
    Preset {
        id: "completion.noisy-distances",
        label: "Distances that are a little wrong",
        summary: "Half of the distances, each wrong by about 5 %. The rank that geometry gives averages the errors out; a lower one \
                  cannot hold the map, and a higher one tears it apart while it fits ever better.",
        json: r#"{"schema":1,"problem":{"id":"completion.distances","params":{"noise":0.05,"sampling":0.5}},
            "runs":[{"method":"completion.als"},{"method":"completion.als","params":{"rank":3}},
                {"method":"completion.als","params":{"rank":8}},{"method":"completion.soft-impute"}],
            "seed":3,"stop":{"rtol":1e-8,"max_steps":400}}"#,
    },
    Preset {
        id: "completion.within-reach",
        label: "Only neighbours are heard",
        summary: "The shortest two fifths of the distances are known, as between radios in reach of each other. All that is unseen is \
                  long, so nothing is at random, and no method here finds the map: low rank alone does not say that distances are \
                  distances.",
        json: r#"{"schema":1,"problem":{"id":"completion.distances",
                "params":{"shape":"square","pattern":"near","sampling":0.4}},
            "runs":[{"method":"completion.als"},{"method":"completion.hm-irls"},{"method":"completion.soft-impute"}],
            "seed":3,"stop":{"rtol":1e-8,"max_steps":300}}"#,
    },
];
