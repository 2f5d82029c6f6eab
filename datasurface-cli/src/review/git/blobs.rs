//! The contents of objects.

use super::{Answered, ObjectId, Repository, failed};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

/// A running git that answers with the contents of blobs.
pub(super) struct BlobReader {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl BlobReader {
    pub(super) fn start(repository: &Repository) -> Answered<Self> {
        let mut git = repository.isolated();
        git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stderr(Stdio::null());
        let unrun = |why: &str| failed(&format!("the program `git` cannot be run: {why}"));
        let mut child = git.spawn().map_err(|error| unrun(&error.to_string()))?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let from = from.ok_or_else(|| unrun("it has no output"))?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    /// Reads a blob. Its size was looked at before.
    pub(super) fn read(&mut self, id: &ObjectId) -> io::Result<Vec<u8>> {
        let to = self.to.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(to, "{}", id.as_str())?;
        to.flush()?;
        let mut header = String::new();
        self.from.read_line(&mut header)?;
        let size = match header.split_whitespace().collect::<Vec<_>>().as_slice() {
            [_, "blob", size] => size.parse::<u64>().map_err(io::Error::other)?,
            [_, "missing"] => return Err(io::Error::other("it is not in this clone")),
            _ => return Err(io::Error::other("it is no blob")),
        };
        let mut content = Vec::new();
        (&mut self.from).take(size).read_to_end(&mut content)?;
        let mut end = [0];
        self.from.read_exact(&mut end)?;
        Ok(content)
    }
}

impl Drop for BlobReader {
    fn drop(&mut self) {
        // It ends with its input. How it ends makes no difference any more.
        drop(self.to.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
