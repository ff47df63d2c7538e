//! What local Fourier analysis expects of multigrid, for constant coefficients.

use iterscope_core::{MethodInput, Prediction, Str};
use iterscope_linear::fourier::{Couplings, Relaxation, smoothing_factor, two_grid_factor};

use super::steps;
use crate::linear;
use crate::referee::RESIDUAL;

/// Frequencies along an axis that are looked at, by dimension.
const SAMPLES: [usize; 3] = [64, 32, 10];

/// The rate of a cycle of two grids; none where coefficients vary, and for smoothers and axes that it does not know.
pub(crate) fn two_grids(input: &MethodInput<'_>) -> Option<Prediction> {
    let values = input.values;
    let problem = linear::of(input).ok()?;
    let (_, d) = problem.nodal()?;
    if !(d.has_constant_coefficients() && d.is_plain_box() && values.text("axes") == "all" && d.reaction[0] >= 0.0) {
        return None;
    }
    let (stencil, dimension) = (problem.matrix.stencil()?, d.grid.dimension);
    // A row that couples with all neighbours: the one in the middle.
    let middle = d.len() / 2;
    let couplings = Couplings {
        centre: stencil.centre[middle],
        axes: stencil.links.iter().map(|l| [l.lower[middle], l.upper[middle]]).collect(),
    };
    if couplings.axes.iter().flatten().any(|c| *c == 0.0) {
        return None;
    }
    let own = Some(values.real("smoother.omega")).filter(|w| *w > 0.0);
    let mirrored = values.bool("mirrored");
    let weight = own.unwrap_or(1.0);
    let (before, after) = match values.text("smoother") {
        "jacobi" => {
            let weight = own.unwrap_or([2.0 / 3.0, 0.8, 6.0 / 7.0][dimension - 1]);
            (Relaxation::Jacobi(weight), Relaxation::Jacobi(weight))
        }
        "gauss-seidel" if mirrored => (Relaxation::Forward(weight), Relaxation::Backward(weight)),
        "gauss-seidel" => (Relaxation::Forward(weight), Relaxation::Forward(weight)),
        "red-black" if mirrored => (Relaxation::RedBlack(weight), Relaxation::BlackRed(weight)),
        "red-black" => (Relaxation::RedBlack(weight), Relaxation::RedBlack(weight)),
        _ => return None,
    };
    let sweeps = [values.int("pre"), values.int("post")].map(|n| u32::try_from(n).unwrap_or(0));
    let samples = SAMPLES[dimension - 1];
    let galerkin = values.text("coarse") == "galerkin";
    let factor = two_grid_factor(&couplings, [before, after], sweeps, galerkin, samples);
    let smoothing = smoothing_factor(&couplings, before, &vec![true; dimension], 1, samples);
    let mut p = Prediction {
        series: Str::Borrowed(RESIDUAL),
        start: 1.0,
        factor: factor.max(f64::EPSILON),
        points: Vec::new(),
        bound: false,
        label: "Fourier analysis, two grids".to_owned(),
        remedy: None,
        words: String::new(),
    };
    let rest = if factor < 1.0 { steps(&p) } else { "it diverges".to_owned() };
    p.words = format!(
        "Local Fourier analysis: a sweep leaves {smoothing:.3} of the rough part of the error, a cycle of two grids {factor:.3} of all of it: {rest}."
    );
    Some(p)
}
