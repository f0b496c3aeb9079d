//! Lock files that other programs understand: `flock(2)` on a file that stays, as Python's `filelock` does it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{Error, Result};

/// Takes the lock of the file at `path`, which is made if it is not there, or answers `None` when somebody else has it.
///
/// The lock is held as long as the file is open, by this open file and nobody else, in this process or another. The file
/// stays when the lock is given back: unlinking it would let two hold locks of one name.
pub fn take(path: &Path) -> Result<Option<File>> {
    let failed = |error| Error::io(&error, "lock", path);
    let file = open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(is_named(&file).map_err(failed)?.then_some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Opens the file, and makes it for all who may write to its folder's group, as the other programs do.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            // A file system without permissions has the lock all the same.
            _ = file.set_permissions(Permissions::from_mode(0o664));
            Ok(file)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => options.create(true).open(path),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether the file still has a name: one that was unlinked before it was locked guards nothing.
#[cfg(unix)]
fn is_named(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.nlink() > 0)
}

#[cfg(not(unix))]
fn is_named(_: &File) -> std::io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let held = take(&path).unwrap().expect("nobody has it");
        assert!(take(&path).unwrap().is_none());
        drop(held);
        assert!(path.exists());
        assert!(take(&path).unwrap().is_some());
    }

    #[test]
    fn what_stands_in_the_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        std::fs::write(&path, "text").unwrap();
        assert!(take(&path).unwrap().is_some());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_without_a_name_guards_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let file = open(&path).unwrap();
        assert!(is_named(&file).unwrap());
        std::fs::remove_file(&path).unwrap();
        assert!(!is_named(&file).unwrap());
    }

    #[test]
    #[cfg(unix)]
    fn a_new_file_is_for_its_group_too() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        take(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o664);
    }

    #[test]
    fn a_failure_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("a.lock");
        let error = take(&path).unwrap_err();
        assert_eq!(error.path, path.display().to_string());
        assert!(error.message.starts_with("cannot lock: ") && error.os_error != 0, "{error}");
    }
}
