//! Conversations with programs, as they are held, in the documentation. With `DATASURFACE_UPDATE=1` in the environment they are written instead
//! of compared.

use serde_json::Value;
use std::{
    fs,
    io::{self, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex},
};

const BEGINNING: &str = "<!-- The conversation begins here; a test writes it. -->\n";

/// The bytes that went through a stream, either way.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<Vec<u8>>>);

/// A stream of which a recording is made.
#[derive(Debug)]
pub struct Recorded<S>(pub S, pub Recording);

impl Recording {
    fn take(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }

    /// Returns each line as the value that it is.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let text = self.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl<S: Read> Read for Recorded<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(buffer)?;
        self.1.take(&buffer[..length]);
        Ok(length)
    }
}

impl<S: Write> Write for Recorded<S> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let length = self.0.write(buffer)?;
        self.1.take(&buffer[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A program in Python, and all that is said to it and by it.
#[derive(Debug)]
pub struct Conversation {
    child: Child,
    asked: Recording,
    answered: Recording,
}

impl Conversation {
    /// Starts the program, and returns the streams through which it is talked to.
    #[must_use]
    pub fn start(program: &Path) -> (Self, Recorded<ChildStdout>, Recorded<ChildStdin>) {
        let mut python = Command::new("python3");
        let mut child = python.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (asked, answered) = (Recording::default(), Recording::default());
        let input = Recorded(child.stdout.take().unwrap(), answered.clone());
        let output = Recorded(child.stdin.take().unwrap(), asked.clone());
        (Self { child, asked, answered }, input, output)
    }

    /// Returns the requests and their answers, when nobody talks to the program any more.
    #[must_use]
    pub fn end(mut self) -> Vec<(Value, Value)> {
        self.child.wait().unwrap();
        let (asked, answered) = (self.asked.lines(), self.answered.lines());
        assert_eq!(asked.len(), answered.len());
        asked.into_iter().zip(answered).collect()
    }
}

/// Compares a conversation with that at the end of a page of `docs`. Every line is one value; there it has as many lines as people need.
pub fn is_documented(page: &str, conversation: impl IntoIterator<Item = (String, (Value, Value))>) {
    let chapters = conversation.into_iter().map(|(heading, (asked, answered))| {
        let [asked, answered] = [asked, answered].map(|line| laid_out(&line, 0));
        format!("### {heading}\n\n```json\n{asked}\n```\n\n```json\n{answered}\n```\n")
    });
    let now = format!("\n{}", chapters.collect::<Vec<_>>().join("\n"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    let committed = fs::read_to_string(&file).unwrap();
    let (text, before) = committed.split_once(BEGINNING).unwrap();
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&file, format!("{text}{BEGINNING}{now}")).unwrap();
    } else {
        let other = before.lines().zip(now.lines()).find(|(documented, held)| documented != held);
        assert!(
            before == now,
            "the conversation in `docs/{page}` is another one, from {other:?} on; DATASURFACE_UPDATE=1 writes it"
        );
    }
}

/// A value in JSON: what fits on a line is on one.
fn laid_out(value: &Value, depth: usize) -> String {
    const WIDTH: usize = 120;
    let line = value.to_string();
    if depth * 2 + line.len() <= WIDTH {
        return line;
    }
    let (inside, outside) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let wrapped = |elements: Vec<String>| elements.join(&format!(",\n{inside}"));
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                format!("{}: {}", Value::from(name.as_str()), laid_out(value, depth + 1))
            });
            format!("{{\n{inside}{}\n{outside}}}", wrapped(members.collect()))
        }
        Value::Array(elements) => {
            let elements = elements.iter().map(|element| laid_out(element, depth + 1));
            format!("[\n{inside}{}\n{outside}]", wrapped(elements.collect()))
        }
        _ => line,
    }
}
