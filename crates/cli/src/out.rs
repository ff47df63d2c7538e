//! Files that the program writes: whole, or not at all.

use std::fs::{self, Permissions};
use std::io::Write;
use std::path::{Path, PathBuf};

use iterscope_core::BuildError;
use tempfile::{Builder, NamedTempFile};

use crate::Failure;

/// Refuses outputs that cannot be written, or that would be written over an input or over one another. Each is given with the
/// option that names it, or with what it is.
///
/// # Errors
/// The first output that is refused, at its option.
pub fn check(inputs: &[(&str, &Path)], outputs: &[(&str, &Path)]) -> Result<(), Failure> {
    for (index, &(option, path)) in outputs.iter().enumerate() {
        let refuse = |why: String| Err(BuildError::new(option, format!("{} {why}", path.display())).into());
        if is_device(path) {
            continue;
        }
        if path.is_dir() {
            return refuse("is a folder".into());
        }
        if fs::metadata(path).is_ok_and(|m| m.permissions().readonly()) {
            return refuse("is read-only".into());
        }
        if let Err(e) = beside(path) {
            return refuse(format!("cannot be written: {e}"));
        }
        let taken = inputs.iter().chain(&outputs[..index]).find(|(_, other)| place(other) == place(path));
        if let Some((what, _)) = taken {
            return refuse(format!("would be written over {what}"));
        }
    }
    Ok(())
}

/// Writes a file beside its place and moves it there, so that a write that fails leaves what was there before.
///
/// # Errors
/// The environment refuses, or the disk is full.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || {
        if is_device(path) {
            return fs::write(path, bytes);
        }
        let mut file = beside(path)?;
        file.write_all(bytes)?;
        if let Ok(old) = fs::metadata(path) {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file().sync_all()?;
        file.persist(place(path))?;
        Ok(())
    };
    write().map_err(|e| Failure::Environment(format!("{} cannot be written: {e}", path.display())))
}

/// An empty file in the folder of `path`, gone when it is dropped.
fn beside(path: &Path) -> std::io::Result<NamedTempFile> {
    let place = place(path);
    let folder = place.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".iterscope-").suffix(".part");
    // As any new file: what the user's mask leaves, and not for the owner alone.
    if let Some(permissions) = of_new_files() {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder)
}

#[cfg(unix)]
fn of_new_files() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

#[cfg(not(unix))]
fn of_new_files() -> Option<Permissions> {
    None
}

/// Pipes, terminals and the like: they are written to and not replaced.
fn is_device(path: &Path) -> bool {
    path.starts_with("/dev") || fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Where a path leads, links followed, whether or not there is a file yet.
fn place(path: &Path) -> PathBuf {
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}
