//! A linear system whose matrix a person brings.

use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::phase;
use iterscope_core::{
    Artifact, BuildError, Cell, DataKind, Dataset, Extent, Instance, List, Mirror, Note, ParamInfo, Picture,
    PictureInfo, PictureKind, Problem, ProblemInfo, ProblemInput, Severity, SparseMatrix, Str, words,
};
use iterscope_expr::Expr;
use iterscope_kernels::compiled;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::order::narrow;
use iterscope_kernels::rng::Rng;
use iterscope_linear::factors::Factors;
use iterscope_linear::{Matrix, Operator};

use crate::linear::{self, Direct, Facts, LinearProblem, Origin, View};

/// Id of the problem.
pub const ID: &str = "pde.matrix";

/// The most rows.
const MOST_ROWS: usize = 4_300_000;
/// A matrix whose entries differ by less from their mirror images is symmetric.
const SYMMETRY: f64 = 1e-13;
/// A solution so much larger than the right-hand side says that the matrix is singular to working precision.
const GROWTH: f64 = 1e14;

const ROW: &[&str] = &["i", "n"];

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "rhs",
        "Right-hand side",
        "From a solution that is known, so that the error is measured; all ones; or typed",
        &[("known", "from a known solution"), ("ones", "all ones"), ("typed", "typed")],
        "known",
    ),
    ParamInfo::choice(
        "solution",
        "Known solution",
        "The vector that the right-hand side is made from: all ones, a wave sin(2 pi i / n), or evenly spread numbers between -1 and 1",
        &[("ones", "all ones"), ("wave", "a wave"), ("random", "random")],
        "ones",
    )
    .when("rhs", &["known"]),
    ParamInfo::expression("b", "b(i)", "Right-hand side of row i, which is 1 to n", ROW, "1").when("rhs", &["typed"]),
];

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Your matrix"),
        summary: words(
            "A linear system with a matrix from a Matrix Market file: what it is like is looked at first, and every method that needs no \
             grid can be tried on it.",
        ),
        math: words(r"A\, u = b"),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Matrix),
        data_required: true,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input)?) as Rc<dyn Instance>),
};

/// The problem from its data and complete parameters.
///
/// # Errors
/// There are no data or others than a matrix, the matrix has too many rows, or the typed right-hand side is wrong.
pub fn build(input: &ProblemInput<'_>) -> Result<LinearProblem, BuildError> {
    let data = match input.data {
        Some(Dataset::Matrix(data)) => data,
        Some(_) => return Err(BuildError::new("data", "must be a square matrix in a Matrix Market file")),
        None => return Err(BuildError::new("data", "bring a Matrix Market file, or choose a sample")),
    };
    let n = data.side;
    if n > MOST_ROWS {
        let why = format!("the matrix has {} rows; at most {} can be taken", grouped(n), grouped(MOST_ROWS));
        return Err(BuildError::new("data", why));
    }
    let rows = Csr::from_triplets(n, n, &data.entries).map_err(|e| BuildError::new("data", e.to_string()))?;
    if !rows.values.iter().all(|a| a.is_finite()) {
        return Err(BuildError::new("data", "entries of one place have a sum that is not finite"));
    }
    let matrix: Rc<Matrix<f64>> = Rc::new(rows.into());
    let (rhs, exact) = right_hand_side(input, &matrix)?;
    linear::check_size(if input.values.text("rhs") == "typed" { "b" } else { "data" }, &rhs)?;
    let mut notes = Vec::new();
    let (facts, factors) = judge(&matrix, data, &mut notes);
    let direct = phase::reference(|| reference(&matrix, &rhs, facts, factors, &mut notes));
    let mut given = Vec::new();
    const EXACT: PictureInfo = PictureInfo::new("exact", "Known solution", PictureKind::Field).signed();
    const DIRECT: PictureInfo = PictureInfo::new("direct", "Reference (direct solve)", PictureKind::Field).signed();
    const RHS: PictureInfo = PictureInfo::new("rhs", "Right-hand side", PictureKind::Field).signed();
    if let Some(u) = &exact {
        given.push((EXACT, Rc::clone(u), true));
    }
    if let Some(u) = &direct {
        given.push((DIRECT, Rc::clone(u), true));
    }
    let rhs = Rc::new(rhs);
    given.push((RHS, Rc::clone(&rhs), true));
    let summary = format!("{} unknowns, {} entries", grouped(n), grouped(matrix.rows().nnz()));
    let view = {
        let (entries, rhs) = (Rc::new(data.entries.clone()), Rc::clone(&rhs));
        Box::new(move || Box::new(IndexView { entries: Rc::clone(&entries), rhs: Rc::clone(&rhs) }) as Box<dyn View>)
    };
    let problem = LinearProblem {
        matrix,
        rhs,
        shape: None,
        coarsening: None,
        facts,
        constants: None,
        exact,
        direct,
        view,
        origin: Origin::Matrix,
        nodes: None,
        summary,
        notes,
        levels: Vec::new(),
        given,
        excited: None,
        series: Vec::new(),
        pictures: Vec::new(),
        given_pictures: Vec::new(),
    };
    Ok(problem.finished())
}

/// `b`, and the solution that it was made from.
type Sides = (Vec<f64>, Option<Rc<Vec<f64>>>);

fn right_hand_side(input: &ProblemInput<'_>, matrix: &Matrix<f64>) -> Result<Sides, BuildError> {
    let n = matrix.len();
    match input.values.text("rhs") {
        "ones" => Ok((vec![1.0; n], None)),
        "typed" => {
            let expr = Expr::parse(input.values.text("b"), ROW).map_err(|e| BuildError::at("b", e.message, e.at))?;
            let value = |i: usize| {
                let value = expr.eval(&[i as f64, n as f64]);
                let why = || BuildError::new("b", format!("it is {value} at i = {i}"));
                value.is_finite().then_some(value).ok_or_else(why)
            };
            Ok(((1..=n).map(value).collect::<Result<_, _>>()?, None))
        }
        _ => {
            let mut rng = Rng::new(input.seed);
            let u: Vec<f64> = match input.values.text("solution") {
                "wave" => (1..=n).map(|i| libm::sin(std::f64::consts::TAU * i as f64 / n as f64)).collect(),
                "random" => (0..n).map(|_| 2.0 * rng.uniform() - 1.0).collect(),
                _ => vec![1.0; n],
            };
            let mut b = vec![0.0; n];
            matrix.apply(&u, &mut b);
            Ok((b, Some(Rc::new(u))))
        }
    }
}

/// What is known of the matrix, and its factors where they were made to find out.
fn judge(matrix: &Matrix<f64>, data: &SparseMatrix, notes: &mut Vec<Note>) -> (Facts, Option<Factors<f64>>) {
    let mut say = |severity, text: String| notes.push(Note::new(severity, Some("data"), text));
    let diagonal = matrix.diagonal();
    let zeros = diagonal.iter().filter(|&&d| d == 0.0).count();
    if let Some(row) = diagonal.iter().position(|&d| d == 0.0) {
        let text = format!(
            "{} of {} diagonal entries are zero, the first in row {}: methods that divide by the diagonal cannot run.",
            grouped(zeros),
            grouped(diagonal.len()),
            row + 1
        );
        say(Severity::Warning, text);
    }
    let symmetric = data.mirror == Mirror::Symmetric || matrix.is_symmetric(SYMMETRY);
    if !symmetric {
        let text = if data.mirror == Mirror::Skew {
            "The matrix is skew-symmetric: conjugate gradients and MINRES do not apply. GMRES, IDR and LSQR do."
        } else {
            "The matrix is not symmetric: conjugate gradients and MINRES do not apply. GMRES, BiCGStab, IDR and LSQR do."
        };
        say(Severity::Info, text.into());
    }
    let positive = diagonal.iter().all(|&d| d > 0.0);
    let factors = (affordable(matrix) && (!symmetric || positive)).then(|| Factors::new(matrix.rows()));
    let definite = symmetric && matches!(&factors, Some(Ok(f)) if f.negative() == Some(0));
    if symmetric {
        let (severity, text) = match &factors {
            _ if definite => {
                (Severity::Good, "The matrix is symmetric positive definite, by its pivots: conjugate gradients apply.")
            }
            _ if diagonal.iter().all(|&d| d < 0.0) => (
                Severity::Warning,
                "The matrix is symmetric with a negative diagonal, so that it is not positive definite. If it is negative definite, change \
                 its sign and that of the right-hand side.",
            ),
            _ if !positive => (
                Severity::Warning,
                "The matrix is symmetric, but not positive definite: its diagonal is not positive. MINRES and GMRES do not need \
                 definiteness.",
            ),
            Some(_) => (
                Severity::Warning,
                "The matrix is symmetric, but not positive definite: not all of its pivots are positive. MINRES and GMRES do not need \
                 definiteness.",
            ),
            None => (
                Severity::Info,
                "The matrix is symmetric. Whether it is positive definite is not known: it is too large for its pivots to be looked at.",
            ),
        };
        say(severity, text.into());
    }
    let kept = factors.and_then(Result::ok).filter(|_| !symmetric || definite);
    (Facts { symmetric, positive_definite: definite }, kept)
}

/// Whether banded elimination after renumbering is.
fn affordable(matrix: &Matrix<f64>) -> bool {
    let (n, width) = (matrix.len(), narrow(matrix.rows()).1);
    linear::affordable(n, width)
}

/// The solution by elimination, and what its size says of the matrix.
fn reference(
    matrix: &Matrix<f64>,
    rhs: &[f64],
    facts: Facts,
    factors: Option<Factors<f64>>,
    notes: &mut Vec<Note>,
) -> Option<Rc<Vec<f64>>> {
    let solved = match factors {
        Some(mut factors) => {
            let mut u = rhs.to_vec();
            factors.solve(&mut u);
            Direct::Solved(u)
        }
        // Factors of an indefinite matrix without pivoting are no reference.
        None if facts.symmetric => linear::solve_direct(matrix, rhs, None),
        None if affordable(matrix) => Direct::Singular,
        None => Direct::TooLarge,
    };
    match solved {
        Direct::Solved(u) => {
            let largest = matrix.rows().values.iter().fold(0.0, |m: f64, a| m.max(a.abs()));
            let size = compiled::norm2(&u) * largest;
            if size.is_finite() && size <= GROWTH * compiled::norm2(rhs) {
                return Some(Rc::new(u));
            }
            let text = "The matrix is singular to working precision: its direct solution is too large to mean anything, and is not shown.";
            notes.push(Note::new(Severity::Warning, Some("data"), text));
        }
        Direct::Singular => {
            let text = "The matrix is singular: elimination finds no pivot, and there is no unique solution.";
            notes.push(Note::new(Severity::Warning, Some("data"), text));
        }
        Direct::TooLarge => {
            let text = "This is too large to be solved directly for reference: errors are measured against a known solution only, and \
                        whether the matrix is singular is not known.";
            notes.push(Note::new(Severity::Info, Some("data"), text));
        }
    }
    None
}

/// Measures by the entries as they stand in the file, draws and writes by row number.
struct IndexView {
    entries: Rc<Vec<(u32, u32, f64)>>,
    rhs: Rc<Vec<f64>>,
}

static OWN: [PictureInfo; 1] = [PictureInfo::new("sparsity", "Matrix: log10 of the largest entry", PictureKind::Field)];

impl View for IndexView {
    fn residual(&mut self, u: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&self.rhs);
        for &(i, j, a) in self.entries.iter() {
            out[i as usize] -= a * u[j as usize];
        }
    }

    fn kind(&self) -> PictureKind {
        PictureKind::Line
    }

    /// Values over the number of their row.
    fn draw(&self, u: &[f64], _: bool, extent: Extent, out: &mut Picture) {
        out.line((u.len(), 1), extent, |i| (i + 1) as f64, |_, i| u[i]);
    }

    fn result(&self, u: &[f64]) -> Artifact {
        let rows = (1..).zip(u).map(|(i, &u)| vec![Cell::Int(i), Cell::Real(u)]).collect();
        Artifact::Table { columns: vec!["row".into(), "value".into()], rows }
    }

    fn own_pictures(&self) -> &'static [PictureInfo] {
        &OWN
    }

    fn draw_own(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        if key != OWN[0].key {
            return false;
        }
        let n = self.rhs.len();
        let most = extent.width.min(extent.height).max(1) as usize;
        let block = n.div_ceil(most).max(1);
        let side = n.div_ceil(block);
        let mut largest = vec![0.0f64; side * side];
        for &(i, j, a) in self.entries.iter() {
            let at = &mut largest[i as usize / block * side + j as usize / block];
            *at = at.max(a.abs());
        }
        // Where nothing is stored, nothing is drawn.
        let shown = |a: f64| if a > 0.0 { libm::log10(a) } else { f64::NAN };
        out.field(side, side, extent, |row, col| shown(largest[row * side + col]));
        true
    }
}
