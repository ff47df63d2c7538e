//! Project and Forget: projections onto the violated constraints that shortest paths find, with a memory of those that still
//! push.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};

use crate::metric::instance::MetricRepair;
use crate::metric::{Dissimilarities, shortest_paths};

const SWEEPS: ParamInfo = ParamInfo::int(
    "sweeps",
    "Sweeps",
    "How often a round projects onto all remembered constraints after it looked for new ones.",
    [1, 50],
    2,
)
.live();
const THRESHOLD: ParamInfo = ParamInfo::real(
    "threshold",
    "Threshold",
    "Violations up to this, in the unit of the dissimilarities, are no new constraints.",
    [1e-14, 1.0],
    1e-10,
)
.log()
.live();

const PARAMS: &[ParamInfo] = &[SWEEPS, THRESHOLD];
const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("constraints.kept", "constraints kept", "Constraints that are remembered after the round.")
        .linear(),
    SeriesInfo::new(
        "constraints.found",
        "constraints found",
        "Pairs that were further apart than a path in this round.",
    )
    .linear(),
];

/// See [`MethodInfo::summary`].
pub static PROJECT_AND_FORGET: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.project-and-forget"),
        label: Str::Borrowed("Project and Forget"),
        summary: words(
            "There are more constraints than could be listed, one for each path. Each round finds the most violated for every pair \
             by shortest paths, projects onto them and onto those remembered, and forgets those that no longer push. In the end \
             about as many are left as are needed.",
        ),
        math: words(
            r"\text{for a path } p \text{ from } u \text{ to } v \text{ with } L-1 \text{ edges:}\quad c = \min\left(\tfrac1L\Bigl(\textstyle\sum_{e\in p} D_e - D_{uv}\Bigr),\, z_p\right), \qquad D_e \leftarrow D_e - c\ (e \in p), \quad D_{uv} \leftarrow D_{uv} + c, \quad z_p \leftarrow z_p - c",
        ),
        citation: words(
            "R. Sonthalia, A. C. Gilbert, Project and Forget: solving large-scale metric constrained problems, Journal of Machine \
             Learning Research 23(326), 2022.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["ranking.metric-repair"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one round: all shortest paths, 2 n^3 flops; then one projection for each constraint found, and one a sweep for each \
             remembered",
        ),
        limits: words(
            "The search for violated constraints costs n^3, so tables end at 150 items. The tail is slow: on a random table of 40 \
             the largest violation is still 1e-6 after 500 rounds. Room is kept for six constraints to a pair; what a round finds \
             beyond waits for a later one. Weighted and Bregman versions of the source are left out.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let instance = input.downcast::<MetricRepair>()?;
    let table = instance.table();
    let n = table.items;
    let most = 6 * table.known.len() + 64;
    let method = ProjectAndForget {
        sweeps: input.values.size("sweeps"),
        threshold: input.values.real("threshold"),
        now: table.given.clone(),
        distance: table.given.clone(),
        next: vec![0; n * n],
        list: Vec::with_capacity(most),
        places: Vec::with_capacity(8 * most),
        room: 8 * most,
        heads: vec![NOBODY; n * n],
        found: 0,
        most,
        table,
    };
    Ok(CpuStepper::boxed(method, instance.referee()))
}

/// No constraint.
const NOBODY: u32 = u32::MAX;

/// One remembered path.
#[derive(Clone, Copy)]
struct Constraint {
    /// Its items in the list of places, both ends included.
    start: u32,
    end: u32,
    /// The one before between the same ends.
    before: u32,
    /// How far it has pushed.
    dual: f64,
}

/// The iteration.
struct ProjectAndForget {
    table: Rc<Dissimilarities>,
    sweeps: usize,
    threshold: f64,
    now: Vec<f64>,
    distance: Vec<f64>,
    next: Vec<u32>,
    list: Vec<Constraint>,
    places: Vec<u32>,
    /// The most places.
    room: usize,
    /// The last constraint for each pair of ends.
    heads: Vec<u32>,
    found: usize,
    most: usize,
}

impl ProjectAndForget {
    /// Projects onto constraint `k`: towards it where it is violated, back where it has pushed too far.
    fn project(&mut self, k: usize, work: &mut Work) {
        let n = self.table.items;
        let Constraint { start, end, dual, .. } = self.list[k];
        let path = &self.places[start as usize..end as usize];
        let length = path.windows(2).fold(0.0, |sum, e| sum + self.now[e[0] as usize * n + e[1] as usize]);
        let (u, v) = (path[0] as usize, path[path.len() - 1] as usize);
        let push = ((length - self.now[u * n + v]) / path.len() as f64).min(dual);
        work.inner += 1;
        work.flops += 3 * path.len() as u64;
        work.bytes += 40 * path.len() as u64;
        if push == 0.0 {
            return;
        }
        for e in path.windows(2) {
            let (a, b) = (e[0] as usize, e[1] as usize);
            self.now[a * n + b] -= push;
            self.now[b * n + a] -= push;
        }
        self.now[u * n + v] += push;
        self.now[v * n + u] += push;
        self.list[k].dual -= push;
    }

    /// Projects onto the shortest path from `u` to `v` and remembers it, if there is room and it is not there yet.
    fn meet(&mut self, u: usize, v: usize, work: &mut Work) {
        let n = self.table.items;
        let start = self.places.len();
        let mut at = u;
        while self.places.len() < self.room {
            self.places.push(at as u32);
            if at == v {
                break;
            }
            at = self.next[at * n + v] as usize;
        }
        let whole = self.places[start..].last() == Some(&(v as u32));
        let mut k = self.heads[u * n + v];
        while k != NOBODY {
            let Constraint { start: a, end: b, before, .. } = self.list[k as usize];
            if self.places[a as usize..b as usize] == self.places[start..] {
                self.places.truncate(start);
                self.project(k as usize, work);
                return;
            }
            k = before;
        }
        if !whole || self.list.len() == self.most {
            self.places.truncate(start);
            return;
        }
        let end = self.places.len() as u32;
        let new = self.list.len();
        self.list.push(Constraint { start: start as u32, end, before: self.heads[u * n + v], dual: 0.0 });
        self.project(new, work);
        if self.list[new].dual == 0.0 {
            // Those before have repaired it.
            self.list.pop();
            self.places.truncate(start);
        } else {
            self.heads[u * n + v] = new as u32;
        }
    }

    /// Forgets what does not push any more, keeping the order of the others.
    fn forget(&mut self) {
        self.heads.fill(NOBODY);
        let (mut kept, mut place) = (0, 0);
        for k in 0..self.list.len() {
            let Constraint { start, end, dual, .. } = self.list[k];
            if dual <= 0.0 {
                continue;
            }
            self.places.copy_within(start as usize..end as usize, place);
            let length = (end - start) as usize;
            self.list[kept] = Constraint { start: place as u32, end: (place + length) as u32, before: NOBODY, dual };
            place += length;
            kept += 1;
        }
        self.list.truncate(kept);
        self.places.truncate(place);
        self.link();
    }

    /// Finds for each constraint the one before between the same ends.
    fn link(&mut self) {
        let n = self.table.items;
        for k in 0..self.list.len() {
            let Constraint { start, end, .. } = self.list[k];
            let at = self.places[start as usize] as usize * n + self.places[end as usize - 1] as usize;
            self.list[k].before = self.heads[at];
            self.heads[at] = k as u32;
        }
    }
}

impl Iteration for ProjectAndForget {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let n = self.table.items;
        shortest_paths(n, &self.now, &mut self.distance, Some(&mut self.next));
        let cube = (n * n * n) as u64;
        work.operator += 1;
        work.flops += 2 * cube;
        work.bytes += 16 * cube;
        // Which pairs are too far apart is decided before anything moves.
        self.found = 0;
        for k in 0..self.table.known.len() {
            let (u, v) = self.table.known[k];
            let at = u as usize * n + v as usize;
            // The distance becomes the mark of what was found.
            let violated = self.now[at] - self.distance[at] > self.threshold;
            self.distance[at] = f64::from(u8::from(violated));
            self.found += usize::from(violated);
        }
        for k in 0..self.table.known.len() {
            let (u, v) = self.table.known[k];
            if self.distance[u as usize * n + v as usize] == 1.0 {
                self.meet(u as usize, v as usize, work);
            }
        }
        for _ in 0..self.sweeps {
            for k in 0..self.list.len() {
                self.project(k, work);
            }
        }
        self.forget();
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.now
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.list.len() as f64, self.found as f64]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match key {
            "sweeps" => self.sweeps = SWEEPS.check(value)?.as_int().map_or(self.sweeps, |n| n as usize),
            "threshold" => self.threshold = THRESHOLD.check(value)?.as_real().unwrap_or(self.threshold),
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.now);
        out.real(self.sweeps as f64);
        out.real(self.threshold);
        out.real(self.found as f64);
        out.real(self.list.len() as f64);
        for c in &self.list {
            out.real(c.dual);
            out.real(f64::from(c.end - c.start));
            for place in &self.places[c.start as usize..c.end as usize] {
                out.real(f64::from(*place));
            }
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let last = self.table.items as u32 - 1;
        from.slice(&mut self.now);
        self.sweeps = from.real() as usize;
        self.threshold = from.real();
        self.found = from.real() as usize;
        self.list.clear();
        self.places.clear();
        self.heads.fill(NOBODY);
        for _ in 0..(from.real() as usize).min(self.most) {
            let dual = from.real();
            let length = from.real() as usize;
            let start = self.places.len();
            if length < 2 || start + length > self.room {
                return;
            }
            for _ in 0..length {
                self.places.push((from.real() as u32).min(last));
            }
            let end = self.places.len() as u32;
            self.list.push(Constraint { start: start as u32, end, before: NOBODY, dual });
        }
        self.link();
    }
}
