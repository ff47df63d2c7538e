//! What is claimed of rankings from orders.

use iterscope_core::{BuildError, Finding, PaperCheck};

use super::findings;
use crate::test_support::{TestRun, problem};

/// Those whose strengths are set beside another program's; all but the last are after the optimum.
const SOLVERS: [&str; 12] = [
    "ranking.zermelo",
    "ranking.newman",
    "ranking.newton",
    "ranking.lbfgs",
    "ranking.ilsr",
    "ranking.coordinate-descent",
    "ranking.gradient",
    "ranking.nesterov",
    "ranking.lazy-newton",
    "ranking.root-newton",
    "ranking.trust-region",
    "ranking.lsr",
];

/// Passes on the portable set.
pub(crate) const PASSES: PaperCheck = PaperCheck {
    id: "ranking.orders.passes",
    source: "Plackett-Luce by MM: D. R. Hunter, Annals of Statistics 32(1), 2004; rearranged: after M. E. J. Newman, JMLR \
                 24(238), 2023; figures from an independent numpy program on the same set",
    methods: &["ranking.zermelo", "ranking.newman"],
    preset: Some("ranking.orders-golden"),
    run: || findings(passes()),
};

/// Strengths beside those of another program.
pub(crate) const PROGRAMS: PaperCheck = PaperCheck {
    id: "ranking.orders.programs",
    source: "L. Maystre's choix 0.4.1 (ilsr_rankings, lsr_rankings, mm_rankings, ilsr_top1, lsr_top1) on the same races",
    methods: &SOLVERS,
    preset: Some("ranking.orders-golden"),
    run: || findings(programs()),
};

fn passes() -> Result<Vec<Finding>, BuildError> {
    let set = problem("ranking.synthetic-orders", &[], 77, None)?;
    let mut out = Vec::new();
    for (id, name, expected, trace, end) in [
        (
            "ranking.zermelo",
            "MM",
            24.0,
            [-1235.8476522334677, -1206.4443865213284, -1199.522067495513],
            -1196.4071147122056,
        ),
        (
            "ranking.newman",
            "Newman",
            7.0,
            [-1201.1456956586212, -1196.4741732069608, -1196.407878614687],
            -1196.4071146901706,
        ),
    ] {
        let mut run = TestRun::new(&set, id, &[])?;
        for (k, expected) in trace.into_iter().enumerate() {
            run.advance(1);
            let claim = format!("{name}: log-likelihood after pass {}", k + 1);
            out.push(Finding::new(claim, expected, -300.0 * run.value("nll"), 1e-13));
        }
        let found = run.steps_until("p.rms.change", 1e-6, 1000) as f64;
        out.push(Finding::new(
            format!("{name}: passes until the rms change of p per pass is 1e-6"),
            expected,
            found,
            0.0,
        ));
        out.push(Finding::new(format!("{name}: log-likelihood there"), end, -300.0 * run.value("nll"), 1e-13));
    }
    Ok(out)
}

fn programs() -> Result<Vec<Finding>, BuildError> {
    let mut out = Vec::new();
    for (placed, words, ml, lsr) in [
        (
            0,
            "full orders",
            [-0.5540069065927515, 0.13603424872255843, 0.38177803001288957, -1.3338743994976328, 1.3890489491071125],
            [-0.5042572922966109, 0.10995498131956893, 0.41673521787690443, -1.2434462491027123, 1.3805633080666229],
        ),
        (
            2,
            "two places known",
            [-0.3760693491272234, 0.12138785163572402, 0.38947234320028323, -1.2666561970240244, 1.399332153771136],
            [-0.28905796206818263, 0.06545462985109246, 0.42149624500684835, -1.1886848147714424, 1.4108194819212712],
        ),
    ] {
        let set = problem("ranking.synthetic-orders", &[("placed", placed.into())], 77, None)?;
        for id in SOLVERS {
            let expected = if id == "ranking.lsr" { lsr } else { ml };
            let own = if id == "ranking.lsr" { vec![("tolerance", 1e-14.into())] } else { vec![] };
            let mut run = TestRun::new(&set, id, &own)?;
            run.steps_until("gradient.rel", 1e-14, 2000);
            let off = run.strengths(&set).iter().zip(expected).fold(0.0, |most: f64, (s, e)| {
                let off = (libm::log(*s) - e).abs();
                // A NaN must not pass for agreement.
                if off <= most { most } else { off }
            });
            let claim = format!("{id}, {words}: largest distance of the first five log-strengths from choix");
            out.push(Finding::new(claim, 0.0, off, 1e-11));
        }
    }
    Ok(out)
}
