@group(0) @binding(3) var<storage, read> rhs: array<f32>;
@group(0) @binding(4) var<storage, read_write> next: array<f32>;

@compute @workgroup_size(GROUP)
fn sweep(@builtin(global_invocation_id) id: vec3<u32>) {
    let k = id.x;
    if k >= size.unknowns {
        return;
    }
    // The inverse of the diagonal stands behind the five coefficient arrays.
    let inverse = matrix[5u * size.unknowns + k];
    next[k] = u[k] + size.omega * (inverse * (rhs[k] - (matrix[k] * u[k] + neighbours(k))));
}
