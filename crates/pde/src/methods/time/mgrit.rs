//! Multigrid reduction in time: coarser and coarser grids of moments, each stepped with steps as long as its own.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Stop, Str, Work, words};

use super::slab::{self, DIAGNOSTICS, FINE, FINE_STEPS, INTERVALS, SPAN, SlabMethod, Tools};
use super::{BACKENDS, EVOLUTION};

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
        problems: EVOLUTION,
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
        let method =
            Mgrit { coarsening: v.size("coarsening"), levels: v.size("levels"), twice: v.text("relaxation") == "fcf" };
        slab::build(Box::new(method), input)
    },
    predict: None,
};

struct Mgrit {
    coarsening: usize,
    levels: usize,
    twice: bool,
}

/// One grid of moments: every `stride`-th of the slab.
struct Grid<'a> {
    stride: usize,
    u: &'a mut [Vec<f64>],
    g: &'a [Vec<f64>],
}

impl Mgrit {
    /// One step of a grid's own length to its moment `i`: `u <- Phi(u)`. The finest grid takes the fine method as it is, a coarser one as many
    /// steps for its longer interval.
    fn phi(tools: &mut Tools<'_>, stride: usize, i: usize, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        let interval = [tools.times[(i - 1) * stride], tools.times[i * stride]];
        tools.fine.run(tools.system, interval, u, work)
    }

    /// Makes moment `i` agree with the one before it.
    fn renew(tools: &mut Tools<'_>, grid: &mut Grid<'_>, i: usize, work: &mut Work) -> Result<(), Stop> {
        let (old, new) = grid.u.split_at_mut(i);
        new[0].copy_from_slice(&old[i - 1]);
        Self::phi(tools, grid.stride, i, &mut new[0], work)?;
        new[0].iter_mut().zip(&grid.g[i]).for_each(|(u, g)| *u += g);
        Ok(())
    }

    fn between(&self, tools: &mut Tools<'_>, grid: &mut Grid<'_>, work: &mut Work) -> Result<(), Stop> {
        for i in (1..grid.u.len()).filter(|i| !i.is_multiple_of(self.coarsening)) {
            Self::renew(tools, grid, i, work)?;
        }
        Ok(())
    }

    /// A cycle, with what of it waits for each other in evaluations.
    fn cycle(&self, tools: &mut Tools<'_>, grid: &mut Grid<'_>, level: usize, work: &mut Work) -> Result<u64, Stop> {
        let (m, last) = (self.coarsening, grid.u.len() - 1);
        let before = work.operator;
        if level + 1 >= self.levels || last / m < 1 {
            for i in 1..=last {
                Self::renew(tools, grid, i, work)?;
            }
            return Ok(work.operator - before);
        }
        self.between(tools, grid, work)?;
        if self.twice {
            // All coarse ones from the values before them, which stay.
            for i in (m..=last).step_by(m) {
                Self::renew(tools, grid, i, work)?;
            }
            self.between(tools, grid, work)?;
        }
        // Jumps into the coarse moments.
        let count = last / m + 1;
        let stride = grid.stride * m;
        let mut coarse: Vec<Vec<f64>> = (0..count).map(|j| grid.u[j * m].clone()).collect();
        let mut right = vec![vec![0.0; coarse[0].len()]; count];
        for j in 1..count {
            let mut fine = grid.u[j * m - 1].clone();
            Self::phi(tools, grid.stride, j * m, &mut fine, work)?;
            let mut long = coarse[j - 1].clone();
            Self::phi(tools, stride, j, &mut long, work)?;
            for k in 0..fine.len() {
                // u - Phi_c(u) + r with r = g + Phi(u) - u: the value itself goes out.
                right[j][k] = grid.g[j * m][k] + fine[k] - long[k];
            }
        }
        // Every interval of this grid at the same time as the others.
        let shared = (work.operator - before) * m as u64 / last as u64;
        let mut next = Grid { stride, u: &mut coarse, g: &right };
        let below = self.cycle(tools, &mut next, level + 1, work)?;
        for (j, state) in coarse.iter_mut().enumerate().skip(1) {
            std::mem::swap(&mut grid.u[j * m], state);
        }
        let after = work.operator;
        self.between(tools, grid, work)?;
        Ok(shared + below + (work.operator - after) * m as u64 / last as u64)
    }
}

impl SlabMethod for Mgrit {
    fn begin(&mut self, _: &mut Tools<'_>, slab: &mut [Vec<f64>], _: &mut Work) -> Result<(), Stop> {
        slab::constant(slab);
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        let zero = vec![vec![0.0; slab[0].len()]; slab.len()];
        let mut grid = Grid { stride: 1, u: slab, g: &zero };
        let sequential = self.cycle(tools, &mut grid, 0, work)?;
        *tools.sequential += sequential;
        Ok(())
    }
}
