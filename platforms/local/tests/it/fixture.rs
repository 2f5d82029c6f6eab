//! Where the runtime works: a folder with rendered files, a source, and databases.

use crate::{
    example::{Example, plan_between},
    site::show,
};
use datasurface_local::{LocalConfig, LocalPlatform, testing::Breakpoint};
use datasurface_platform::{
    ApplyReport, CredentialError, CredentialSource, EnvironmentCredentials, JobRun, NoObserver,
    OperatorConfirmations, PreviousTarget, RenderedFiles, RunNames, RunObserver, RunReport, RunRequest,
    RuntimeContext, Secret, Status,
    hook::{Hooks, PlatformHooks},
    prelude::*,
    remote::ConnectionLimits,
};
use rusqlite::Connection;
use std::{
    collections::BTreeMap,
    fs,
    io::{BufReader, pipe},
    path::{Path, PathBuf},
    thread,
};

pub(crate) struct Fixture {
    folder: PathBuf,
    temporary: Option<tempfile::TempDir>,
    platform: LocalPlatform,
    /// The same platform as a program, which is asked instead.
    program: Option<Box<dyn DataPlatform>>,
    /// The instance that works here.
    instance: &'static str,
    pub(crate) now: String,
    /// The value of every credential; without one, the environment has them.
    pub(crate) secret: Option<String>,
    /// The identity of what was applied, as a host remembers it.
    pub(crate) applied_to: Option<String>,
    pub(crate) confirmed: OperatorConfirmations,
    pub(crate) hooks: Hooks,
}

#[derive(Debug)]
struct Secrets<'a>(&'a Option<String>);

impl CredentialSource for Secrets<'_> {
    fn secret(&self, credential: &CredentialKey, host: &str) -> Result<Secret, CredentialError> {
        match self.0 {
            Some(secret) => Ok(Secret::new(secret)),
            None => EnvironmentCredentials.secret(credential, host),
        }
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        // A process that is killed does not lose what it wrote; no disk is needed to see that.
        let memory = Path::new("/dev/shm");
        let temporary =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        Self { temporary: Some(temporary), ..Self::at(PathBuf::new()) }
    }

    pub(crate) fn at(folder: PathBuf) -> Self {
        let platform = LocalPlatform::new(LocalConfig::new("northwind.db"));
        let now = "2026-11-21T10:00:00Z".to_owned();
        // Tests let the time pass; those about clocks confirm nothing.
        let clock_until = "9999-12-31T00:00:00Z".parse().ok();
        let (applied_to, confirmed) =
            (None, OperatorConfirmations { accept_other_database: false, clock_until });
        Self {
            folder,
            temporary: None,
            platform,
            program: None,
            instance: "Local",
            now,
            secret: None,
            applied_to,
            confirmed,
            hooks: Hooks::new(),
        }
    }

    /// Where another instance works, in the same folder.
    pub(crate) fn beside(&self, instance: &'static str) -> Self {
        let (platform, now, secret) = (self.platform.clone(), self.now.clone(), self.secret.clone());
        let folder = self.path("");
        Self {
            folder,
            temporary: None,
            platform,
            program: None,
            instance,
            now,
            secret,
            applied_to: None,
            confirmed: self.confirmed,
            hooks: Hooks::new(),
        }
    }

    /// What is rendered for the instance.
    fn rendered(&self) -> PathBuf {
        self.path("rendered").join(self.instance)
    }

    /// With this example rendered and applied, and a source with the tables that it reads.
    pub(crate) fn with(example: &Example) -> Self {
        Self::with_secret(example, None)
    }

    /// The same, where every credential has this value.
    pub(crate) fn with_secret(example: &Example, secret: Option<String>) -> Self {
        let fixture = Self::new().knowing(secret);
        fixture.change_source(
            "CREATE TABLE Customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT);
             CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT, unit_price NUMERIC, weight REAL);",
        );
        fixture.apply(None, (example, "1"));
        fixture
    }

    /// The same, where every credential has this value.
    pub(crate) fn knowing(mut self, secret: Option<String>) -> Self {
        self.secret = secret;
        self
    }

    /// The same, where the platform is a program behind pipes.
    pub(crate) fn into_program(mut self) -> Self {
        let (asked, ask) = pipe().unwrap();
        let (answers, answered) = pipe().unwrap();
        let serve = move || serve(&TypedFactory::<LocalPlatform>::new(), BufReader::new(asked), answered);
        thread::spawn(serve);
        let program = RemoteFactory::connect(answers, ask, ConnectionLimits::default()).unwrap();
        let settings = Json::object().with_member("database", "northwind.db");
        let version = program.version().clone();
        let instance = PlatformInstance::new(self.instance.into(), "local".into(), version, settings);
        self.program = Some(program.create(&instance).unwrap());
        self
    }

    pub(crate) fn stopping_at(mut self, breakpoint: Breakpoint) -> Self {
        self.platform = self.platform.with_breakpoint(breakpoint);
        self
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.temporary.as_ref().map_or(&*self.folder, |folder| folder.path()).join(file)
    }

    pub(crate) fn open(&self, file: &str) -> Connection {
        Connection::open(self.path(file)).unwrap()
    }

    pub(crate) fn change_source(&self, sql: &str) {
        self.open("source.db").execute_batch(sql).unwrap();
    }

    /// Renders an example, with the transition files of a plan.
    pub(crate) fn render(&self, example: &Example, plan: &Plan) {
        let rendered = self.rendered();
        let _ = fs::remove_dir_all(&rendered);
        let (foundation, shard) = (example.foundation_of(self.instance), example.rendering_of(self.instance));
        for (folder, rendering) in [("foundation", foundation), ("shards/main", shard)] {
            rendering.files().for_each(|file| write(&rendered.join(folder), file));
        }
        plan.transition_files().iter().for_each(|file| write(&rendered, file));
    }

    /// Leaves nothing rendered but the transition files of a plan.
    pub(crate) fn render_leaving(&self, plan: &Plan) {
        let rendered = self.rendered();
        let _ = fs::remove_dir_all(&rendered);
        plan.transition_files().iter().for_each(|file| write(&rendered, file));
    }

    /// Applies what a platform that leaves has rendered.
    pub(crate) fn leave(&self) {
        self.site(|runtime, site| runtime.apply(site, &Plan::default())).unwrap();
    }

    /// Renders a revision, and applies the plan that leads there.
    pub(crate) fn apply(&self, before: Option<(&Example, &str)>, after: (&Example, &str)) -> ApplyReport {
        let plan = plan_between(before, after, BTreeMap::new());
        self.render(after.0, &plan);
        self.apply_plan(&plan).unwrap()
    }

    pub(crate) fn apply_plan(&self, plan: &Plan) -> Result<ApplyReport, PlatformError> {
        let applied = self.site(|runtime, site| runtime.apply(site, plan))?;
        assert!(applied.identity.is_some());
        Ok(ApplyReport { identity: None, ..applied })
    }

    /// Applies nothing new, and tells what it was applied to.
    pub(crate) fn identity(&self) -> String {
        self.site(|runtime, site| runtime.apply(site, &Plan::default())).unwrap().identity.unwrap()
    }

    /// Applies what is rendered here, with the databases in another folder.
    pub(crate) fn apply_at(&self, root: &Path, plan: &Plan) -> Result<ApplyReport, PlatformError> {
        self.site(|runtime, site| runtime.apply(&RuntimeContext { root, ..*site }, plan))
    }

    pub(crate) fn run(&self) -> RunReport {
        let report = self.try_run().unwrap();
        assert_eq!(report.failures, [], "{report:?}");
        report
    }

    pub(crate) fn try_run(&self) -> Result<RunReport, PlatformError> {
        self.site(|runtime, site| runtime.run(site, &RunRequest::until_idle()))
    }

    /// Runs until nothing moves, while somebody watches.
    pub(crate) fn run_watched(&self, watcher: &dyn RunObserver) -> Result<RunReport, PlatformError> {
        let run = |runtime: &dyn Runtime, site: &RuntimeContext<'_>| {
            runtime.run(&RuntimeContext { watcher, ..*site }, &RunRequest::until_idle())
        };
        self.site(run)
    }

    /// Runs what is asked for.
    pub(crate) fn ask(&self, request: &RunRequest) -> RunReport {
        self.site(|runtime, site| runtime.run(site, request)).unwrap()
    }

    /// The names by which something can be asked for.
    pub(crate) fn names(&self) -> RunNames {
        self.site(|runtime, site| runtime.run_names(site)).unwrap()
    }

    /// Runs what is due now.
    pub(crate) fn run_due(&self) -> RunReport {
        self.site(|runtime, site| runtime.run(site, &RunRequest::due())).unwrap()
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<String> {
        self.site(|runtime, site| runtime.next_due(site)).unwrap().map(|due| due.to_rfc3339())
    }

    pub(crate) fn status(&self) -> Status {
        self.try_status().unwrap()
    }

    pub(crate) fn try_status(&self) -> Result<Status, PlatformError> {
        self.site(|runtime, site| runtime.status(site))
    }

    /// The last runs of each job, this many at most.
    pub(crate) fn history(&self, most: usize) -> Vec<JobRun> {
        self.site(|runtime, site| runtime.history(site, most)).unwrap()
    }

    fn site<T>(&self, work: impl FnOnce(&dyn Runtime, &RuntimeContext<'_>) -> T) -> T {
        let instance = self.instance.into();
        let site = RuntimeContext {
            rendered: &rendered_files(&self.rendered()),
            root: &self.path(""),
            credentials: &Secrets(&self.secret),
            now: self.now.parse().unwrap(),
            watcher: &NoObserver,
            applied_to: self.applied_to.as_deref().map_or(PreviousTarget::Nothing, PreviousTarget::This),
            confirmed: self.confirmed,
            hooks: PlatformHooks::new(&self.hooks, &instance),
        };
        let platform: &dyn DataPlatform = self.program.as_deref().unwrap_or(&self.platform);
        work(platform.runtime().unwrap(), &site)
    }

    /// The rows of a query, each as text.
    pub(crate) fn rows(&self, file: &str, query: &str) -> Vec<String> {
        rows(&self.open(file), query)
    }

    /// All that is in the databases but the log of runs: how they are made, and every row.
    pub(crate) fn everything(&self) -> Vec<String> {
        let mut all = Vec::new();
        for file in
            ["northwind.db", "desk.db", "second.db"].into_iter().filter(|file| self.path(file).is_file())
        {
            let database = self.open(file);
            let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' 
                AND name NOT IN ('datasurface_runs', 'datasurface_books')";
            for table in rows(&database, tables) {
                let contents = rows(&database, &format!("SELECT * FROM \"{table}\""));
                all.extend(contents.into_iter().map(|row| format!("{file} {table}: {row}")));
            }
            all.extend(rows(&database, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"));
        }
        all.sort();
        all
    }
}

fn rows(database: &Connection, query: &str) -> Vec<String> {
    let mut statement = database.prepare(query).unwrap_or_else(|error| panic!("{error}: {query}"));
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let shown = (0..width).map(|column| show(&row.get(column).unwrap()));
        Ok(shown.collect::<Vec<_>>().join("|"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// A query of a view, as the view is called in this file: with the name of the platform in a file of the consumer.
pub(crate) fn in_container(file: &str, query: &str) -> String {
    match file {
        "northwind.db" => query.to_owned(),
        _ => query.replacen("FROM ", "FROM Local__", 1),
    }
}

/// Every file below a folder, as a host hands them over.
fn rendered_files(folder: &Path) -> RenderedFiles {
    let (mut files, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                files.push((name.parse().unwrap(), fs::read(&path).unwrap()));
            }
        }
    }
    RenderedFiles::new(folder, files)
}

fn write(folder: &Path, file: &File) {
    let path = folder.join(file.path().as_str());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, file.content()).unwrap();
}

/// What a run did, a line for each dataset: inserted, updated, deleted, unchanged.
pub(crate) fn moved(report: &RunReport) -> Vec<String> {
    let line = |run: &datasurface_platform::DatasetRun| {
        format!(
            "{} {}: +{} ~{} -{} ={}",
            run.dataset, run.batch, run.inserted, run.updated, run.deleted, run.unchanged
        )
    };
    report.datasets.iter().map(line).collect()
}

/// Says only what differs.
pub(crate) fn assert_same(these: &[String], those: &[String], when: &str) {
    let only = |here: &[String], there: &[String]| -> Vec<String> {
        here.iter().filter(|line| !there.contains(line)).cloned().collect()
    };
    let (here, there) = (only(these, those), only(those, these));
    assert!(these == those, "{when}: only here {here:#?}, only there {there:#?}");
}
