//! The driven cavity at Re = 100 as it was computed first (U. Ghia, K. N. Ghia and C. T. Shin, High-Re solutions for incompressible flow using the
//! Navier-Stokes equations and a multigrid method, Journal of Computational Physics 48, 1982): velocities along the vertical line through the
//! middle, table I, and the strength of the vortex, table V. They are of the third digit: later computations differ by 1.5 % of the
//! extreme (O. Botella and R. Peyret 1998).

/// Heights of the table.
pub const Y: [f64; 17] = [
    0.0, 0.0547, 0.0625, 0.0703, 0.1016, 0.1719, 0.2813, 0.4531, 0.5, 0.6172, 0.7344, 0.8516, 0.9531, 0.9609, 0.9688,
    0.9766, 1.0,
];

/// Velocities along x there.
pub const U: [f64; 17] = [
    0.0, -0.03717, -0.04192, -0.04775, -0.06434, -0.1015, -0.15662, -0.2109, -0.20581, -0.13641, 0.00332, 0.23151,
    0.68717, 0.73722, 0.78871, 0.84123, 1.0,
];

/// The least value of the stream function.
pub const PSI: f64 = -0.103_423;
