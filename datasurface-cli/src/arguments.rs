//! The command line.

use crate::{
    ask::Ask,
    codeowners::CodeOwnersArguments,
    configuration,
    moves::Move,
    plan::{Plan, Render},
    review::Review,
};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, error::ErrorKind};
use datasurface_broker::{AsOf, PlatformTask};
use datasurface_graph::NodeKey;
use datasurface_model::{ColumnName, DatasetKey, PlatformKind, PlatformName};
use std::{
    env,
    path::{Path, PathBuf},
    process,
    time::SystemTime,
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
    /// Judge a proposed change: who may make it, what it breaks, and whether platforms can still do what they are asked for.
    Review(Review),
    /// Print who has to approve which files of the repository of a model, as hosts of git read it.
    #[command(name = "codeowners")]
    CodeOwners(CodeOwnersArguments),
    /// Render into a target, and write the lock that goes with it.
    Render(Render),
    /// Move a dataset group, or the capture of a datastore, from one platform to another one, step by step. Writes the lock, which is rendered
    /// next.
    Move(Move),
    /// Let data go that is held, before its time is over. Writes the lock, which is rendered next.
    Release(Release),
    /// Record that another tool, such as Terraform, applied what was rendered.
    Applied(Applied),
    /// Apply what was rendered and not applied yet, and run its jobs.
    Run(Run),
    /// Show how far each consumer is.
    Status(Status),
    /// Print the JSON Schema of the settings of a kind of platform.
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
    /// The kind of platform, as in a model. Of several versions, the newest one is meant.
    #[arg(value_name = "KIND")]
    pub(crate) kind: PlatformKind,
}

/// The model, and what it is judged with.
#[derive(Clone, Debug, Args)]
pub(crate) struct Model {
    /// The model: a file of JSON or YAML, a folder of such files, or `-` for the standard input.
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,

    /// The lock: what was decided before. If it is not there, nothing was [default: `datasurface.lock` beside the
    /// model, in it if it is a folder, in the current folder for `-`].
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,

    /// The day as of which to judge and to plan [default: today, in UTC]. A day that is named counts as right: what was held until
    /// before may go, also where the clock is more than a week past the last day that is known to be right.
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<NaiveDate>,

    /// The day of a plan that was made before.
    #[arg(skip)]
    planned_on: Option<AsOf>,
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
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) model: Model,

    /// How to show graphs.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: GraphFormat,

    /// Show the graph of this platform only.
    #[arg(long, value_name = "NAME")]
    pub(crate) platform: Option<String>,

    /// How much pictures tell apart: Mermaid, DOT, GraphML, and JSON if it is asked for [default: dataset].
    #[arg(long, value_enum)]
    pub(crate) level: Option<GraphLevel>,

    /// Show only what a change reaches: the one that made the model of this older one. `+` is new, `-` is gone, `~` is
    /// other than before, `=` might have been. Pictures show what is new and what is other in colours.
    #[arg(long, value_name = "MODEL")]
    pub(crate) since: Option<PathBuf>,

    /// Show only the node of this key and what is near it, in pictures.
    #[arg(long, value_name = "KEY")]
    pub(crate) around: Option<NodeKey>,

    /// How many steps away is still near.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "around")]
    pub(crate) steps: usize,
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
    #[arg(long, value_name = "TEXT")]
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

    /// The folder that was rendered into.
    #[arg(long, value_name = "DIR")]
    pub(crate) target: PathBuf,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What was rendered, and where it runs.
#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    /// The folder that was rendered into.
    #[arg(long, value_name = "DIR")]
    pub(crate) target: PathBuf,

    /// The folder that relative paths in the model are relative to. Without it, the one that was applied to last, or the
    /// current one.
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Secrets are taken from the environment: the value of the credential `name` of the team `EU/Sales` is \
    DATASURFACE_CREDENTIAL_EU__Sales__name, or the content of the file that DATASURFACE_CREDENTIAL_EU__Sales__name_FILE names; \
    with DATASURFACE_CREDENTIAL_EU__Sales__name_HOST set, it is shown to that host alone."
)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) site: TargetArguments,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Run until no job has anything left to move, rather than every job once.
    #[arg(long)]
    pub(crate) until_idle: bool,

    /// Run now, and again whenever a timetable names a minute, until interrupted: what is due then, and what it moves.
    /// What waits for somebody to ask for it runs at first only. With `--format json` there is an object for each round.
    #[arg(long)]
    pub(crate) follow: bool,

    /// Show values of rows that failed, of columns that are classified as `Public` and nothing else.
    #[arg(long)]
    pub(crate) show_values: bool,

    /// Run only this: a datastore, a dataset as `datastore/dataset`, a workspace, or a job by its address. It may be given
    /// several times. What follows from it runs with the next run.
    #[arg(long, value_name = "NAME", conflicts_with = "follow")]
    pub(crate) select: Vec<String>,

    /// Read everything of this dataset again, or make it again, whatever was read before. Nothing else runs, unless it is selected.
    #[arg(long, value_name = "DATASET", conflicts_with = "follow")]
    pub(crate) full_refresh: Vec<DatasetKey>,

    /// Make the copies of this consumer again, from what the platform keeps: a workspace, a group as `workspace/group`, or a
    /// container as `zone/team/container`. Whoever reads them sees them as they were, and then as they are. Nothing else runs, unless
    /// it is selected.
    #[arg(long, value_name = "CONSUMER", conflicts_with = "follow")]
    pub(crate) resync: Vec<String>,

    /// Compare these copies with what the platform keeps, and change nothing: exit with 1 where they differ. Nothing is applied.
    #[arg(long, requires = "resync", conflicts_with_all = ["select", "full_refresh", "until_idle"])]
    pub(crate) verify: bool,

    /// Begin anew if the database that the target was applied to is not there, or take another one in its place.
    #[arg(long)]
    pub(crate) begin_anew: bool,

    /// The clock is right up to the end of this day: what is too old may go, also if nothing ran for a week.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) trust_clock: Option<NaiveDate>,

    /// How often to run before it ends.
    #[arg(long, value_name = "N", hide = true, requires = "follow")]
    pub(crate) rounds: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) site: TargetArguments,

    /// Show values of rows that failed, of columns that are classified as `Public` and nothing else.
    #[arg(long)]
    pub(crate) show_values: bool,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: StatusFormat,

    /// Write the answer to this file, which is replaced at once, rather than to the standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Show the last runs of each job, too, this many of each at most: when they began, how long they took, and how many
    /// records they moved.
    #[arg(long, value_name = "N")]
    pub(crate) history: Option<usize>,

    /// Exit with 0 where a consumer is late, or something failed, too.
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// How to print how far consumers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one object.
    Json,
    /// For monitoring: metrics in the text format of OpenMetrics, such as Prometheus reads them, and the collector of text
    /// files of its exporter.
    #[value(name = "openmetrics")]
    OpenMetrics,
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

/// How to show graphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For people: nodes in the order in which they come up.
    #[default]
    Text,
    /// For programs: one object. All that is known of each node, or, with `--level` or `--around`, a picture.
    Json,
    /// For Mermaid: one flow chart, with a frame for each platform if there are several.
    Mermaid,
    /// For Graphviz: one directed graph, with a frame for each platform if there are several.
    Dot,
    /// For tools that analyse graphs: one document.
    #[value(name = "graphml")]
    GraphMl,
}

/// How much pictures tell apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphLevel {
    /// Every node.
    #[default]
    Dataset,
    /// Datastores, the containers that they are brought to, and transformers.
    Store,
    /// Teams, and who gives data to whom.
    Team,
}

impl Arguments {
    /// Reads the command line of this process. If it is invalid, the process ends with a message.
    pub(crate) fn from_command_line() -> Self {
        let arguments = Self::try_parse().unwrap_or_else(|error| match error.use_stderr() {
            false => error.exit(),
            true => {
                // If the standard error cannot be written, there is nobody left to tell.
                let _ = error.print();
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

    /// The configuration: named, or beside the model if there is such a file. A pipe or a device there is none.
    pub(crate) fn configuration(&self) -> Option<PathBuf> {
        let by_default = || {
            let file = match &self.verb {
                // What decides about transformers is asked, also by those who do not think of it.
                Verb::Run(run) => run.site.root.clone().unwrap_or_default().join(configuration::FILE_NAME),
                verb => verb.model()?.beside(configuration::FILE_NAME),
            };
            file.is_file().then_some(file)
        };
        self.configuration.clone().or_else(by_default)
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
            Self::Render(render) => Some(&render.inputs.model),
            Self::Move(step) => Some(&step.subject().model),
            Self::Release(release) => Some(&release.model),
            Self::Lineage(lineage) => Some(&lineage.model),
            Self::Explain(explain) => Some(&explain.model),
            Self::Review(_)
            | Self::CodeOwners(_)
            | Self::Applied(_)
            | Self::Run(_)
            | Self::Status(_)
            | Self::Schema(_) => None,
            #[cfg(feature = "laws")]
            Self::Laws(_) => None,
        }
    }
}

impl Graph {
    /// Whether something is drawn. In JSON, that is what nobody wants all nodes of.
    pub(crate) fn is_picture(&self) -> bool {
        match self.format {
            GraphFormat::Text => false,
            GraphFormat::Json => self.about_pictures().is_some(),
            GraphFormat::Mermaid | GraphFormat::Dot | GraphFormat::GraphMl => true,
        }
    }

    /// What was said about a picture, if none is drawn.
    fn ignored(&self) -> Option<&'static str> {
        self.about_pictures().filter(|_| !self.is_picture())
    }

    fn about_pictures(&self) -> Option<&'static str> {
        let level = self.level.map(|_| "--level");
        level.or(self.around.as_ref().map(|_| "--around"))
    }
}

impl Model {
    /// An older version of the model, judged with the same.
    pub(crate) fn older(&self, model: &Path) -> Self {
        Self { model: model.to_owned(), lock: Some(self.lock()), on: Some(self.date()), planned_on: None }
    }

    /// The same model as of the day of a plan that was made before.
    pub(crate) fn planned_on(&self, day: AsOf) -> Self {
        Self { planned_on: Some(day), ..self.clone() }
    }

    /// Where the lock is, or will be.
    pub(crate) fn lock(&self) -> PathBuf {
        self.lock.clone().unwrap_or_else(|| self.beside(datasurface_broker::LOCK_FILE_NAME))
    }

    /// Whether somebody has said where the lock is.
    pub(crate) fn names_lock(&self) -> bool {
        self.lock.is_some()
    }

    /// A file beside the model, in it if it is a folder, and in the current folder if it comes from the standard input.
    fn beside(&self, name: &str) -> PathBuf {
        if self.is_stdin() {
            name.into()
        } else if self.model.is_dir() {
            self.model.join(name)
        } else {
            self.model.with_file_name(name)
        }
    }

    /// The day as of which to judge.
    pub(crate) fn date(&self) -> NaiveDate {
        self.as_of().day()
    }

    /// The day as of which to plan: named, or that of the clock.
    pub(crate) fn as_of(&self) -> AsOf {
        let named = self.planned_on.or(self.on.map(AsOf::from));
        named.unwrap_or_else(|| AsOf::from_clock(today()))
    }

    /// Whether the model comes from the standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.model.as_os_str() == "-"
    }
}

/// The exit code if the command line or the configuration is wrong. Where 2 says that there is something to do, it says nothing else.
pub(crate) fn usage_exit_code() -> u8 {
    let is_detailed = env::args_os().any(|argument| argument == "--detailed-exitcode");
    if is_detailed { 1 } else { 2 }
}

/// Reads a day.
pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "a day is written like 2026-01-31".to_owned())
}

/// Today in UTC.
pub(crate) fn today() -> NaiveDate {
    now().date_naive()
}

/// The time that it is. No other crate reads a clock.
pub(crate) fn now() -> DateTime<Utc> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(seconds, since.subsec_nanos()).unwrap_or_default()
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

    #[test]
    fn a_day_is_a_day() {
        assert!(date("2026-02-28").is_ok());
        for text in ["2026-02-30", "tomorrow", "", "28.2.2026"] {
            assert!(date(text).is_err(), "{text}");
        }
        assert!(today() > NaiveDate::default());
    }
}
