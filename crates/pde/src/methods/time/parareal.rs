//! Parareal: a coarse method carries corrections forward, a fine one computes all intervals at the same time.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, StateReader, StateWriter, Stepper, Stop, Str, Work,
    words,
};

use super::slab::{self, COARSE, COARSE_STEPS, DIAGNOSTICS, FINE, FINE_STEPS, INTERVALS, SPAN, SlabMethod, Tools};
use super::{BACKENDS, TYPED};

static PARAMS: &[ParamInfo] = &[SPAN, INTERVALS, FINE, FINE_STEPS, COARSE, COARSE_STEPS];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.parareal"),
        label: Str::Borrowed("Parareal"),
        summary: words(
            "Newton's method for all moments at once, with a coarse integrator in the place of the derivative. Fast on diffusion; waves need nearly \
             as many iterations as there are intervals.",
        ),
        math: words(r"U_{i+1}^{k+1} = G(U_i^{k+1}) + F(U_i^k) - G(U_i^k)"),
        citation: words(
            "J.-L. Lions, Y. Maday and G. Turinici, Résolution d'EDP par un schéma en temps « pararéel », Comptes Rendus de l'Académie des Sciences 332, 2001",
        ),
        params: List::Borrowed(PARAMS),
        problems: TYPED,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "the fine method once on every interval, at the same time, then the coarse one from the first to the last",
        ),
        limits: words(
            "After k iterations the first k moments are exact, so that there are never more iterations than intervals. Here the intervals are computed \
             one after the other: what would wait for each other is counted as evaluations in sequence.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        slab::build(Box::new(Parareal { handed: Vec::new(), state: Vec::new() }), input)
    },
    predict: None,
};

/// The coarse values `G(U_{i-1})` that the present slab was corrected with.
struct Parareal {
    handed: Vec<Vec<f64>>,
    state: Vec<f64>,
}

impl SlabMethod for Parareal {
    fn begin(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        for i in 1..slab.len() {
            let (before, after) = slab.split_at_mut(i);
            after[0].copy_from_slice(&before[i - 1]);
            tools.coarse(i, &mut after[0], work)?;
        }
        self.handed = slab.to_vec();
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        // F(U_i) - G(U_i) of the old slab, in the place of G.
        let before = work.operator;
        self.state.resize(slab[0].len(), 0.0);
        for i in 1..slab.len() {
            self.state.copy_from_slice(&slab[i - 1]);
            tools.fine(i, &mut self.state, work)?;
            for (handed, fine) in self.handed[i].iter_mut().zip(&self.state) {
                *handed = fine - *handed;
            }
        }
        // All intervals took as long as one of them.
        *tools.sequential += (work.operator - before) / (slab.len() - 1) as u64;
        for i in 1..slab.len() {
            self.state.copy_from_slice(&slab[i - 1]);
            tools.coarse(i, &mut self.state, work)?;
            for ((u, handed), coarse) in slab[i].iter_mut().zip(&mut self.handed[i]).zip(&self.state) {
                *u = coarse + *handed;
                *handed = *coarse;
            }
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.handed.len() as u64);
        for state in &self.handed {
            out.bits(state.len() as u64);
            out.slice(state);
        }
    }

    fn load(&mut self, _: &mut Tools<'_>, _: &[Vec<f64>], from: &mut StateReader<'_>) {
        self.handed = (0..from.bits())
            .map(|_| {
                let mut state = vec![0.0; from.bits() as usize];
                from.slice(&mut state);
                state
            })
            .collect();
    }
}
