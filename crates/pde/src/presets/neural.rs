//! Networks as states and as solutions, beside the methods that do the same without.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.network-as-state",
        label: "A network as the state",
        summary: "Burgers' equation with a solution that is known. A network of 261 parameters is moved where an explicit step wants it; beside each is \
              the method that does the same on the grid. Errors are those of the step and the grid, with and without: who wins is said by the seconds.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 64, "x_max": 6.283185307179586,
    "equations": "u_t = nu*u_xx - dx(u^2/2)\nnu = 0.1\nu(0) = 1 + 2*nu*sin(x)/(1.2 + cos(x))\nperiodic",
    "exact": "1 + 2*nu*exp(-nu*t)*sin(x - t)/(1.2 + exp(-nu*t)*cos(x - t))" } },
  "runs": [
    { "method": "pde.teng", "params": { "dt": 0.02, "order": "1" } },
    { "method": "pde.euler", "params": { "dt": 0.02 } },
    { "method": "pde.teng", "params": { "dt": 0.02 } },
    { "method": "pde.heun", "params": { "dt": 0.02 } } ],
  "stop": { "until": 1 },
  "view": { "series": "error.l2.rel" } }"#,
    },
    Preset {
        id: "pde.network-without-mesh",
        label: "A network without a mesh",
        summary: "Burgers' equation by the trapezoidal rule, three times: for the parameters of a network at random places by Gauss-Newton steps, the same by Adam as the source has it, and \
                  on a grid. The network has no mesh's error: on these nodes it is several times as accurate as the grid. The grid with four times as many nodes comes near it, and \
                  is still a hundred times as fast. Adam ends where its patience does.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 64, "x_max": 6.283185307179586,
    "equations": "u_t = nu*u_xx - dx(u^2/2)\nnu = 0.1\nu(0) = 1 + 2*nu*sin(x)/(1.2 + cos(x))\nperiodic",
    "exact": "1 + 2*nu*exp(-nu*t)*sin(x - t)/(1.2 + exp(-nu*t)*cos(x - t))" } },
  "runs": [
    { "method": "pde.insr", "params": { "dt": 0.05, "features": 8, "width": 8 } },
    { "method": "pde.insr", "params": { "dt": 0.05, "features": 8, "width": 8, "optimiser": "adam", "updates": 150, "rate": 0.001 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.05 } } ],
  "stop": { "until": 1 },
  "view": { "series": "error.l2.rel" } }"#,
    },
    Preset {
        id: "pde.learned-step",
        label: "Steps learned from examples",
        summary: "Five waves that travel and fade. From courses of other waves five taps are learned: for the next state, and for the rate of change by differences of fourth order. All run with half of the \
                  time step of the examples. A learned state knows no other step and is lost; a rate from plain differences is of first order, as Euler's method is; that of fourth order, with RK4, \
                  is good for any step, and wins over the differences of the grid, whose five waves it has seen.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection", "params": { "n": 64, "x_max": 6.283185307179586, "advection": "central", "measures": "",
    "equations": "u_t = -u_x + 0.05*u_xx\nu(0) = cos(x + 0.3) + cos(2*x + 1.1) + cos(3*x + 2.5) + cos(4*x + 4) + cos(5*x + 5.2)\nperiodic",
    "exact": "cos(x - t + 0.3)*exp(-0.05*t) + cos(2*(x - t) + 1.1)*exp(-0.2*t) + cos(3*(x - t) + 2.5)*exp(-0.45*t) + cos(4*(x - t) + 4)*exp(-0.8*t) + cos(5*(x - t) + 5.2)*exp(-1.25*t)" } },
  "runs": [
    { "method": "pde.predicting-change", "params": { "dt": 0.025, "target": "state" } },
    { "method": "pde.predicting-change", "params": { "dt": 0.025, "target": "forward", "integrator": "euler" } },
    { "method": "pde.predicting-change", "params": { "dt": 0.025 } },
    { "method": "pde.rk4", "params": { "dt": 0.025 } } ],
  "stop": { "until": 2 },
  "view": { "series": "error.l2.rel" } }"#,
    },
    Preset {
        id: "pde.moving-curve",
        label: "A curve that moves by its curvature",
        summary: "The zero set of a network of space and time, and that of a grid, move by their curvature. The area within a closed curve falls at the rate 2πα, whatever its shape: \
                  here by 1.257. Twenty steps of least squares bring the network to within 5 % of that; the grid comes to within 1 %, for a thousandth of the work. What the network \
                  has instead is all of the course in three hundred numbers.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "2", "n": 32, "x_max": 6.283185307179586, "y_max": 6.283185307179586,
    "equations": "u_t = a*(u_xx*u_y^2 - 2*u_x*u_y*u_xy + u_yy*u_x^2)/(u_x^2 + u_y^2 + 1e-3)\na = 0.2 in [0.05, 0.4]\nu(0) = cos(x) + cos(y) + 0.8\nperiodic",
    "measures": "area = 1/(1 + exp(12*u))" } },
  "runs": [
    { "method": "pde.neural-level-set", "params": { "span": 1, "intervals": 5 } },
    { "method": "pde.rk4", "params": { "dt": 0.01 } } ],
  "stop": { "until": 1, "max_steps": 100, "rtol": 0 },
  "view": { "series": "measure.area" } }"#,
    },
    Preset {
        id: "pde.carried-labels",
        label: "Networks that go along",
        summary: "A sine is carried five times around. A network of space and time at places that stand still comes to a flat course, and no more steps help; two networks in labels that are carried along \
                  come to 1 % in a few dozen steps. On 64 nodes differences are off by 5 %, as their waves are \
                  slow, and on 256 by 0.3 %, in a thousandth of the time; five hundred steps bring the networks below 0.01 %.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection", "params": { "n": 64, "x_max": 6.283185307179586, "advection": "central", "measures": "",
    "equations": "u_t = -c*u_x\nc = 30 in [1, 50]\nu(0) = sin(x)\nperiodic", "exact": "sin(x - c*t)" } },
  "runs": [
    { "method": "pde.lagrangian-pinn", "params": { "span": 1, "intervals": 10, "fine_steps": 100 } },
    { "method": "pde.lagrangian-pinn", "params": { "span": 1, "intervals": 10, "fine_steps": 100, "frame": "places" } },
    { "method": "pde.rk4", "params": { "dt": 0.002 } } ],
  "stop": { "until": 1, "max_steps": 500, "rtol": 0 },
  "view": { "series": "error.l2.rel" } }"#,
    },
    Preset {
        id: "pde.splines-as-network",
        label: "Splines as a network",
        summary: "Five half waves on an interval, by the energy. One sum of splines is a linear method, solved by the first step; four neurons with splines on their edges move the space itself, \
                  take 150 steps and come four times less near; a dense network of as many parameters comes as near as the sum. Elimination on this grid is a hundred times farther off, for a second-order \
                  difference is; on a grid ten times as fine it is as near, and still done in less than a millisecond.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "dimension": "1", "n": 64, "exact": "sin(5*pi*x)" } },
  "runs": [
    { "method": "pde.kinn", "params": { "form": "energy", "layers": 0, "cells": 32, "points": 2000 } },
    { "method": "pde.kinn", "params": { "form": "energy" } },
    { "method": "pde.kinn", "params": { "form": "energy", "network": "dense", "layers": 2, "width": 8 } },
    { "method": "pde.direct" } ],
  "stop": { "max_steps": 150 },
  "view": { "series": "error.exact.l2.rel" } }"#,
    },
    Preset {
        id: "pde.jump-by-energy",
        label: "A jump, by energy or at points",
        summary: "The diffusion jumps by ten in the middle of an interval, and the slope of the solution with it. The residual at points does not see it: that network is wrong by as much as the solution, \
                  however small its residual. Going down the energy, splines on edges come to 0.5 %, a dense network of as many parameters to 0.2 %, both smooth where the solution has a kink. \
                  On the grid the harmonic mean is exact for this jump: conjugate gradients win.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "dimension": "1", "n": 60, "diffusion": "if(x < 0.5, 1, 10)", "face_mean": "harmonic" } },
  "runs": [
    { "method": "pde.kinn", "params": { "form": "energy" } },
    { "method": "pde.kinn" },
    { "method": "pde.kinn", "params": { "form": "energy", "network": "dense", "layers": 2, "width": 8 } },
    { "method": "pde.cg" } ],
  "stop": { "max_steps": 200 },
  "view": { "series": "error.discrete.l2.rel" } }"#,
    },
    Preset {
        id: "pde.network-in-the-plane",
        label: "A network in the plane",
        summary: "A smooth solution on a square. At 400 points networks with splines on their edges and dense ones make the residual small, and after sixty steps are twenty and a hundred times as near to \
                  the solution as elimination on a grid of 32 by 32 cells, which takes less than a hundredth of the time. No mesh is behind them; a finer grid would be the cheaper way.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 32, "exact": "sin(pi*x)*sin(pi*y)*exp(x)" } },
  "runs": [
    { "method": "pde.kinn" },
    { "method": "pde.kinn", "params": { "network": "dense", "layers": 2, "width": 8 } },
    { "method": "pde.direct" } ],
  "stop": { "max_steps": 60 },
  "view": { "series": "error.exact.l2.rel" } }"#,
    },
];
