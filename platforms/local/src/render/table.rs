//! The table of a dataset: one for its latest versions and, where they are owed, for those before. What is owed decides
//! whether a batch forgets what it closed; so beginning to keep history, or ceasing to, rebuilds nothing.

use super::{checked_column::public_columns, in_database, watermark_of};
use crate::{
    attributes::{TableAttributes, with_attributes},
    config::LocalConfig,
    names::{self, address, path},
    offer::{Transfer, Upstream, upstream_of_input},
    prelude::*,
    sql::{
        check::{CHECK, Check},
        milestoned::Milestoned,
        predecessor::{PREDECESSOR_SCHEMA, Predecessor},
        published,
        quote::in_parentheses,
        received::Received,
        rejected::Rejected,
        retention::last_old_batch,
        schema_version,
        script::Script,
        topic_table::TopicTable,
        watermark::Watermark,
    },
};

/// Renders the table of a dataset that is fed.
pub(super) fn render(
    config: &LocalConfig,
    view: &NodeView,
    dataset: &DatasetFacts,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let node = view.facts();
    let table = milestoned(dataset);
    let watermark = watermark_column(node, &dataset.key).and_then(|name| dataset.schema.table().column(name));
    let watermark = watermark.map(|column| Watermark::new(&table, column));
    let script = head(config, &dataset.key)
        .note(format!("{}: {}.", &dataset.key, describe_retention(&table, dataset.custody)))
        .note("A batch: stage, load every record that its columns in jobs.json have room for; checks must find nothing; then in")
        .note("one transaction merge, count, batch_visible of database.sql, and schema; then unstage. Copies elsewhere are")
        .note("brought up to date; then forget and purge, if there are such sections.");
    let script = match watermark {
        None => script,
        Some(_) => script
            .note("Where there is a position, only what is new is loaded: then complete before the checks, and merge_new")
            .note("instead of merge. Both ways, remember what was reached in the transaction that merges."),
    };
    let rejected = rejected(dataset, &table);
    let with = |statements: Vec<String>, more: fn(&Rejected<'_>) -> Vec<String>| {
        statements.into_iter().chain(rejected.iter().flat_map(more)).collect::<Vec<_>>()
    };
    let script = script
        .add_section("create", "Makes the table.", with(table.create(), |rejected| vec![rejected.create()]))
        .add_section("stage", "Makes room for a batch.", with(table.stage(), |rejected| rejected.stage()))
        .add_section("load", "Puts one record into it.", [table.load()]);
    let script = match &rejected {
        None => script,
        Some(rejected) => script.add_section(
            "reject",
            "Sets one aside: the row, the column, the rule, and the key, as far as it has one.",
            [rejected.reject()],
        ),
    };
    let script = with_checks(script, dataset, &table)
        .add_section(
            "merge",
            match table.is_keyless() {
                true => "Closes all that there is and opens all that is staged, unless the two are the same.",
                false => "Closes what changed or is missing, opens what changed or is new.",
            },
            with(table.merge(), |rejected| rejected.merge()),
        )
        .add_section("count", "What the batch did.", [table.count()]);
    let script = match &rejected {
        None => script,
        Some(rejected) => script.add_section(
            "count_rejected",
            "How many rows are set aside, and what the batch did to them.",
            [rejected.count()],
        ),
    };
    let script = script.add_section(
        "schema",
        "Remembers the schema of the batch, if it is not that of the one before.",
        [schema_version::remember(&table, dataset.schema.table(), &dataset.key)],
    );
    let script = match &watermark {
        None => script,
        Some(watermark) => {
            let merge_new = with(table.merge_new(), |rejected| rejected.merge_new());
            with_watermark(script, watermark, merge_new)
        }
    };
    let script = match view.detail() {
        NodeDetail::Ingest(ingest) if matches!(&ingest.source, IngestSource::Platform { .. }) => {
            following(script, &table, &dataset.key, upstream_of_input(config, view, dataset)?)
        }
        _ if config.publish.is_some() => publishing(script, &table, &dataset.key),
        _ => script,
    };
    let unstage = with(vec![table.unstage()], |rejected| vec![rejected.unstage()]);
    let script = letting_go(script, dataset, &table, rejected.as_ref()).add_section(
        "unstage",
        "Gives the room back.",
        unstage,
    );
    let holds = HeldData::new(&dataset.key, dataset.custody);
    add(config, node, dataset, &table, holds, script, rendering)
}

/// What goes when nobody is owed it, or is owed it no longer.
fn letting_go(
    script: Script,
    dataset: &DatasetFacts,
    table: &Milestoned,
    rejected: Option<&Rejected<'_>>,
) -> Script {
    let forget = [table.forget()].into_iter().chain(rejected.map(Rejected::forget));
    let script = match table.history {
        true => script,
        false => script.add_section("forget", "Nobody is owed earlier versions.", forget),
    };
    let Some(time) = dataset.custody.promised_retention() else {
        return script;
    };
    let last_old = in_parentheses(&last_old_batch("main", &dataset.key, time));
    let purge =
        [table.purge(&last_old)].into_iter().chain(rejected.map(|rejected| rejected.purge(&last_old)));
    script.add_section("purge", "After that time, nobody is owed an earlier version.", purge)
}

/// The rows that a dataset sets aside, if it does.
fn rejected<'t>(dataset: &DatasetFacts, table: &'t Milestoned) -> Option<Rejected<'t>> {
    (dataset.invalid_rows == InvalidRows::SetAside).then(|| Rejected::new(table))
}

/// The column that the source of a node is read by, if it captures by one.
fn watermark_column<'f>(node: &'f NodeFacts, dataset: &DatasetKey) -> Option<&'f ColumnName> {
    match &node.detail {
        NodeDetail::Ingest(ingest) => watermark_of(ingest, &node.called.dataset(dataset).dataset),
        _ => None,
    }
}

fn with_watermark(script: Script, watermark: &Watermark<'_>, merge_new: Vec<String>) -> Script {
    script
        .add_section(
            "position",
            "From where on the source is to be read; all of it if there is none.",
            [watermark.position()],
        )
        .add_section("reached", "How far what is staged reaches.", [watermark.reached()])
        .add_section(
            "complete",
            "Adds what was not read again, so that checks see all that will be.",
            [watermark.complete()],
        )
        .add_section(
            "merge_new",
            "Closes what changed, opens what changed or is new; the rest stays.",
            merge_new,
        )
        .add_section("remember", "Remembers how far the source was read.", [watermark.remember()])
}

/// What others read of a table is published.
fn publishing(script: Script, table: &Milestoned, dataset: &DatasetKey) -> Script {
    script
        .note("What is visible is published for others, in files: first_end says whether anything went that is published.")
        .add_section("publish", "The versions that batches after :arrived opened or closed.", [published::versions(table)])
        .add_section("first_end", "The first batch that ended a version that is kept.", [published::first_end(table)])
        .add_section("published_batches", "The batches after :arrived.", [published::batches(dataset)])
        .add_section("published_schemas", "The schemas that begin after :arrived.", [published::schemas(dataset)])
}

/// What another platform captures for all is taken as it is there.
fn following(script: Script, table: &Milestoned, dataset: &DatasetKey, upstream: Upstream) -> Script {
    let Upstream { table: there, transfer } = upstream;
    let script = match transfer {
        Transfer::None => script,
        Transfer::Batches(_) => receiving(script, &Received { table, dataset, there: &there.table }),
        Transfer::Topic(address, _) => {
            let read = TopicTable { table, dataset, there: &there.table, topic: &address.topic };
            return reading(script.with_attached(there.file.clone(), PREDECESSOR_SCHEMA), &read);
        }
    };
    let predecessor = Predecessor { table, dataset, there: there.table };
    script
        .with_attached(there.file, PREDECESSOR_SCHEMA)
        .note("Instead of all that, if it agrees: follow, up to the last batch of the platform before. If it differs then,")
        .note("a batch as above.")
        .add_section("agrees", "One row if all that is here came from there.", [predecessor.agrees()])
        .add_section("last", "The last batch that is there.", [predecessor.last()])
        .add_section(
            "follow",
            "Takes the versions and the batches after :arrived, in one transaction.",
            predecessor.follow(),
        )
        .add_section(
            "follow_schemas",
            "Takes the schemas of those batches, in the same transaction, if they are known there.",
            [predecessor.follow_schemas()],
        )
        .add_section("followed", "What those batches did.", [predecessor.followed()])
        .add_section("differs", "One row if a latest version reads otherwise than there.", [predecessor.differs()])
}

/// What another platform publishes is put into a file beside the platform's own.
fn receiving(script: Script, received: &Received<'_>) -> Script {
    script
        .note("Before that, batches that are published come into the file that is read, in one transaction: receive_anew, unless received")
        .note("has a row; then what each batch brings.")
        .add_section("receive_create", "Makes the metadata tables there.", Received::create())
        .add_section("received", "The last batch that is there.", [received.received()])
        .add_section("receive_anew", "Forgets what is there: all of it comes again.", received.reset())
        .add_section("receive", "Puts a version there, or ends one.", [received.version()])
        .add_section("receive_batch", "Puts a batch there.", [received.batch()])
        .add_section("receive_schema", "Puts a version of the schema there.", [received.schema()])
}

/// What a topic has now is put into a file beside the platform's own, and is captured from there like any source.
fn reading(script: Script, read: &TopicTable<'_>) -> Script {
    script
        .note("Before that, the topic is read on into the file that is read, up to the end that it had: topic_anew, unless topic_known")
        .note("has a row; then, in one transaction for each partition, the last value of each key, and topic_position.")
        .add_section("topic_create", "Makes the metadata tables there.", TopicTable::create())
        .add_section("topic_known", "One row if the topic was read into a table of this form, and when.", [read.known()])
        .add_section("topic_anew", "Forgets what was read: the topic is read from its beginning.", read.reset())
        .add_section("topic_positions", "How far each partition was read.", [read.positions()])
        .add_section("topic_put", "Puts a row there, in place of the one with its key.", [read.put()])
        .add_section("topic_delete", "Deletes the row with a key.", [read.delete()])
        .add_section("topic_position", "Remembers how far a partition was read.", [read.remember()])
        .add_section("topic_complete", "Remembers that it was read up to its end, and what that means.", [read.complete()])
        .add_section("topic_confirmed", "The time before which nothing is missing of the source.", [read.confirmed()])
}

/// The checks, in an order that does not change, each in a section of its own.
fn with_checks(script: Script, dataset: &DatasetFacts, table: &Milestoned) -> Script {
    let public = public_columns(dataset);
    (1..).zip(&dataset.checks).fold(script, |script, (number, check)| {
        let Check { rule, sql } = Check::new(table, dataset.schema.table(), &public, check);
        script.add_section(&format!("{CHECK} {number}"), &rule, [sql])
    })
}

/// Renders the table of a dataset that nobody needs any more, but that is owed: there, and not fed.
pub(super) fn render_held(
    config: &LocalConfig,
    held: &HeldState,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let wanted = &held.holds.dataset;
    let datasets = held.node.facts().datasets();
    let Some(dataset) = datasets.iter().find(|dataset| &dataset.key == wanted) else {
        return Err(PlatformError::new(
            PlatformErrorKind::Internal,
            format!("what is kept of `{}` does not know `{wanted}`", held.node.key()),
        ));
    };
    let until = match held.owed_until {
        Some(day) => format!("It is owed until {day}; then it may go."),
        None => "It is owed until it is released.".to_owned(),
    };
    let table = milestoned(dataset);
    let script = head(config, &dataset.key)
        .note(format!("{wanted}: held. Nobody asks for it any more, and nothing feeds it."))
        .note(until)
        .add_section(
            "create",
            "Makes the table, if it is not there.",
            table.create().into_iter().chain(rejected(dataset, &table).map(|rejected| rejected.create())),
        );
    add(config, held.node.facts(), dataset, &table, held.holds.clone(), script, rendering)
}

fn head(config: &LocalConfig, dataset: &DatasetKey) -> Script {
    Script::new(address::table(dataset), &config.database)
}

fn milestoned(dataset: &DatasetFacts) -> Milestoned {
    Milestoned::new(names::table(&dataset.key), dataset.schema.table(), dataset.custody.keeps_versions())
}

fn describe_retention(table: &Milestoned, custody: Custody) -> String {
    match custody.retention {
        // What a consumer who left is still owed came before the key was taken away.
        _ if table.is_keyless() => {
            "the latest rows, replaced as a whole, since nothing tells them apart".to_owned()
        }
        Some(keep) => format!("the latest version of each record, and earlier ones for {keep}"),
        None => "the latest version of each record".to_owned(),
    }
}

fn add(
    config: &LocalConfig,
    node: &NodeFacts,
    dataset: &DatasetFacts,
    table: &Milestoned,
    holds: HeldData,
    script: Script,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let key = &dataset.key;
    let attributes = TableAttributes::new(&config.database, table, holds.custody.promised_retention())
        .with_watermark(watermark_column(node, key))
        .with_sets_aside(dataset.invalid_rows == InvalidRows::SetAside)
        .with_checks(&dataset.checks);
    let resource = in_database(address::table(key), "table", node).with_held_data(holds);
    let path = path::sql("tables", &[key.datastore.as_str(), key.dataset.as_str()]);
    rendering.add(File::sql(&path, script.to_string())?, [with_attributes(resource, &attributes)?])
}
