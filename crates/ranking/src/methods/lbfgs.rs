//! The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno.

use std::rc::Rc;

use iterscope_core::{
    Backend, Breakdown, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work,
};
use iterscope_kernels::reduce::{axpy, dot, scale};

use super::point::{Point, Track, curvature_bound, rises_enough};
use super::{CHANGE, PROBLEMS};
use crate::instance::Ranking;
use crate::model::{Model, Strengths};

const MEMORY: ParamInfo = ParamInfo::int("memory", "Memory", "Number of past steps that are remembered.", [1, 50], 8);

/// Armijo's constant.
const PART: f64 = 1e-4;

const PARAMS: &[ParamInfo] = &[MEMORY];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new("lbfgs.length", "step length t", "Part of the direction that was taken; 1 is the rule.").linear(),
];

/// See [`MethodInfo::summary`].
pub static LBFGS: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.lbfgs"),
        label: Str::Borrowed("L-BFGS"),
        summary: Str::Borrowed(
            "A quasi-Newton method: the inverse Hessian is read off the last few steps and their changes of gradient. It needs \
             no second derivatives and hardly more work for a step than gradient ascent, yet far fewer steps.",
        ),
        math: Str::Borrowed(
            r"s_{k+1} = s_k + t_k\,B_k\nabla\log L(s_k), \qquad B_{k+1} = V_k^{\mathsf T} B_k V_k + \rho_k\,u_k u_k^{\mathsf T}, \quad V_k = I-\rho_k\,y_k u_k^{\mathsf T}, \quad u_k = s_{k+1}-s_k,\ y_k = \nabla\log L(s_k)-\nabla\log L(s_{k+1}),\ \rho_k = \frac1{y_k^{\mathsf T}u_k}",
        ),
        citation: Str::Borrowed(
            "J. Nocedal, Updating quasi-Newton matrices with limited storage, Math. Comp. 35, 1980; D. C. Liu, J. Nocedal, On \
             the limited memory BFGS method for large scale optimization, Math. Programming 45, 1989.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "one gradient for each length that is tried (one, nearly always), and 4 memory n multiplications",
        ),
        limits: Str::Borrowed(
            "The line search halves until Armijo's condition holds; steps along which the gradient did not fall are not \
             remembered. It breaks down where no length is good enough, which we saw at rounding level only.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<Ranking>()?;
    let model = ranking.model();
    let now = Point::start(&model);
    let (width, memory) = (model.games.items + 1, input.values.size("memory"));
    let lbfgs = Lbfgs {
        safe: 1.0 / curvature_bound(&model),
        memory,
        kept: 0,
        newest: 0,
        steps: vec![0.0; memory * width],
        falls: vec![0.0; memory * width],
        inverse: vec![0.0; memory],
        weights: vec![0.0; memory],
        direction: vec![0.0; width],
        length: 0.0,
        trial: Point::start(&model),
        track: Track::new(&now.at),
        now,
        model,
    };
    Ok(CpuStepper::boxed(lbfgs, ranking.referee()))
}

/// The iteration.
struct Lbfgs {
    model: Rc<Model>,
    /// The length 1/L that is right everywhere, for the first step.
    safe: f64,
    memory: usize,
    /// Steps remembered, and the place of the newest.
    kept: usize,
    newest: usize,
    /// The steps, their falls of the gradient, and the inverses of their inner products: a ring.
    steps: Vec<f64>,
    falls: Vec<f64>,
    inverse: Vec<f64>,
    weights: Vec<f64>,
    direction: Vec<f64>,
    length: f64,
    now: Point,
    trial: Point,
    track: Track,
}

impl Lbfgs {
    /// The product of the inverse Hessian's approximation with the gradient, by the recursion in two loops.
    fn aim(&mut self) {
        let width = self.direction.len();
        let at = |k: usize| k * width..(k + 1) * width;
        let place = |age: usize| (self.newest + self.memory - age) % self.memory;
        self.direction.copy_from_slice(&self.now.slope);
        if self.kept == 0 {
            scale(self.safe, &mut self.direction);
            return;
        }
        for age in 0..self.kept {
            let k = place(age);
            self.weights[k] = self.inverse[k] * dot(&self.steps[at(k)], &self.direction);
            axpy(-self.weights[k], &self.falls[at(k)], &mut self.direction);
        }
        let y = &self.falls[at(self.newest)];
        scale(1.0 / (self.inverse[self.newest] * dot(y, y)), &mut self.direction);
        for age in (0..self.kept).rev() {
            let k = place(age);
            let back = self.inverse[k] * dot(&self.falls[at(k)], &self.direction);
            axpy(self.weights[k] - back, &self.steps[at(k)], &mut self.direction);
        }
    }

    /// Remembers the step from `now` to `trial`, unless the gradient did not fall along it.
    fn remember(&mut self) {
        let width = self.direction.len();
        let next = if self.kept == 0 { 0 } else { (self.newest + 1) % self.memory };
        let at = next * width..(next + 1) * width;
        let (u, y) = (&mut self.steps[at.clone()], &mut self.falls[at]);
        for i in 0..width {
            let (new, old) = if i + 1 < width {
                (self.trial.at.log[i], self.now.at.log[i])
            } else {
                (self.trial.log_nu, self.now.log_nu)
            };
            u[i] = new - old;
            y[i] = self.now.slope[i] - self.trial.slope[i];
        }
        let inner = dot(u, y);
        if inner > 1e-10 * (dot(u, u) * dot(y, y)).sqrt() {
            self.inverse[next] = 1.0 / inner;
            self.newest = next;
            self.kept = (self.kept + 1).min(self.memory);
        } else {
            // Its place may have held the oldest step that was remembered.
            self.kept = self.kept.min(self.memory - 1);
        }
    }
}

impl Iteration for Lbfgs {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.aim();
        let mut rise = dot(&self.now.slope, &self.direction);
        if rise <= 0.0 || rise.is_nan() {
            // Rounding spoilt the memory: start it anew.
            self.kept = 0;
            self.aim();
            rise = dot(&self.now.slope, &self.direction);
        }
        let mut length = 1.0;
        loop {
            self.trial.climb(&self.model, &self.now, length, &self.direction, work);
            let after = length * dot(&self.trial.slope, &self.direction);
            if rises_enough(&self.now, &self.trial, PART, length * rise, after) {
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
            }
        }
        self.length = length;
        if self.trial.left_range() {
            return Outcome::Stop(Stop::Diverged);
        }
        work.flops += (8 * self.kept as u64 + 6) * self.direction.len() as u64;
        work.bytes += 32 * (self.kept as u64 + 1) * self.direction.len() as u64;
        self.remember();
        std::mem::swap(&mut self.now, &mut self.trial);
        self.track.moved(&self.now.at);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now.at
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.length]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        for list in [&self.steps, &self.falls, &self.inverse] {
            out.slice(list);
        }
        for x in [self.kept as f64, self.newest as f64, self.length] {
            out.real(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(&self.model, from);
        self.track.load(from);
        for list in [&mut self.steps, &mut self.falls, &mut self.inverse] {
            from.slice(list);
        }
        self.kept = (from.real() as usize).min(self.memory);
        self.newest = (from.real() as usize).min(self.memory - 1);
        self.length = from.real();
    }
}

#[cfg(test)]
mod tests {
    use crate::trial::{Trial, portable, synthetic};

    #[test]
    fn memory_saves_steps_and_the_likelihood_rises() {
        let set = portable().unwrap();
        let gradient = Trial::new(&set, "ranking.gradient", &[]).unwrap().steps_until("gradient.rel", 1e-10, 3000);
        let mut run = Trial::new(&set, "ranking.lbfgs", &[]).unwrap();
        let mut last = run.value("nll.gap");
        for _ in 0..20 {
            run.advance(1);
            assert!(run.value("nll.gap") < last || last < 1e-24);
            last = run.value("nll.gap");
        }
        let steps = run.steps_until("gradient.rel", 1e-10, 3000);
        assert!(2 * steps < gradient, "{steps} {gradient}");
    }

    #[test]
    fn it_ends_on_a_quadratic_in_as_many_steps_as_there_are_directions() {
        // Nearly equal players: almost quadratic, three directions (four items without their common level).
        let games = [(0, 1, 1000.0, false), (1, 0, 1001.0, false), (1, 2, 2000.0, false), (2, 1, 1999.0, false)];
        let games = [&games[..], &[(2, 3, 500.0, false), (3, 2, 501.0, false)]].concat();
        let set = crate::trial::pairwise(4, &games, &[]).unwrap();
        let mut run = Trial::new(&set, "ranking.lbfgs", &[("memory", 20.into())]).unwrap();
        let steps = run.steps_until("gradient.rel", 1e-11, 200);
        assert!(steps <= 12, "{steps}");
    }

    #[test]
    fn a_memory_of_one_still_gets_there() {
        let set = synthetic(&[("players", 10.into()), ("games", 500.into()), ("spread", 1.0.into())], 4).unwrap();
        let mut run = Trial::new(&set, "ranking.lbfgs", &[("memory", 1.into())]).unwrap();
        assert!(run.steps_until("gradient.rel", 1e-12, 500) < 500);
    }
}
