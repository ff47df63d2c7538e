//! The embedded pair of Dormand and Prince.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Stop,
    Str, Work, words,
};
use iterscope_kernels::compiled::accumulate;

use super::runge_kutta::{Tableau, add, count};
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::adaptive::{ATOL, Adaptive, Attempt, Embedded, LENGTH, REJECTED, RTOL};
use crate::time::problem::Evolution;
use crate::time::stability::{Region, polynomial, predict_adaptive};
use crate::time::stepper::build;

static PARAMS: &[ParamInfo] = &[RTOL, ATOL];
static DIAGNOSTICS: &[SeriesInfo] = &[LENGTH, REJECTED];

/// The six stages of fifth order.
pub static TABLEAU: Tableau = Tableau {
    a: &[
        &[],
        &[1.0 / 5.0],
        &[3.0 / 40.0, 9.0 / 40.0],
        &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
        &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
        &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    ],
    b: &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
    c: &[0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0],
};

/// Differences of the weights of fifth and fourth order; the last is that of the rate after the step.
const DIFFERENCE: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.dopri5"),
        label: Str::Borrowed("Dormand-Prince 5(4)"),
        summary: words(
            "Explicit, of fifth order, with steps that are as long as the tolerances allow: the usual choice where nothing is stiff.",
        ),
        math: words(
            r"u_+ = u + \Delta t \sum_{i=1}^{6} b_i k_i, \quad e = \Delta t \sum_{i=1}^{7} (b_i - \hat b_i) k_i, \quad \Delta t_+ = 0.9\, \Delta t\, \lVert e \rVert^{-0.7/5} \lVert e_- \rVert^{0.4/5}",
        ),
        citation: words(
            "J. R. Dormand and P. J. Prince, A family of embedded Runge-Kutta formulae, Journal of Computational and Applied Mathematics 6, 1980",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("six evaluations of the rate of change, and six more for each rejected attempt"),
        limits: words(
            "For stiff equations stability and not accuracy decides on its steps: it stays at about 3.3 over the fastest rate and rejects many.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        build(Box::new(Adaptive::new(DormandPrince::new(n), input.values, n)), input)
    },
    predict: Some(|input| {
        let coefficients = TABLEAU.polynomial();
        predict_adaptive(input, &|z| polynomial(&coefficients, z).abs(), Region::Upto(8.0))
    }),
};

/// The pair; its last rate is the first of the next step.
pub struct DormandPrince {
    /// What is integrated.
    pub part: Part,
    stages: Vec<Vec<f64>>,
    last: Vec<f64>,
    at: Vec<f64>,
    known: bool,
}

impl DormandPrince {
    /// For states of `n` values.
    pub fn new(n: usize) -> DormandPrince {
        let zero = || vec![0.0; n];
        let stages = (0..6).map(|_| zero()).collect();
        DormandPrince { part: Part::All, stages, last: zero(), at: zero(), known: false }
    }
}

impl Embedded for DormandPrince {
    const ORDER: f64 = 5.0;

    fn part(&self) -> Part {
        self.part
    }

    fn attempt(
        &mut self,
        system: &mut dyn System,
        at: &Attempt<'_>,
        next: &mut [f64],
        work: &mut Work,
    ) -> Result<f64, Stop> {
        let Tableau { a, b, c } = TABLEAU;
        let Attempt { t, dt, u, tolerance, .. } = *at;
        let n = u.len();
        if !self.known {
            system.rate(self.part, t, u, &mut self.stages[0]);
            count(work, system, 1, n);
            self.known = true;
        }
        for i in 1..6 {
            self.at.copy_from_slice(u);
            accumulate(&mut self.at, dt, a[i], &self.stages);
            system.rate(self.part, t + c[i] * dt, &self.at, &mut self.stages[i]);
        }
        next.copy_from_slice(u);
        accumulate(next, dt, b, &self.stages);
        system.rate(self.part, t + dt, next, &mut self.last);
        count(work, system, 6, n);
        self.at.fill(0.0);
        accumulate(&mut self.at, dt, &DIFFERENCE[..6], &self.stages);
        add(&mut self.at, dt * DIFFERENCE[6], &self.last);
        Ok(tolerance.norm(&self.at, u, next))
    }

    fn accept(&mut self) {
        std::mem::swap(&mut self.stages[0], &mut self.last);
    }

    fn forget(&mut self) {
        self.known = false;
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(u64::from(self.known));
        out.slice(&self.stages[0]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.known = from.bits() != 0;
        from.slice(&mut self.stages[0]);
    }
}
