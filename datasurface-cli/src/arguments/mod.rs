//! The command line.

mod graph;
mod model;
mod operate;

pub(crate) use graph::{Graph, GraphFormat, GraphLevel};
pub(crate) use model::{Model, date};
pub(crate) use operate::{Run, Status, StatusFormat, TargetArguments};

use crate::{
    alerts::AlertArguments,
    ask::Ask,
    codeowners::CodeOwnersArguments,
    configuration::ConfigurationFile,
    moves::Move,
    plan::{Plan, Render, Watch},
    review::Review,
    revisions::{AdvanceArguments, RevisionsArguments},
    state::StateArguments,
};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, error::ErrorKind};
use datasurface_broker::PlatformTask;
use datasurface_change::CONFIGURATION_FILE_NAME;
use datasurface_model::{ColumnName, DatasetKey, PlatformKind, PlatformName, redact_passwords};
use datasurface_platform::SafePath;
use std::{
    env,
    io::{self, Write},
    path::PathBuf,
    process,
};

const EXIT_CODES: &str = "\
Exit codes: 0 all is well; 1 something stands in the way, and is reported; 2 the command line is wrong.
What is found is printed to the standard error, except by `check`, which is asked for nothing else. With \
`--format json` there is one object on the standard output, with all that was found as `findings`; that of a graph has \
findings only if there is no graph.";

/// One typed model of a company's data ecosystem, turned into running pipelines.
#[derive(Debug, Parser)]
#[command(name = "datasurface", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,

    /// The configuration: which programs are platforms, and which are hooks. They are started. [default: `datasurface.toml` beside the
    /// model, in it if it is a folder, in the current folder for `-`; for `run`, in the folder that files are relative to, or else in the current
    /// one; none for `review`, which judges what others wrote, and for other verbs without a model.]
    #[arg(long, value_name = "FILE", global = true)]
    configuration: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Judge a model, and whether platforms can do what it asks for.
    Check(Check),
    /// Show what must happen on each platform.
    Graph(Graph),
    /// Show what a dataset is made of, column by column, and what is made of it.
    Lineage(Lineage),
    /// Show why a platform serves a dataset group or captures a datastore, what each other one lacks, and what the group would have to
    /// ask for.
    Explain(Explain),
    /// Answer a question about what depends on what: why, upstream, downstream, paths, cycles, bring-up, impact.
    Ask(Ask),
    /// Show what has to be done to get from what was rendered to what the model says. Writes nothing.
    Plan(Plan),
    /// Show what has to be done, and show it again whenever it is something else, until somebody ends it. Writes nothing.
    Watch(Watch),
    /// Judge a proposed change: who may make it, what it breaks, and whether platforms can still do what they are asked for.
    Review(Review),
    /// Print who has to approve which files of the repository of a model, as hosts of git read it.
    #[command(name = "codeowners")]
    CodeOwners(CodeOwnersArguments),
    /// Render into a target, and write the lock that goes with it.
    Render(Render),
    /// Take some platforms forward to the model of now, and leave the others as they are. Renders, and writes the lock.
    Advance(AdvanceArguments),
    /// Show at which revision each platform is, what is pending there, and why. Writes nothing.
    Revisions(RevisionsArguments),
    /// Move a dataset group, or the capture of a datastore, from one platform to another one, step by step. Writes the lock, which is rendered
    /// next.
    Move(Move),
    /// Let data go that is held, before its time is over. Writes the lock, which is rendered next.
    Release(Release),
    /// Accept that a rendered file was edited: the record of the target says why, and the next rendering replaces the file.
    Accept(Accept),
    /// Show where the record of what was rendered is kept, or move it: into an SQLite database, one of a PostgreSQL server, or the target itself.
    State(StateArguments),
    /// Record that another tool, such as Terraform, applied what was rendered.
    Applied(Applied),
    /// Apply what was rendered and not applied yet, and run its jobs.
    Run(Run),
    /// Show how far each consumer is.
    Status(Status),
    /// Print rules for Prometheus: alerts about the metrics of `status`, where something fails or is later than was promised.
    Alerts(AlertArguments),
    /// Print the JSON Schema of the settings of a kind of platform, or those of the protocols of programs.
    Schema(SchemaArguments),
    /// Check that a kind of platform keeps the laws of the contract, with the smallest model that shows where it does not.
    #[cfg(feature = "laws")]
    Laws(LawsArguments),
}

#[cfg(feature = "laws")]
#[derive(Debug, Args)]
pub(crate) struct LawsArguments {
    /// The kind of platform: one of the command, or of a program that `--configuration` names.
    #[arg(value_name = "KIND")]
    pub(crate) kind: PlatformKind,

    /// The settings of the platforms that are checked: a file of JSON [default: none].
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,

    /// How many ecosystems are generated. Each is edited, rendered and planned, and taken back.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) ecosystems: usize,

    /// Which ecosystems are generated: the same number leads to the same ones.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// The kind of platform, as in a model. Of several versions, the newest one is meant. Or `protocol`, what a platform that is a program
    /// answers, on each line, and `protocol-requests`, what it is asked; or `hooks` and `hooks-requests`, the same of a hook; or `proposal`,
    /// what `plan --out` saves.
    #[arg(value_name = "KIND")]
    pub(crate) kind: PlatformKind,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) model: Model,

    /// Also list the credentials: in which environment variables runtimes look for them, whose they are, what they open and what uses
    /// them. Values are not looked at.
    #[arg(long)]
    pub(crate) credentials: bool,

    /// How to print what was found.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Lineage {
    #[command(flatten)]
    pub(crate) model: Model,

    /// The dataset, as `datastore/dataset`.
    #[arg(value_name = "DATASET")]
    pub(crate) dataset: DatasetKey,

    /// Show this column only.
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<ColumnName>,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) model: Model,

    /// The dataset group, as `workspace/group`, or the datastore.
    #[arg(value_name = "GROUP")]
    pub(crate) task: PlatformTask,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What is let go, and why.
#[derive(Debug, Args)]
pub(crate) struct Release {
    #[command(flatten)]
    pub(crate) model: Model,

    /// The resource that holds the data, as `plan` lists it.
    #[arg(value_name = "RESOURCE")]
    pub(crate) resource: String,

    #[command(flatten)]
    pub(crate) site: TargetArguments,

    /// The platform, if several hold such a resource.
    #[arg(long, value_name = "NAME")]
    pub(crate) platform: Option<PlatformName>,

    /// Why nobody needs the data: it stays in the lock until the data is gone.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(crate) reason: String,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// The edit that is accepted.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The file, as `plan` lists it: by its path in the target.
    #[arg(value_name = "FILE")]
    pub(crate) file: SafePath,

    /// The folder that was rendered into, or the branch: `git:BRANCH`, `git:BRANCH:path`.
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: PathBuf,

    /// Why it was edited: it stays in the record until the next rendering replaces the file.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(crate) reason: String,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What another tool applied.
#[derive(Debug, Args)]
pub(crate) struct Applied {
    /// The rendering that was applied, by the first digits of its ID or of its revision [default: the last one]. A revision
    /// that was rendered twice is refused.
    #[arg(value_name = "RENDERING")]
    pub(crate) rendering: Option<String>,

    /// The folder that was rendered into, or the branch: `git:BRANCH`, `git:BRANCH:path`.
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: PathBuf,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// How to print an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one object.
    Json,
}

impl Arguments {
    /// Reads the command line of this process. If it is invalid, the process ends with a message.
    pub(crate) fn from_command_line() -> Self {
        let arguments = Self::try_parse().unwrap_or_else(|error| match error.use_stderr() {
            false => error.exit(),
            true => {
                // It repeats what was typed. If the standard error cannot be written, there is nobody left to tell.
                let _ = match redact_passwords(&error.render().to_string()) {
                    Some(text) => write!(io::stderr(), "{text}"),
                    None => error.print(),
                };
                process::exit(usage_exit_code().into())
            }
        });
        if let Verb::Graph(graph) = &arguments.verb
            && let Some(ignored) = graph.ignored()
        {
            let remark = format!(
                "`{ignored}` is for pictures, which have `--format mermaid`, `dot`, `graphml` or `json`"
            );
            Self::command().error(ErrorKind::ArgumentConflict, remark).exit()
        }
        arguments
    }

    /// The configuration: named, or beside the model if something has its name there.
    pub(crate) fn configuration(&self) -> Option<ConfigurationFile> {
        let by_default = || {
            let file = match &self.verb {
                // What decides about transformers is asked, also by those who do not think of it.
                Verb::Run(Run { site, .. }) | Verb::Status(Status { site, .. }) => {
                    site.root.clone().unwrap_or_default().join(CONFIGURATION_FILE_NAME)
                }
                verb => verb.model()?.beside(CONFIGURATION_FILE_NAME),
            };
            file.symlink_metadata().is_ok().then_some(ConfigurationFile { path: file, is_named: false })
        };
        let named = self.configuration.clone().map(|path| ConfigurationFile { path, is_named: true });
        named.or_else(by_default)
    }
}

impl Verb {
    /// The model of whoever runs the command. What `review` judges may name programs of somebody else.
    fn model(&self) -> Option<&Model> {
        match self {
            Self::Check(check) => Some(&check.model),
            Self::Graph(graph) => Some(&graph.model),
            Self::Ask(ask) => Some(&ask.question.about().model),
            Self::Plan(plan) => Some(&plan.inputs.model),
            Self::Watch(watch) => Some(&watch.inputs.model),
            Self::Render(render) => Some(&render.inputs.model),
            Self::Advance(advance) => Some(&advance.inputs.model),
            Self::Revisions(revisions) => Some(&revisions.model),
            Self::Move(step) => Some(&step.subject().model),
            Self::Release(release) => Some(&release.model),
            Self::Lineage(lineage) => Some(&lineage.model),
            Self::Explain(explain) => Some(&explain.model),
            Self::Alerts(alerts) => Some(&alerts.model),
            Self::Review(_)
            | Self::CodeOwners(_)
            | Self::Accept(_)
            | Self::Applied(_)
            | Self::State(_)
            | Self::Run(_)
            | Self::Status(_)
            | Self::Schema(_) => None,
            #[cfg(feature = "laws")]
            Self::Laws(_) => None,
        }
    }
}

/// The exit code if the command line or the configuration is wrong. Where 2 says that there is something to do, it says nothing else.
pub(crate) fn usage_exit_code() -> u8 {
    let is_detailed = env::args_os().any(|argument| argument == "--detailed-exitcode");
    if is_detailed { 1 } else { 2 }
}

/// Reads a reason: people look for it later.
pub(crate) fn reason(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("say why, for whoever asks later"),
        reason if redact_passwords(reason).is_some() => {
            Err("it has a password or a token in it, and would be kept: say why without it")
        }
        reason => Ok(reason.to_owned()),
    }
}

/// A folder as people write it, without what says nothing: `./models/` is `models`.
#[expect(clippy::unnecessary_wraps, reason = "what parses a value returns a result")]
pub(crate) fn plain_folder(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let text = text.strip_prefix("./").unwrap_or(text);
    Ok(if text == "." { String::new() } else { text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_reason_says_something() {
        for verb in [&["accept", "a.sql"][..], &["release", "model.json", "table.a"]] {
            let given = |reason: &str| {
                let target = ["--target", "out", "--reason", reason];
                Arguments::try_parse_from(["datasurface"].iter().chain(verb).copied().chain(target))
            };
            assert!(given("nobody needs it").is_ok());
            for nothing in ["", " \t"] {
                assert!(given(nothing).unwrap_err().to_string().contains("say why"), "{verb:?}");
            }
        }
    }

    #[test]
    fn the_lock_is_beside_the_model() {
        for (model, lock) in [
            ("model.json", "datasurface.lock"),
            ("a/model.json", "a/datasurface.lock"),
            ("src", "src/datasurface.lock"),
            ("-", "datasurface.lock"),
        ] {
            let arguments = Arguments::parse_from(["datasurface", "check", model]);
            let Verb::Check(check) = arguments.verb else { panic!("another verb") };
            assert_eq!(check.model.lock(), PathBuf::from(lock));
        }
    }
}
