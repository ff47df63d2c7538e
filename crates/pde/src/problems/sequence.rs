//! A sequence of linear systems, one after the other: a parameter moves from solve to solve. What recycling and learning methods run
//! on.
//!
//! An iterate is the solution of the system at hand, then for every system the steps that it took (0 until it is solved) and what the
//! method chose for it (0 where it chooses nothing), then the number of solved systems, and the place of the one at hand.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    Artifact, BuildError, Cell, Extent, Instance, List, Note, ParamInfo, Picture, PictureInfo, PictureKind, Problem,
    ProblemInfo, ProblemInput, Referee, SeriesInfo, Severity, Str, words,
};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;
use iterscope_kernels::stencil::Stencil;

/// Id of the problem.
pub const ID: &str = "pde.sequence";

/// Key of the headline: the part of the sequence that is left.
pub const LEFT: &str = "systems.left";

/// Numbers in all systems together.
const MOST: usize = 40_000_000;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "moves",
        "What moves",
        "The parameter that is another one in each system",
        &[
            ("shift", "a number added to the diagonal"),
            ("diffusion", "the diffusion, the exponential of nine random cosines"),
            ("wind", "the direction of a wind"),
            ("source", "the place of a source"),
        ],
        "shift",
    ),
    ParamInfo::int("n", "Grid n", "Intervals along both axes", [3, 200], 11).log(),
    ParamInfo::int("systems", "Systems", "How many there are", [2, 5000], 200).log(),
    ParamInfo::choice(
        "spread",
        "Spread of the shifts",
        "Shifts are -0.15 + 0.6 B: with little variance B is Beta(2, 6), with much Beta(0.5, 1.5)",
        &[("low", "little"), ("high", "much")],
        "low",
    )
    .when("moves", &["shift"]),
    ParamInfo::real(
        "strength",
        "Strength of the wind",
        "Speed of the wind, against a diffusion of 1",
        [0.0, 1000.0],
        50.0,
    )
    .when("moves", &["wind"]),
    ParamInfo::real("tolerance", "Solved at", "A system is solved at this relative residual", [1e-12, 0.5], 1e-8).log(),
];

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Sequence of systems"),
        summary: words(
            "Many linear systems that resemble one another, solved one after the other. A method that remembers or learns gets better on the \
             way; one that starts anew each time does not.",
        ),
        math: words(r"A(\theta_t)\, u_t = b_t, \qquad t = 1, \dots, T"),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(Sequence::new(input)?) as Rc<dyn Instance>),
};

/// What moves from system to system.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moves {
    Shift,
    Diffusion,
    Wind(f64),
    Source,
}

/// The sequence: parameters of all systems, and how a system is made of them.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Unknowns along an axis.
    pub side: usize,
    /// A system is solved at this relative residual.
    pub tolerance: f64,
    /// The parameters of each system; the first is what a method may look at to choose.
    pub parameters: Vec<Vec<f64>>,
    moves: Moves,
    seed: u64,
    notes: Vec<Note>,
    summary: String,
}

impl Sequence {
    fn new(input: &ProblemInput<'_>) -> Result<Sequence, BuildError> {
        let values = input.values;
        let (side, systems) = (values.size("n") - 1, values.size("systems"));
        if side * side * systems > MOST {
            let why = format!("must be at most {} on this grid", grouped(MOST / (side * side)));
            return Err(BuildError::new("systems", why));
        }
        let moves = match values.text("moves") {
            "diffusion" => Moves::Diffusion,
            "wind" => Moves::Wind(values.real("strength")),
            "source" => Moves::Source,
            _ => Moves::Shift,
        };
        let mut rng = Rng::new(input.seed);
        let high = values.text("spread") == "high";
        let parameters = (0..systems)
            .map(|_| match moves {
                Moves::Shift => vec![-0.15 + 0.6 * beta(high, &mut rng)],
                Moves::Diffusion => (0..9).map(|_| 0.5 * rng.normal()).collect(),
                Moves::Wind(_) | Moves::Source => vec![std::f64::consts::TAU * rng.uniform()],
            })
            .collect();
        let text = match moves {
            Moves::Shift | Moves::Diffusion | Moves::Source => {
                "The matrices are similar to symmetric positive definite ones: conjugate gradients would be faster than what is compared here."
            }
            Moves::Wind(_) => "With a wind the matrices are not symmetric.",
        };
        let summary = format!("{} systems of {} unknowns", grouped(systems), grouped(side * side));
        let notes = vec![Note::new(Severity::Info, Some("moves"), text)];
        Ok(Sequence { side, tolerance: values.real("tolerance"), parameters, moves, seed: input.seed, notes, summary })
    }

    /// Unknowns of each system.
    pub fn len(&self) -> usize {
        self.side * self.side
    }

    /// Whether there are none; never so.
    pub fn is_empty(&self) -> bool {
        self.side == 0
    }

    /// Number of systems.
    pub fn systems(&self) -> usize {
        self.parameters.len()
    }

    /// Room for a system.
    pub fn room(&self) -> (Stencil<f64>, Vec<f64>) {
        (Stencil::zero(self.len(), &[1, self.side]), vec![0.0; self.len()])
    }

    /// An iterate before the first step.
    pub fn iterate(&self) -> Vec<f64> {
        vec![0.0; self.len() + 2 * self.systems() + 2]
    }

    /// Couplings of an unknown of system `t`: its own, and those of its neighbours to the left, right, below, above, whether these are
    /// unknowns or not; then what its equation was divided by.
    fn row(&self, t: usize, k: usize) -> ([f64; 5], f64) {
        let (i, j) = (k % self.side + 1, k / self.side + 1);
        let h = 1.0 / (self.side + 1) as f64;
        let p = &self.parameters[t];
        match self.moves {
            Moves::Shift => ([4.0 + p[0], -1.0, -1.0, -1.0, -1.0], 1.0),
            Moves::Source => ([4.0, -1.0, -1.0, -1.0, -1.0], 1.0),
            Moves::Wind(speed) => {
                let (x, y) = (speed * h / 2.0 * libm::cos(p[0]), speed * h / 2.0 * libm::sin(p[0]));
                ([4.0, -1.0 - x, -1.0 + x, -1.0 - y, -1.0 + y], 1.0)
            }
            Moves::Diffusion => {
                let a = |i: usize, j: usize| {
                    let (x, y) = (std::f64::consts::PI * i as f64 * h, std::f64::consts::PI * j as f64 * h);
                    let mode = |k: usize| libm::cos((k / 3 + 1) as f64 * x) * libm::cos((k % 3 + 1) as f64 * y);
                    libm::exp((0..9).map(|k| p[k] * mode(k)).sum())
                };
                let own = a(i, j);
                let face = |p: usize, q: usize| (own + a(p, q)) / 2.0;
                let faces = [face(i - 1, j), face(i + 1, j), face(i, j - 1), face(i, j + 1)];
                let sum: f64 = faces.iter().sum();
                let [l, r, b, a] = faces.map(|f| -f / sum);
                ([1.0, l, r, b, a], sum)
            }
        }
    }

    /// Which neighbours of an unknown are unknowns.
    fn inside(&self, k: usize) -> [bool; 4] {
        let (i, j) = (k % self.side, k / self.side);
        [i > 0, i + 1 < self.side, j > 0, j + 1 < self.side]
    }

    /// Writes the matrix and the right-hand side of system `t`.
    pub fn fill(&self, t: usize, matrix: &mut Stencil<f64>, rhs: &mut [f64]) {
        self.right_hand_side(t, rhs);
        for (k, b) in rhs.iter_mut().enumerate() {
            let ([own, around @ ..], divisor) = self.row(t, k);
            matrix.centre[k] = own;
            let [l, r, below, above] = std::array::from_fn(|s| if self.inside(k)[s] { around[s] } else { 0.0 });
            (matrix.links[0].lower[k], matrix.links[0].upper[k]) = (l, r);
            (matrix.links[1].lower[k], matrix.links[1].upper[k]) = (below, above);
            if self.moves == Moves::Diffusion {
                *b /= divisor;
            }
        }
    }

    /// The right-hand side before its rows are divided.
    fn right_hand_side(&self, t: usize, rhs: &mut [f64]) {
        let h = 1.0 / (self.side + 1) as f64;
        match self.moves {
            // Normal numbers within the ball of radius sqrt(N).
            Moves::Shift => {
                let mut rng = Rng::new(self.seed ^ (t as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
                loop {
                    rng.normal_fill(rhs);
                    if compiled::dot(rhs, rhs) <= rhs.len() as f64 {
                        break;
                    }
                }
            }
            Moves::Diffusion | Moves::Wind(_) => rhs.fill(h * h),
            Moves::Source => {
                let angle = self.parameters[t][0];
                let (x, y) = (0.5 + 0.3 * libm::cos(angle), 0.5 + 0.3 * libm::sin(angle));
                for (k, b) in rhs.iter_mut().enumerate() {
                    let (dx, dy) = ((k % self.side + 1) as f64 * h - x, (k / self.side + 1) as f64 * h - y);
                    *b = h * h * libm::exp(-80.0 * (dx * dx + dy * dy));
                }
            }
        }
    }
}

/// Beta(0.5, 1.5) by M. D. Jöhnk's method (Metrika 8, 1964), or Beta(2, 6) as the second least of seven uniform numbers.
fn beta(high: bool, rng: &mut Rng) -> f64 {
    if !high {
        let mut draw: [f64; 7] = std::array::from_fn(|_| rng.uniform());
        draw.sort_by(f64::total_cmp);
        return draw[1];
    }
    loop {
        let (u, v) = (rng.uniform(), rng.uniform());
        let (x, y) = (u * u, libm::pow(v, 2.0 / 3.0));
        if x + y <= 1.0 && x + y > 0.0 {
            return x / (x + y);
        }
    }
}

static SERIES: [SeriesInfo; 3] = [
    SeriesInfo::new(
        LEFT,
        "systems left",
        "Part of the sequence that is not solved yet; of the system at hand, the part that the logarithm of its residual says",
    )
    .linear()
    .stops(),
    SeriesInfo::new(
        "residual.l2.rel",
        "residual of the system at hand",
        "||b - A u|| / ||b|| of the system at hand, recomputed row by row",
    ),
    SeriesInfo::new("steps.mean", "steps per system", "Mean of the steps that the solved systems took").linear(),
];

static PICTURES: [PictureInfo; 3] = [
    PictureInfo::new("steps", "steps over the parameter", PictureKind::Scatter),
    PictureInfo::new("choice", "choice over the parameter", PictureKind::Scatter),
    PictureInfo::new("solution", "solution at hand", PictureKind::Field),
];

impl Instance for Sequence {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn series(&self) -> &[SeriesInfo] {
        &SERIES
    }
    fn pictures(&self) -> &[PictureInfo] {
        &PICTURES
    }
    fn summary(&self) -> String {
        self.summary.clone()
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
}

/// Measures iterates of a sequence.
pub struct SequenceReferee {
    sequence: Rc<Sequence>,
    rhs: Vec<f64>,
    residual: Vec<f64>,
}

impl SequenceReferee {
    /// The referee of a sequence.
    pub fn new(sequence: &Rc<Sequence>) -> Self {
        let zeros = vec![0.0; sequence.len()];
        SequenceReferee { sequence: Rc::clone(sequence), rhs: zeros.clone(), residual: zeros }
    }
}

/// The part of a sequence that is left, with this relative residual of the system at hand.
pub fn left(systems: usize, solved: usize, residual: f64, tolerance: f64) -> f64 {
    let part = (libm::log(residual.max(f64::MIN_POSITIVE)) / libm::log(tolerance)).clamp(0.0, 1.0);
    if solved >= systems { 0.0 } else { ((systems - solved) as f64 - part) / systems as f64 }
}

impl Referee for SequenceReferee {
    type Iterate = [f64];

    fn series(&self) -> usize {
        SERIES.len()
    }

    fn measure(&mut self, iterate: &[f64], out: &mut [f64]) {
        let s = &*self.sequence;
        let (u, rest) = iterate.split_at(s.len());
        let (steps, rest) = rest.split_at(s.systems());
        let (solved, t) = (rest[s.systems()] as usize, rest[s.systems() + 1] as usize);
        s.right_hand_side(t, &mut self.rhs);
        for k in 0..u.len() {
            let ([own, around @ ..], divisor) = s.row(t, k);
            if s.moves == Moves::Diffusion {
                self.rhs[k] /= divisor;
            }
            let beside = [k.wrapping_sub(1), k + 1, k.wrapping_sub(s.side), k + s.side];
            let inside = s.inside(k);
            let sum: f64 = (0..4).filter(|&i| inside[i]).map(|i| around[i] * u[beside[i]]).sum();
            self.residual[k] = self.rhs[k] - own * u[k] - sum;
        }
        let residual = compiled::norm2(&self.residual) / compiled::norm2(&self.rhs);
        let total: f64 = steps.iter().sum();
        let values = [
            left(s.systems(), solved, residual, s.tolerance),
            residual,
            if solved > 0 { total / solved as f64 } else { f64::NAN },
        ];
        out[..3].copy_from_slice(&values);
    }

    fn picture(&mut self, key: &str, iterate: &[f64], extent: Extent, out: &mut Picture) {
        let s = &*self.sequence;
        let (u, rest) = iterate.split_at(s.len());
        if key == "solution" {
            let (rows, side) = (s.side, s.side);
            return out.field(rows, side, extent, |row, col| u[(rows - 1 - row) * side + col]);
        }
        let (steps, rest) = rest.split_at(s.systems());
        let values = if key == "choice" { &rest[..s.systems()] } else { steps };
        let solved = steps.iter().enumerate().filter(|(_, n)| **n > 0.0);
        let mut points: Vec<[f64; 2]> = solved.map(|(t, _)| [s.parameters[t][0], values[t]]).collect();
        if points.is_empty() {
            points.push([s.parameters[rest[s.systems() + 1] as usize][0], 0.0]);
        }
        // Where there are more than can be told apart, means over neighbours.
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let block = points.len().div_ceil((extent.width as usize).max(1));
        let mean = |points: &[[f64; 2]], i: usize| points.iter().map(|p| p[i]).sum::<f64>() / points.len() as f64;
        out.start(PictureKind::Scatter, points.len().div_ceil(block), 1);
        out.aux.extend(points.chunks(block).map(|p| mean(p, 0) as f32));
        out.values.extend(points.chunks(block).map(|p| mean(p, 1) as f32));
        out.fit_range();
    }

    fn result(&mut self, iterate: &[f64]) -> Artifact {
        let s = &*self.sequence;
        let (steps, rest) = iterate[s.len()..].split_at(s.systems());
        let row = |t: usize| {
            vec![
                Cell::Int(t as i64 + 1),
                Cell::Real(s.parameters[t][0]),
                Cell::Int(steps[t] as i64),
                Cell::Real(rest[t]),
            ]
        };
        let columns = ["system", "parameter", "steps", "choice"].map(str::to_owned).to_vec();
        Artifact::Table { columns, rows: (0..s.systems()).map(row).collect() }
    }
}
