//! The contents of objects.

use super::{GitError, ObjectId, unrun};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A running git that answers with the contents of blobs.
#[derive(Debug)]
pub struct BlobReader {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl BlobReader {
    /// Starts this git, which has the repository, and no command yet.
    ///
    /// # Errors
    ///
    /// If the program cannot be run.
    pub fn start(mut git: Command) -> Result<Self, GitError> {
        git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = git.spawn().map_err(|error| unrun(&error.to_string()))?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let from = from.ok_or_else(|| unrun("it has no output"))?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    /// Reads a blob, whatever its size is.
    ///
    /// # Errors
    ///
    /// If it is not in this clone, is no blob, or if git broke off.
    pub fn read(&mut self, id: &ObjectId) -> io::Result<Vec<u8>> {
        let to = self.to.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(to, "{id}")?;
        to.flush()?;
        read_answer(&mut self.from)
    }
}

/// Reads one answer: `NAME blob SIZE`, and the bytes.
pub(crate) fn read_answer(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut header = String::new();
    from.read_line(&mut header)?;
    let size = match header.split_whitespace().collect::<Vec<_>>().as_slice() {
        [_, "blob", size] => size.parse::<u64>().map_err(io::Error::other)?,
        [_, "missing"] => return Err(io::Error::other("it is not in this clone")),
        _ => return Err(io::Error::other("it is no blob")),
    };
    let mut content = Vec::new();
    let read = from.by_ref().take(size).read_to_end(&mut content)?;
    if u64::try_from(read).ok() != Some(size) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut end = [0];
    from.read_exact(&mut end)?;
    Ok(content)
}

impl Drop for BlobReader {
    fn drop(&mut self) {
        // It ends with its input. How it ends makes no difference any more.
        drop(self.to.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
