//! Ratings, tables, distances and streams.

use iterscope_core::Preset;

/// In the order in which they are offered.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "completion.judges",
        label: "Ratings of judges",
        summary: "Lawyers' ratings of judges, a fifth held out. Watch the held-out error: it turns up while the fit still \
                  improves, at sweep 4, where a bar marks it; with regularisation hardly any of it is lost again.",
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
        id: "completion.air",
        label: "Fill in a table",
        summary: "Ozone, sun, wind and temperature of 153 days, with missing values; a tenth of the known cells is held out. Column means are \
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
];
