//! Kills the local platform again and again, and compares what consumers have with an independent computation:
//! `cargo run --release --example soak -- --kills 300`.
//!
//! Each generation changes the source, and now and then the model. A process of its own (`worker.rs`) renders, applies and runs;
//! it is killed at random moments until it once ends by itself. Meanwhile a reader looks for mixtures of generations. Then the live
//! rows, the history and the output of the transformer are compared with what `expected.rs` computed from the changes alone, in
//! the platform's database and in the file of a consumer. The first difference ends the program.

#![expect(clippy::print_stdout, reason = "it shows what it found")]

mod compare;
mod expected;
mod reader;
mod worker;

use clap::Parser;
use expected::Expected;
use rusqlite::Connection;
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many processes are killed.
    #[arg(long, default_value_t = 300)]
    kills: u32,
    /// The records of the source.
    #[arg(long, default_value_t = 20_000)]
    rows: u32,
    /// What random numbers begin with; the same seed makes the same changes, but not the same kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Works in this folder instead: what is killed.
    #[arg(long, hide = true)]
    work: Option<PathBuf>,
    /// Whether a second consumer is in the model.
    #[arg(long, hide = true)]
    guests: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(folder) = &arguments.work {
        return worker::work(folder, arguments.guests);
    }
    let folder = tempfile::tempdir()?;
    soak(&arguments, folder.path())
}

fn soak(arguments: &Arguments, folder: &Path) -> Result<()> {
    fastrand::seed(arguments.seed);
    let source = Connection::open(folder.join("source.db"))?;
    source.execute_batch(expected::SOURCE)?;
    let mut expected = Expected::default();
    expected.grow(arguments.rows);
    expected.write_to(&source)?;

    let began = Instant::now();
    start(folder, false)?.wait()?;
    let mut whole = began.elapsed();
    let reader = reader::Reader::start(folder);
    compare::all(folder, &expected, &mut compare::History::default())?;
    let mut history = compare::History::default();
    let (mut killed, mut late, mut generations) = (0, 0, 0);
    while killed < arguments.kills {
        generations += 1;
        expected.change();
        reader.expect(&expected);
        expected.write_to(&source)?;
        let guests = generations % 4 == 0;
        // Some generations are killed several times before they come to their end.
        for _ in 0..fastrand::u32(1..6) {
            match kill_one(folder, guests, whole)? {
                true => killed += 1,
                false => late += 1,
            }
        }
        let began = Instant::now();
        let ended = start(folder, guests)?.wait()?;
        whole = began.elapsed();
        if !ended.success() {
            return Err(format!("generation {generations}: the process that was left alone failed").into());
        }
        compare::all(folder, &expected, &mut history)?;
        if generations % 10 == 0 {
            compare::integrity(folder)?;
            println!("{killed} kills, {generations} generations, {} looks of the reader", reader.looks());
        }
    }
    compare::integrity(folder)?;
    let looks = reader.end()?;
    println!(
        "{killed} kills ({late} more came when the process had ended), {generations} generations of {} records, {looks} looks of \
         the reader: no difference",
        arguments.rows
    );
    Ok(())
}

/// Starts a process that works.
fn start(folder: &Path, guests: bool) -> Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--work").arg(folder);
    if guests {
        command.arg("--guests");
    }
    Ok(command.spawn()?)
}

/// Kills a process at a random moment; returns whether it had not ended before.
fn kill_one(folder: &Path, guests: bool, whole: Duration) -> Result<bool> {
    let mut child = start(folder, guests)?;
    thread::sleep(whole.mul_f64(fastrand::f64()));
    let had_ended = child.try_wait()?.is_some();
    child.kill()?;
    child.wait()?;
    Ok(!had_ended)
}
