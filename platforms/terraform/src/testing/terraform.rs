//! Terraform, run as a person would run it.

use super::{FakeProviders, TerraformPlan, TestingError};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};
use tempfile::TempDir;

/// Terraform on fake providers. Its own files are apart from the root modules, which it leaves as they are.
#[derive(Debug)]
pub struct Terraform {
    fake_providers: FakeProviders,
    own: TempDir,
    modules: Mutex<BTreeMap<PathBuf, KnownModule>>,
}

/// A root module that Terraform was run in.
#[derive(Debug)]
struct KnownModule {
    /// The name of what Terraform keeps of it.
    number: usize,
    /// Its files when it was initialized last; none before.
    files: Files,
}

/// Files by their paths.
type Files = BTreeMap<PathBuf, Vec<u8>>;

impl Terraform {
    /// Uses the providers of fake providers.
    ///
    /// # Errors
    ///
    /// If there is no place for temporary files.
    pub fn new(fake_providers: &FakeProviders) -> Result<Self, TestingError> {
        let failed = |error| TestingError::Io("making a folder".to_owned(), error);
        let own = TempDir::new().map_err(failed)?;
        Ok(Self { fake_providers: fake_providers.clone(), own, modules: Mutex::default() })
    }

    /// Initializes and validates a root module.
    ///
    /// # Errors
    ///
    /// If Terraform refuses it, or does not run.
    pub fn init(&self, module: &Path) -> Result<(), TestingError> {
        self.run(module, &["init", "-input=false", "-reconfigure"])?;
        self.run(module, &["validate"])?;
        let files = read(module)?;
        self.known(module, |known| known.files = files);
        Ok(())
    }

    /// Initializes, validates and plans a root module, and applies nothing.
    ///
    /// # Errors
    ///
    /// If Terraform refuses it, or does not run.
    pub fn plan(&self, module: &Path) -> Result<TerraformPlan, TestingError> {
        // A root module that was initialized stays so until it has other files.
        if self.known(module, |known| known.files.clone()) != read(module)? {
            self.init(module)?;
        }
        let file = self.plan_file(module);
        self.run(module, &["plan", "-input=false", &format!("-out={}", file.display())])?;
        let json = self.run(module, &["show", "-json", &file.display().to_string()])?;
        TerraformPlan::from_json(&json)
    }

    /// Applies what was [planned](Self::plan) last for a root module.
    ///
    /// # Errors
    ///
    /// If a step fails, or Terraform does not run.
    pub fn apply(&self, module: &Path) -> Result<(), TestingError> {
        self.run(module, &["apply", "-input=false", &self.plan_file(module).display().to_string()]).map(drop)
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

    fn plan_file(&self, module: &Path) -> PathBuf {
        self.own.path().join(format!("plan-{}", self.known(module, |known| known.number)))
    }

    fn known<T>(&self, module: &Path, work: impl FnOnce(&mut KnownModule) -> T) -> T {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let number = modules.len();
        work(modules.entry(module.to_owned()).or_insert_with(|| KnownModule { number, files: Files::new() }))
    }

    fn run(&self, module: &Path, arguments: &[&str]) -> Result<String, TestingError> {
        let command = arguments.join(" ");
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(module)
            .env("TF_REATTACH_PROVIDERS", self.fake_providers.attachment())
            .env(
                "TF_DATA_DIR",
                self.own.path().join(format!("data-{}", self.known(module, |known| known.number))),
            )
            // It ends before it would need the memory: half as much work with it is a fifth of all.
            .env("GOGC", "400")
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

/// Reads the files of a root module. Folders in it are none of Terraform's.
fn read(module: &Path) -> Result<Files, TestingError> {
    let failed = |error| TestingError::Io(format!("reading {}", module.display()), error);
    let mut files = Files::new();
    for entry in fs::read_dir(module).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            let content = fs::read(&path).map_err(failed)?;
            files.insert(path, content);
        }
    }
    Ok(files)
}
