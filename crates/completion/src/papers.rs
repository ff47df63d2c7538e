//! What the sources of the methods claim, as checks that run.

mod altmin;
mod ired;
mod roots;
mod updates;

use iterscope_core::{BuildError, Finding, PaperCheck, Value};
use iterscope_optim::papers::claims;

use crate::Completion;
use crate::harness::{Given, MethodRun, Setting};
use crate::linalg::spectral::largest_singular_value;
use crate::methods::{gd_small_init, rpca, scaled_gd, svt};
use crate::problems::{low_rank, sensing};

/// The checks of the family.
pub const CHECKS: &[PaperCheck] = &[
    PaperCheck {
        id: "completion.altmin.golden",
        source: "Alternating minimisation from the spectral start, as in Jain, Netrapalli, Sanghavi (STOC 2013); figures from \
                 an independent implementation in numpy (tests/oracles/published.py)",
        methods: &["completion.robust-altmin"],
        preset: Some("completion.golden"),
        run: || listed("a 60 x 50 matrix of rank 3 is completed", altmin::golden()),
    },
    PaperCheck {
        id: "completion.altmin.sketch",
        source: "Gu, Song, Yin, Zhang (ICLR 2024, arXiv:2302.11068): approximate row solves keep the convergence of exact \
                 ones. The paper reports no experiments; figures from an independent implementation in numpy, whose matrix \
                 has the same size but other random numbers",
        methods: &["completion.robust-altmin"],
        preset: Some("completion.sketch-or-warm"),
        run: || listed("sketched solves are as good as exact ones", altmin::sketch()),
    },
    PaperCheck {
        id: "completion.altmin.sketch-kinds",
        source: "Gu, Song, Yin, Zhang (ICLR 2024, arXiv:2302.11068): any sketch that keeps lengths will do. Figures from an \
                 independent implementation in numpy, whose matrix has the same size but other random numbers",
        methods: &["completion.robust-altmin"],
        preset: Some("completion.three-sketches"),
        run: || listed("the kind of sketch does not matter", altmin::kinds()),
    },
    PaperCheck {
        id: "completion.sensing.modes",
        source: "Jin, Li, Lyu, Du, Lee (ICML 2023, arXiv:2301.11500): incremental learning. Figures from an independent \
                 implementation in numpy with the same random numbers (tests/oracles/published.py)",
        methods: &["completion.gd-small-init"],
        preset: Some("completion.one-mode-at-a-time"),
        run: || listed("modes appear one after the other", modes()),
    },
    PaperCheck {
        id: "completion.svt.iterations",
        source: "Cai, Candès, Shen (SIAM J. Optim. 2010), the table of runs with noiseless random matrices: n = 1000, rank 10, \
                 12 % seen, threshold 5 n, step 1.2/p. Their matrix has other random numbers",
        methods: &["completion.svt"],
        preset: Some("completion.without-a-rank"),
        run: || listed("a 1000 x 1000 matrix of rank 10 is completed by thresholding", thresholding()),
    },
    PaperCheck {
        id: "completion.scaled-gd.condition",
        source: "Tong, Ma, Chi (JMLR 2021): the number of steps does not depend on the condition number",
        methods: &["completion.scaled-gd"],
        preset: Some("completion.scaled-descent"),
        run: || listed("scaled descent does not depend on the condition number", condition()),
    },
    PaperCheck {
        id: "completion.rpca.recovery",
        source: "Candès, Li, Ma, Wright (J. ACM 2011): a matrix of rank 0.05 n is recovered where 5 % of all entries are \
                 corrupt. The paper corrupts by random signs, here by uniform numbers",
        methods: &["completion.rpca"],
        preset: Some("completion.outliers"),
        run: || listed("a matrix is recovered from corrupt entries", recovery()),
    },
    PaperCheck {
        id: "completion.svd-updates.sparse-rows",
        source: "Deng et al. (ICLR 2024, arXiv:2401.09703): updates of a truncated decomposition by sparse rows are those of Zha \
                 and Simon. Figures from an independent implementation in numpy with the same random numbers (tests/oracles/updates.py)",
        methods: &["completion.svd-updates"],
        preset: Some("completion.sparse-stream"),
        run: || listed("a truncated decomposition is updated", updates::updates()),
    },
    PaperCheck {
        id: "completion.ired-task.figures",
        source: "Du, Mao, Tenenbaum (ICML 2024), table 1: matrix completion by a trained energy network. The network is not here; \
                 its published error is compared with what needs no training",
        methods: &["completion.soft-impute", "completion.nuclear-apg", "completion.als"],
        preset: Some("completion.ired"),
        run: || listed("a published task is solved", ired::task()),
    },
    PaperCheck {
        id: "completion.roots.square",
        source: "Song, Sebe, Wang (ICLR 2022): fast square roots of matrices, as Shampoo's rules need them. Figures from an \
                 independent implementation in numpy",
        methods: &["completion.sgd"],
        preset: None,
        run: || listed("square roots are taken without a decomposition", roots::roots()),
    },
    PaperCheck {
        id: "completion.optimiser.schedules",
        source: "A. Defazio et al., The road less scheduled, NeurIPS 2024; A. Defazio et al., arXiv:2310.07831; M. Ivgi et al., ICML 2023. Figures from an independent numpy program on the same random numbers",
        methods: &["completion.optimiser", "ranking.optimiser"],
        preset: Some("completion.without-a-schedule"),
        run: claims::schedules,
    },
    PaperCheck {
        id: "completion.optimiser.orders",
        source: "J. Cha et al., ICML 2023; Y. Lu et al. (GraB), NeurIPS 2022. Figures from an independent numpy program on the same random numbers",
        methods: &["completion.optimiser", "ranking.optimiser"],
        preset: Some("completion.in-which-order"),
        run: claims::orders,
    },
    PaperCheck {
        id: "completion.optimiser.distance",
        source: "M. Ivgi et al., ICML 2023; I. Kreisler et al., COLT 2024. Figures from an independent numpy program on the same random numbers",
        methods: &["completion.optimiser", "ranking.optimiser"],
        preset: Some("ranking.no-step-to-choose"),
        run: claims::distance,
    },
    PaperCheck {
        id: "completion.optimiser.shampoo",
        source: "V. Gupta et al., ICML 2018; S. Wang et al. (4-bit), NeurIPS 2024. Figures from an independent numpy program on the same random numbers",
        methods: &["completion.optimiser", "ranking.optimiser"],
        preset: Some("completion.shaped-steps"),
        run: claims::matrices,
    },
    PaperCheck {
        id: "completion.optimiser.scaling",
        source: "M. Jahani et al., ICLR 2022. Figures from an independent numpy program on the same random numbers",
        methods: &["completion.optimiser", "ranking.optimiser"],
        preset: Some("completion.shaped-steps"),
        run: claims::scaling,
    },
    PaperCheck {
        id: "completion.fosi.quadratics",
        source: "H. Sivan et al., ICLR 2024: quadratics whose largest curvature grows. Figures from an independent numpy program with exact eigenvectors",
        methods: &["completion.fosi", "ranking.fosi"],
        preset: Some("completion.fewer-rounds"),
        run: claims::hybrid,
    },
    PaperCheck {
        id: "completion.optex.rounds",
        source: "Y. Shu et al., NeurIPS 2024: fewer rounds with more gradients in each. Figures from an independent numpy program",
        methods: &["completion.optex", "ranking.optex"],
        preset: Some("completion.fewer-rounds"),
        run: claims::ahead,
    },
    PaperCheck {
        id: "completion.proxprox.proxy",
        source: "B. Woodworth et al., ICML 2023: gains where the proxy is close. Figures from an independent numpy program that solves the inner problem by Newton's method",
        methods: &["completion.proxprox", "ranking.proxprox"],
        preset: Some("completion.fewer-rounds"),
        run: claims::proxy,
    },
    PaperCheck {
        id: "completion.forward-gradient.plane",
        source: "A. G. Baydin et al., arXiv:2202.08587: Beale's and Rosenbrock's functions of two variables. Figures from an independent numpy program on the same random numbers",
        methods: &["completion.forward-gradient", "ranking.forward-gradient"],
        preset: Some("completion.fewer-rounds"),
        run: claims::forward_gradient,
    },
];

/// A set-up that cannot be built is a claim that fails, with the reason in its words.
fn listed(claim: &str, findings: Result<Vec<Finding>, BuildError>) -> Vec<Finding> {
    findings.unwrap_or_else(|e| vec![Finding::new(format!("{claim} ({e})"), 1.0, f64::NAN, 0.0)])
}

fn matrix(size: [i64; 2], rank: i64, sampling: f64, condition: f64, seed: u64) -> Result<Setting, BuildError> {
    let given: Given<'_> = &[
        ("rows", Value::Int(size[0])),
        ("cols", Value::Int(size[1])),
        ("rank", Value::Int(rank)),
        ("sampling", Value::Real(sampling)),
        ("condition", Value::Real(condition)),
    ];
    Setting::new(&low_rank::PROBLEM, given, None, seed)
}

const ERROR: &str = "error.all.rel";

/// Sweeps until the error is below a limit; infinite where that takes more than `most`.
fn sweeps(run: &mut MethodRun, limit: f64, most: u64) -> f64 {
    run.steps_below(ERROR, limit, most).map_or(f64::INFINITY, |s| s as f64)
}

fn modes() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    let sigma = [5.0, 2.0, 1.0];
    let cases: [(i64, f64, [f64; 3]); 3] =
        [(0, 1e-3, [160.0, 360.0, 695.0]), (0, 1e-6, [302.0, 708.0, 1389.0]), (2000, 1e-3, [167.0, 380.0, 704.0])];
    for (count, alpha, expected) in cases {
        let setting = Setting::new(&sensing::PROBLEM, &[("measurements", Value::Int(count))], None, 11)?;
        let given: Given<'_> = &[("alpha", Value::Real(alpha)), ("eta", Value::Real(0.01))];
        let mut run = setting.run(&gd_small_init::METHOD, given)?;
        let seen = if count == 0 { "full observation".to_owned() } else { format!("{count} Gaussian measurements") };
        for (s, steps) in expected.into_iter().enumerate() {
            let key = crate::model::metric::SINGULAR_KEYS[s];
            while run.value(key) <= 0.5 * sigma[s] && run.stepper.steps() < 2000 && run.advance(1) {}
            let claim =
                format!("{seen}, start scale {alpha:e}: step at which eigenvalue {} passes half its value", s + 1);
            findings.push(Finding::new(claim, steps, run.stepper.steps() as f64, 0.0));
            if count == 0 {
                let theory = gd_small_init::mode_time(sigma[s], alpha, 0.01);
                let claim = "The same from first-order theory, ln(sigma/alpha^2)/(2 eta sigma), to within 5 %";
                findings.push(Finding::new(claim, theory, run.stepper.steps() as f64, 0.05));
            }
        }
        run.advance(2);
        let marked = run.measure().to_vec();
        for (s, steps) in expected.into_iter().enumerate() {
            // The component along a true eigenvector may pass a step later than the eigenvalue.
            let claim = format!("{seen}, start scale {alpha:e}: step at which the method marks mode {}", s + 1);
            findings.push(Finding::new(claim, steps, marked[marked.len() - 3 + s], 1.01 / steps));
        }
        if count == 0 && alpha == 1e-3 {
            while run.stepper.steps() < 6000 && run.advance(6000 - run.stepper.steps() as u32) {}
            let norm = iterscope_kernels::reduce::norm2(&sigma);
            let claim = "The same: error in the Frobenius norm at step 6000";
            findings.push(Finding::new(claim, 5.1e-6, norm * run.value(ERROR), 1e-2));
        }
    }
    Ok(findings)
}

fn thresholding() -> Result<Vec<Finding>, BuildError> {
    let setting = matrix([1000, 1000], 10, 0.12, 1.0, 1)?;
    let Some(model) = setting.instance.as_any().downcast_ref::<Completion>().map(Completion::model) else {
        return Ok(Vec::new());
    };
    let entries = model.entries()?;
    // The parameter counts in another unit than the paper.
    let tau = 5.0 * 1000.0 * entries.rate() / largest_singular_value(entries);
    let mut run = setting.run(&svt::METHOD, &[("tau", Value::Real(tau)), ("rank", Value::Int(15))])?;
    let steps = run.steps_below("residual.seen.rel", 1e-4, 200).map_or(f64::INFINITY, |s| s as f64);
    let words = "n = 1000, rank 10, 12 % seen";
    Ok(vec![
        Finding::new(format!("{words}: steps until the relative residual is below 1e-4"), 117.0, steps, 0.1),
        Finding::new(format!("{words}: relative error on all entries there"), 1.64e-4, run.value(ERROR), 0.15),
    ])
}

fn condition() -> Result<Vec<Finding>, BuildError> {
    let steps = |condition: f64| -> Result<f64, BuildError> {
        let mut run = matrix([200, 150], 3, 0.8, condition, 6)?.run(&scaled_gd::METHOD, &[])?;
        Ok(sweeps(&mut run, 1e-8, 500))
    };
    let (one, twenty) = (steps(1.0)?, steps(20.0)?);
    let claim = "200 x 150, rank 3, 80 % seen: steps to error 1e-8 at condition number 20, compared with 1";
    Ok(vec![Finding::new(claim, one, twenty, 0.5)])
}

fn recovery() -> Result<Vec<Finding>, BuildError> {
    let given: Given<'_> = &[
        ("rows", Value::Int(100)),
        ("cols", Value::Int(100)),
        ("rank", Value::Int(5)),
        ("sampling", Value::Real(1.0)),
        ("outliers", Value::Real(0.05)),
    ];
    let mut run = Setting::new(&low_rank::PROBLEM, given, None, 6)?.run(&rpca::METHOD, &[])?;
    run.advance(300);
    let error = run.value(ERROR);
    let rank = run.value("rank.used");
    let words = "n = 100, rank 5, all entries seen, 5 % corrupt";
    Ok(vec![
        Finding::new(format!("{words}: relative error after 300 steps"), 0.0, error, 1e-5),
        Finding::new(format!("{words}: rank found"), 5.0, rank, 0.0),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_is_measured() {
        for check in CHECKS {
            for f in (check.run)() {
                assert!(
                    f.ok != f.known_not_reproduced,
                    "{}: {} is {}, expected {}",
                    check.id,
                    f.claim,
                    f.measured,
                    f.expected
                );
            }
        }
    }
}
