//! The laws: chances that add up, derivatives that are derivatives, tails to full accuracy.

use crate::data::games::Results;
use crate::model::likelihood::normal::below;
use crate::model::likelihood::*;

fn laws() -> Vec<AnyGameLikelihood> {
    let mut all = vec![AnyGameLikelihood::Probit(Probit), AnyGameLikelihood::Logistic(Logistic::new(false, 0.0))];
    for nu in [1e-3, 0.4, 1.0, 7.0] {
        all.push(AnyGameLikelihood::Logistic(Logistic::new(true, nu)));
        all.push(AnyGameLikelihood::RaoKupper(RaoKupper::new(nu)));
        all.push(AnyGameLikelihood::GlennDavid(GlennDavid::new(nu)));
    }
    all
}

#[test]
fn the_normal_distribution_is_right_in_both_tails() {
    // mpmath 1.3, 50 digits: logarithm of the distribution function, its first and its negated second derivative.
    for (x, log, slope, bend) in [
        (-200.0, -20006.21728089819, 200.00499975003123, 0.999975003749219),
        (-38.0, -726.5572160188201, 38.02627946657587, 0.9993103402465338),
        (-12.5, -81.57596787074388, 12.579007304406977, 0.9938334592368577),
        (-3.000001, -6.607729504609469, 3.2830995843712656, 0.9294408446853952),
        (-2.99999, -6.607693390570272, 3.283089360523878, 0.929440498507057),
        (-0.7, -1.4189677615315317, 1.2904993394581665, 0.7620390075212475),
        (0.4, -0.42247637022777607, 0.5618827037969629, 0.5404652543449706),
        (3.5, -0.00023265614137680455, 0.000872885753654736, 0.0030558620673305096),
        (9.0, -1.1285884059538405e-19, 1.0279773571668915e-18, 9.251796214502023e-18),
        (30.0, -4.906713927148187e-198, 1.4736461348785476e-196, 4.420938404635642e-195),
    ] {
        let found = below(x);
        // The density of the upper tail cannot be known better than its argument: x^2 units of rounding.
        let unit = 1.0 + if x > 0.0 { 0.1 * x * x } else { 0.0 };
        let off = |a: f64, b: f64| ((a - b) / b).abs() / unit;
        assert!(off(found.log, log) < 1e-14, "{x}: {found:?}");
        assert!(off(found.slope, slope) < 1e-13, "{x}: {found:?}");
        assert!(off(found.bend, bend) < 1e-12, "{x}: {found:?}");
    }
    assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-13);
}

#[test]
fn chances_of_a_tie_are_right_far_out() {
    // mpmath 1.3, 300 digits.
    for (d, eta, log) in [
        (0.0, 0.3, -1.4446744152580374),
        (1.5, 0.3, -2.5365450423409793),
        (-4.0, 0.5, -8.380778558467018),
        (9.0, 2.0, -27.384307498811075),
        (0.2, 6.0, -3.5980617885035133e-9),
        (3.0, 0.001, -11.63354529829417),
        (30.0, 0.4, -442.3878510001415),
    ] {
        let q = GlennDavid::new(eta).shares(d);
        assert!(((q.log_tie - log) / log).abs() < 1e-12, "{d} {eta}: {} {log}", q.log_tie);
    }
}

#[test]
fn chances_add_up_and_agree_with_their_logarithms() {
    for law in laws() {
        for d in [-30.0, -4.0, -0.3, 0.0, 0.1, 2.0, 9.0] {
            let (q, back) = (law.shares(d), law.shares(-d));
            assert!((q.first + q.second + q.tie - 1.0).abs() < 1e-14, "{law:?} {d} {q:?}");
            assert!((q.first - back.second).abs() < 1e-15 && (q.tie - back.tie).abs() < 1e-15, "{law:?} {d}");
            for (p, log) in [(q.first, q.log_first), (q.second, q.log_second), (q.tie, q.log_tie)] {
                assert!((libm::exp(log) - p).abs() <= 1e-12 * p, "{law:?} {d} {q:?}");
            }
        }
    }
}

/// The law of the same kind at another tau.
fn turned(law: &AnyGameLikelihood, nu: f64, by: f64) -> AnyGameLikelihood {
    match law {
        AnyGameLikelihood::Logistic(_) => AnyGameLikelihood::Logistic(Logistic::new(nu > 0.0, nu * libm::exp(by))),
        AnyGameLikelihood::RaoKupper(_) => AnyGameLikelihood::RaoKupper(RaoKupper::new(nu * libm::exp(by))),
        AnyGameLikelihood::Probit(_) => *law,
        AnyGameLikelihood::GlennDavid(_) => {
            let tau = libm::log(libm::expm1(nu)) + by;
            AnyGameLikelihood::GlennDavid(GlennDavid::new(libm::log1p(libm::exp(tau))))
        }
    }
}

#[test]
fn slopes_and_bends_are_derivatives() {
    let results = Results { won: 2.5, lost: 1.0, tied: 1.5 };
    for nu in [0.0, 0.02, 0.4, 1.0, 5.0] {
        let kinds = if nu > 0.0 {
            vec![
                AnyGameLikelihood::Logistic(Logistic::new(true, nu)),
                AnyGameLikelihood::RaoKupper(RaoKupper::new(nu)),
                AnyGameLikelihood::GlennDavid(GlennDavid::new(nu)),
            ]
        } else {
            vec![AnyGameLikelihood::Logistic(Logistic::new(false, 0.0)), AnyGameLikelihood::Probit(Probit)]
        };
        for law in kinds {
            for d in [-6.0, -1.3, -0.2, 0.0, 0.5, 2.0, 5.0] {
                let h = 1e-5;
                let at = |x: f64, by: f64| {
                    let mut value = 0.0;
                    let [a, b] = turned(&law, nu, by).slope(&results, d + x, &mut value);
                    (value, a, b)
                };
                let (_, by_d, by_tau) = at(0.0, 0.0);
                let bend = law.bend(&results, d);
                let near = |a: f64, b: f64, what: &str| {
                    assert!((a - b).abs() < 1e-6 * (1.0 + b.abs()), "{law:?} {nu} {d} {what}: {a} {b}");
                };
                let (up, down) = (at(h, 0.0), at(-h, 0.0));
                near((up.0 - down.0) / (2.0 * h), by_d, "d");
                near(-(up.1 - down.1) / (2.0 * h), bend.link, "dd");
                if nu > 0.0 {
                    let (more, less) = (at(0.0, h), at(0.0, -h));
                    near((more.0 - less.0) / (2.0 * h), by_tau, "tau");
                    near(-(more.1 - less.1) / (2.0 * h), bend.border, "d tau");
                    near(-(more.2 - less.2) / (2.0 * h), bend.corner + bend.excess, "tau tau");
                }
                // Without the excess it is positive semidefinite.
                assert!(bend.link >= 0.0 && bend.corner >= 0.0);
                assert!(bend.link * bend.corner - bend.border * bend.border >= -1e-9, "{law:?} {nu} {d}");
            }
        }
    }
}

#[test]
fn thurstone_and_bradley_terry_nearly_agree_on_another_scale() {
    // The usual factor 1.702 makes the two distributions agree within 0.01 (D. C. Haley, 1952).
    for d in [-3.0, -1.0, 0.2, 1.0, 2.5] {
        assert!((Probit.shares(d).first - shares(1.702 * d, f64::NEG_INFINITY).first).abs() < 0.0095);
    }
}
