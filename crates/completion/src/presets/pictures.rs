//! Pictures with holes.

use iterscope_core::Preset;

/// In the order in which they are offered.
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
];
