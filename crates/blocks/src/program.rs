//! A program and how it runs.

use crate::functions::{Binary, Unary};
use crate::kernels::{self, Aligned, Block, Join, Operand};

/// The number of points that one loop works on: a few blocks fit into the nearest cache.
pub const BLOCK: usize = 256;

/// Stands where no program of the compiler ever looks.
static NO_VALUES: Block = [f64::NAN; BLOCK];

/// The values of one input.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// One value for each point.
    Each(&'a [f64]),
    /// The same value at all points.
    Same(f64),
}

/// Where an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Register(u16),
    Input(u16),
    /// A value that is the same at all points.
    Same(u16),
    /// The same, but written out over a block.
    Spread(u16),
}

/// Where a result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Register(u16),
    Output(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Copy,
    Unary(Unary),
    Arithmetic(Binary),
    Function(Binary),
    Fused(Binary, Join),
    /// A fused pair whose first result is scaled before it is joined.
    Scaled(Binary, Join),
    Select,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub(crate) operation: Operation,
    pub(crate) to: Target,
    pub(crate) from: [Source; 4],
}

/// A value that is the same at all points, computed once before the blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Same {
    Constant(f64),
    Input(u16),
    Unary(Unary, u16),
    Binary(Binary, u16, u16),
    Select([u16; 3]),
}

/// One or more formulas, ready to run over points.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) same: Vec<Same>,
    /// Which of them are written out over a block.
    pub(crate) spread: Vec<u16>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) registers: usize,
    /// For each input, whether it differs from point to point.
    pub(crate) varying: Vec<bool>,
    pub(crate) outputs: usize,
}

/// The memory that a program needs while it runs. One for each thread of a program.
#[derive(Clone, Debug)]
pub struct Scratch {
    same: Vec<f64>,
    spread: Vec<Aligned>,
    /// Each is taken out while it is written to.
    registers: Vec<Option<Box<Aligned>>>,
    last_inputs: Vec<Aligned>,
    last_outputs: Vec<Aligned>,
}

impl Program {
    /// Memory for [`Program::run`].
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch {
            same: vec![0.0; self.same.len()],
            spread: vec![Aligned::EMPTY; self.spread.len()],
            registers: vec![Some(Box::new(Aligned::EMPTY)); self.registers],
            last_inputs: vec![Aligned::EMPTY; self.varying.len()],
            last_outputs: vec![Aligned::EMPTY; self.outputs],
        }
    }

    /// The number of formulas.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The number of operations that are carried out at every point; joined ones count once.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.instructions.len()
    }

    /// Evaluates all formulas at all points: `outputs[k][i]` is formula k at point i. Allocates nothing.
    ///
    /// # Panics
    /// Where the numbers of inputs or outputs, or their lengths, do not fit together; where an input that was declared the
    /// same at all points is given as [`Input::Each`] or the other way round; with the scratch of another program.
    pub fn run(&self, inputs: &[Input<'_>], scratch: &mut Scratch, outputs: &mut [&mut [f64]]) {
        assert_eq!(inputs.len(), self.varying.len(), "one input for each variable");
        assert_eq!(outputs.len(), self.outputs, "one output for each formula");
        let n = outputs.first().map_or(0, |out| out.len());
        assert!(outputs.iter().all(|out| out.len() == n), "outputs of one length");
        for (input, &varying) in inputs.iter().zip(&self.varying) {
            match input {
                Input::Each(values) => assert!(varying && values.len() == n, "an input of the outputs' length"),
                Input::Same(_) => assert!(!varying, "an input that varies needs a value for each point"),
            }
        }
        self.prepare(inputs, scratch);
        let whole = n - n % BLOCK;
        let Scratch { same, spread, registers, last_inputs, last_outputs } = scratch;
        for at in (0..whole).step_by(BLOCK) {
            let from = |k: usize| match inputs[k] {
                Input::Each(values) => block(&values[at..]),
                // No instruction asks for it.
                Input::Same(_) => &NO_VALUES,
            };
            self.block(same, spread, registers, from, |k, write| {
                if let Some(out) = outputs[k][at..].first_chunk_mut() {
                    write(out);
                }
            });
        }
        if whole == n {
            return;
        }
        for (block, input) in last_inputs.iter_mut().zip(inputs) {
            if let Input::Each(values) = input {
                block.0[..n - whole].copy_from_slice(&values[whole..]);
            }
        }
        self.block(same, spread, registers, |k| &last_inputs[k].0, |k, write| write(&mut last_outputs[k].0));
        for (out, block) in outputs.iter_mut().zip(last_outputs) {
            out[whole..].copy_from_slice(&block.0[..n - whole]);
        }
    }

    /// What is the same at all points.
    fn prepare(&self, inputs: &[Input<'_>], scratch: &mut Scratch) {
        for (k, value) in self.same.iter().enumerate() {
            let of = |id: u16| scratch.same[id as usize];
            scratch.same[k] = match *value {
                Same::Constant(x) => x,
                Same::Input(v) => match inputs[v as usize] {
                    Input::Same(x) => x,
                    Input::Each(_) => f64::NAN,
                },
                Same::Unary(f, a) => f.at(of(a)),
                Same::Binary(f, a, b) => f.at(of(a), of(b)),
                Same::Select([c, a, b]) => {
                    if of(c) == 0.0 {
                        of(b)
                    } else {
                        of(a)
                    }
                }
            };
        }
        for (block, &id) in scratch.spread.iter_mut().zip(&self.spread) {
            block.0.fill(scratch.same[id as usize]);
        }
    }

    fn block<'a>(
        &self,
        same: &[f64],
        spread: &'a [Aligned],
        registers: &mut [Option<Box<Aligned>>],
        input: impl Fn(usize) -> &'a Block,
        mut output: impl FnMut(usize, &mut dyn FnMut(&mut Block)),
    ) {
        for instruction in &self.instructions {
            match instruction.to {
                Target::Output(k) => {
                    let registers = &*registers;
                    output(k as usize, &mut |out| step(instruction, same, spread, registers, &input, out));
                }
                Target::Register(r) => {
                    // No operand is the register that is written: the compiler of the program sees to that.
                    let Some(mut out) = registers[r as usize].take() else { continue };
                    step(instruction, same, spread, registers, &input, &mut out.0);
                    registers[r as usize] = Some(out);
                }
            }
        }
    }
}

/// The first block of values.
fn block(values: &[f64]) -> &Block {
    values.first_chunk().unwrap_or(&NO_VALUES)
}

#[inline(always)]
fn step<'a: 'r, 'r>(
    instruction: &Instruction,
    same: &[f64],
    spread: &'a [Aligned],
    registers: &'r [Option<Box<Aligned>>],
    input: &impl Fn(usize) -> &'a Block,
    out: &mut Block,
) {
    let operand = |source: Source| -> Operand<'r> {
        match source {
            Source::Register(r) => Operand::Block(held(&registers[r as usize])),
            Source::Input(k) => Operand::Block(input(k as usize)),
            Source::Spread(k) => Operand::Block(&spread[k as usize].0),
            Source::Same(k) => Operand::Same(same[k as usize]),
        }
    };
    let values = |source: Source| -> &'r Block {
        match operand(source) {
            Operand::Block(values) => values,
            Operand::Same(_) => &NO_VALUES,
        }
    };
    let [a, b, c, d] = instruction.from;
    match instruction.operation {
        Operation::Copy => match operand(a) {
            Operand::Block(values) => out.copy_from_slice(values),
            Operand::Same(x) => out.fill(x),
        },
        Operation::Unary(f) => kernels::unary(f, out, values(a)),
        Operation::Arithmetic(f) => kernels::arithmetic(f, out, operand(a), operand(b)),
        Operation::Function(f) => kernels::function(f, out, values(a), values(b)),
        Operation::Fused(f, join) => kernels::fused(f, join, out, [operand(a), operand(b), operand(c)]),
        Operation::Scaled(f, join) => kernels::scaled(f, join, out, [operand(a), operand(b), operand(c), operand(d)]),
        Operation::Select => kernels::select(out, values(a), values(b), values(c)),
    }
}

fn held(register: &Option<Box<Aligned>>) -> &Block {
    register.as_deref().map_or(&NO_VALUES, |block| &block.0)
}
