//! Modules: compiled once, and run in any number of instances.

use crate::{
    guest::{self, Instance},
    limits::Limits,
    wasi::{CommandState, ComponentState},
};
use datasurface_platform::{PlatformError, PlatformErrorKind};
use std::{fmt, fs, io, path::Path, sync::Arc, time::Duration};
use tokio::runtime::{Builder, Runtime};
use wasmtime::{Config, Engine, component, component::Component};
use wasmtime_wasi::{p1, p2};

/// The function that a component exports.
pub(crate) const ANSWER: &str = "answer";

/// A compiled module.
#[derive(Clone)]
pub struct Module {
    pub(crate) form: Form,
    pub(crate) limits: Limits,
    pub(crate) runtime: Arc<Runtime>,
}

/// The form of a module.
#[derive(Clone)]
pub(crate) enum Form {
    Component(component::InstancePre<ComponentState>),
    Command(wasmtime::InstancePre<CommandState>),
}

/// The reason why a module does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// The file cannot be read.
    #[error("the module cannot be read")]
    Unreadable(#[from] io::Error),
    /// The bytes are no module that could answer.
    #[error("it is no WebAssembly module that exports `answer`, or that is a command: {0}")]
    Unusable(String),
    /// The limit of computing, which the module exceeded.
    #[error("it computed for more than {0} units of fuel")]
    Fuel(u64),
    /// The limit of time, which the module exceeded.
    #[error("no answer came in {0:?}")]
    Time(Duration),
    /// The limit of memory, which the module exceeded.
    #[error("it wanted more than {0} bytes of memory")]
    Memory(usize),
    /// The limit of an answer, which the module exceeded.
    #[error("its answer is longer than {0} bytes")]
    TooLong(usize),
    /// The end of the module, without an answer.
    #[error("it ended without an answer")]
    NoAnswer,
    /// The failure of the module.
    #[error("it failed: {0}")]
    Trap(String),
}

impl From<ModuleError> for PlatformError {
    fn from(error: ModuleError) -> Self {
        Self::new(PlatformErrorKind::External, format!("the WebAssembly module failed: {error}"))
    }
}

impl Module {
    /// Reads and compiles a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is no module that could answer.
    pub fn from_file(path: &Path, limits: Limits) -> Result<Self, ModuleError> {
        Self::from_bytes(&fs::read(path)?, limits)
    }

    /// Compiles a module, in the binary form or in the text form.
    ///
    /// # Errors
    ///
    /// If the bytes are no module that could answer.
    pub fn from_bytes(bytes: &[u8], limits: Limits) -> Result<Self, ModuleError> {
        let mut config = Config::new();
        config.consume_fuel(true).wasm_component_model(true);
        let engine = Engine::new(&config).map_err(unusable)?;
        let form = match is_component(bytes) {
            true => component_form(&engine, bytes)?,
            false => command_form(&engine, bytes)?,
        };
        let runtime = Builder::new_current_thread().enable_time().build()?;
        Ok(Self { form, limits, runtime: Arc::new(runtime) })
    }

    /// Answers a line in an instance that is made for it, and gone afterwards. It must not be called from within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// If the module exceeds a limit, fails, or ends without an answer.
    pub fn answer(&self, line: &str) -> Result<String, ModuleError> {
        match &self.form {
            Form::Component(_) => self.instance()?.answer(line),
            Form::Command(command) => guest::run_command(self, command, line),
        }
    }

    /// Makes an instance that is kept.
    ///
    /// # Errors
    ///
    /// If the module exceeds a limit or fails while it is started, or is a command, which answers one line and ends.
    pub fn instance(&self) -> Result<Instance, ModuleError> {
        match &self.form {
            Form::Component(component) => Instance::new(self, component),
            Form::Command(_) => Err(ModuleError::Unusable("a command answers one line, and ends".to_owned())),
        }
    }
}

/// A component differs from a core module by its layer, behind the magic number and the version; in the text form, by its first word.
fn is_component(bytes: &[u8]) -> bool {
    match bytes.strip_prefix(b"\0asm") {
        Some(rest) => rest.get(2) == Some(&1),
        None => !String::from_utf8_lossy(bytes).trim_start().starts_with("(module"),
    }
}

fn component_form(engine: &Engine, bytes: &[u8]) -> Result<Form, ModuleError> {
    let component = Component::new(engine, bytes).map_err(unusable)?;
    let mut linker = component::Linker::new(engine);
    p2::add_to_linker_async(&mut linker).map_err(unusable)?;
    if component.get_export_index(None, ANSWER).is_none() {
        return Err(ModuleError::Unusable(format!("it does not export `{ANSWER}`")));
    }
    Ok(Form::Component(linker.instantiate_pre(&component).map_err(unusable)?))
}

fn command_form(engine: &Engine, bytes: &[u8]) -> Result<Form, ModuleError> {
    let module = wasmtime::Module::new(engine, bytes).map_err(unusable)?;
    let mut linker = wasmtime::Linker::new(engine);
    p1::add_to_linker_async(&mut linker, |state: &mut CommandState| &mut state.wasi).map_err(unusable)?;
    if module.get_export(guest::START).is_none() {
        return Err(ModuleError::Unusable(format!("it does not export `{}`", guest::START)));
    }
    Ok(Form::Command(linker.instantiate_pre(&module).map_err(unusable)?))
}

fn unusable(error: wasmtime::Error) -> ModuleError {
    ModuleError::Unusable(format!("{error:#}"))
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match &self.form {
            Form::Component(_) => "component",
            Form::Command(_) => "command",
        };
        f.debug_struct("Module").field("form", &form).field("limits", &self.limits).finish_non_exhaustive()
    }
}
