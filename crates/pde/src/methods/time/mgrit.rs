//! Multigrid reduction in time: coarser and coarser grids of moments, each stepped with steps as long as its own.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, StateReader, Stepper, Stop, Str, Work, words,
};

use super::slab::{self, DIAGNOSTICS, FINE, FINE_STEPS, INTERVALS, SPAN, SlabMethod, Tools};
use super::{BACKENDS, TYPED};

static PARAMS: &[ParamInfo] = &[
    SPAN,
    INTERVALS,
    FINE,
    FINE_STEPS,
    ParamInfo::int("coarsening", "Coarsening", "Moments of a grid to one of the next", [2, 64], 4),
    ParamInfo::int("levels", "Levels", "The most grids", [2, 12], 12),
    ParamInfo::choice(
        "relaxation",
        "Relaxation",
        "F: the moments between coarse ones from them; FCF: then the coarse ones, then those between again",
        &[("f", "F"), ("fcf", "FCF")],
        "fcf",
    ),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.mgrit"),
        label: Str::Borrowed("MGRIT"),
        summary: words(
            "Multigrid over time: relaxation makes the moments between coarse ones agree with them, the coarse grid corrects what is left. With two grids and \
             relaxation F it is Parareal.",
        ),
        math: words(
            r"u_i - \Phi(u_{i-1}) = g_i, \qquad v_j - \Phi_c(v_{j-1}) = u_{mj} - \Phi_c(u_{m(j-1)}) + r_{mj}, \qquad u_{mj} \leftarrow v_j",
        ),
        citation: words(
            "R. D. Falgout, S. Friedhoff, Tz. V. Kolev, S. P. MacLachlan and J. B. Schroder, Parallel time integration with multigrid, SIAM Journal on \
             Scientific Computing 36, 2014",
        ),
        params: List::Borrowed(PARAMS),
        problems: TYPED,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "one V-cycle over the grids of moments; the full approximation scheme where the system is not linear",
        ),
        limits: words(
            "Coarse grids take one step where the fine one takes many: with an explicit fine method, and on waves, that is unstable or corrects nothing. \
             Take implicit Euler.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let v = input.values;
        let method = Mgrit {
            coarsening: v.size("coarsening"),
            levels: v.size("levels"),
            twice: v.text("relaxation") == "fcf",
            grids: Vec::new(),
            state: Vec::new(),
        };
        slab::build(Box::new(method), input)
    },
    predict: None,
};

struct Mgrit {
    coarsening: usize,
    levels: usize,
    twice: bool,
    /// The grids below the slab.
    grids: Vec<Grid>,
    state: Vec<f64>,
}

/// One coarse grid of moments, every `stride`-th of the slab: its values, and what stands on the right.
struct Grid {
    stride: usize,
    u: Vec<Vec<f64>>,
    g: Vec<Vec<f64>>,
}

/// The present grid: `u_i - Phi(u_{i-1}) = g_i`.
struct Level<'a> {
    stride: usize,
    u: &'a mut [Vec<f64>],
    /// None where nothing is given.
    g: Option<&'a [Vec<f64>]>,
}

impl Level<'_> {
    fn given(&self, i: usize) -> Option<&[f64]> {
        self.g.map(|g| &g[i][..])
    }

    /// Makes moment `i` agree with the one before it.
    fn renew(&mut self, tools: &mut Tools<'_>, i: usize, work: &mut Work) -> Result<(), Stop> {
        let (old, new) = self.u.split_at_mut(i);
        new[0].copy_from_slice(&old[i - 1]);
        phi(tools, self.stride, i, &mut new[0], work)?;
        if let Some(g) = self.g {
            new[0].iter_mut().zip(&g[i]).for_each(|(u, g)| *u += g);
        }
        Ok(())
    }

    /// Makes all moments between coarse ones agree with those before them.
    fn between(&mut self, tools: &mut Tools<'_>, m: usize, work: &mut Work) -> Result<(), Stop> {
        for i in (1..self.u.len()).filter(|i| !i.is_multiple_of(m)) {
            self.renew(tools, i, work)?;
        }
        Ok(())
    }
}

/// `u <- Phi(u)` over the interval that ends at moment `i` of the grid: as many steps of the fine method on every grid, longer ones on coarser.
fn phi(tools: &mut Tools<'_>, stride: usize, i: usize, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
    let interval = [tools.times[(i - 1) * stride], tools.times[i * stride]];
    tools.fine.run(tools.system, interval, u, work)
}

impl Mgrit {
    /// A cycle, and how many of its evaluations wait for each other.
    fn cycle(
        &self,
        tools: &mut Tools<'_>,
        mut level: Level<'_>,
        below: &mut [Grid],
        state: &mut [f64],
        work: &mut Work,
    ) -> Result<u64, Stop> {
        let (m, last) = (self.coarsening, level.u.len() - 1);
        let before = work.operator;
        let Some((coarse, below)) = below.split_first_mut() else {
            for i in 1..=last {
                level.renew(tools, i, work)?;
            }
            return Ok(work.operator - before);
        };
        level.between(tools, m, work)?;
        if self.twice {
            // All coarse ones from the values before them, which stay.
            for i in (m..=last).step_by(m) {
                level.renew(tools, i, work)?;
            }
            level.between(tools, m, work)?;
        }
        let Grid { stride, u, g } = coarse;
        for (j, u) in u.iter_mut().enumerate() {
            u.copy_from_slice(&level.u[j * m]);
        }
        for j in 1..u.len() {
            // u - Phi_c(u) + r with r = g + Phi(u) - u: the value itself goes out.
            g[j].copy_from_slice(&level.u[j * m - 1]);
            phi(tools, level.stride, j * m, &mut g[j], work)?;
            state.copy_from_slice(&u[j - 1]);
            phi(tools, *stride, j, state, work)?;
            g[j].iter_mut().zip(&*state).for_each(|(g, long)| *g -= long);
            if let Some(given) = level.given(j * m) {
                g[j].iter_mut().zip(given).for_each(|(g, given)| *g += given);
            }
        }
        // Every coarse interval at the same time as the others.
        let shared = (work.operator - before) * m as u64 / last as u64;
        let next = Level { stride: *stride, u, g: Some(g) };
        let waited = self.cycle(tools, next, below, state, work)?;
        for (j, u) in coarse.u.iter().enumerate().skip(1) {
            level.u[j * m].copy_from_slice(u);
        }
        let after = work.operator;
        level.between(tools, m, work)?;
        Ok(shared + waited + (work.operator - after) * m as u64 / last as u64)
    }

    /// The coarse grids of a slab.
    fn allocate(&mut self, slab: &[Vec<f64>]) {
        let (m, mut last, mut stride) = (self.coarsening, slab.len() - 1, 1);
        self.grids.clear();
        while self.grids.len() + 1 < self.levels && last / m >= 1 {
            (last, stride) = (last / m, stride * m);
            let states = || vec![vec![0.0; slab[0].len()]; last + 1];
            self.grids.push(Grid { stride, u: states(), g: states() });
        }
        self.state = vec![0.0; slab[0].len()];
    }
}

impl SlabMethod for Mgrit {
    fn begin(&mut self, _: &mut Tools<'_>, slab: &mut [Vec<f64>], _: &mut Work) -> Result<(), Stop> {
        slab::constant(slab);
        self.allocate(slab);
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        let (mut grids, mut state) = (std::mem::take(&mut self.grids), std::mem::take(&mut self.state));
        let level = Level { stride: 1, u: slab, g: None };
        let waited = self.cycle(tools, level, &mut grids, &mut state, work);
        (self.grids, self.state) = (grids, state);
        *tools.sequential += waited?;
        Ok(())
    }

    fn load(&mut self, _: &mut Tools<'_>, slab: &[Vec<f64>], _: &mut StateReader<'_>) {
        self.allocate(slab);
    }
}
