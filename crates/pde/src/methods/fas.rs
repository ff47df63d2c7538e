//! Full approximation scheme: multigrid for the nonlinear equation itself (A. Brandt, Multi-level adaptive solutions to boundary-value problems,
//! Mathematics of Computation 31, 1977).
//!
//! Nonlinear Gauss-Seidel smooths; the coarse grid solves for the whole approximation, `F_H(v) = F_H(I u) - R F_h(u)`, and the difference `v - I u` is
//! interpolated back, shortened where it would raise the energy. No derivative of the system is ever formed. A full cycle begins on the coarsest grid, and a few cycles later is at
//! the accuracy of the finest.
//!
//! One step is one cycle: 4/3 of the work on the finest grid for a V-cycle in two dimensions.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, StateReader,
    StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::compiled;
use iterscope_linear::transfer::{BoxTransfer, Transfer};

use super::live;
use super::nonlinear::{NONLINEAR, no_solution};
use crate::nonlinear::model::GridEquation;
use crate::nonlinear::{self, NonlinearProblem};

/// The most sweeps on the coarsest grid, and what they must leave of its residual.
const COARSEST: (usize, f64) = (50, 1e-3);
/// How often a correction of one unknown is halved that does not lower its residual, and one from the coarse grid that raises the energy.
const HALVINGS: usize = 6;
/// What is left of a correction of one unknown after that, and how often. Where the solution is flat a degenerate diffusion has hardly any slope, and the
/// first step of Newton's method is too long by as many orders of magnitude as the slope is too small; with the neighbours fixed the equation
/// is monotone, so that a short enough part always helps.
const SHORTER: (f64, usize) = (1.0 / 16.0, 250);
/// What the energy may rise by, relative to it: rounding.
const ROUNDING: f64 = 1e-10;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "cycle",
        "Cycle",
        "How often the coarser grids are visited",
        &[("v", "V"), ("w", "W"), ("f", "F")],
        "v",
    ),
    ParamInfo::choice(
        "start",
        "Start",
        "From the start of the problem, or in the first step from the coarsest grid upwards",
        &[("given", "that of the problem"), ("full", "full multigrid")],
        "given",
    ),
    ParamInfo::choice(
        "order",
        "Order of the sweeps",
        "In which order nonlinear Gauss-Seidel visits the unknowns",
        &[("red-black", "red-black"), ("lexicographic", "lexicographic")],
        "red-black",
    ),
    ParamInfo::int(
        "coarsest",
        "Coarsest grid",
        "Fewest intervals of a grid; near a fold coarser ones have no solution",
        [2, 64],
        8,
    )
    .log(),
    ParamInfo::int("pre", "Sweeps before", "Sweeps before the coarse grid", [0, 10], 2).live(),
    ParamInfo::int("post", "Sweeps after", "Sweeps after the coarse grid", [0, 10], 2).live(),
    ParamInfo::real("omega", "Relaxation ω", "Part of the correction of each unknown", [0.05, 1.95], 1.0).live(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.fas"),
        label: Str::Borrowed("FAS multigrid"),
        summary: words(
            "Multigrid without linearising: sweeps of nonlinear Gauss-Seidel, and coarse grids that solve for the whole solution. The factor per step does not depend on the \
             grid, and a step costs a few residuals.",
        ),
        math: words(r"F_H(v) = F_H(\hat I u) - R\,F_h(u), \qquad u \leftarrow u + P\,(v - \hat I u)"),
        citation: words(
            "A. Brandt, Multi-level adaptive solutions to boundary-value problems, Mathematics of Computation 31, 1977; U. Trottenberg, C. Oosterlee and A. \
             Schüller, Multigrid, 2001, section 5.3",
        ),
        params: List::Borrowed(PARAMS),
        problems: NONLINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one cycle: 4/3 of the work on the finest grid for a V-cycle in two dimensions; without a coarser grid one sweep",
        ),
        limits: words(
            "Needs a whole box, and best a number of intervals that is a power of two. Near a fold the coarse grids, whose folds lie lower, have no solution and lead \
             astray. Corrections that would raise the energy are shortened or left out. Where the diffusion varies by orders of magnitude from node to node, as for large p, the first \
             sweeps have to find the size of each value, and a cycle lowers the residual by a third to a half only.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = nonlinear::of(input)?;
    let cycle = match input.values.text("cycle") {
        "w" => Cycle::W,
        "f" => Cycle::F,
        _ => Cycle::V,
    };
    let options = Options {
        cycle,
        red_black: input.values.text("order") == "red-black",
        sweeps: [input.values.size("pre"), input.values.size("post")],
        omega: input.values.real("omega"),
    };
    let full = input.values.text("start") == "full";
    let fas = Fas::new(problem, options, input.values.size("coarsest"), full)?;
    Ok(CpuStepper::boxed(fas, problem.referee()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cycle {
    V,
    W,
    F,
}

/// How the levels are gone through.
#[derive(Clone, Copy, Debug)]
struct Options {
    cycle: Cycle,
    red_black: bool,
    sweeps: [usize; 2],
    omega: f64,
}

/// A grid of the hierarchy.
struct Level {
    model: GridEquation,
    u: Vec<f64>,
    /// `F(u) = target` is solved for.
    target: Vec<f64>,
    f: Vec<f64>,
    values: Vec<f64>,
    /// The order of a sweep.
    order: Vec<u32>,
    /// From this level to the next coarser one, and the unknown here at each of its unknowns.
    down: Option<(Transfer<f64>, Vec<u32>)>,
    /// `I u` of the finer level.
    given: Vec<f64>,
    finest: bool,
}

impl Level {
    fn new(model: GridEquation, red_black: bool) -> Level {
        let n = model.len();
        let zeros = || vec![0.0; n];
        let d = &model.discrete;
        let colour = |k: &u32| d.grid.steps(d.nodes[*k as usize]).iter().sum::<usize>() % 2;
        let mut order: Vec<u32> = (0..n as u32).collect();
        if red_black {
            order.sort_by_key(colour);
        }
        Level {
            values: model.values(),
            u: zeros(),
            target: zeros(),
            f: zeros(),
            given: zeros(),
            order,
            down: None,
            finest: false,
            model,
        }
    }

    /// One sweep: each unknown solves its own equation by a step of Newton's method.
    fn sweep(&mut self, omega: f64, work: &mut Work) {
        self.model.lay(&self.u, &mut self.values);
        for &k in &self.order {
            let (k, node) = (k as usize, self.model.discrete.nodes[k as usize]);
            let (f, slope) = self.model.at_unknown(k, &self.values);
            let left = f - self.target[k];
            if left == 0.0 || slope == 0.0 {
                continue;
            }
            let (old, mut change) = (self.values[node], -omega * left / slope);
            self.values[node] = old + change;
            let mut smaller = false;
            for halving in 0..HALVINGS + SHORTER.1 {
                let now = self.model.at_unknown(k, &self.values).0 - self.target[k];
                smaller = now.abs() <= left.abs();
                if smaller || self.values[node] == old {
                    break;
                }
                change *= if halving < HALVINGS { 0.5 } else { SHORTER.0 };
                self.values[node] = old + change;
            }
            if !smaller {
                self.values[node] = old;
            }
            self.u[k] = self.values[node];
        }
        // Each unknown is looked at from its own corners, before and after.
        work.flops += 4 * self.model.flops();
        work.bytes += 40 * self.u.len() as u64;
    }

    fn energy(&mut self, work: &mut Work) -> f64 {
        work.flops += self.model.flops();
        self.model.energy(&self.u, &mut self.values)
    }

    /// Halves the way from `given` until the energy is no higher than `before`, and stays at `given` where that does not help: where coarse grids lead
    /// astray the sweeps go on alone.
    fn hold_back(&mut self, before: f64, work: &mut Work) {
        for _ in 0..HALVINGS {
            if self.energy(work) <= before + ROUNDING * before.abs() {
                return;
            }
            self.u.iter_mut().zip(&self.given).for_each(|(u, given)| *u = 0.5 * (*u + given));
        }
        self.u.copy_from_slice(&self.given);
    }

    /// `f = F(u) - target`, and its norm.
    fn residual(&mut self, work: &mut Work) -> f64 {
        self.model.residual(&self.u, &mut self.values, &mut self.f);
        compiled::axpy(-1.0, &self.target, &mut self.f);
        work.flops += self.model.flops();
        compiled::norm2(&self.f)
    }
}

struct Fas {
    levels: Vec<Level>,
    options: Options,
    full: bool,
    steps: u64,
    stopped: Option<Stop>,
}

impl Fas {
    fn new(problem: &NonlinearProblem, options: Options, coarsest: usize, full: bool) -> Result<Fas, BuildError> {
        let setup = &problem.setup;
        let mut n = setup.equation.grid.intervals[0];
        let mut levels = vec![Level::new(setup.model(n)?, options.red_black)];
        if levels[0].model.discrete.shape.is_none() {
            return Err(BuildError::new(
                "method",
                "needs the unknowns of a whole box: clear the domain, or take Newton",
            ));
        }
        let sides = levels[0].model.discrete.sides.clone();
        while n.is_multiple_of(2) && n / 2 >= coarsest {
            n /= 2;
            let coarse = setup.model(n)?;
            let fine = &levels[levels.len() - 1].model.discrete;
            let (Some(from), Some(to)) = (&fine.shape, &coarse.discrete.shape) else { break };
            let transfer = Transfer::Boxes(BoxTransfer::new(from, to, &sides));
            let inject = coarse.discrete.nodes.iter();
            let inject =
                inject.map(|&node| fine.unknown[fine.grid.node(coarse.discrete.grid.steps(node).map(|s| 2 * s))]);
            let down = Some((transfer, inject.collect()));
            let last = levels.len() - 1;
            levels[last].down = down;
            levels.push(Level::new(coarse, options.red_black));
        }
        levels[0].u.copy_from_slice(&problem.initial);
        levels[0].finest = true;
        Ok(Fas { levels, options, full, steps: 0, stopped: None })
    }

    /// Brings the start to every grid and solves from the coarsest upwards.
    fn climb(&mut self, work: &mut Work) {
        for l in 0..self.levels.len() - 1 {
            let (fine, coarse) = self.levels.split_at_mut(l + 1);
            if let Some((_, inject)) = &fine[l].down {
                for (u, &k) in coarse[0].u.iter_mut().zip(inject) {
                    *u = fine[l].u[k as usize];
                }
            }
            coarse[0].target.fill(0.0);
        }
        let last = self.levels.len() - 1;
        cycle(&mut self.levels[last..], self.options, self.options.cycle, work);
        for l in (0..last).rev() {
            let (fine, coarse) = self.levels.split_at_mut(l + 1);
            if let Some((transfer, _)) = &fine[l].down {
                transfer.guess(&coarse[0].u, &mut fine[l].u);
            }
            cycle(&mut self.levels[l..], self.options, self.options.cycle, work);
        }
    }
}

fn cycle(levels: &mut [Level], options: Options, kind: Cycle, work: &mut Work) {
    let Some((fine, coarser)) = levels.split_first_mut() else { return };
    if coarser.is_empty() {
        let (most, part) = COARSEST;
        let first = fine.residual(work);
        for _ in 0..most {
            fine.sweep(options.omega, work);
            let left = fine.residual(work);
            if left.is_nan() || left <= part * first {
                break;
            }
        }
        return;
    }
    let visits = if kind == Cycle::V { 1 } else { 2 };
    (0..options.sweeps[0]).for_each(|_| fine.sweep(options.omega, work));
    for visit in 0..visits {
        // Below a coarsest grid that is solved one visit is enough.
        if visit > 0 && coarser.len() == 1 {
            break;
        }
        fine.residual(work);
        let coarse = &mut coarser[0];
        if let Some((transfer, inject)) = &fine.down {
            transfer.restrict(&fine.f, &mut coarse.target);
            for (u, &k) in coarse.u.iter_mut().zip(inject) {
                *u = fine.u[k as usize];
            }
            work.flops += transfer.flops();
        }
        coarse.given.copy_from_slice(&coarse.u);
        coarse.model.residual(&coarse.u, &mut coarse.values, &mut coarse.f);
        work.flops += coarse.model.flops();
        for (target, f) in coarse.target.iter_mut().zip(&coarse.f) {
            *target = f - *target;
        }
        let below = if kind == Cycle::F && visit > 0 { Cycle::V } else { kind };
        cycle(coarser, options, below, work);
        let coarse = &mut coarser[0];
        for (given, u) in coarse.given.iter_mut().zip(&coarse.u) {
            *given = u - *given;
        }
        // Nothing is given to the finest grid: its place holds the iterate.
        let before = fine.finest.then(|| fine.energy(work));
        if before.is_some() {
            fine.given.copy_from_slice(&fine.u);
        }
        if let Some((transfer, _)) = &fine.down {
            transfer.prolong_add(&coarse.given, &mut fine.u);
            work.flops += transfer.flops();
        }
        if let Some(before) = before {
            fine.hold_back(before, work);
        }
    }
    (0..options.sweeps[1]).for_each(|_| fine.sweep(options.omega, work));
}

impl Iteration for Fas {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.stopped = None;
        if self.full && self.steps == 0 {
            self.climb(work);
        } else {
            let kind = self.options.cycle;
            cycle(&mut self.levels, self.options, kind, work);
        }
        self.steps += 1;
        // A cycle is about so many evaluations on the finest grid.
        work.operator += (1 + self.options.sweeps[0] + self.options.sweeps[1]) as u64;
        if !compiled::norm2(&self.levels[0].u).is_finite() {
            self.stopped = Some(Stop::Diverged);
            return Outcome::Stop(Stop::Diverged);
        }
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.levels[0].u
    }

    fn remark(&self) -> Option<String> {
        no_solution(self.stopped)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let value = live(PARAMS, key, value)?;
        let sweeps = || value.as_int().unwrap_or(1) as usize;
        match key {
            "pre" => self.options.sweeps[0] = sweeps(),
            "post" => self.options.sweeps[1] = sweeps(),
            _ => self.options.omega = value.as_real().unwrap_or(1.0),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        let [pre, post] = self.options.sweeps;
        out.slice(&[self.steps as f64, pre as f64, post as f64, self.options.omega]);
        out.slice(&self.levels[0].u);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let mut scalars = [0.0; 4];
        from.slice(&mut scalars);
        let [steps, pre, post, omega] = scalars;
        (self.steps, self.options.sweeps, self.options.omega) = (steps as u64, [pre as usize, post as usize], omega);
        from.slice(&mut self.levels[0].u);
        self.stopped = None;
    }
}
