//! Terraform itself for tests, on providers that need no cloud.
//!
//! The providers are [fakes](FakeProviders): they plan by the schema of the real ones, keep what was created in memory, and refuse what a
//! cloud refuses. So a test proves references, types, order, replacements, imports and idempotence, and nothing about a cloud.

mod expectation;
mod fake_providers;
mod planned;
mod terraform;

pub use expectation::Expectation;
pub use fake_providers::FakeProviders;
pub use planned::{PlannedChange, PlannedChanges, TerraformAction, TerraformPlan};
pub use terraform::Terraform;

use std::process::{Command, Stdio};

/// A failure of a test's surroundings, or of Terraform.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestingError {
    /// A program could not be started or read.
    #[error("{0}")]
    Io(String, #[source] std::io::Error),
    /// Terraform refused the configuration, the plan or a step of it.
    #[error("terraform {command} failed:\n{output}")]
    Terraform {
        /// The arguments.
        command: String,
        /// Everything that Terraform said.
        output: String,
    },
    /// A program answered something else than was expected.
    #[error("{0}")]
    Unexpected(String),
}

/// Returns what is missing on this machine for tests with Terraform; `None` if nothing is.
#[must_use]
pub fn missing() -> Option<String> {
    let runs = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).env("CHECKPOINT_DISABLE", "1").env_remove("TF_CLI_CONFIG_FILE");
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    if !runs("terraform", &["version"]) {
        return Some("there is no terraform".to_owned());
    }
    let imports = runs("python3", &["-c", "import tf, grpc, msgpack"]);
    (!imports).then(|| "the Python packages tf, grpcio and msgpack are missing".to_owned())
}
