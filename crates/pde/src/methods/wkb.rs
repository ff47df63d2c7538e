//! The series of G. Wentzel, H. A. Kramers and L. Brillouin for oscillations, cut where it is best.
//!
//! With `u'' = -A(t) u` and a large A, `u = 2 Re(alpha exp(sum of S_n))` with `S_0' = i sqrt(A)` and the recursion below: a series in what is slow over
//! what is fast. It diverges, so that the error falls only as long as terms do. Terms with an even n are imaginary, those with an odd n
//! real: `S_n' = i sigma_n` or `sigma_n`. Their derivatives are exact: A's come from its formula, those of the terms from power series at each node of a
//! Chebyshev grid.

use std::f64::consts::PI;

use iterscope_core::{
    Breakdown, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, StateReader, StateWriter, Stepper,
    Stop, Str, Work, words,
};
use iterscope_expr::Expr;
use iterscope_expr::system::{Symbol, TypedSystem};

use super::time::BACKENDS;
use super::time::slab::{self, DIAGNOSTICS, FINE, FINE_STEPS, INTERVALS, SPAN, SlabMethod, Tools};
use crate::time::problem::Evolution;
use crate::time::semidiscrete::SemiDiscrete;
use crate::time::spectrum::second_order;
use crate::time::typed::Typed;

/// Nodes of the grid on which terms are integrated.
const NODES: usize = 65;

static PARAMS: &[ParamInfo] = &[
    SPAN,
    INTERVALS,
    ParamInfo::int("terms", "Terms", "The most terms after the first one", [1, 40], 30),
    ParamInfo::choice(
        "cut",
        "Cut",
        "Where terms are the smallest, or never: then the error can be seen to grow again",
        &[("smallest", "at the smallest term"), ("never", "never")],
        "smallest",
    ),
    FINE,
    FINE_STEPS,
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.wkb"),
        label: Str::Borrowed("WKB"),
        summary: words(
            "An oscillation whose frequency changes slowly, without following it: the exponent is a series, and each step adds a term, all of the time at once. \
             The faster it oscillates the better. The series diverges; cut at its smallest term it has an error that is exponentially small.",
        ),
        math: words(
            r"u'' = -A(t)\, u, \quad u = 2 \operatorname{Re} \alpha\, e^{\sum_{n \le N} S_n}, \quad S_0' = i \sqrt{A}, \quad S_n' = -\frac{1}{2 S_0'} \left( \sum_{j=1}^{n-1} S_j' S_{n-j}' + S_{n-1}'' \right)",
        ),
        citation: words(
            "J. Körner, A. Arnold, C. Klein and J. M. Melenk, Optimally truncated WKB approximation for the highly oscillatory stationary 1D Schrödinger equation, \
             Applied Mathematics and Computation 460, 2024",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["pde.oscillation"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("one more term at 65 nodes by products of power series, integrated and added at all moments"),
        limits: words(
            "For u_tt = -a(t) u with a positive a that can be differentiated as often as there are terms, away from zeros of a. It ends where terms are smallest, and \
             cannot do better.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let terms = input.values.size("terms");
        let square = square_of_frequency(problem.typed(), terms)?;
        let count = input.values.size("intervals") + 1;
        let wkb = Wkb {
            square,
            terms,
            cut: input.values.text("cut") == "smallest",
            series: vec![0.0; (terms + 1) * (terms + 1) * NODES],
            given: vec![0.0; (terms + 1) * NODES],
            values: vec![0.0; NODES],
            coefficients: vec![0.0; NODES + 1],
            transform: transform(),
            sums: vec![[0.0; 4]; count],
            now: 0,
            size: f64::INFINITY,
        };
        slab::build(Box::new(wkb), input)
    },
    predict: None,
};

/// `-A` and its derivatives; further ones are zero.
struct Square {
    derivatives: Vec<Expr>,
    /// The values of variables, and which is the time.
    variables: Vec<f64>,
    time: Option<usize>,
}

fn set_parameters(variables: &mut [f64], typed: &TypedSystem, values: &[f64]) {
    for (variable, symbol) in variables.iter_mut().zip(&typed.symbols) {
        if let Symbol::Parameter(k) = symbol {
            *variable = values[*k];
        }
    }
}

impl Square {
    fn set_parameters(&mut self, system: &SemiDiscrete) {
        set_parameters(&mut self.variables, system.typed(), system.parameters());
    }
}

/// What the equation says of A, with derivatives for so many terms.
fn square_of_frequency(typed: Option<&Typed>, terms: usize) -> Result<Square, BuildError> {
    let refused =
        || BuildError::new("method", "needs one equation u_tt = -a(t)*u, where a is a formula of t and parameters");
    let system = typed.ok_or_else(refused)?.system();
    let typed = system.typed();
    let pairs = second_order(&system).filter(|pairs| pairs.len() == 1).ok_or_else(refused)?;
    let (value, velocity) = (system.state_fields()[pairs[0].0], system.state_fields()[pairs[0].1]);
    let right = &typed.equations[velocity];
    let is_one = right.tau.is_constant() && right.tau.eval(&[]) == 1.0;
    if !is_one || !right.terms.is_empty() || typed.fields.len() != 2 {
        return Err(refused());
    }
    let time = typed.variable(Symbol::Time);
    let of = typed.variable(Symbol::Field(value)).ok_or_else(refused)?;
    let slope = right.reaction.diff(of).map_err(|_| refused())?;
    let others = [Some(of), typed.variable(Symbol::Field(velocity))].into_iter().flatten();
    if others.clone().any(|v| slope.depends_on(v))
        || typed.variable(Symbol::Field(velocity)).is_some_and(|v| right.reaction.depends_on(v))
    {
        return Err(refused());
    }
    // What is left at u = 0 would be a force, if not now then when a slider moves.
    let mut variables = vec![0.0; typed.symbols.len()];
    for (t, within) in [(0.0, None), (0.3, Some(0.37)), (1.7, Some(0.83))] {
        let moved = |k: usize| {
            let range = typed.parameters.list[k].range?;
            within.map(|part| range.min + part * (range.max - range.min))
        };
        set_parameters(&mut variables, typed, &typed.parameters.values(moved));
        if let Some(time) = time {
            variables[time] = t;
        }
        if right.reaction.eval(&variables) != 0.0 {
            return Err(refused());
        }
    }
    let mut derivatives = vec![slope];
    while derivatives.len() <= terms {
        let last = &derivatives[derivatives.len() - 1];
        if last.is_constant() && last.eval(&[]) == 0.0 || time.is_none() {
            break;
        }
        let next = time.and_then(|t| last.diff(t).ok()).ok_or_else(|| {
            let why = format!(
                "derivatives of a(t) beyond order {} are too long: take at most as many terms",
                derivatives.len() - 1
            );
            BuildError::new("terms", why)
        })?;
        derivatives.push(next);
    }
    Ok(Square { derivatives, variables, time })
}

/// Row by row, what makes Chebyshev coefficients of values at the nodes `cos(pi k / (NODES - 1))`.
fn transform() -> Vec<f64> {
    let last = NODES - 1;
    let end = |k: usize| if k == 0 || k == last { 0.5 } else { 1.0 };
    let entry = |k: usize, j: usize| {
        2.0 / last as f64 * end(k) * end(j) * libm::cos(PI * (k * j % (2 * last)) as f64 / last as f64)
    };
    (0..NODES * NODES).map(|at| entry(at / NODES, at % NODES)).collect()
}

/// The sum of a Chebyshev series at `x` (C. W. Clenshaw 1955).
fn sum(coefficients: &[f64], x: f64) -> f64 {
    let (mut one, mut two) = (0.0, 0.0);
    for &c in coefficients[1..].iter().rev() {
        (one, two) = (c + 2.0 * x * one - two, one);
    }
    coefficients[0] + x * one - two
}

struct Wkb {
    square: Square,
    terms: usize,
    cut: bool,
    /// Power series of each term at each node: term by term, node by node.
    series: Vec<f64>,
    /// Those of A.
    given: Vec<f64>,
    values: Vec<f64>,
    coefficients: Vec<f64>,
    transform: Vec<f64>,
    /// At each moment the integrals of the real and the imaginary terms, and the terms.
    sums: Vec<[f64; 4]>,
    /// The last term that was added, and its size.
    now: usize,
    size: f64,
}

impl Wkb {
    /// Where the series of a term at a node begins.
    fn place(&self, term: usize, node: usize) -> usize {
        (term * NODES + node) * (self.terms + 1)
    }

    /// Begins with the first term, for the parameters that the system has now.
    fn first(&mut self, tools: &mut Tools<'_>) -> Result<(), Stop> {
        if let Some(system) = tools.system.as_typed() {
            self.square.set_parameters(system);
        }
        let times = tools.times;
        let (length, span) = (self.terms + 1, times[times.len() - 1]);
        for node in 0..NODES {
            let t = 0.5 * span * (1.0 + libm::cos(PI * node as f64 / (NODES - 1) as f64));
            let Square { derivatives, variables, time } = &mut self.square;
            if let Some(time) = *time {
                variables[time] = t;
            }
            let given = &mut self.given[node * length..][..length];
            given.fill(0.0);
            let mut factorial = 1.0;
            for (k, (given, derivative)) in given.iter_mut().zip(&*derivatives).enumerate() {
                factorial *= k.max(1) as f64;
                *given = -derivative.eval(variables) / factorial;
            }
            if given[0].is_nan() || given[0] <= 0.0 {
                return Err(Stop::Breakdown(Breakdown::Indefinite));
            }
            let at = node * length;
            self.series[at] = self.given[at].sqrt();
            for k in 1..length {
                let others: f64 = (1..k).map(|j| self.series[at + j] * self.series[at + k - j]).sum();
                self.series[at + k] = (self.given[at + k] - others) / (2.0 * self.series[at]);
            }
        }
        self.sums.fill([0.0; 4]);
        (self.now, self.size) = (0, f64::INFINITY);
        self.add(0, times);
        Ok(())
    }

    /// Computes a term from those before.
    fn term(&mut self, n: usize) {
        let length = self.terms + 1 - n;
        for node in 0..NODES {
            let (zero, before, own) = (self.place(0, node), self.place(n - 1, node), self.place(n, node));
            for k in 0..length {
                let mut right = (k + 1) as f64 * self.series[before + k + 1];
                for j in 1..n {
                    // Two imaginary terms of an even one make a minus.
                    let sign = if n.is_multiple_of(2) && j.is_multiple_of(2) { -1.0 } else { 1.0 };
                    let (a, b) = (self.place(j, node), self.place(n - j, node));
                    let product: f64 = (0..=k).map(|m| self.series[a + m] * self.series[b + k - m]).sum();
                    right += sign * product;
                }
                if !n.is_multiple_of(2) {
                    right = -right;
                }
                let known: f64 = (1..=k).map(|j| 2.0 * self.series[zero + j] * self.series[own + k - j]).sum();
                self.series[own + k] = (right - known) / (2.0 * self.series[zero]);
            }
        }
    }

    /// The Chebyshev coefficients of a term's integral from 0; those of the term are in `values`.
    fn integrate(&mut self, n: usize, span: f64) {
        let length = self.terms + 1;
        for k in 0..NODES {
            let row = &self.transform[k * NODES..][..NODES];
            let base = n * NODES * length;
            self.values[k] = (0..NODES).map(|j| row[j] * self.series[base + j * length]).sum();
        }
        let c = |k: usize| if k < NODES { self.values[k] } else { 0.0 };
        for k in 1..=NODES {
            let lower = if k == 1 { 2.0 * c(0) } else { c(k - 1) };
            self.coefficients[k] = 0.5 * span * (lower - c(k + 1)) / (2 * k) as f64;
        }
        self.coefficients[0] = 0.0;
        self.coefficients[0] = -sum(&self.coefficients, -1.0);
    }

    /// The largest value of the integral at the moments.
    fn largest(&self, times: &[f64]) -> f64 {
        let span = times[times.len() - 1];
        times
            .iter()
            .map(|t| sum(&self.coefficients, 2.0 * t / span - 1.0).abs())
            .fold(0.0, |m, x| if x <= m { m } else { x })
    }

    /// Adds a term, which was computed, at all moments.
    fn add(&mut self, n: usize, times: &[f64]) {
        let span = times[times.len() - 1];
        self.integrate(n, span);
        self.size = self.largest(times);
        let imaginary = usize::from(n.is_multiple_of(2));
        for (sums, t) in self.sums.iter_mut().zip(times) {
            let x = 2.0 * t / span - 1.0;
            sums[imaginary] += sum(&self.coefficients, x);
            sums[2 + imaginary] += sum(&self.values, x);
        }
        self.now = n;
    }

    /// Writes the states that the sums stand for.
    fn write(&self, slab: &mut [Vec<f64>]) {
        let (first, rest) = slab.split_at_mut(1);
        let [_, _, growth, turning] = self.sums[0];
        let real = 0.5 * first[0][0];
        let imaginary = (real * growth - 0.5 * first[0][1]) / turning;
        for (state, [log, angle, growth, turning]) in rest.iter_mut().zip(&self.sums[1..]) {
            let (size, cos, sin) = (2.0 * libm::exp(*log), libm::cos(*angle), libm::sin(*angle));
            let (re, im) = (size * (real * cos - imaginary * sin), size * (real * sin + imaginary * cos));
            state[0] = re;
            state[1] = growth * re - turning * im;
        }
    }
}

impl SlabMethod for Wkb {
    fn begin(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], _: &mut Work) -> Result<(), Stop> {
        self.first(tools)?;
        self.write(slab);
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        let n = self.now + 1;
        if n > self.terms {
            return Err(Stop::Stagnated);
        }
        self.term(n);
        work.flops += (NODES * n * (self.terms + 1 - n) * (self.terms + 2 - n)) as u64;
        self.integrate(n, tools.times[tools.times.len() - 1]);
        // The second is the logarithm of the amplitude, whose size says nothing.
        if self.cut && n > 2 && self.largest(tools.times) >= self.size {
            return Err(Stop::Stagnated);
        }
        self.add(n, tools.times);
        self.write(slab);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.now as u64);
    }

    fn load(&mut self, tools: &mut Tools<'_>, _: &[Vec<f64>], from: &mut StateReader<'_>) {
        let now = from.bits() as usize;
        // Terms follow from the formula again.
        if self.first(tools).is_ok() {
            for n in 1..=now.min(self.terms) {
                self.term(n);
                self.add(n, tools.times);
            }
        }
    }
}
