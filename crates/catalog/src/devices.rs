//! Which backends this machine has, and which of them a run gets.

use iterscope_core::{Backend, BuildError, Method};

/// What was found of graphics devices.
#[derive(Clone, Default)]
pub struct Devices {
    #[cfg(feature = "gpu")]
    gpu: Option<iterscope_gpu::Gpu>,
    /// What was found, in words; why there is none, if there is none.
    words: String,
}

impl Devices {
    /// No device; `why` is shown to people.
    pub fn none(why: impl Into<String>) -> Self {
        Devices {
            #[cfg(feature = "gpu")]
            gpu: None,
            words: why.into(),
        }
    }

    /// Looks for a WebGPU device.
    #[cfg(feature = "gpu")]
    pub async fn find() -> Self {
        match iterscope_gpu::Gpu::request().await {
            Ok(gpu) => Devices { words: gpu.words(), gpu: Some(gpu) },
            Err(absence) => Devices::none(absence.to_string()),
        }
    }

    /// What was found, in words.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// The device, unless there is none or it was lost.
    #[cfg(feature = "gpu")]
    pub(crate) fn gpu(&self) -> Option<&iterscope_gpu::Gpu> {
        self.gpu.as_ref().filter(|g| !g.is_lost())
    }

    /// Whether `webgpu-f32` can be asked for.
    pub fn usable(&self) -> bool {
        #[cfg(feature = "gpu")]
        return self.gpu().is_some();
        #[cfg(not(feature = "gpu"))]
        false
    }

    /// Destroys the device, as a driver reset would.
    pub fn lose(&self) {
        #[cfg(feature = "gpu")]
        if let Some(gpu) = self.gpu() {
            gpu.destroy();
        }
    }

    fn hardware(&self) -> bool {
        #[cfg(feature = "gpu")]
        return self.gpu().is_some_and(|g| !g.software());
        #[cfg(not(feature = "gpu"))]
        false
    }

    /// The backend of a run of `method` for which `wanted` was asked, and why.
    ///
    /// # Errors
    /// `wanted` is not to be had; the field is `backend`.
    pub fn resolve(&self, method: &Method, wanted: Backend) -> Result<(Backend, String), BuildError> {
        let has = |b: Backend| method.info.backends.contains(&b);
        if wanted != Backend::Auto && !has(wanted) {
            let known: Vec<&str> = method.info.backends.iter().map(|b| b.name()).collect();
            let why = format!("{} runs on auto, {}; not on {wanted}", method.info.label, known.join(", "));
            return Err(BuildError::new("backend", why));
        }
        match wanted {
            Backend::WebgpuF32 if self.usable() => Ok((wanted, self.words.clone())),
            Backend::WebgpuF32 => {
                Err(BuildError::new("backend", format!("webgpu-f32 is not to be had: {}", self.words)))
            }
            Backend::CpuF64 | Backend::CpuF32 => Ok((wanted, "as asked".into())),
            Backend::Auto if !has(Backend::WebgpuF32) => Ok((Backend::CpuF64, "this method runs on the CPU".into())),
            Backend::Auto if self.hardware() => Ok((Backend::WebgpuF32, self.words.clone())),
            Backend::Auto => Ok((Backend::CpuF64, self.words.clone())),
        }
    }
}
