// The five-point matrix, as `iterscope_pde::Stencil` has it.

struct Size {
    // Unknowns, and unknowns in a row.
    unknowns: u32,
    width: u32,
    // Partial sums that a reduction leaves.
    groups: u32,
    // The relaxation parameter, where the method has one.
    omega: f32,
}

@group(0) @binding(0) var<uniform> size: Size;
// Five arrays one after the other: centre, west, east, south, north.
@group(0) @binding(1) var<storage, read> matrix: array<f32>;
// What the matrix is applied to.
@group(0) @binding(2) var<storage, read> u: array<f32>;

// The sum over the neighbours of unknown k, without the diagonal, in the order west, east, south, north.
fn neighbours(k: u32) -> f32 {
    let n = size.unknowns;
    let m = size.width;
    var sum = 0.0;
    if k > 0u {
        sum += matrix[n + k] * u[k - 1u];
    }
    if k + 1u < n {
        sum += matrix[2u * n + k] * u[k + 1u];
    }
    if k >= m {
        sum += matrix[3u * n + k] * u[k - m];
    }
    if k + m < n {
        sum += matrix[4u * n + k] * u[k + m];
    }
    return sum;
}
