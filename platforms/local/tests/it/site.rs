//! Where rendered files are executed: a folder with SQLite files. What a runtime will do, as little of it as tests need.

use crate::example::Example;
use datasurface_local::Script;
use datasurface_platform::{model::DatasetKey, prelude::*};
use rusqlite::{Connection, params_from_iter, types::Value};

pub(crate) struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A site where everything was created.
    pub(crate) fn with(example: &Example) -> Self {
        let site = Self::new();
        site.create(&example.foundation());
        site.create(&example.rendering());
        site
    }

    pub(crate) fn path(&self, file: &str) -> String {
        self.folder.path().join(file).to_str().unwrap().to_owned()
    }

    pub(crate) fn open(&self, file: &str) -> Connection {
        Connection::open(self.path(file)).unwrap()
    }

    pub(crate) fn create(&self, rendering: &Rendering) {
        for script in scripts(rendering) {
            self.open(script.database())
                .execute_batch(script.section("create").unwrap_or_default())
                .unwrap_or_else(|error| panic!("{error}\n{script}"));
        }
    }

    /// Executes the transition files of a plan, and creates what is new.
    pub(crate) fn apply(&self, plan: &Plan, rendering: &Rendering) {
        let scripts = scripts(rendering);
        for (position, step) in plan.steps().iter().enumerate() {
            if step.action == Action::Create {
                let created = scripts.iter().find(|script| script.resource() == step.resource.as_str());
                if let Some(script) = created {
                    let create = script.section("create").unwrap_or_default();
                    self.open(script.database()).execute_batch(create).unwrap();
                }
            }
            for file in plan.transition_files() {
                let name = file.path().parts().last().unwrap();
                let (number, _) = name.split_once('-').unwrap();
                if number.parse() == Ok(position + 1) {
                    let script = Script::parse(file.text().unwrap()).unwrap();
                    assert_eq!(script.resource(), step.resource.as_str());
                    let change = format!("BEGIN; {} COMMIT;", script.section("change").unwrap());
                    self.open(script.database())
                        .execute_batch(&change)
                        .unwrap_or_else(|error| panic!("{error}\n{script}"));
                }
            }
        }
    }

    /// Runs a batch of a dataset: records inserted, updated, deleted, unchanged.
    pub(crate) fn batch(
        &self,
        rendering: &Rendering,
        dataset: &str,
        batch: i64,
        records: &[Vec<Value>],
    ) -> rusqlite::Result<[i64; 4]> {
        let dataset = DatasetKey::from(dataset);
        let address = format!("table.{}.{}", dataset.datastore, dataset.dataset);
        let script = script(rendering, &address);
        let database = self.open(script.database());
        database.execute_batch(script.section("stage").unwrap())?;
        let mut load = database.prepare(script.section("load").unwrap())?;
        for record in records {
            load.execute(params_from_iter(record))?;
        }
        drop(load);
        database.execute_batch("BEGIN IMMEDIATE")?;
        for statement in statements(script.section("merge").unwrap()) {
            database.execute(statement, &[(":batch", &batch)])?;
        }
        let count = script.section("count").unwrap();
        let counted = database.query_row(count, &[(":batch", &batch)], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        })?;
        if let Some(forget) = script.section("forget") {
            database.execute_batch(forget)?;
        }
        database.execute_batch("COMMIT")?;
        database.execute_batch(script.section("unstage").unwrap())?;
        Ok(counted)
    }

    /// The rows of a query, each as text.
    pub(crate) fn rows(&self, file: &str, query: &str) -> Vec<String> {
        let database = self.open(file);
        let mut statement = database.prepare(query).unwrap_or_else(|error| panic!("{error}: {query}"));
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            let shown = (0..width).map(|column| show(&row.get(column).unwrap()));
            Ok(shown.collect::<Vec<_>>().join("|"))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }
}

pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}

/// Statements, as they are rendered: a blank line between two.
pub(crate) fn statements(section: &str) -> impl Iterator<Item = &str> {
    section.split("\n\n")
}

pub(crate) fn scripts(rendering: &Rendering) -> Vec<Script> {
    let sql = rendering.files().filter(|file| file.media_type() == "application/sql");
    sql.map(|file| Script::parse(file.text().unwrap()).unwrap()).collect()
}

pub(crate) fn script(rendering: &Rendering, address: &str) -> Script {
    let mut scripts = scripts(rendering).into_iter();
    scripts.find(|script| script.resource() == address).unwrap()
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
