//! What each group of a consumer sees of a dataset. A transformer sees its inputs through views of its own run.

use crate::{
    attributes::{ViewAttributes, described},
    config::LocalConfig,
    names::{self, address, path},
    offer::own_table_of_input,
    prelude::*,
    shelf::Shelf,
    sql::{
        engine::Engine,
        milestoned::{BATCH_IN, BATCH_OUT, StoredColumn},
        quote::{quoted, select},
        script::Script,
    },
};

pub(super) fn render(
    config: &LocalConfig,
    view: &NodeView,
    export: &ExportFacts,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let dataset = export.dataset().key();
    let shelf = Shelf::of(export.container_key(), export.container(), config)?;
    let table = match &shelf {
        Shelf::Own => own_table_of_input(config, view, dataset)?.table,
        Shelf::File(_) | Shelf::Server(_) => shelf.table_name(view.platform().name(), dataset),
    };
    let (database, engine) = (shelf.database(config), shelf.engine());
    for consumer in export.consumers().iter().filter(|consumer| !consumer.transforms()) {
        let group = consumer.group();
        let milestoning = consumer.requirements().milestoning();
        let attributes = ViewAttributes {
            database: database.clone(),
            table: table.clone(),
            columns: StoredColumn::all_of(export.dataset().schema().table()),
            live: milestoning.has_live().then(|| names::live_view(engine, group, dataset)),
            history: milestoning.has_history().then(|| names::history_view(engine, group, dataset)),
            consumer: group.clone(),
            latency_seconds: consumer.requirements().latency(),
        };
        let address = address::view(group, dataset);
        let script = Script::new(&address, &database)
            .promising(attributes.latency_seconds)
            .note(format!("What the group {group} sees of {dataset}."))
            .add("create", "Makes what the group reads.", create_views(&attributes));
        let resource = Resource::new(address, "view")
            .origin(view.key())
            .depends_on(shelf.resource(export.container_key(), dataset));
        let path = path::sql(
            "views",
            &[
                group.workspace.as_str(),
                group.group.as_str(),
                dataset.datastore.as_str(),
                dataset.dataset.as_str(),
            ],
        );
        rendering.add(File::sql(&path, script.to_string())?, [described(resource, &attributes)?])?;
    }
    Ok(())
}

/// Makes the views. Inside a view, a table is one of the same database.
pub(crate) fn create_views(view: &ViewAttributes) -> Vec<String> {
    let engine = Engine::of(&view.database);
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
    live.chain(history).collect()
}

/// Takes the views away.
pub(crate) fn drop_views(view: &ViewAttributes) -> Vec<String> {
    let names = view.live.iter().chain(&view.history);
    names.map(|name| format!("DROP VIEW IF EXISTS {};", quoted(name))).collect()
}
