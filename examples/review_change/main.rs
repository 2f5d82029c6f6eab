//! What a check of a pull request would do: `cargo run --example review_change -- OLD NEW --source
//! github:owner/repository@branch`.
//!
//! `OLD` is the model that is live, `NEW` the proposed one, each a file or a folder of documents. The report says who may
//! make the change, what it breaks and for whom, whom it reaches, and how far retirements are. The exit code is 0 if the
//! change is allowed, 1 if it is refused, and 2 if there is nothing to judge.
//!
//! Without arguments it plays a short story on NorthWind: an addition, a breaking change, an attack, and a retirement.

mod review;
mod revisions;

pub(crate) use review::run;
use std::{env, io, process::ExitCode};

fn main() -> ExitCode {
    ExitCode::from(run(env::args_os(), &mut io::stdout().lock(), &mut io::stderr().lock()))
}
