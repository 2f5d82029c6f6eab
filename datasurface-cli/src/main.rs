//! The `datasurface` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    datasurface_cli::main()
}
