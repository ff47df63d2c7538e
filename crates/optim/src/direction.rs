//! Directions: rules whose whole memory is a few vectors of the size of the parameters. Other algorithms build on them.

use iterscope_core::{StateReader, StateWriter};

use crate::rule::{Options, Probe, Rule, Setup};

/// A rule of the form x <- x - eta d, with d from the gradient and a memory.
#[derive(Clone, Copy)]
pub struct Direction {
    /// Vectors of the size of the parameters that are kept between updates.
    pub vectors: usize,
    /// Operations for each parameter, the update of x included.
    pub flops: u64,
    /// Updates the vectors of the memory with a gradient and writes the direction. `count` is the number of this update,
    /// from 1.
    pub direct: fn(memory: &mut [f64], count: u64, options: &Options, gradient: &[f64], direction: &mut [f64]),
}

impl Direction {
    /// The memory at the start: the count of updates, then the vectors.
    pub fn memory(&self, size: usize) -> Vec<f64> {
        vec![0.0; 1 + self.vectors * size]
    }

    /// The next direction.
    pub fn next(&self, memory: &mut [f64], options: &Options, gradient: &[f64], direction: &mut [f64]) {
        memory[0] += 1.0;
        let count = memory[0] as u64;
        (self.direct)(&mut memory[1..], count, options, gradient, direction);
    }
}

/// The rule that goes along a direction.
pub(crate) struct Along {
    direction: Direction,
    options: Options,
    x: Vec<f64>,
    memory: Vec<f64>,
    along: Vec<f64>,
    length: f64,
}

impl Along {
    pub fn boxed(direction: Direction, setup: &Setup<'_>) -> Box<dyn Rule> {
        let n = setup.start.len();
        Box::new(Along {
            direction,
            options: setup.options,
            x: setup.start.to_vec(),
            memory: direction.memory(n),
            along: vec![0.0; n],
            length: 0.0,
        })
    }
}

impl Rule for Along {
    fn at(&self) -> &[f64] {
        &self.x
    }

    fn update(&mut self, gradient: &[f64], eta: f64, probe: &mut Probe<'_>) {
        self.direction.next(&mut self.memory, &self.options, gradient, &mut self.along);
        for (x, d) in self.x.iter_mut().zip(&self.along) {
            *x -= eta * d;
        }
        self.length = eta;
        probe.work.flops += self.direction.flops * gradient.len() as u64;
    }

    fn length(&self) -> f64 {
        self.length
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x);
        out.slice(&self.memory);
        out.real(self.length);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x);
        from.slice(&mut self.memory);
        self.length = from.real();
    }
}
