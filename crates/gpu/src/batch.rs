//! The stepper of every method on the device: steps in batches, one submission and one readback each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use iterscope_core::{
    Artifact, BuildError, Checkpoint, Extent, Picture, Progress, Referee, State, StepError, Stepper, Stop, Value, Work,
};
use wgpu::{Buffer, BufferUsages, ComputePass, MapMode};

use crate::device::Gpu;
use crate::operator::buffer;

/// One method, seen from the device.
pub(crate) trait Recurrence: 'static {
    /// Brings a new iterate to the device; the recurrence starts anew from it.
    fn place(&mut self, gpu: &Gpu, iterate: &[f32]);
    /// Encodes what precedes the first step after [`Recurrence::place`].
    fn start(&self, pass: &mut ComputePass<'_>);
    /// Encodes one step.
    fn step(&mut self, pass: &mut ComputePass<'_>);
    /// Where the iterate stands after the steps that were encoded.
    fn iterate(&self) -> &Buffer;
    /// What is read back behind the iterate, if anything: its buffer and the number of words.
    fn status(&self) -> Option<(&Buffer, usize)>;
    /// What came of `asked` steps, by the words read back.
    fn outcome(&mut self, asked: u32, status: &[u32]) -> Made;
    /// What one step costs.
    fn cost(&self) -> Work;
    /// Changes a live parameter.
    fn set(&mut self, gpu: &Gpu, key: &str, value: &Value) -> Result<(), BuildError>;
}

/// What came of a batch.
pub(crate) struct Made {
    /// Steps made.
    pub(crate) steps: u32,
    /// How many of them cost work; the one that finds that there is nothing left to do does not.
    pub(crate) charged: u32,
    /// The method ended.
    pub(crate) stop: Option<Stop>,
}

/// Steps that one submission may hold, so that it ends long before a driver's watchdog (about 2 s) takes the device
/// away, and a person's click is answered.
const STEPS_PER_SUBMISSION: usize = 256;
/// Unknowns times steps that one submission may hold. Hardware makes 1e9 and more in a second, software 4e6 of
/// conjugate gradients.
const UPDATES_HARDWARE: usize = 1 << 26;
const UPDATES_SOFTWARE: usize = 1 << 20;
/// Steps that are worth a readback.
const STEPS_PER_READBACK: usize = 32;

const IN_FLIGHT: u8 = 0;
const MAPPED: u8 = 1;
const FAILED: u8 = 2;

/// A submission on its way.
struct Flight {
    steps: u32,
    arrival: Arc<AtomicU8>,
}

/// A method on the device together with the family's referee.
///
/// Steps, work, series, pictures and checkpoints all speak of the last readback. A call of `advance` while a batch is in
/// flight does not change how many steps it will bring.
pub(crate) struct Batched<M> {
    gpu: Gpu,
    method: M,
    referee: Box<dyn Referee<Iterate = [f64]>>,
    /// The iterate and, behind it, the method's status.
    staging: Buffer,
    initial: Vec<f64>,
    iterate: Vec<f64>,
    status: Vec<u32>,
    step: u64,
    work: Work,
    stopped: Option<Stop>,
    flight: Option<Flight>,
    /// Steps still to be submitted of those asked for.
    left: u32,
    /// The recurrence must be started before the next step.
    fresh: bool,
    most: u32,
}

impl<M: Recurrence> Batched<M> {
    /// The stepper at step 0 with the iterate `initial`.
    pub(crate) fn boxed(
        gpu: &Gpu,
        method: M,
        referee: Box<dyn Referee<Iterate = [f64]>>,
        initial: Vec<f64>,
    ) -> Box<dyn Stepper> {
        let n = initial.len();
        let words = method.status().map_or(0, |(_, words)| words);
        let staging = buffer(gpu, "staging", n + words, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let updates = if gpu.info().software { UPDATES_SOFTWARE } else { UPDATES_HARDWARE };
        let mut stepper = Batched {
            gpu: gpu.clone(),
            method,
            referee,
            staging,
            iterate: initial.clone(),
            initial,
            status: vec![0; words],
            step: 0,
            work: Work::default(),
            stopped: None,
            flight: None,
            left: 0,
            fresh: true,
            most: (updates / n.max(1)).clamp(1, STEPS_PER_SUBMISSION) as u32,
        };
        stepper.restart(None);
        Box::new(stepper)
    }

    /// Makes `from`, or else the initial iterate, the current one.
    fn restart(&mut self, from: Option<&[f64]>) {
        if self.flight.take().is_some() {
            // Takes the request to map back; its callback speaks to a flight that nobody waits for any more.
            self.staging.unmap();
        }
        let from = from.unwrap_or(&self.initial);
        let rounded: Vec<f32> = from.iter().map(|&x| x as f32).collect();
        for (x, &r) in self.iterate.iter_mut().zip(&rounded) {
            *x = f64::from(r);
        }
        self.method.place(&self.gpu, &rounded);
        (self.stopped, self.left, self.fresh) = (None, 0, true);
    }

    /// Submits as many of the steps left as one submission may hold.
    fn submit(&mut self) {
        let steps = self.left.min(self.most);
        self.left -= steps;
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            if self.fresh {
                self.method.start(&mut pass);
                self.fresh = false;
            }
            for _ in 0..steps {
                self.method.step(&mut pass);
            }
        }
        let bytes = 4 * self.iterate.len() as u64;
        encoder.copy_buffer_to_buffer(self.method.iterate(), 0, &self.staging, 0, bytes);
        if let Some((status, words)) = self.method.status() {
            encoder.copy_buffer_to_buffer(status, 0, &self.staging, bytes, 4 * words as u64);
        }
        self.gpu.queue().submit([encoder.finish()]);
        let arrival = Arc::new(AtomicU8::new(IN_FLIGHT));
        let told = Arc::clone(&arrival);
        self.staging.slice(..).map_async(MapMode::Read, move |outcome| {
            told.store(if outcome.is_ok() { MAPPED } else { FAILED }, Ordering::Release);
        });
        self.flight = Some(Flight { steps, arrival });
    }

    /// Takes over what the submission of `asked` steps brought.
    fn receive(&mut self, asked: u32) -> Result<(), StepError> {
        {
            let view = self.staging.slice(..).get_mapped_range();
            let view = view.map_err(|e| StepError::DeviceLost(format!("the result could not be read: {e}")))?;
            // On the web the bytes need not be aligned: read them word by word.
            let (words, _) = view.as_chunks::<4>();
            let (iterate, status) = words.split_at(self.iterate.len());
            for (x, &word) in self.iterate.iter_mut().zip(iterate) {
                *x = f64::from(f32::from_le_bytes(word));
            }
            for (s, &word) in self.status.iter_mut().zip(status) {
                *s = u32::from_le_bytes(word);
            }
        }
        self.staging.unmap();
        let made = self.method.outcome(asked, &self.status);
        self.step += u64::from(made.steps);
        add(&mut self.work, self.method.cost(), u64::from(made.charged));
        if made.stop.is_some() {
            (self.stopped, self.left) = (made.stop, 0);
        }
        Ok(())
    }
}

fn add(work: &mut Work, each: Work, times: u64) {
    work.operator += times * each.operator;
    work.preconditioner += times * each.preconditioner;
    work.inner += times * each.inner;
    work.flops += times * each.flops;
    work.bytes += times * each.bytes;
}

impl<M: Recurrence> Stepper for Batched<M> {
    fn advance(&mut self, n: u32) -> Result<Progress, StepError> {
        self.gpu.healthy()?;
        let Some(flight) = &self.flight else {
            if let Some(stop) = self.stopped {
                return Ok(Progress::Stopped(stop));
            }
            if n == 0 {
                return Ok(Progress::Advanced);
            }
            self.left = n;
            self.submit();
            self.gpu.healthy()?;
            return Ok(Progress::Pending);
        };
        self.gpu.poll();
        let (arrival, asked) = (flight.arrival.load(Ordering::Acquire), flight.steps);
        // What arrived after the loss of the device would be zeros.
        self.gpu.healthy()?;
        match arrival {
            MAPPED => {
                self.flight = None;
                self.receive(asked)?;
            }
            FAILED => return Err(StepError::DeviceLost("the result could not be read back".into())),
            _ => return Ok(Progress::Pending),
        }
        if let Some(stop) = self.stopped {
            return Ok(Progress::Stopped(stop));
        }
        if self.left == 0 {
            return Ok(Progress::Advanced);
        }
        self.submit();
        Ok(Progress::Pending)
    }

    fn batch(&self) -> u32 {
        // Never 1: even where one step is all that a submission may hold, the result of a call comes later.
        self.most.clamp(2, STEPS_PER_READBACK as u32)
    }

    fn steps(&self) -> u64 {
        self.step
    }

    fn work(&self) -> Work {
        self.work
    }

    fn measure(&mut self, out: &mut [f64]) -> Result<Progress, StepError> {
        let series = self.referee.series();
        self.referee.measure(&self.iterate, &mut out[..series]);
        Ok(Progress::Advanced)
    }

    fn picture(&mut self, key: &str, extent: Extent, out: &mut Picture) -> Result<Progress, StepError> {
        self.referee.picture(key, &self.iterate, extent, out);
        Ok(Progress::Advanced)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.method.set(&self.gpu, key, value)?;
        self.stopped = None;
        Ok(())
    }

    fn reset(&mut self) -> Result<(), StepError> {
        self.gpu.healthy()?;
        self.restart(None);
        (self.step, self.work) = (0, Work::default());
        Ok(())
    }

    fn save(&mut self) -> Result<Checkpoint, StepError> {
        Ok(Checkpoint { step: self.step, work: self.work, state: State::Iterate(self.iterate.clone()) })
    }

    fn load(&mut self, from: &Checkpoint) -> Result<(), BuildError> {
        self.gpu.healthy().map_err(|e| BuildError::new("checkpoint", e.to_string()))?;
        match &from.state {
            State::Iterate(x) if x.len() == self.iterate.len() => self.restart(Some(x)),
            State::Iterate(_) => return Err(BuildError::new("checkpoint", "it is not of this problem")),
            State::Full(_) => return Err(BuildError::new("checkpoint", "it was written by the method on the CPU")),
        }
        (self.step, self.work) = (from.step, from.work);
        Ok(())
    }

    fn result(&mut self) -> Result<Artifact, StepError> {
        Ok(self.referee.result(&self.iterate))
    }
}

impl<M> Drop for Batched<M> {
    fn drop(&mut self) {
        // On the web a dropped handle frees nothing until the garbage collector comes by.
        self.staging.destroy();
    }
}
