//! The device: asked for once, shared by all steppers, and possibly lost at any time.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use iterscope_core::{BuildError, StepError};

use crate::kernels::{GROUP, Kernels};

/// Why there is no device, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GpuAbsence {
    /// No adapter: the browser or the machine offers no WebGPU.
    NoAdapter,
    /// There is an adapter, but it gave no device.
    Refused(String),
}

impl fmt::Display for GpuAbsence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What wgpu says lists the interfaces that were not compiled in, which helps nobody here.
            GpuAbsence::NoAdapter if cfg!(target_arch = "wasm32") => {
                f.write_str("this browser offers no WebGPU adapter")
            }
            GpuAbsence::NoAdapter => f.write_str("no Vulkan driver offers a graphics adapter"),
            GpuAbsence::Refused(why) => write!(f, "the WebGPU adapter gave no device ({why})"),
        }
    }
}

impl std::error::Error for GpuAbsence {}

/// What is known about the adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpuInfo {
    /// Its name, or the driver's; empty where neither is told, as in most browsers.
    pub name: String,
    /// The interface under it, such as `vulkan` or `webgpu`.
    pub backend: String,
    /// The adapter is a program on the CPU: correct, and slower than the CPU methods.
    pub software: bool,
    /// The largest array that one kernel can read, in bytes.
    pub largest_array: u64,
}

/// What went wrong since the device was had; filled in by callbacks that may come from another thread.
#[derive(Default)]
struct Fault {
    lost: AtomicBool,
    words: Mutex<Option<StepError>>,
}

impl Fault {
    /// Keeps the first error: later ones are its consequences.
    fn report(&self, error: StepError) {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.lost.store(true, Ordering::Release);
    }
}

/// A device with its queue. Clones are handles of the same device.
#[derive(Clone)]
pub struct Gpu(Rc<Inner>);

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: GpuInfo,
    fault: Arc<Fault>,
    kernels: OnceCell<Kernels>,
}

impl Gpu {
    /// Asks for the fastest adapter and a device on it. Works in a page, in a dedicated worker, and natively (Vulkan).
    ///
    /// # Errors
    /// There is no adapter, or it gave no device.
    pub async fn request() -> Result<Gpu, GpuAbsence> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|_| GpuAbsence::NoAdapter)?;
        let offered = adapter.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("iterscope"),
            // The rest of WebGPU's guaranteed limits is enough; the sizes decide how large a problem may be.
            required_limits: wgpu::Limits {
                max_buffer_size: offered.max_buffer_size,
                max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
                ..wgpu::Limits::default()
            },
            ..Default::default()
        };
        let (device, queue) =
            adapter.request_device(&descriptor).await.map_err(|e| GpuAbsence::Refused(e.to_string()))?;

        let fault = Arc::new(Fault::default());
        let on_loss = Arc::clone(&fault);
        device.set_device_lost_callback(move |reason, message| {
            let why = if message.is_empty() { format!("{reason:?}").to_lowercase() } else { message };
            on_loss.report(StepError::DeviceLost(why));
        });
        let on_error = Arc::clone(&fault);
        // Without a handler wgpu panics. Buffers that could not be had, too, are reported here, after the fact.
        device.on_uncaptured_error(Arc::new(move |error| {
            on_error.report(match error {
                wgpu::Error::OutOfMemory { .. } => StepError::OutOfMemory("on the graphics device".into()),
                other => StepError::DeviceLost(other.to_string()),
            });
        }));

        let about = adapter.get_info();
        let name = [about.name, about.driver_info, about.driver].into_iter().find(|t| !t.is_empty());
        let info = GpuInfo {
            name: name.unwrap_or_default(),
            backend: about.backend.to_str().to_owned(),
            software: about.device_type == wgpu::DeviceType::Cpu,
            largest_array: offered.max_storage_buffer_binding_size.min(offered.max_buffer_size),
        };
        Ok(Gpu(Rc::new(Inner { device, queue, info, fault, kernels: OnceCell::new() })))
    }

    /// What is known about the adapter.
    pub fn info(&self) -> &GpuInfo {
        &self.0.info
    }

    /// Whether the adapter is a program on the CPU.
    pub fn software(&self) -> bool {
        self.0.info.software
    }

    /// The adapter in a sentence for people.
    pub fn words(&self) -> String {
        let GpuInfo { name, backend, software, .. } = &self.0.info;
        let called = if name.is_empty() { backend.clone() } else { format!("{name}, {backend}") };
        if *software {
            format!("the only graphics adapter ({called}) is software: the CPU itself is faster")
        } else {
            format!("on the graphics device ({called})")
        }
    }

    /// The device is gone, or failed in a way after which nothing that it holds can be trusted.
    pub fn is_lost(&self) -> bool {
        self.0.fault.lost.load(Ordering::Acquire)
    }

    /// Destroys the device, as a driver that resets would: every run on it ends with [`StepError::DeviceLost`].
    pub fn destroy(&self) {
        self.0.device.destroy();
        // The callback may come later, with the event loop; nothing must be submitted in between.
        self.0.fault.report(StepError::DeviceLost("destroyed".into()));
    }

    /// Blocks until everything submitted is done, so that a native caller that was told `Pending` need not spin. On the
    /// web there is no such call: yield to the event loop.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn wait(&self) {
        // A failure shows in the next call of the stepper.
        let _ = self.0.device.poll(wgpu::PollType::wait_indefinitely());
    }

    /// Lets finished work report itself, without blocking. On the web the event loop does that.
    pub(crate) fn poll(&self) {
        let _ = self.0.device.poll(wgpu::PollType::Poll);
    }

    pub(crate) fn healthy(&self) -> Result<(), StepError> {
        if !self.is_lost() {
            return Ok(());
        }
        let words = self.0.fault.words.lock().unwrap_or_else(PoisonError::into_inner);
        Err(words.clone().unwrap_or_else(|| StepError::DeviceLost("no reason given".into())))
    }

    pub(crate) fn device(&self) -> &wgpu::Device {
        &self.0.device
    }

    pub(crate) fn queue(&self) -> &wgpu::Queue {
        &self.0.queue
    }

    /// The compiled kernels; compiled when first wanted.
    pub(crate) fn kernels(&self) -> &Kernels {
        self.0.kernels.get_or_init(|| Kernels::new(&self.0.device))
    }

    /// Whether the problem fits on the device: see [`GpuInfo::fits`].
    pub(crate) fn check_size(&self, values: usize, unknowns: usize) -> Result<(), BuildError> {
        self.0.info.fits(values, unknowns)
    }
}

impl GpuInfo {
    /// Whether arrays of `values` single-precision numbers, and as many invocations as `unknowns`, are possible.
    ///
    /// # Errors
    /// They are not; the field is `backend`.
    fn fits(&self, values: usize, unknowns: usize) -> Result<(), BuildError> {
        let (needed, most) = (4 * values as u64, self.largest_array);
        // Guaranteed by WebGPU; the device was asked for no more.
        let groups = wgpu::Limits::default().max_compute_workgroups_per_dimension;
        let invocations = u64::from(GROUP) * u64::from(groups);
        let why = if needed > most {
            let (needed, most) = (needed.div_ceil(1 << 20), most >> 20);
            format!("it needs an array of {needed} MiB, and the device takes {most} MiB")
        } else if unknowns as u64 > invocations {
            format!("it has {unknowns} unknowns, and the device takes {invocations}")
        } else {
            return Ok(());
        };
        let remedy = "choose cpu-f64 or a coarser mesh";
        Err(BuildError::new("backend", format!("the problem is too large for the graphics device: {why}; {remedy}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_that_does_not_fit_is_refused_with_words() {
        let info =
            GpuInfo { name: "adapter".into(), backend: "test".into(), software: false, largest_array: 128 << 20 };
        assert!(info.fits(32 << 20, 1000).is_ok());
        let error = info.fits((32 << 20) + 1, 1000).unwrap_err();
        assert_eq!(error.field, "backend");
        assert!(error.message.contains("129 MiB") && error.message.contains("128 MiB"), "{error}");
        let error = info.fits(1000, 65_535 * 256 + 1).unwrap_err();
        assert!(error.message.contains("16776961 unknowns") && error.message.contains("cpu-f64"), "{error}");
    }

    #[test]
    fn the_first_fault_is_kept() {
        let fault = Fault::default();
        fault.report(StepError::OutOfMemory("first".into()));
        fault.report(StepError::DeviceLost("second".into()));
        assert_eq!(*fault.words.lock().unwrap(), Some(StepError::OutOfMemory("first".into())));
    }
}
