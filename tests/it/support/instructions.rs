//! The instructions of a guide: blocks that are files, changes of files, and commands with their output.

/// What a reader does.
pub(super) enum Instruction {
    /// Writes a file.
    Write { file: String, text: String },
    /// Changes a file.
    Change { file: String, hunks: Vec<Hunk> },
    /// Runs commands.
    Run(Vec<ShownCommand>),
}

/// A part of a file, and what takes its place.
#[derive(Default)]
pub(super) struct Hunk {
    pub(super) before: String,
    pub(super) after: String,
}

/// A command, and what it prints: `…` stands for any text, and on a line of its own for any lines.
pub(super) struct ShownCommand {
    pub(super) line: String,
    pub(super) output: String,
}

/// Reads every block of a guide. A block is a file or a change of one if the last line before it ends with the file's name: `main.rs`:
pub(super) fn instructions(guide: &str) -> Vec<Instruction> {
    let (mut found, mut last_line, mut lines) = (Vec::new(), "", guide.lines());
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(instruction(language, named_file(last_line), &block));
        } else if !line.is_empty() {
            last_line = line;
        }
    }
    found
}

fn named_file(line: &str) -> Option<String> {
    let (_, name) = line.strip_suffix("`:")?.rsplit_once('`')?;
    Some(name.to_owned())
}

fn instruction(language: &str, file: Option<String>, block: &[&str]) -> Instruction {
    if language == "console" {
        return Instruction::Run(commands(block));
    }
    let file =
        file.unwrap_or_else(|| panic!("a block of `{language}` belongs to no file:\n{}", block.join("\n")));
    match language {
        "diff" => Instruction::Change { file, hunks: hunks(block) },
        _ => Instruction::Write { file, text: block.iter().map(|line| format!("{line}\n")).collect() },
    }
}

fn commands(block: &[&str]) -> Vec<ShownCommand> {
    let mut commands: Vec<ShownCommand> = Vec::new();
    for line in block {
        match line.strip_prefix("$ ") {
            Some(line) => commands.push(ShownCommand { line: line.to_owned(), output: String::new() }),
            None => {
                let Some(command) = commands.last_mut() else {
                    panic!("`{line}` is the output of no command");
                };
                command.output.push_str(line);
                command.output.push('\n');
            }
        }
    }
    commands
}

fn hunks(block: &[&str]) -> Vec<Hunk> {
    block.split(|line| *line == "@@").map(hunk).collect()
}

fn hunk(lines: &[&str]) -> Hunk {
    let mut hunk = Hunk::default();
    for line in lines {
        let (mark, text) = line.split_at_checked(1).unwrap_or((" ", ""));
        if mark != "+" {
            hunk.before.push_str(&format!("{text}\n"));
        }
        if mark != "-" {
            hunk.after.push_str(&format!("{text}\n"));
        }
    }
    hunk
}

/// Whether an output is what a guide shows.
pub(super) fn matches(shown: &str, printed: &str) -> bool {
    let shown: Vec<&str> = shown.lines().collect();
    let printed: Vec<&str> = printed.lines().collect();
    lines_match(&shown, &printed)
}

fn lines_match(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..])),
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| line_matches(line, first) && lines_match(rest, others)),
    }
}

/// Whether each part between two `…` occurs, in order, and nothing else is at the ends.
fn line_matches(shown: &str, printed: &str) -> bool {
    let (printed, parts) = (printed.trim_end(), shown.split('…'));
    let parts: Vec<&str> = parts.collect();
    let [first, inner @ .., last] = &*parts else {
        return shown == printed;
    };
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    for part in inner {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
