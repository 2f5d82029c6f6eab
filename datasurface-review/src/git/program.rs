//! The program `git`, whose refusals are findings of a review.

use super::{Answered, failed};
use datasurface_broker::git::{self, GitOutput};
use std::process::Command;

pub(super) use datasurface_broker::git::program;

/// Runs git, which must succeed.
pub(super) fn invoke(git: &mut Command, input: &[u8]) -> Answered<GitOutput> {
    invoke_with_codes(git, input, &[0])
}

/// Runs git, which must end with one of these codes.
pub(super) fn invoke_with_codes(git: &mut Command, input: &[u8], codes: &[i32]) -> Answered<GitOutput> {
    git::invoke(git, input, codes).map_err(|error| failed(&error.to_string()))
}

/// The lines of an output that has so many.
pub(super) fn lines<const N: usize>(out: &[u8]) -> Answered<[String; N]> {
    let text = String::from_utf8_lossy(out);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines
        .try_into()
        .map_err(|_| failed("git gave an answer of another form; it may be too old (2.38 is needed)"))
}
