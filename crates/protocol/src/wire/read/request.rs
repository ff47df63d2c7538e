//! Reading what the page asks for.

use iterscope_core::{BuildError, Extent};

use super::super::Plain;
use super::experiment::{experiment, params};
use super::{flag, real, string, value, whole, words};
use crate::{Export, Pace, Request};

/// Reads what the page asks for.
///
/// # Errors
/// An experiment that does not read; or, at `request`, a message of another version of the page.
pub fn request(v: &Plain) -> Result<Request, BuildError> {
    let other = || BuildError::new("request", "page and solvers are of different versions: reload the page");
    let (name, f) = v.variant().ok_or_else(other)?;
    let small = |key: &str| whole(f, key).map(|n| n as u32);
    let ticket = || small("ticket").ok_or_else(other);
    Ok(match name {
        "load" => Request::Load { ticket: ticket()?, experiment: experiment(f.get("experiment"))? },
        "check" => Request::Check { ticket: ticket()?, experiment: experiment(f.get("experiment"))? },
        "survey" => Request::Survey { experiment: experiment(f.get("experiment"))? },
        _ => {
            let plain = || {
                Some(match name {
                    "file" => Request::File { name: words(f, "name")? },
                    "play" => Request::Play,
                    "pause" => Request::Pause,
                    "step" => Request::Step { steps: small("steps")? },
                    "reset" => Request::Reset,
                    "seek" => Request::Seek { step: whole(f, "step")? },
                    "pace" => Request::Pace { pace: pace(f.get("pace"))? },
                    "set" => Request::Set { run: small("run")?, key: words(f, "key")?, value: value(f.get("value"))? },
                    "view" => Request::View {
                        runs: f.get("runs").all(string)?,
                        given: f.get("given").all(string)?,
                        extent: extent(f.get("extent"))?,
                    },
                    "visible" => Request::Visible { visible: flag(f, "visible")? },
                    "export" => Request::Export { what: export(f.get("what"))? },
                    "ask" => Request::Ask {
                        ticket: small("ticket")?,
                        analysis: words(f, "analysis")?,
                        run: small("run")?,
                        params: params(f).ok()?,
                    },
                    "lose-device" => Request::LoseDevice,
                    _ => return None,
                })
            };
            plain().ok_or_else(other)?
        }
    })
}

fn pace(v: &Plain) -> Option<Pace> {
    Some(match v.variant()? {
        ("lockstep", f) => Pace::Lockstep { factor: real(f, "factor")? },
        ("free", _) => Pace::Free,
        _ => return None,
    })
}

fn extent(v: &Plain) -> Option<Extent> {
    Some(Extent { width: whole(v, "width")? as u32, height: whole(v, "height")? as u32 })
}

fn export(v: &Plain) -> Option<Export> {
    Some(match v.variant()? {
        ("result", f) => Export::Result { run: whole(f, "run")? as u32, format: words(f, "format")? },
        ("trace", _) => Export::Trace,
        ("answer", f) => Export::Answer { format: words(f, "format")? },
        ("hashes", _) => Export::Hashes,
        _ => return None,
    })
}
