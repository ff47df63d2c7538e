//! Ready experiments on orders of several.

use iterscope_core::Preset;

use super::preset;

/// A season of races.
pub(super) const SEASON: Preset = preset(
    "ranking.formula-1",
    "A season of races",
    "All 18 races of 2008 as orders of up to 22 drivers. Kubica, who won once, comes out ahead of Hamilton and Massa, who won \
     eleven times between them: each race counts from the first place to the last, and whoever retired is near the last. All \
     methods agree but LSR, a single walk. Ask whether the model fits: strengths show more at the front than further back.",
    r#"{"schema": 1,
      "problem": {"id": "ranking.orders", "data": "sample:formula-1-2008"},
      "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"},
        {"method": "ranking.ilsr"}, {"method": "ranking.lsr"}],
      "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
);

/// Races of five, as independent programs have them.
pub(super) const GOLDEN: Preset = preset(
    "ranking.orders-golden",
    "Races of five",
    "300 races of five between 20 competitors, from a seed: MM ends after 24 passes by its usual rule, Newman's rearrangement \
     after 7, at the same likelihood. Look at the truth, too: that is how well 300 races can tell.",
    r#"{"schema": 1,
      "problem": {"id": "ranking.synthetic-orders"},
      "runs": [{"method": "ranking.newman"}, {"method": "ranking.newman", "params": {"alpha": 0.5}}, {"method": "ranking.zermelo"},
        {"method": "ranking.lbfgs"}, {"method": "ranking.newton"}, {"method": "ranking.ilsr"}],
      "seed": 77, "stop": {"rtol": 1e-10}}"#,
);

/// Of each race only who won.
pub(super) const WINNER_ONLY: Preset = preset(
    "ranking.winner-only",
    "When only the winner is known",
    "The same races, but of each only who won: the methods run as before, on fewer choices, and the estimates stray further \
     from the truth. Set the places known to 2 or 3 and see them come back.",
    r#"{"schema": 1,
      "problem": {"id": "ranking.synthetic-orders", "params": {"placed": 1, "estimate": "map"}},
      "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"}],
      "seed": 77, "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
);

/// Six methods on a season.
pub(super) const METHODS: Preset = preset(
    "ranking.races-methods",
    "Six ways up the same hill",
    "A season of races, climbed by gradients, by second derivatives and one driver at a time. Newman's passes and exact updates \
     are there after 11 steps, gradient ascent after 45. By work Newman's passes are 35 times cheaper than that, and the five \
     steps of the trust region cost three times Newman's eleven.",
    r#"{"schema": 1,
      "problem": {"id": "ranking.orders", "data": "sample:formula-1-2008"},
      "runs": [{"method": "ranking.gradient"}, {"method": "ranking.nesterov"}, {"method": "ranking.coordinate-descent"},
        {"method": "ranking.lbfgs"}, {"method": "ranking.trust-region"}, {"method": "ranking.newman"}],
      "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
);

/// The common scale under a prior.
pub(super) const SCALE: Preset = preset(
    "ranking.races-common-scale",
    "A prior holds the scale of races",
    "What moves one competitor at a time moves all of them together very slowly, and only the prior says where that ends: \
     exact updates, and Newman's passes without rescaling, take more than a thousand steps; rescaled passes take 16, and the \
     trust region 7. The dashed lines predicted it.",
    r#"{"schema": 1,
      "problem": {"id": "ranking.synthetic-orders", "params": {"players": 60, "races": 400, "field": 12, "estimate": "map"}},
      "runs": [{"method": "ranking.newman"}, {"method": "ranking.newman", "params": {"rescale": false}},
        {"method": "ranking.coordinate-descent"}, {"method": "ranking.nesterov"}, {"method": "ranking.lbfgs"},
        {"method": "ranking.trust-region"}],
      "seed": 77, "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
);

/// Parts of the races.
pub(super) const PARTS: Preset = preset(
    "ranking.races-in-parts",
    "One race at a time",
    "One pass of single races gains more than one whole gradient; from the second step on whole gradients are ahead. Steps that \
     keep their length end in a cloud, shorter ones creep on. ProxProx corrects a part of the races by a gradient of all, and \
     gets all digits.",
    r#"{"schema": 1,
      "problem": {"id": "ranking.synthetic-orders"},
      "runs": [{"method": "ranking.sgd"}, {"method": "ranking.sgd", "params": {"decay": 0}}, {"method": "ranking.optimiser"},
        {"method": "ranking.proxprox"}, {"method": "ranking.gradient"}],
      "seed": 77, "stop": {"rtol": 1e-10, "max_steps": 300}}"#,
);
