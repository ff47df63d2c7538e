@group(0) @binding(3) var<storage, read> rhs: array<f32>;
@group(0) @binding(4) var<storage, read_write> x: array<f32>;
@group(0) @binding(5) var<storage, read_write> r: array<f32>;
@group(0) @binding(6) var<storage, read_write> p: array<f32>;
@group(0) @binding(7) var<storage, read_write> q: array<f32>;
@group(0) @binding(8) var<storage, read_write> sums: array<f32>;
@group(0) @binding(9) var<storage, read_write> state: State;

// What the recurrence divides by and multiplies with. It never leaves the device but for the readback of a batch.
struct State {
    rr: f32,
    alpha: f32,
    beta: f32,
    // Steps made since the start.
    steps: u32,
    // 0 while it can go on; else one of the two below, and every further step changes nothing.
    stop: u32,
}

const SOLVED: u32 = 1u;
const INDEFINITE: u32 = 2u;

var<workgroup> lanes: array<f32, GROUP>;

// The sum over a workgroup: lane i takes lane i + reach, reach = GROUP/2, GROUP/4, ..., 1.
fn group_sum(lane: u32, value: f32) -> f32 {
    lanes[lane] = value;
    workgroupBarrier();
    for (var reach = GROUP / 2u; reach > 0u; reach = reach / 2u) {
        if lane < reach {
            lanes[lane] += lanes[lane + reach];
        }
        workgroupBarrier();
    }
    return lanes[0];
}

// The second stage: one workgroup, each lane sums every GROUP-th partial sum in order.
fn total(lane: u32) -> f32 {
    var sum = 0.0;
    for (var i = lane; i < size.groups; i += GROUP) {
        sum += sums[i];
    }
    return group_sum(lane, sum);
}

// r = b - A u, p = r; partial sums of r.r. Here u is the iterate.
@compute @workgroup_size(GROUP)
fn residual(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
) {
    let k = id.x;
    var square = 0.0;
    if k < size.unknowns {
        let value = rhs[k] - (matrix[k] * u[k] + neighbours(k));
        r[k] = value;
        p[k] = value;
        square = value * value;
    }
    let sum = group_sum(lane, square);
    if lane == 0u {
        sums[group.x] = sum;
    }
}

@compute @workgroup_size(GROUP)
fn begin(@builtin(local_invocation_index) lane: u32) {
    let rr = total(lane);
    if lane == 0u {
        state.rr = rr;
        state.alpha = 0.0;
        state.beta = 0.0;
        state.steps = 0u;
        state.stop = 0u;
    }
}

// q = A p; partial sums of p.q. Here u is the search direction p.
@compute @workgroup_size(GROUP)
fn apply(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
) {
    let k = id.x;
    var product = 0.0;
    if k < size.unknowns {
        let value = matrix[k] * u[k] + neighbours(k);
        q[k] = value;
        product = u[k] * value;
    }
    let sum = group_sum(lane, product);
    if lane == 0u {
        sums[group.x] = sum;
    }
}

@compute @workgroup_size(GROUP)
fn step_length(@builtin(local_invocation_index) lane: u32) {
    let pq = total(lane);
    if lane == 0u && state.stop == 0u {
        state.steps += 1u;
        if state.rr == 0.0 {
            state.stop = SOLVED;
        } else if pq <= 0.0 {
            state.stop = INDEFINITE;
        } else {
            state.alpha = state.rr / pq;
        }
    }
}

// x += alpha p, r -= alpha q; partial sums of r.r.
@compute @workgroup_size(GROUP)
fn update(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
) {
    let k = id.x;
    var square = 0.0;
    if k < size.unknowns && state.stop == 0u {
        x[k] += state.alpha * p[k];
        let value = r[k] - state.alpha * q[k];
        r[k] = value;
        square = value * value;
    }
    let sum = group_sum(lane, square);
    if lane == 0u {
        sums[group.x] = sum;
    }
}

@compute @workgroup_size(GROUP)
fn conjugate(@builtin(local_invocation_index) lane: u32) {
    let rr = total(lane);
    if lane == 0u && state.stop == 0u {
        state.beta = rr / state.rr;
        state.rr = rr;
    }
}

// p = r + beta p.
@compute @workgroup_size(GROUP)
fn turn(@builtin(global_invocation_id) id: vec3<u32>) {
    let k = id.x;
    if k < size.unknowns && state.stop == 0u {
        p[k] = r[k] + state.beta * p[k];
    }
}
