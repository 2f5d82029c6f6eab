//! What each group of a consumer sees of a dataset. A transformer sees its inputs through views of its own run.

use crate::{
    attributes::{ViewAttributes, with_attributes},
    config::LocalConfig,
    consumer_database::ConsumerDatabase,
    names::{self, address, path},
    offer::own_table_of_input,
    prelude::*,
    principals::readers,
    server_address::ServerAddress,
    sql::{
        engine::Engine,
        milestoned::{BATCH_IN, BATCH_OUT, StoredColumn},
        quote::{literal, quoted, select},
        script::Script,
    },
};

pub(super) fn render(
    config: &LocalConfig,
    view: &NodeView,
    export: &ExportFacts,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let dataset = &export.dataset.key;
    // Whoever reads a view knows the names of now.
    let now = &view.facts().called;
    let dataset_now = &now.dataset(dataset);
    let consumer_database = ConsumerDatabase::for_export(export, config)?;
    let table = match &consumer_database {
        ConsumerDatabase::Own => own_table_of_input(config, view, dataset)?.table,
        ConsumerDatabase::File(_) | ConsumerDatabase::Server(_) => {
            consumer_database.table_name(view.key().platform(), dataset)
        }
    };
    let key_now = view.facts().key_now();
    let platform = (consumer_database != ConsumerDatabase::Own).then(|| key_now.platform());
    let (database, engine) = (consumer_database.database(config), consumer_database.engine());
    for consumer in export.consumers.iter().filter(|consumer| !consumer.transforms) {
        let group = &consumer.group;
        let group_now = &now.group(group);
        let milestoning = consumer.requirements.milestoning;
        let attributes = ViewAttributes {
            database: database.clone(),
            table: table.clone(),
            columns: StoredColumn::for_schema(export.dataset.schema.table()),
            live: milestoning.has_live().then(|| names::live_view(engine, platform, group_now, dataset_now)),
            history: milestoning
                .has_history()
                .then(|| names::history_view(engine, platform, group_now, dataset_now)),
            consumer: group_now.clone(),
            readers: readers(engine, consumer)?,
            latency_seconds: consumer.requirements.latency,
        };
        let address = address::view(group, dataset);
        let script = Script::new(&address, &database)
            .with_promised_latency(attributes.latency_seconds)
            .with_called(
                StorageNames::default()
                    .with_datastore(dataset.datastore.clone(), dataset_now.datastore.clone())
                    .with_dataset(dataset.clone(), dataset_now.clone())
                    .with_workspace(group.workspace.clone(), group_now.workspace.clone())
                    .with_group(group.clone(), group_now.clone())
                    .with_container(export.container_key.clone(), now.container(&export.container_key)),
            )
            .note(format!("What the group {group_now} sees of {dataset_now}."))
            .add_section("create", "Makes what the group reads.", create_views(&attributes));
        let script = match engine {
            Engine::Sqlite => script,
            Engine::Postgres => {
                let why = "Takes it away, where the copy is made again in the same transaction.";
                script.add_section("drop", why, drop_views(&attributes))
            }
        };
        let resource = Resource::new(address, "view")
            .origin(&view.facts().key_now())
            .dependency(consumer_database.resource(&export.container_key, dataset));
        let path = path::sql(
            "views",
            &[
                group.workspace.as_str(),
                group.group.as_str(),
                dataset.datastore.as_str(),
                dataset.dataset.as_str(),
            ],
        );
        rendering.add(File::sql(&path, script.to_string())?, [with_attributes(resource, &attributes)?])?;
    }
    Ok(())
}

/// Makes the views, and lets those read them who may. Inside a view, a table is one of the same database.
pub(crate) fn create_views(view: &ViewAttributes) -> Vec<String> {
    let engine = Engine::from_database(&view.database);
    let create = match engine {
        Engine::Sqlite => "CREATE VIEW IF NOT EXISTS",
        Engine::Postgres => "CREATE OR REPLACE VIEW",
    };
    let names =
        || -> Vec<String> { view.columns.iter().map(|column| engine.column_name(&column.name)).collect() };
    let table = quoted(&view.table);
    let live = view.live.iter().map(|name| {
        format!(
            "{create} {} AS\n{}\nFROM {table}\nWHERE {} IS NULL;",
            quoted(name),
            select(&names()),
            quoted(BATCH_OUT)
        )
    });
    let history = view.history.iter().map(|name| {
        let mut names = names();
        names.extend([quoted(BATCH_IN), quoted(BATCH_OUT)]);
        format!("{create} {} AS\n{}\nFROM {table};", quoted(name), select(&names))
    });
    live.chain(history).chain(grants(view)).collect()
}

/// Granting again changes nothing. Who reads a view needs no right to its table, but one to find what is in its schema.
fn grants(view: &ViewAttributes) -> impl Iterator<Item = String> {
    let roles: Vec<String> = view.readers.iter().map(|role| quoted(role)).collect();
    let roles = roles.join(", ");
    let schema = ServerAddress::schema_of(&view.database).filter(|_| !view.readers.is_empty());
    let schema = schema.map(|schema| format!("GRANT USAGE ON SCHEMA {} TO {roles};", quoted(&schema)));
    let views = view.live.iter().chain(&view.history).filter(|_| !view.readers.is_empty());
    schema.into_iter().chain(views.map(move |name| format!("GRANT SELECT ON {} TO {roles};", quoted(name))))
}

/// Takes the right to read the views from a role. It may be gone, and its rights with it.
pub(crate) fn revoke(view: &ViewAttributes, role: &str) -> impl Iterator<Item = String> {
    let views = view.live.iter().chain(&view.history);
    views.map(move |name| {
        let revoke = format!("REVOKE SELECT ON {} FROM {};", quoted(name), quoted(role));
        let if_there = format!("SELECT FROM pg_roles WHERE rolname = {}", literal(role));
        format!("DO {};", literal(&format!("BEGIN IF EXISTS ({if_there}) THEN {revoke} END IF; END")))
    })
}

/// Takes the views away.
pub(crate) fn drop_views(view: &ViewAttributes) -> Vec<String> {
    let names = view.live.iter().chain(&view.history);
    names.map(|name| format!("DROP VIEW IF EXISTS {};", quoted(name))).collect()
}
