//! What the sources claim, as checks that run.

mod metric;
mod models;
mod orders;
mod preference;

use std::rc::Rc;

use iterscope_core::{BuildError, Finding, Instance, PaperCheck};

use crate::methods::{Aim, that_aim_at};
use crate::test_support::{Setting, TestRun, choice, pairwise, portable, synthetic};

const NEWMAN: &str = "M. E. J. Newman, JMLR 24(238), 2023";
const ZERMELO: &str = "ranking.zermelo";
const ITERATIONS: &[&str] = &["ranking.newman", "ranking.zermelo"];
/// All that are after the optimum of the problem's model.
const SAME_MODEL: &[&str] = &[
    "ranking.newman",
    "ranking.zermelo",
    "ranking.newton",
    "ranking.coordinate-descent",
    "ranking.gradient",
    "ranking.nesterov",
    "ranking.lbfgs",
    "ranking.lazy-newton",
    "ranking.root-newton",
    "ranking.trust-region",
    "ranking.ilsr",
];

/// All of them.
pub(crate) static CHECKS: &[PaperCheck] = &[
    PaperCheck {
        id: "ranking.newman.two-players",
        source: NEWMAN,
        methods: ITERATIONS,
        preset: Some("ranking.two-cycle"),
        run: || findings(two_players()),
    },
    PaperCheck {
        id: "ranking.newman.golden",
        source: "M. E. J. Newman, JMLR 24(238), 2023; figures from an independent numpy program on the same set",
        methods: ITERATIONS,
        preset: Some("ranking.golden"),
        run: || findings(golden()),
    },
    PaperCheck {
        id: "ranking.newman.speedup",
        source: "M. E. J. Newman, JMLR 24(238), 2023, abstract: over a hundred times faster in some cases",
        methods: ITERATIONS,
        preset: Some("ranking.wide"),
        run: || findings(speedup()),
    },
    PaperCheck {
        id: "ranking.map.rescale",
        source: "MAP estimate: M. E. J. Newman, JMLR 24(238), 2023; passes from an independent numpy program",
        methods: ITERATIONS,
        preset: Some("ranking.map-common-scale"),
        run: || findings(rescale()),
    },
    PaperCheck {
        id: "ranking.evalica.simple",
        source: "D. Ustalov, evalica (Apache-2.0), file simple-golden.csv: the Bradley-Terry scores of its test set simple.csv",
        methods: SAME_MODEL,
        preset: None,
        run: || findings(evalica()),
    },
    PaperCheck {
        id: "ranking.davidson.stationary",
        source: "R. R. Davidson, J. Amer. Statist. Assoc. 65, 1970; figures from an independent numpy program",
        methods: SAME_MODEL,
        preset: Some("ranking.ties-davidson"),
        run: || findings(davidson()),
    },
    PaperCheck {
        id: "ranking.second-order.rules",
        source: "Step rules: S. Hanzely et al., arXiv 2405.18926; lazy Hessians: N. Doikov et al., ICML 2023; figures from an \
                 independent numpy program with dense Hessians on the same set",
        methods: &["ranking.root-newton", "ranking.lazy-newton"],
        preset: Some("ranking.second-order"),
        run: || findings(second_order()),
    },
    PaperCheck {
        id: "ranking.spectral.programs",
        source: "L. Maystre's choix 0.4.1 (lsr_pairwise, rank_centrality) and an independent numpy program (PageRank, least squares), \
                 on the same games",
        methods: &["ranking.lsr", "ranking.rank-centrality", "ranking.pagerank", "ranking.hodge"],
        preset: Some("ranking.spectral"),
        run: || findings(spectral()),
    },
    PaperCheck {
        id: "ranking.online.programs",
        source: "The Python package trueskill 0.4.5, without dynamics, and Elo's rule in Python, on the same games in the same order",
        methods: &["ranking.trueskill", "ranking.elo"],
        preset: Some("ranking.online"),
        run: || findings(online()),
    },
    PaperCheck {
        id: "ranking.leave-one-out.logistic",
        source: "Y. Luo, Z. Ren, R. F. Barber, Iterative approximate cross-validation, ICML 2023: gradient descent, step lengths of \
                 the authors' program; figures from an independent numpy program on a set that any language can rebuild",
        methods: &["ranking.gradient"],
        preset: None,
        run: crate::analyses::iacv::check,
    },
    metric::CHECK,
    models::HOME,
    models::MASSEY,
    orders::PASSES,
    orders::PROGRAMS,
    preference::CHECK,
];

/// A check that cannot even be built has failed.
fn findings(result: Result<Vec<Finding>, BuildError>) -> Vec<Finding> {
    result.unwrap_or_else(|e| vec![Finding::new(format!("the set-up can be built ({e})"), 1.0, 0.0, 0.0)])
}

fn two_players() -> Result<Vec<Finding>, BuildError> {
    let set = pairwise(2, &[(0, 1, 3.0, false), (1, 0, 1.0, false)], &[])?;
    let ratio = |run: &mut TestRun| {
        run.advance(1);
        let s = run.strengths(&set);
        s[0] / s[1]
    };
    let mut out = Vec::new();
    let mut newman = TestRun::new(&set, "ranking.newman", &[])?;
    out.push(Finding::new("Newman: ratio after one pass at 3 wins to 1", 3.0, ratio(&mut newman), 1e-15));
    let mut zermelo = TestRun::new(&set, ZERMELO, &[])?;
    for (k, expected) in [2.4, 2.873239, 2.975654, 2.995414].into_iter().enumerate() {
        let claim = format!("Zermelo: ratio after pass {} at 3 wins to 1", k + 1);
        out.push(Finding::new(claim, expected, ratio(&mut zermelo), 5e-7));
    }
    let mut cycle = TestRun::new(&set, "ranking.newman", &[choice("update", "simultaneous")])?;
    for (k, expected) in [9.0, 1.0, 9.0, 1.0].into_iter().enumerate() {
        let claim = format!("Newman, all at once: ratio after pass {} at 3 wins to 1", k + 1);
        out.push(Finding::new(claim, expected, ratio(&mut cycle), 1e-12));
    }
    Ok(out)
}

fn golden() -> Result<Vec<Finding>, BuildError> {
    let set = portable()?;
    let mut out = Vec::new();
    for (alpha, by_change, by_distance, radius) in
        [(1.0, 59.0, 73.0, 0.8755088), (0.5, 35.0, 40.0, 0.7805214), (0.0, 8.0, 7.0, 0.1848186)]
    {
        for (key, words, expected) in [
            ("p.rms.change", "change of p per pass", by_change),
            ("p.rms.error", "distance of p from the optimum", by_distance),
        ] {
            let mut run = TestRun::new(&set, "ranking.newman", &[("alpha", alpha.into())])?;
            let passes = run.steps_until(key, 1e-6, 1000) as f64;
            out.push(Finding::new(
                format!("alpha = {alpha}: passes until the rms {words} is 1e-6"),
                expected,
                passes,
                0.0,
            ));
        }
        let predicted = TestRun::new(&set, "ranking.newman", &[("alpha", alpha.into())])?.prediction;
        let factor = predicted.map_or(f64::NAN, |p| p.factor);
        out.push(Finding::new(format!("alpha = {alpha}: predicted factor per pass"), radius, factor, 5e-3));
    }
    let mut run = TestRun::new(&set, "ranking.newman", &[])?;
    for (pass, expected) in [(1, -647.108934941), (2, -640.875919449), (3, -640.728204918), (60, -640.724492543)] {
        run.advance(pass - run.stepper.steps() as u32);
        let found = -1200.0 * run.value("nll");
        out.push(Finding::new(format!("Newman: log-likelihood after pass {pass}"), expected, found, 1e-12));
    }
    out.push(Finding::new("strength of the first player at the optimum", 0.256536049, run.strengths(&set)[0], 2e-9));
    Ok(out)
}

/// Passes of Zermelo's iteration for each of Newman's, both until p is within 1e-6 of the optimum.
fn ratio(given: &[Setting<'_>], seed: u64) -> Result<f64, BuildError> {
    let set = synthetic(given, seed)?;
    let passes = |id| -> Result<f64, BuildError> {
        Ok(TestRun::new(&set, id, &[])?.steps_until("p.rms.error", 1e-6, 20_000) as f64)
    };
    Ok(passes(ZERMELO)? / passes("ranking.newman")?)
}

fn speedup() -> Result<Vec<Finding>, BuildError> {
    let wide = ratio(&[("players", 20.into()), ("games", 200_000.into()), ("spread", 2.5.into())], 1)?;
    let usual = ratio(&[("players", 60.into()), ("games", 20_000.into()), ("spread", 1.0.into())], 3)?;
    let claim = format!(
        "over 100 times fewer passes than Zermelo's in some cases: 20 players, one nearly unbeatable ({wide:.0} times); 1 is yes"
    );
    Ok(vec![
        Finding::new(claim, 1.0, f64::from(u8::from(wide > 100.0)), 0.0),
        Finding::not_reproduced(
            "100 times fewer passes than Zermelo's on a usual set: 60 players, spread 1",
            100.0,
            usual,
            0.0,
        ),
    ])
}

fn rescale() -> Result<Vec<Finding>, BuildError> {
    let given = [("players", 40.into()), ("games", 1200.into()), ("spread", 0.5.into()), choice("estimate", "map")];
    let set = synthetic(&given, 2023)?;
    let mut out = Vec::new();
    for (id, name, rescale, expected) in [
        ("ranking.newman", "Newman", false, 145.0),
        ("ranking.newman", "Newman", true, 7.0),
        (ZERMELO, "Zermelo", false, 696.0),
        (ZERMELO, "Zermelo", true, 66.0),
    ] {
        let mut run = TestRun::new(&set, id, &[("rescale", rescale.into())])?;
        let passes = run.steps_until("p.rms.error", 1e-6, 5000) as f64;
        let how = if rescale { "with" } else { "without" };
        let claim = format!("{name}, MAP, {how} rescaling: passes until p is within 1e-6 of the optimum");
        out.push(Finding::new(claim, expected, passes, 0.0));
    }
    Ok(out)
}

fn second_order() -> Result<Vec<Finding>, BuildError> {
    let set = portable()?;
    let mut out = Vec::new();
    let mut steps = |id: &str, given: &[Setting<'_>], words: &str, expected: f64, gaps: [f64; 2]| {
        let mut run = TestRun::new(&set, id, given)?;
        for (k, expected) in gaps.into_iter().enumerate() {
            run.advance(1);
            let claim = format!("{words}: likelihood gap per game after step {}", k + 1);
            out.push(Finding::new(claim, expected, run.value("nll.gap"), 1e-8));
        }
        let found = run.steps_until("nll.gap", 1e-9, 500) as f64;
        out.push(Finding::new(format!("{words}: steps until the gap is 1e-9 per game"), expected, found, 0.0));
        Ok::<f64, BuildError>(run.value("lazy-newton.hessians"))
    };
    let rule = |name: &str, constant: f64| [choice("rule", name), ("constant", constant.into())];
    let gaps = [0.06727506132824768, 0.025401149920608268];
    steps("ranking.root-newton", &rule("rn-4", 1.0), "RN, q = 4, M = 1", 8.0, gaps)?;
    let gaps = [0.041844866058387664, 0.0058538591097837545];
    steps("ranking.root-newton", &rule("un", 1.0), "UN, beta = 2/3", 6.0, gaps)?;
    let gaps = [0.14556843724138313, 0.12232010733087162];
    let hessians = steps("ranking.lazy-newton", &[("every", 5.into())], "Hessian renewed every 5 steps", 13.0, gaps)?;
    out.push(Finding::new("Hessian renewed every 5 steps: Hessians", 3.0, hessians, 0.0));
    for (id, given, words, expected) in [
        ("ranking.root-newton", rule("rn-3", 1.0).to_vec(), "RN, q = 3, M = 1", 11.0),
        ("ranking.root-newton", rule("rn-3", 10.0).to_vec(), "RN, q = 3, M = 10", 22.0),
        ("ranking.root-newton", rule("rn-4", 10.0).to_vec(), "RN, q = 4, M = 10", 11.0),
        ("ranking.root-newton", vec![("beta", 1.0.into())], "UN, beta = 1", 6.0),
        ("ranking.lazy-newton", vec![("every", 1.into())], "Hessian renewed every step", 10.0),
        ("ranking.lazy-newton", vec![("every", 10.into())], "Hessian renewed every 10 steps", 16.0),
        ("ranking.lazy-newton", vec![("every", 50.into())], "Hessian renewed every 50 steps", 40.0),
    ] {
        let found = TestRun::new(&set, id, &given)?.steps_until("nll.gap", 1e-9, 500) as f64;
        out.push(Finding::new(format!("{words}: steps until the gap is 1e-9 per game"), expected, found, 0.0));
    }
    Ok(out)
}

/// Differences of log-strengths from the first item's, in units of `unit`, beside those expected of the next four.
fn differences(
    run: &mut TestRun,
    set: &Rc<dyn Instance>,
    words: &str,
    unit: f64,
    expected: [f64; 5],
    tolerance: f64,
) -> Vec<Finding> {
    let s = run.strengths(set);
    let found = |k: usize| unit * libm::log(s[k] / s[0]);
    let finding = |k| {
        let claim = format!("{words}: item {k} above item 0");
        Finding::new(claim, expected[k] - expected[0], found(k), tolerance)
    };
    (1..5).map(finding).collect()
}

fn spectral() -> Result<Vec<Finding>, BuildError> {
    let set = portable()?;
    let mut out = Vec::new();
    let plain = ("smoothing", 0.0.into());
    for (id, words, given, expected) in [
        (
            "ranking.lsr",
            "LSR, choix",
            vec![],
            [-1.3824320609436862, 0.059257081792964184, 0.08134798283388023, -2.969593938038095, -0.11977486141548233],
        ),
        (
            "ranking.rank-centrality",
            "Rank Centrality, choix",
            vec![plain],
            [-1.3884191087548574, 0.03900395838635538, -0.13932951586700118, -2.647354557150403, -0.37522350096633106],
        ),
        (
            "ranking.hodge",
            "HodgeRank, least squares of numpy",
            vec![],
            [-0.8498688400322509, 0.14024186588767495, 0.0962773561048272, -1.1031157355844297, 0.0799855543928051],
        ),
        (
            "ranking.pagerank",
            "PageRank, numpy",
            vec![],
            // The program gives chances.
            [
                0.011127865102269423,
                0.01877613673028004,
                0.02630229782490979,
                0.005045524165004957,
                0.015425208697599838,
            ]
            .map(libm::log),
        ),
    ] {
        let mut run = TestRun::new(&set, id, &[&given[..], &[("tolerance", 1e-15.into())]].concat())?;
        run.advance(20_000);
        out.extend(differences(&mut run, &set, words, 1.0, expected, 1e-9));
    }
    Ok(out)
}

fn online() -> Result<Vec<Finding>, BuildError> {
    let set = portable()?;
    let mut elo = TestRun::new(&set, "ranking.elo", &[])?;
    elo.advance(1);
    let expected = [1358.0826213515188, 1513.3779969260636, 1501.962461288869, 1292.1879227256502, 1511.1480615906924];
    let mut out = differences(&mut elo, &set, "Elo points after one pass", 400.0 / libm::log(10.0), expected, 1e-10);
    let mut skill = TestRun::new(&set, "ranking.trueskill", &[])?;
    skill.advance(1);
    let expected =
        [-4.863912172020531, 0.7672514578421319, 0.6398627773758443, -9.266245928074575, -0.028468454848737206];
    // Skills in the package's units, beta = 25/6; its own error function has seven digits.
    let unit = core::f64::consts::SQRT_2 / 1.702 * 25.0 / 6.0;
    out.extend(differences(&mut skill, &set, "TrueSkill after one pass", unit, expected, 1e-6));
    Ok(out)
}

/// The 16 comparisons of evalica's test set simple.csv, as (winner, loser, count, tie).
const SIMPLE: &[(u32, u32, f64, bool)] = &[
    (0, 1, 1.0, true),
    (2, 0, 1.0, false),
    (0, 2, 1.0, true),
    (0, 4, 1.0, true),
    (1, 0, 1.0, false),
    (1, 2, 2.0, true),
    (1, 3, 1.0, true),
    (2, 4, 1.0, true),
    (3, 0, 1.0, false),
    (3, 1, 1.0, false),
    (3, 2, 1.0, false),
    (3, 4, 2.0, true),
    (4, 0, 1.0, false),
    (4, 3, 1.0, false),
];

/// Every method, run to the optimum of `set`.
fn by_every_method(set: &Rc<dyn Instance>) -> Result<Vec<(&'static str, TestRun)>, BuildError> {
    let solve = |id: &'static str| {
        let mut run = TestRun::new(set, id, &[])?;
        run.steps_until("gradient.rel", 1e-14, 2000);
        Ok((id, run))
    };
    that_aim_at(Aim::Optimum).map(solve).collect()
}

fn evalica() -> Result<Vec<Finding>, BuildError> {
    let set = pairwise(5, SIMPLE, &[])?;
    let golden = [0.050799672530389396, 0.1311506914535368, 0.13168568070110523, 0.33688868041573855, 0.34947527489923];
    let mut out = Vec::new();
    for (id, mut run) in by_every_method(&set)? {
        let strengths = run.strengths(&set);
        let total: f64 = strengths.iter().sum();
        for (i, expected) in golden.into_iter().enumerate() {
            // evalica stops at a tolerance of 1e-6.
            out.push(Finding::new(format!("{id}: score of item {i}, sum 1"), expected, strengths[i] / total, 1e-5));
        }
    }
    Ok(out)
}

fn davidson() -> Result<Vec<Finding>, BuildError> {
    let set = pairwise(5, SIMPLE, &[choice("ties", "davidson")])?;
    let golden = [0.01933734, 0.51667813, 0.5179466, 13.77740518, 14.02590481];
    let mut out = Vec::new();
    for (id, mut run) in by_every_method(&set)? {
        let strengths = run.strengths(&set);
        out.push(Finding::new(format!("{id}: tie strength nu"), 3.4609991141611376, run.value("nu"), 1e-10));
        out.push(Finding::new(format!("{id}: relative gradient, nu included"), 0.0, run.value("gradient.rel"), 1e-12));
        for (i, expected) in golden.into_iter().enumerate() {
            out.push(Finding::new(format!("{id}: strength of item {i}"), expected, strengths[i], 5e-7));
        }
    }
    Ok(out)
}
