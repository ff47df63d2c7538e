//! The steppers on a real device. Natively that is a Vulkan driver; a software one (Mesa's lavapipe) is enough.
//!
//! Without an adapter these tests fail. Set `ITERSCOPE_NO_GPU_TESTS=1` to leave them out, which they then say.

mod agreement;
mod behaviour;
mod loss;
mod support;
mod twin;
