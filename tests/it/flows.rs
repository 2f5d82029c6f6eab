//! From model to data: broker, target and runtime together, on the local platform.

use chrono::{DateTime, NaiveDate, Utc};
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Proposal, Target, disk::FailingDisk},
    model::*,
    platform::{
        Action, DataPlatform, EnvironmentCredentials, NoObserver, OperatorConfirmations, PreviousTarget,
        Registry, RunObserver, RunReport, RunRequest, RuntimeContext,
    },
};
use datasurface_local::{LocalConfig, LocalPlatform};
use rusqlite::Connection;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};
use tempfile::TempDir;

const CUSTOMERS: &str = "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15)";

fn ecosystem(datasets: &[&'static str], desk: &'static str) -> Ecosystem {
    ecosystem_of(CUSTOMERS, datasets, desk)
}

/// In which the source's customers have these columns.
fn ecosystem_of(customers: &str, datasets: &[&'static str], desk: &'static str) -> Ecosystem {
    let customers: TableSchema = customers.parse().unwrap();
    let customers =
        customers.classified(["customer_id", "city", "region"], "Public").classified(["company_name"], "PII");
    let store = Datastore::new("NW_Data")
        .captured(Capture::sql_snapshot("Z/T/Source").with_cron("*/10 * * * *"))
        .dataset(Dataset::new("customers", customers))
        .dataset(Dataset::new("orders", "order_id Integer key, freight Decimal(8,2)").classified("Public"));
    let mask = DataTransformer::sql("Masked")
        .select("customers", "SELECT customer_id, '***' AS company_name, city FROM NW_Data_customers");
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Desk", desk).located("V/L"))
        .datastore(store)
        .datastore(
            Datastore::new("Masked").dataset(Dataset::new("customers", CUSTOMERS).classified("Public")),
        )
        .workspace(
            Workspace::new("Mask")
                .with_container("Z/T/Desk")
                .group(DatasetGroup::new("raw").sink("NW_Data/customers"))
                .with_transformer(mask),
        )
        .workspace(
            Workspace::new("Marketing")
                .with_container("Z/T/Desk")
                .group(DatasetGroup::new("masked").sink("Masked/customers")),
        )
        .workspace(
            Workspace::new("Sales").with_container("Z/T/Desk").group(
                DatasetGroup::new("all")
                    .with_sinks(datasets.iter().copied())
                    .with_milestoning(Milestoning::LiveAndForensic)
                    .with_retention(Retention::years(1)),
            ),
        );
    let zone = GovernanceZone::new().team("T", "github:o/team@main", team);
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone("Z", "github:o/zone@main", zone)
}

/// A folder with a source, a target and its lock, and the databases.
pub(crate) struct Fixture {
    folder: TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let fixture = Self { folder: TempDir::new().unwrap() };
        fixture.source(
            "CREATE TABLE customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT);
             CREATE TABLE orders (order_id INTEGER PRIMARY KEY, freight NUMERIC);
             INSERT INTO customers VALUES ('ALFKI', 'Alfreds', 'Berlin'), ('PARIS', 'Paris', NULL);
             INSERT INTO orders VALUES (1, 18), (2, 0.5);",
        );
        fixture
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn source(&self, sql: &str) {
        Connection::open(self.path("source.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// Plans and writes, as of a day.
    pub(crate) fn render(&self, ecosystem: Ecosystem, on: &str) -> Proposal {
        let on: NaiveDate = on.parse().unwrap();
        let lock_path = self.path(LOCK_FILE_NAME);
        let lock = fs::read_to_string(&lock_path)
            .map_or_else(|_| Lock::default(), |text| Lock::from_text(&text).unwrap());
        let broker = Broker::new(Registry::new().with_plugin::<LocalPlatform>());
        let placed =
            broker.place(ecosystem.validate(&Validation::on(on)).unwrap().ecosystem(), &lock).unwrap();
        let mut target = Target::open(self.path("target")).unwrap();
        let proposal = broker.propose(&placed, Base::Target(target.manifest()), on).unwrap();
        proposal.write(&mut target, &lock_path).unwrap();
        proposal
    }

    pub(crate) fn render_and_apply(&self, ecosystem: Ecosystem, on: &str) -> Proposal {
        let proposal = self.render(ecosystem, on);
        let (_, plan) = proposal.plans().next().unwrap();
        let applied = self.at(on, |platform, site| platform.runtime().unwrap().apply(site, plan)).unwrap();
        assert_eq!(applied.done, plan.steps().len());
        // Where there is nothing to do, the statements of the change before are still there, and were done.
        assert!(plan.is_empty() || applied.done_before == 0);
        proposal
    }

    pub(crate) fn run(&self, on: &str) -> Vec<String> {
        let run = |platform: &LocalPlatform, site: &RuntimeContext<'_>| {
            platform.runtime().unwrap().run(site, &RunRequest::until_idle())
        };
        let report: RunReport = self.at(on, run).unwrap();
        assert_eq!(report.failures, []);
        let line = |run: &datasurface::platform::DatasetRun| {
            format!("{} +{} ~{} -{}", run.dataset, run.inserted, run.updated, run.deleted)
        };
        report.datasets.iter().map(line).collect()
    }

    pub(crate) fn at<T>(&self, on: &str, work: impl FnOnce(&LocalPlatform, &RuntimeContext<'_>) -> T) -> T {
        let now: DateTime<Utc> = format!("{on}T12:00:00Z").parse().unwrap();
        let target = Target::open(self.path("target")).unwrap();
        let record = target.manifest().unwrap().platforms().values().next().unwrap();
        let rendered = target.rendered(record).unwrap();
        let (root, credentials) = (self.folder.path(), &EnvironmentCredentials);
        let site = RuntimeContext {
            rendered: &rendered,
            root,
            credentials,
            now,
            watcher: &NoObserver,
            applied_to: PreviousTarget::Nothing,
            confirmed: OperatorConfirmations { accept_other_database: false, clock_until: Some(now) },
            hooks: datasurface::platform::hook::PlatformHooks::default(),
        };
        work(&LocalPlatform::new(LocalConfig::new("platform.db")), &site)
    }

    /// The rows of a query. Views in a file of the consumer have the name of the platform before them.
    pub(crate) fn rows(&self, file: &str, query: &str) -> Vec<String> {
        let query = match file {
            "platform.db" => query.to_owned(),
            _ => query.replace("FROM Sales__", "FROM Local__Sales__"),
        };
        let database = Connection::open(self.path(file)).unwrap();
        let mut statement = database.prepare(&query).unwrap_or_else(|error| panic!("{error}: {query}"));
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

#[test]
fn revisions_are_applied_while_data_moves() {
    for desk in ["platform.db", "desk.db"] {
        let fixture = Fixture::new();
        fixture.render_and_apply(ecosystem(&["NW_Data/customers"], desk), "2026-01-01");
        assert_eq!(fixture.run("2026-01-01"), ["NW_Data/customers +2 ~0 -0", "Masked/customers +2 ~0 -0"]);

        fixture.source("UPDATE customers SET company_name = 'A.' WHERE customer_id = 'ALFKI'");
        let more = ["NW_Data/customers", "NW_Data/orders"];
        fixture.render_and_apply(ecosystem(&more, desk), "2026-01-02");
        assert_eq!(
            fixture.run("2026-01-02"),
            ["NW_Data/customers +0 ~1 -0", "NW_Data/orders +2 ~0 -0", "Masked/customers +0 ~0 -0"]
        );
        let freight = "SELECT freight FROM Sales__all__NW_Data__orders ORDER BY 1";
        assert_eq!(fixture.rows(desk, freight), ["0.50", "18.00"]);
        let names = "SELECT company_name FROM Sales__all__NW_Data__customers__history ORDER BY batch_in, 1";
        assert_eq!(fixture.rows(desk, names), ["Alfreds", "Paris", "A."]);

        // Nobody wants orders any more, but a year was promised: they are there, unfed, for as long as that.
        fixture.render_and_apply(ecosystem(&["NW_Data/customers"], desk), "2026-01-03");
        fixture.source("DELETE FROM orders");
        assert_eq!(fixture.run("2026-01-03"), ["NW_Data/customers +0 ~0 -0"]);
        let held = "SELECT freight FROM NW_Data__orders ORDER BY 1";
        assert_eq!(fixture.rows("platform.db", held), ["0.50", "18.00"]);
        let views = "SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE '%orders%'";
        assert_eq!(fixture.rows(desk, views), [] as [&str; 0]);

        fixture.render_and_apply(ecosystem(&["NW_Data/customers"], desk), "2027-01-04");
        let tables = "SELECT name FROM sqlite_schema WHERE name LIKE '%orders%'";
        assert_eq!(fixture.rows("platform.db", tables), [] as [&str; 0]);
    }
}

#[test]
fn what_was_written_and_not_applied_is_applied_later() {
    let fixture = Fixture::new();
    fixture.render_and_apply(ecosystem(&["NW_Data/customers"], "desk.db"), "2026-01-01");
    fixture.run("2026-01-01");
    let again = fixture.render(ecosystem(&["NW_Data/customers"], "desk.db"), "2026-01-01");
    assert!(again.plan(&"Local".into()).unwrap().is_empty());

    // Written, and then the process ends; the next plan says that there is nothing to do.
    let other = ecosystem(&["NW_Data/customers"], "elsewhere.db");
    assert!(!fixture.render(other.clone(), "2026-01-02").plan(&"Local".into()).unwrap().is_empty());
    fixture.render_and_apply_what_is_left(other, "2026-01-02");
    fixture.run("2026-01-02");
    let names = "SELECT company_name FROM Sales__all__NW_Data__customers ORDER BY 1";
    assert_eq!(fixture.rows("elsewhere.db", names), ["Alfreds", "Paris"]);
    let left = "SELECT name FROM sqlite_schema WHERE type = 'view' OR name LIKE 'Local%'";
    assert_eq!(fixture.rows("desk.db", left), [] as [&str; 0]);
}

impl Fixture {
    fn render_and_apply_what_is_left(&self, ecosystem: Ecosystem, on: &str) {
        let proposal = self.render(ecosystem, on);
        let (_, plan) = proposal.plans().next().unwrap();
        assert!(plan.is_empty());
        self.at(on, |platform, site| platform.runtime().unwrap().apply(site, plan)).unwrap();
    }
}

/// The same fixture, worked on as a host does: by a broker and a target, and no plan in its hands.
impl Fixture {
    fn operate<T>(&self, on: &str, work: impl FnOnce(&Broker, &mut Target, &OperationContext<'_>) -> T) -> T {
        let now: DateTime<Utc> = format!("{on}T12:00:00Z").parse().unwrap();
        let root = self.folder.path();
        let on = OperationContext {
            root,
            credentials: &EnvironmentCredentials,
            now,
            watcher: &NoObserver,
            confirmed: OperatorConfirmations { accept_other_database: false, clock_until: Some(now) },
        };
        let broker = Broker::new(Registry::new().with_plugin::<LocalPlatform>());
        work(&broker, &mut Target::open(self.path("target")).unwrap(), &on)
    }

    fn apply_what_is_rendered(&self, on: &str) {
        let applied = self.operate(on, |broker, target, on| broker.apply(target, on).unwrap());
        assert!(applied.findings.is_empty(), "{:?}", applied.findings);
        assert_eq!(applied.done.len(), 1);
    }

    fn apply_and_run(&self, on: &str) -> Vec<String> {
        self.apply_what_is_rendered(on);
        let ran = self.operate(on, |broker, target, on| broker.run(target, on, &RunRequest::until_idle()));
        assert!(ran.findings.is_empty(), "{:?}", ran.findings);
        let report = &ran.done[&PlatformName::from("Local")];
        assert_eq!(report.failures, []);
        let line = |run: &datasurface::platform::DatasetRun| {
            format!("{} +{} ~{} -{}", run.dataset, run.inserted, run.updated, run.deleted)
        };
        report.datasets.iter().map(line).collect()
    }

    /// The files that are rendered for one change only.
    fn transition_files(&self) -> Vec<String> {
        let target = Target::open(self.path("target")).unwrap();
        let files = target.manifest().unwrap().files().into_keys().map(|path| path.to_string());
        files.filter(|path| path.contains("/transition/")).collect()
    }

    /// What the databases are: tables and views in a database of the platform, with their columns, and what is in them.
    fn database(&self, file: &str) -> Vec<String> {
        let columns =
            "SELECT s.type || ' ' || s.name || '.' || c.name || ' ' || c.type FROM sqlite_schema AS s,
            pragma_table_xinfo(s.name) AS c WHERE s.name NOT LIKE 'datasurface%' AND s.name NOT LIKE 'sqlite%'
            ORDER BY 1";
        self.rows(file, columns)
    }
}

const BOTH: [&str; 2] = ["NW_Data/customers", "NW_Data/orders"];

#[test]
fn a_plan_begins_at_what_was_applied() {
    for desk in ["platform.db", "desk.db"] {
        let fixture = Fixture::new();
        fixture.render(ecosystem(&["NW_Data/customers"], desk), "2026-01-01");
        fixture.apply_and_run("2026-01-01");

        // The second revision is written, and nobody applies it.
        let wider = format!("{CUSTOMERS}, region VarChar(15)");
        let second = fixture.render(ecosystem_of(&wider, &BOTH, desk), "2026-01-02");
        assert!(!second.plan(&"Local".into()).unwrap().transition_files().is_empty());
        let of_second = fixture.transition_files();
        assert!(!of_second.is_empty());

        // The third one wants orders, and not that column: all that is new is what the first one did not have.
        let third = fixture.render(ecosystem(&BOTH, desk), "2026-01-03");
        let steps: Vec<String> = third
            .plan(&"Local".into())
            .unwrap()
            .steps()
            .iter()
            .map(|step| format!("{} {}", step.action, step.resource))
            .collect();
        assert!(steps.contains(&"create table.NW_Data.orders".to_owned()), "{steps:?}");
        assert!(steps.iter().all(|step| !step.ends_with("customers")), "{steps:?}");
        let left: Vec<String> =
            fixture.transition_files().into_iter().filter(|file| of_second.contains(file)).collect();
        assert_eq!(left, [] as [&str; 0]);
        assert_eq!(
            fixture.apply_and_run("2026-01-03"),
            ["NW_Data/customers +0 ~0 -0", "NW_Data/orders +2 ~0 -0"]
        );

        let fresh = Fixture::new();
        fresh.render(ecosystem(&BOTH, desk), "2026-01-03");
        fresh.apply_and_run("2026-01-03");
        for file in ["platform.db", desk] {
            assert_eq!(fixture.database(file), fresh.database(file), "{file}");
        }
        for (dataset, columns) in [
            ("customers", "customer_id || company_name || ifnull(city, '-')"),
            ("orders", "order_id || freight"),
        ] {
            let query = format!("SELECT {columns} FROM Sales__all__NW_Data__{dataset} ORDER BY 1");
            assert_eq!(fixture.rows(desk, &query), fresh.rows(desk, &query), "{dataset}");
        }
    }
}

#[test]
fn a_new_column_is_added_and_its_values_arrive() {
    for desk in ["platform.db", "desk.db"] {
        let fixture = Fixture::new();
        fixture.render(ecosystem(&["NW_Data/customers"], desk), "2026-01-01");
        fixture.apply_and_run("2026-01-01");

        fixture.source("ALTER TABLE customers ADD COLUMN region TEXT");
        fixture.source("UPDATE customers SET region = 'BE' WHERE customer_id = 'ALFKI'");
        let wider = format!("{CUSTOMERS}, region VarChar(15)");
        fixture.render(ecosystem_of(&wider, &["NW_Data/customers"], desk), "2026-01-02");
        let files = fixture.transition_files();
        assert!(!files.is_empty());
        let text: String =
            files.iter().map(|file| fs::read_to_string(fixture.path("target").join(file)).unwrap()).collect();
        assert!(text.contains("ADD COLUMN"), "{text}");

        fixture.apply_what_is_rendered("2026-01-02");
        let names = "SELECT customer_id || ' ' || company_name || ' ' || ifnull(region, '-')
            FROM Sales__all__NW_Data__customers ORDER BY 1";
        assert_eq!(
            fixture
                .rows("platform.db", &names.replace("Sales__all__NW_Data__customers", "NW_Data__customers"))
                .len(),
            2
        );
        assert_eq!(
            fixture.apply_and_run("2026-01-02"),
            ["NW_Data/customers +0 ~1 -0", "Masked/customers +0 ~0 -0"]
        );
        assert_eq!(fixture.rows(desk, names), ["ALFKI Alfreds BE", "PARIS Paris -"]);
        assert_eq!(fixture.transition_files(), [] as [&str; 0]);
    }
}

/// Writes down what it is told.
#[derive(Debug, Default)]
struct Listener(Mutex<Vec<String>>);

impl RunObserver for Listener {
    fn job_started(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }
}

#[test]
fn whoever_watches_is_told_what_is_done() {
    let fixture = Fixture::new();
    let told = |ecosystem: Ecosystem, on: &str| {
        fixture.render(ecosystem, on);
        let listener = Listener::default();
        fixture.operate(on, |broker, target, on| {
            let on = OperationContext { watcher: &listener, ..*on };
            assert!(broker.apply(target, &on).unwrap().findings.is_empty());
            assert!(broker.run(target, &on, &RunRequest::until_idle()).findings.is_empty());
        });
        listener.0.into_inner().unwrap()
    };
    assert_eq!(
        told(ecosystem(&["NW_Data/customers"], "desk.db"), "2026-01-01"),
        [
            "capture.NW_Data",
            "copy.Z/T/Desk.NW_Data.customers",
            "transform.Mask",
            "capture.Masked",
            "copy.Z/T/Desk.Masked.customers"
        ]
    );
    let second = told(ecosystem(&BOTH, "desk.db"), "2026-01-02");
    assert_eq!(second[0], "table.NW_Data.orders", "{second:?}");
    assert!(second.contains(&"capture.NW_Data".to_owned()), "{second:?}");
}

#[test]
fn what_is_owed_is_held_unfed_until_it_expires() {
    for desk in ["platform.db", "desk.db"] {
        let fixture = Fixture::new();
        fixture.render(ecosystem(&BOTH, desk), "2026-01-01");
        fixture.apply_and_run("2026-01-01");

        fixture.render(ecosystem(&["NW_Data/customers"], desk), "2026-01-02");
        fixture.source("INSERT INTO orders VALUES (3, 7)");
        assert_eq!(fixture.apply_and_run("2026-01-02"), ["NW_Data/customers +0 ~0 -0"]);
        let held = "SELECT freight FROM NW_Data__orders ORDER BY 1";
        assert_eq!(fixture.rows("platform.db", held), ["0.50", "18.00"]);

        let early = fixture.render(ecosystem(&["NW_Data/customers"], desk), "2027-01-01");
        let acts = |proposal: &Proposal, action: Action| {
            let steps = proposal.plan(&"Local".into()).unwrap().steps();
            steps.iter().any(|step| step.action == action && step.resource.as_str() == "table.NW_Data.orders")
        };
        assert!(!acts(&early, Action::Retire));
        let late = fixture.render(ecosystem(&["NW_Data/customers"], desk), "2027-01-04");
        assert!(acts(&late, Action::Retire));
        fixture.apply_and_run("2027-01-04");
        let tables = "SELECT name FROM sqlite_schema WHERE name LIKE '%orders%'";
        assert_eq!(fixture.rows("platform.db", tables), [] as [&str; 0]);
    }
}

#[test]
fn what_somebody_edited_is_not_executed() {
    for desk in ["platform.db", "desk.db"] {
        let fixture = Fixture::new();
        fixture.render(ecosystem(&["NW_Data/customers"], desk), "2026-01-01");
        let target = Target::open(fixture.path("target")).unwrap();
        let files = target.manifest().unwrap().files().into_keys().map(|path| path.to_string());
        let mut edited = 0;
        for file in files.map(|path| fixture.path("target").join(path)) {
            let text = fs::read_to_string(&file).unwrap();
            if !text.starts_with("-- resource: view.Sales.all.NW_Data.customers\n") {
                continue;
            }
            let other = text.replace("\"city\"", "upper(\"city\") AS \"city\"");
            assert_ne!(other, text, "{text}");
            fs::write(&file, other).unwrap();
            edited += 1;
        }
        assert_eq!(edited, 1);
        let applied =
            fixture.operate("2026-01-01", |broker, target, on| broker.apply(target, on).unwrap().findings);
        let ran = fixture.operate("2026-01-01", |broker, target, on| {
            broker.run(target, on, &RunRequest::until_idle()).findings
        });
        let status = fixture.operate("2026-01-01", |broker, target, on| broker.status(target, on).findings);
        for findings in [applied, ran, status] {
            assert_eq!(findings.codes().collect::<Vec<_>>(), ["target/not-rendered"]);
        }
        assert!(!Path::new(&fixture.path("platform.db")).exists(), "nothing was executed");
    }
}

#[test]
fn the_next_minute_of_a_timetable_is_known() {
    let fixture = Fixture::new();
    fixture.render(ecosystem(&["NW_Data/customers"], "desk.db"), "2026-01-01");
    let due = fixture.operate("2026-01-01", |broker, target, on| broker.next_due(target, on));
    assert!(due.findings.is_empty(), "{:?}", due.findings);
    let due: Vec<String> = due.done.values().map(ToString::to_string).collect();
    assert_eq!(due, ["2026-01-01 12:10:00 UTC"]);
}

#[test]
fn a_target_that_cannot_record_what_was_applied_hides_no_report() {
    let fixture = Fixture::new();
    fixture.render(ecosystem(&["NW_Data/customers"], "desk.db"), "2026-01-01");
    fixture.operate("2026-01-01", |broker, _, on| {
        let full = FailingDisk::new(0);
        let mut target = Target::open_with_disk(fixture.path("target"), full.clone()).unwrap();
        let applied = broker.apply(&mut target, on).unwrap();
        assert!(full.has_failed() && applied.findings.has_errors(), "{:?}", applied.findings);
        assert!(applied.done.contains_key(&PlatformName::from("Local")));
    });
    // Nothing is lost: the same is recorded the next time.
    fixture.apply_what_is_rendered("2026-01-01");
    assert_eq!(
        fixture.apply_and_run("2026-01-01"),
        ["NW_Data/customers +2 ~0 -0", "Masked/customers +2 ~0 -0"]
    );
}
