//! New objects: blobs as they come, and the commit that has them. All go through one `git fast-import`, which reads of the commit before
//! those folders alone in which something changes.

use super::tree::{Changes, Content};
use crate::git::{ObjectId, blobs::read_answer, error_from};
use std::{
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// The name under which git makes a commit, and which it forgets before it writes any name.
const SCRATCH: &str = "refs/datasurface/new";

/// A running git that takes new objects. They are in the repository when it has ended; nothing there names them.
#[derive(Debug)]
pub(super) struct Import {
    child: Child,
    to: Option<BufWriter<ChildStdin>>,
    from: BufReader<ChildStdout>,
    last: u64,
}

/// A commit to be made.
pub(super) struct NewCommit<'c> {
    pub(super) parent: Option<&'c ObjectId>,
    /// What git writes where there is no object.
    pub(super) nothing: &'c str,
    /// Name, address and time, as git writes them.
    pub(super) author: String,
    pub(super) committer: String,
    pub(super) message: &'c str,
    pub(super) changes: Changes<'c>,
}

impl Import {
    /// Starts this git, which has the repository, and no command yet.
    pub(super) fn start(mut git: Command) -> io::Result<Self> {
        git.args(["fast-import", "--quiet", "--date-format=raw"]).stdin(Stdio::piped());
        let mut child = git.spawn()?;
        let (to, from) = (child.stdin.take(), child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        Ok(Self { child, to: to.map(BufWriter::new), from: BufReader::new(from), last: 0 })
    }

    /// Takes a blob, and returns its number.
    pub(super) fn blob(&mut self, content: &[u8]) -> io::Result<u64> {
        self.last = self.last.saturating_add(1);
        let number = self.last;
        self.say(|to| {
            write!(to, "blob\nmark :{number}\ndata {}\n", content.len())?;
            to.write_all(content)?;
            to.write_all(b"\n")
        })?;
        Ok(number)
    }

    /// Reads the blob of a number.
    pub(super) fn read(&mut self, number: u64) -> io::Result<Vec<u8>> {
        self.say(|to| {
            writeln!(to, "cat-blob :{number}")?;
            to.flush()
        })?;
        read_answer(&mut self.from)
    }

    /// Makes a commit, and ends: then all objects are in the repository.
    pub(super) fn commit(mut self, commit: &NewCommit<'_>) -> io::Result<ObjectId> {
        self.last = self.last.saturating_add(1);
        let number = self.last;
        self.say(|to| write_commit(to, number, commit))?;
        let mut name = String::new();
        self.from.read_line(&mut name)?;
        // It ends with its input.
        drop(self.to.take());
        let status = self.child.wait()?;
        match ObjectId::from_hex(name.trim_end()) {
            Some(id) if status.success() => Ok(id),
            _ => Err(self.refused()),
        }
    }

    /// Writes to git. If it has gone, what it said is the reason.
    fn say(&mut self, write: impl FnOnce(&mut BufWriter<ChildStdin>) -> io::Result<()>) -> io::Result<()> {
        let said = self.to.as_mut().ok_or(io::ErrorKind::BrokenPipe.into()).and_then(write);
        match said {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(self.refused()),
            said => said,
        }
    }

    fn refused(&mut self) -> io::Error {
        let mut said = Vec::new();
        if let Some(mut errors) = self.child.stderr.take() {
            // Without it, the reason is not known.
            let _ = errors.read_to_end(&mut said);
        }
        io::Error::other(error_from(&said))
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        // It ends with its input, and leaves objects behind that nothing names: `git gc` removes them. Killed, it would leave a pack that is not
        // complete.
        drop(self.to.take());
        let _ = self.child.wait();
    }
}

fn write_commit(to: &mut impl Write, number: u64, commit: &NewCommit<'_>) -> io::Result<()> {
    let NewCommit { parent, nothing, author, committer, message, changes } = commit;
    writeln!(to, "commit {SCRATCH}\nmark :{number}\nauthor {author}\ncommitter {committer}")?;
    write!(to, "data {}\n{message}\n", message.len())?;
    if let Some(parent) = parent {
        writeln!(to, "from {parent}")?;
    }
    // What goes may be in the way of what comes.
    for path in &changes.gone {
        writeln!(to, "D {}", quoted(path))?;
    }
    for (path, content) in &changes.put {
        match content {
            Content::Staged(number) => writeln!(to, "M 100644 :{number} {}", quoted(path))?,
            Content::Object(id) => writeln!(to, "M 100644 {id} {}", quoted(path))?,
        }
    }
    write!(to, "\nget-mark :{number}\nreset {SCRATCH}\nfrom {nothing}\n\n")?;
    to.flush()
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
