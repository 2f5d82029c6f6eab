//! The configuration of the command, `datasurface.toml`: the programs that are platforms, and those that are hooks.

use crate::program_factory::ProgramFactory;
use datasurface_document::read_regular_text;
use datasurface_model::{Diagnostic, Findings, Json, ModelPath};
use datasurface_platform::{
    CREDENTIAL_PREFIX, PlatformFactory, Registry, Secret,
    hook::{FailurePolicy, Hooks, ProgramHook},
    remote::{ConnectionLimits, RemoteFactory},
};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf, absolute},
    process::Command,
    time::Duration,
};

/// The file of the configuration.
pub(crate) struct ConfigurationFile {
    pub(crate) path: PathBuf,
    /// Whether the command names it. What is looked for beside the model is no file elsewhere.
    pub(crate) is_named: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    /// The programs, by the kind of platform that they are.
    #[serde(default)]
    platforms: BTreeMap<String, Program>,
    /// The hooks, by name.
    #[serde(default)]
    hooks: BTreeMap<String, HookProgram>,
}

/// The longest time that the answer of a hook may take, if the configuration does not say.
const HOOK_WAIT: Duration = Duration::from_secs(10);

/// A program that is a hook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HookProgram {
    /// The program and its arguments, as those of a platform.
    command: Vec<String>,
    /// The longest time that an answer may take.
    timeout_seconds: Option<u32>,
    /// The greatest amount of memory that the program may have, in MiB.
    memory_mib: Option<u32>,
    /// What happens if the hook fails.
    #[serde(default)]
    on_failure: FailurePolicy,
    /// What the hook is given with each event.
    #[serde(default)]
    settings: serde_json::Map<String, serde_json::Value>,
}

/// A program that is a platform.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    /// The program and its arguments. It runs in the folder of the file; a program with a `/` in its name is looked for there.
    command: Vec<String>,
    /// The longest time that an answer may take.
    timeout_seconds: Option<u32>,
    /// The longest time that an operation may take: applying a plan, or running jobs.
    operation_timeout_seconds: Option<u32>,
    /// The greatest amount of memory that the program may have, in MiB.
    memory_mib: Option<u32>,
}

/// Adds the programs of a configuration to the platforms and the hooks of the command.
///
/// # Errors
///
/// If the file cannot be read; if a program cannot be started, is another kind of platform than it is said to be or one that is there
/// already, or has no JSON Schema of its settings; if a hook has the name of one that is there already, or does not say which events it
/// listens to. The error is a text for people.
pub(crate) fn with_programs(
    registry: Registry,
    hooks: Hooks,
    ConfigurationFile { path: file, is_named }: &ConfigurationFile,
) -> Result<(Registry, Hooks), String> {
    let in_file = |reason: String| format!("{}: {reason}", file.display());
    let inside = if *is_named { None } else { file.parent() };
    let text =
        read_regular_text(file, inside, ModelPath::root()).map_err(|unread| in_file(messages(&unread)))?;
    let configuration: Configuration =
        toml::from_str(&text).map_err(|error| in_file(error.to_string().trim_end().to_owned()))?;
    let folder = absolute(file).map_err(|error| in_file(error.to_string()))?;
    let folder = folder.parent().unwrap_or(Path::new("/"));
    let registry = configuration.platforms.iter().try_fold(registry, |registry, (kind, program)| {
        let factory = program
            .start(folder)
            .and_then(|factory| named(factory, kind, &registry))
            .and_then(ProgramFactory::new);
        let factory = factory.map_err(|reason| in_file(format!("platform `{kind}`: {reason}")))?;
        Ok::<_, String>(registry.with_factory(factory))
    })?;
    let hooks = configuration.hooks.iter().try_fold(hooks, |hooks, (name, program)| {
        let hook = program.start(folder).and_then(|hook| {
            hooks.with_hook(name.as_str(), program.on_failure, hook).map_err(|error| error.report())
        });
        hook.map_err(|reason| in_file(format!("hook `{name}`: {reason}")))
    })?;
    Ok((registry, hooks))
}

impl Program {
    fn start(&self, folder: &Path) -> Result<RemoteFactory, String> {
        let command = command(&self.command, folder)?;
        let default = ConnectionLimits::default();
        let limits = ConnectionLimits {
            longest_operation: time(self.operation_timeout_seconds, default.longest_operation),
            most_memory: memory(self.memory_mib),
            ..limits(self.timeout_seconds, default.longest_wait)
        };
        RemoteFactory::spawn_withholding(command, limits, credential_values(), io::stderr())
            .map_err(|error| error.report())
    }
}

impl HookProgram {
    fn start(&self, folder: &Path) -> Result<ProgramHook, String> {
        let command = command(&self.command, folder)?;
        let settings = Json::from(serde_json::Value::Object(self.settings.clone()));
        let limits = ConnectionLimits {
            most_memory: memory(self.memory_mib),
            ..limits(self.timeout_seconds, HOOK_WAIT)
        };
        ProgramHook::spawn_withholding(command, limits, settings, credential_values(), io::stderr())
            .map_err(|error| error.report())
    }
}

/// The command that starts a program.
fn command(words: &[String], folder: &Path) -> Result<Command, String> {
    let (program, arguments) = words.split_first().ok_or("`command` is empty")?;
    let program = match program.contains('/') {
        true => folder.join(program),
        false => PathBuf::from(program),
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    // A program is told names of credentials. Only the runtimes of platforms that are built in see values.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with(CREDENTIAL_PREFIX) {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// The values of credentials that this process was given, or can read. What a program writes may contain none of them.
fn credential_values() -> Vec<Secret> {
    let named = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let of_credentials = named.filter(|(name, _)| name.starts_with(CREDENTIAL_PREFIX));
    let values = of_credentials.filter_map(|(name, value)| match name {
        name if name.ends_with("_HOST") => None,
        name if name.ends_with("_FILE") => Some(fs::read_to_string(value).ok()?.lines().next()?.to_owned()),
        _ => Some(value),
    });
    values.map(Secret::new).collect()
}

fn limits(seconds: Option<u32>, otherwise: Duration) -> ConnectionLimits {
    ConnectionLimits { longest_wait: time(seconds, otherwise), ..ConnectionLimits::default() }
}

fn memory(mib: Option<u32>) -> Option<u64> {
    mib.map(|mib| u64::from(mib) << 20)
}

fn time(seconds: Option<u32>, otherwise: Duration) -> Duration {
    seconds.map_or(otherwise, |seconds| Duration::from_secs(seconds.into()))
}

fn named(factory: RemoteFactory, kind: &str, registry: &Registry) -> Result<RemoteFactory, String> {
    if factory.kind().as_str() != kind {
        return Err(format!("the program says that it is a platform of kind `{}`", factory.kind()));
    }
    if registry.kinds().any(|(known, _)| known.as_str() == kind) {
        return Err("the command has a platform of this kind already".to_owned());
    }
    Ok(factory)
}

fn messages(findings: &Findings) -> String {
    findings.iter().map(Diagnostic::message).collect::<Vec<_>>().join("; ")
}
