//! Terraform, run as a person would run it.

use super::{FakeProviders, TerraformPlan, TestingError};
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// Terraform on fake providers. Its own files are apart from the root modules, which it leaves as they are.
#[derive(Debug)]
pub struct Terraform<'s> {
    fake_providers: &'s FakeProviders,
    own: TempDir,
}

impl<'s> Terraform<'s> {
    /// Uses the providers of fake providers.
    ///
    /// # Errors
    ///
    /// If there is no place for temporary files.
    pub fn new(fake_providers: &'s FakeProviders) -> Result<Self, TestingError> {
        let failed = |error| TestingError::Io("making a folder".to_owned(), error);
        Ok(Self { fake_providers, own: TempDir::new().map_err(failed)? })
    }

    /// Initializes and validates a root module.
    ///
    /// # Errors
    ///
    /// If Terraform refuses it, or does not run.
    pub fn init(&self, module: &Path) -> Result<(), TestingError> {
        self.run(module, &["init", "-input=false", "-reconfigure"])?;
        self.run(module, &["validate"])?;
        Ok(())
    }

    /// Initializes, validates and plans a root module, and applies nothing.
    ///
    /// # Errors
    ///
    /// If Terraform refuses it, or does not run.
    pub fn plan(&self, module: &Path) -> Result<TerraformPlan, TestingError> {
        self.init(module)?;
        let file = self.plan_file();
        self.run(module, &["plan", "-input=false", &format!("-out={}", file.display())])?;
        let json = self.run(module, &["show", "-json", &file.display().to_string()])?;
        TerraformPlan::from_json(&json)
    }

    /// Applies what was [planned](Self::plan) last.
    ///
    /// # Errors
    ///
    /// If a step fails, or Terraform does not run.
    pub fn apply(&self, module: &Path) -> Result<(), TestingError> {
        self.run(module, &["apply", "-input=false", &self.plan_file().display().to_string()]).map(drop)
    }

    /// Returns the addresses of what is in the state of a root module that was initialized.
    ///
    /// # Errors
    ///
    /// If Terraform does not run.
    pub fn state(&self, module: &Path) -> Result<Vec<String>, TestingError> {
        let listed = self.run(module, &["state", "list"])?;
        Ok(listed.lines().filter(|address| !address.starts_with("data.")).map(str::to_owned).collect())
    }

    fn plan_file(&self) -> PathBuf {
        self.own.path().join("plan")
    }

    fn run(&self, module: &Path, arguments: &[&str]) -> Result<String, TestingError> {
        let command = arguments.join(" ");
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(module)
            .env("TF_REATTACH_PROVIDERS", self.fake_providers.attachment())
            .env("TF_DATA_DIR", self.own.path().join("data"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_CLI_ARGS", "-no-color")
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_CLI_CONFIG_FILE")
            .output()
            .map_err(|error| TestingError::Io(format!("running terraform {command}"), error))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => {
                let output = text(&output.stdout) + &text(&output.stderr);
                Err(TestingError::Terraform { command, output })
            }
        }
    }
}
