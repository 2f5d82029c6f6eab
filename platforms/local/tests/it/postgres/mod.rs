//! Capture from a real PostgreSQL, and copies in one.

mod copies;
mod drift;
mod entitlements;
mod failures;
mod fake_servers;
mod keyless;
mod northwind;
mod proxy;
mod purging;
mod server_failures;
pub(crate) mod server_fixture;
mod server_plans;
mod server_schemas;
mod snapshots;
mod tls;
mod types;
mod unfit;
mod values;
mod watermarks;

use crate::{
    example::Example,
    support::postgres::{PASSWORD, Server, USER},
};
use datasurface_local::{ServerSettings, testing::read_source};
use datasurface_platform::{
    CredentialError, CredentialSource, NoObserver, OperatorConfirmations, PreviousTarget, RenderedFiles,
    RuntimeContext, Secret,
    graph::{Assignments, Stage},
    prelude::*,
};
use rusqlite::{
    Connection, Row,
    types::{Value, ValueRef},
};
use std::{collections::BTreeMap, path::Path};

/// A capture from PostgreSQL, as a model says it.
pub(super) struct Producer {
    pub(super) container: ContainerKind,
    pub(super) secret: Option<String>,
    pub(super) server: ServerSettings,
    /// Dataset, schema, and the table if it has another name.
    pub(super) datasets: Vec<(String, String, Option<&'static str>)>,
}

/// What was captured: the rows of each dataset, in the order in which they came.
pub(super) type Captured = BTreeMap<String, Vec<Vec<Value>>>;

#[derive(Debug)]
struct Given(Option<String>);

impl CredentialSource for Given {
    fn secret(&self, credential: &CredentialKey, host: &str) -> Result<Secret, CredentialError> {
        match &self.0 {
            Some(value) => Ok(Secret::new(value)),
            None => datasurface_platform::EnvironmentCredentials.secret(credential, host),
        }
    }
}

impl Producer {
    pub(super) fn new(server: &Server, database: &str) -> Self {
        let host = "127.0.0.1".into();
        Self {
            container: ContainerKind::Postgres { host, port: server.port, database: database.into() },
            secret: Some(format!("{USER}:{PASSWORD}")),
            server: ServerSettings::default(),
            datasets: Vec::new(),
        }
    }

    pub(super) fn dataset(mut self, name: &str, schema: &str) -> Self {
        self.datasets.push((name.to_owned(), schema.to_owned(), None));
        self
    }

    pub(super) fn dataset_of(mut self, name: &str, schema: &str, table: &'static str) -> Self {
        self.datasets.push((name.to_owned(), schema.to_owned(), Some(table)));
        self
    }

    pub(super) fn example(&self) -> Example {
        self.edited(Milestoning::Live, |team| team, &Assignments::default())
    }

    /// The same, with another team, and assignments beside those that read everything in the store.
    pub(super) fn edited(
        &self,
        milestoning: Milestoning,
        edit: impl FnOnce(Team) -> Team,
        assignments: &Assignments,
    ) -> Example {
        let mut capture = Capture::sql_snapshot("USA/Team/Source").with_credential("reader");
        let mut store = Datastore::new("Store");
        for (name, schema, table) in &self.datasets {
            store = store.dataset(Dataset::new(name.as_str(), schema.as_str()));
            if let Some(table) = table {
                capture = capture.table(name.as_str(), *table);
            }
        }
        let sinks: Vec<String> = self.datasets.iter().map(|(name, ..)| format!("Store/{name}")).collect();
        let group = DatasetGroup::new("all")
            .with_sinks(sinks.iter().map(String::as_str))
            .with_milestoning(milestoning);
        let team = Team::new()
            .container(DataContainer::new("Source", self.container.clone()))
            .credential(Credential::new("reader", CredentialKind::Password).opening("USA/Team/Source"))
            .container(DataContainer::sqlite("Desk", "local.db"))
            .datastore(store.captured(capture))
            .workspace(Workspace::new("Reader").with_container("USA/Team/Desk").group(group));
        let owner = "github:a/model@main";
        let ecosystem = Ecosystem::new("Company", owner, "github:a/model@live")
            .platform(
                PlatformDeclaration::new("Local", "local")
                    .setting("database", "local.db")
                    .setting("servers", json!({self.host(): self.server})),
            )
            .zone("USA", owner, GovernanceZone::new().team("Team", owner, edit(team)));
        let assignments = assignments
            .clone()
            .with_group("Local", "Reader/all", Stage::Provisioned)
            .with_primary("Local", "Store", Stage::Provisioned);
        Example::new(ecosystem, &assignments)
    }

    /// The statements that begin, and the SELECT of each dataset with its columns, as they are rendered.
    pub(super) fn statements(&self) -> (Vec<String>, Vec<(DatasetKey, String, serde_json::Value)>) {
        let example = self.example();
        assert_eq!(example.codes(), [] as [&str; 0]);
        let rendering = example.rendering();
        let jobs = rendering.file("jobs.json").unwrap().text().unwrap().to_owned();
        let jobs: serde_json::Value = serde_json::from_str(&jobs).unwrap();
        let jobs = jobs["jobs"].as_array().unwrap();
        let job = jobs.iter().find(|job| job["job"] == "capture.Store").unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let begin = job["begin"].as_array().unwrap().iter().map(text).collect();
        let datasets = job["datasets"].as_array().unwrap().iter();
        let select = |dataset: &serde_json::Value| {
            (text(&dataset["dataset"]).as_str().into(), text(&dataset["read"]), dataset["columns"].clone())
        };
        (begin, datasets.map(select).collect())
    }

    pub(super) fn each(
        &self,
        each: impl FnMut(&DatasetKey, &[ValueRef<'_>]) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let (begin, selects) = self.statements();
        let credentials = Given(self.secret.clone());
        let site = RuntimeContext {
            rendered: &RenderedFiles::default(),
            root: Path::new("."),
            credentials: &credentials,
            now: "2026-01-31T00:00:00Z".parse().unwrap(),
            watcher: &NoObserver,
            applied_to: PreviousTarget::Nothing,
            confirmed: OperatorConfirmations::default(),
            hooks: datasurface_platform::hook::PlatformHooks::default(),
        };
        let name: CredentialKey = "USA/Team/reader".into();
        let name = self.secret.as_deref().is_none_or(|secret| secret != "none").then_some(&name);
        read_source(&self.container, name, &self.server, &site, &begin, &selects, each)
    }

    pub(super) fn capture(&self) -> Result<Captured, PlatformError> {
        let mut captured = Captured::new();
        self.each(|dataset, row| {
            captured
                .entry(dataset.dataset.to_string())
                .or_default()
                .push(row.iter().map(|value| (*value).try_into().unwrap()).collect());
            Ok(())
        })?;
        Ok(captured)
    }

    /// Why nothing is captured; never a secret.
    pub(super) fn failure(&self) -> String {
        let error = self.capture().unwrap_err();
        let said = format!("{} {error:?}", error.report());
        assert!(!said.contains("hunter2") && !said.contains("horse") && !said.contains(USER), "{said}");
        error.report().replace(&self.port(), "PORT")
    }

    fn host(&self) -> String {
        match &self.container {
            ContainerKind::Postgres { host, .. } => host.to_string(),
            _ => String::new(),
        }
    }

    pub(super) fn port(&self) -> String {
        match &self.container {
            ContainerKind::Postgres { port, .. } => port.to_string(),
            _ => String::new(),
        }
    }

    /// What is in the platform's own tables after one batch by the rendered statements.
    pub(super) fn kept(&self) -> Captured {
        let captured = self.capture().unwrap();
        let example = self.example();
        let site = crate::site::Site::with(&example);
        let keep = |(name, ..): &(String, String, _)| {
            let rows = captured.get(name).cloned().unwrap_or_default();
            site.batch(&example.rendering(), &format!("Store/{name}"), 1, &rows).unwrap();
            (name.clone(), live(&site.open("local.db"), name))
        };
        self.datasets.iter().map(keep).collect()
    }
}

/// The latest versions in the platform's own table of a dataset, in the order in which they came.
pub(super) fn live(database: &Connection, dataset: &str) -> Vec<Vec<Value>> {
    let sql = format!("SELECT * FROM \"Store__{dataset}\" WHERE batch_out IS NULL ORDER BY rowid");
    let mut statement = database.prepare(&sql).unwrap();
    let width = statement.column_count() - 2;
    let read = |row: &Row<'_>| (0..width).map(|at| row.get(at)).collect();
    statement.query_map([], read).unwrap().collect::<Result<_, _>>().unwrap()
}

/// A value and its kind.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => format!("{value:?}f"),
        Value::Text(value) => format!("{value:?}"),
        Value::Blob(value) => {
            format!("x{}", value.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
    }
}
