//! Temporary folders that go with the process.

use super::{TestingError, failed};
use std::{
    env,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

/// A folder that is removed when this value is dropped, or when this process ends, however it ends.
#[derive(Debug)]
pub(super) struct Folder {
    shell: Child,
    path: PathBuf,
}

/// The pipe from this process closes when it ends. What still writes into the folder then ends at the same moment.
const SCRIPT: &str = r#"
mkdir -m 700 "$1"
cat > /dev/null
for _ in 1 2 3 4 5 6 7 8 9; do rm -rf "$1" 2> /dev/null && exit; sleep 0.2; done
"#;

impl Folder {
    pub(super) fn new() -> Result<Self, TestingError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Nothing here has to survive.
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let path = parent.join(format!("datasurface-kafka-{}-{number}", process::id()));
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(failed("making a folder"))?;
        let folder = Self { shell, path };
        while !folder.path.is_dir() {
            thread::sleep(Duration::from_millis(5));
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Whether it could be waited for makes no difference any more.
        let _ = self.shell.wait();
    }
}
