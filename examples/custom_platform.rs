//! The `datasurface` command with a platform of one's own: one call gives an application every verb.
//!
//! ```text
//! $ cargo run --example custom_platform -- check model.yaml
//! ```

#[path = "../tests/it/connectors.rs"]
mod connectors;

use connectors::Connectors;
use datasurface_platform::Registry;
use std::process::ExitCode;

fn main() -> ExitCode {
    datasurface_cli::run(Registry::new().with_plugin::<Connectors>())
}
