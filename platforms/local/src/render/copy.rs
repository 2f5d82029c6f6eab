//! The copy of a dataset in a database of a consumer. It can be made again from the platform's own database at any time,
//! so it holds nothing of its own.

use super::{PLATFORM_SCHEMA, foundation};
use crate::{
    attributes::{TableAttributes, with_attributes},
    config::LocalConfig,
    consumer_database::ConsumerDatabase,
    names::{address, path},
    offer::own_table_of_input,
    prelude::*,
    sql::{
        copy,
        engine::Engine,
        milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
        postgres,
        quote::{in_parentheses, literal, quoted},
        retention::last_old_batch,
        script::Script,
        verify,
    },
};

const VERIFY: &str = "How many versions are missing here, were added, or read otherwise than those of the platform's own database.";

/// How far each copy in this database is. Two databases do not commit together, so each knows for itself.
const APPLIED: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_applied\" (
  \"copy\" TEXT NOT NULL PRIMARY KEY,
  \"batch\" BIGINT NOT NULL,
  \"applied_at\" TEXT NOT NULL
);";

pub(super) fn render(
    config: &LocalConfig,
    view: &NodeView,
    export: &ExportFacts,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let dataset = &export.dataset.key;
    let buffer = own_table_of_input(config, view, dataset)?;
    let consumer_database = ConsumerDatabase::for_export(export, config)?;
    if !is_needed(&consumer_database, export) {
        return Ok(());
    }
    let container = &export.container_key;
    let name = consumer_database.table_name(view.key().platform(), dataset);
    let custody = export.dataset.custody;
    let table = Milestoned::new(name, export.dataset.schema.table(), custody.history);
    let address = consumer_database.resource(container, dataset);
    let database = consumer_database.database(config);

    let script = Script::new(&address, &database)
        .with_attached(&config.database, PLATFORM_SCHEMA)
        .note(format!("{dataset}, as the consumers of {container} read it."));
    let script = match consumer_database.engine() {
        Engine::Sqlite => in_file(script, &table, &buffer.table),
        Engine::Postgres => on_server(script, &table, &buffer.table),
    };
    let script = match custody.promised_retention().filter(|_| custody.history) {
        None => script,
        Some(time) => purged(script, consumer_database.engine(), &table, dataset, time),
    };
    let script = script
        .add_section(
            "restart",
            "Empties the copy: what comes next, in the same transaction, brings everything from the batch :first on.",
            [restart(&table), forget_progress(&table.table)],
        )
        .add_section("applied", "The last batch that arrived, and when.", [applied(&table)]);
    let script = match consumer_database.engine() {
        Engine::Sqlite => {
            let promised = custody.promised_retention().filter(|_| custody.history);
            let last_old =
                promised.map(|time| in_parentheses(&last_old_batch(PLATFORM_SCHEMA, dataset, time)));
            let buffer = format!("{PLATFORM_SCHEMA}.{}", quoted(&buffer.table));
            remade(script, &table).add_section("verify", VERIFY, [verify::in_file(&table, &buffer, last_old)])
        }
        Engine::Postgres => {
            remade(script, &table).add_section("verify", VERIFY, [postgres::copy::verify(&table)])
        }
    };
    let path = path::sql(
        "copies",
        &[
            container.zone.as_str(),
            container.team.as_str(),
            container.container.as_str(),
            dataset.datastore.as_str(),
            dataset.dataset.as_str(),
        ],
    );
    let resource =
        Resource::new(address, "copy").origin(&view.facts().key_now()).dependency(address::table(dataset));
    let attributes = TableAttributes::new(&database, &table, None).copied_from(&buffer.table);
    rendering.add(File::sql(&path, script.to_string())?, [with_attributes(resource, &attributes)?])
}

/// Transformers run in the platform's own database, and read files from there; a server is no use to them.
fn is_needed(consumer_database: &ConsumerDatabase, export: &ExportFacts) -> bool {
    match consumer_database {
        ConsumerDatabase::Own => false,
        ConsumerDatabase::File(_) => true,
        ConsumerDatabase::Server(_) => export.consumers.iter().any(|consumer| !consumer.transforms),
    }
}

fn in_file(script: Script, table: &Milestoned, buffer: &str) -> Script {
    let mut apply = copy::apply(table, &format!("{PLATFORM_SCHEMA}.{}", quoted(buffer)));
    apply.push(remember(table));
    script
        .add_section(
            "create",
            "Makes the copy and the books of this file.",
            create_copy(Engine::Sqlite, table),
        )
        .add_section(
            "apply",
            "Brings the copy up to the batch :batch, in one transaction; again changes nothing.",
            apply,
        )
}

fn on_server(script: Script, table: &Milestoned, buffer: &str) -> Script {
    use postgres::copy;
    let there = format!("In {PLATFORM_SCHEMA}");
    script
        .note("To bring it up to the batch :batch, in one transaction: stage; what `changes` selects goes through load;")
        .note("merge. If live and live_there differ then, the platform has forgotten what went: restage; what")
        .note("`live_versions` selects goes through load_live; close. Then remember. Again changes nothing.")
        .add_section("create", "Makes the copy and the books of this database.", create_copy(Engine::Postgres, table))
        .add_section(
            "stage",
            "Makes room for what changed, gone with the transaction, and the book of what is set aside.",
            [copy::stage(table)].into_iter().chain(copy::open_aside(table)),
        )
        .add_section(
            "changes",
            &format!("{there}: what was opened or closed after the batch :applied."),
            [copy::changes(table, buffer)],
        )
        .add_section("load", "Takes it, but for what the columns cannot have.", [copy::load(table)])
        .add_section("set_aside", "Remembers what they cannot have.", [copy::set_aside(table)])
        .add_section(
            "merge",
            match table.is_keyless() {
                true => "Puts what is new in the place of all that came before.",
                false => "Closes what changed or is missing, opens what changed or is new.",
            },
            copy::merge(table),
        )
        .add_section("live", "How many versions are live here, or set aside.", [copy::live(table)])
        .add_section("live_there", &format!("{there}: how many are."), [copy::live_there(buffer)])
        .add_section("restage", "Empties the room.", [copy::restage(table)])
        .add_section(
            "live_versions",
            &format!("{there}: which versions are live."),
            [copy::live_versions(table, buffer)],
        )
        .add_section("load_live", "Takes them.", [copy::load_live(table)])
        .add_section("live_aside", "Which live versions are set aside.", [copy::live_aside(table)])
        .add_section("close_aside", "Ends one of them.", [copy::close_aside(table)])
        .add_section("count_aside", "How many there are.", [copy::count_aside(table)])
        .add_section("close", "Closes what is not among them.", copy::close(table))
        .add_section("remember", "Remembers the last batch, in the transaction that brings it.", [remember(table)])
}

/// What nobody is owed any longer goes; when batches became visible is known where they were merged.
fn purged(
    script: Script,
    engine: Engine,
    table: &Milestoned,
    dataset: &DatasetKey,
    time: Retention,
) -> Script {
    const WHY: &str = "After that time, nobody is owed an earlier version.";
    match engine {
        Engine::Sqlite => {
            let last_old = in_parentheses(&last_old_batch(PLATFORM_SCHEMA, dataset, time));
            script.add_section("purge", WHY, [table.purge(&last_old)])
        }
        Engine::Postgres => {
            let about = format!("In {PLATFORM_SCHEMA}: the last batch that nobody is owed versions of.");
            let last_old = format!("{};", last_old_batch("main", dataset, time));
            let mut purge = vec![table.purge(":last_old")];
            purge.extend(postgres::copy::purge_aside(table));
            script.add_section("last_old", &about, [last_old]).add_section("purge", WHY, purge)
        }
    }
}

/// Makes the copy, and the metadata tables of its database.
pub(crate) fn create_copy(engine: Engine, table: &Milestoned) -> Vec<String> {
    let mut statements = vec![foundation::STEPS.to_owned(), APPLIED.to_owned()];
    statements.extend(match engine {
        Engine::Sqlite => table.create_copy(),
        Engine::Postgres => postgres::copy::create(table),
    });
    statements
}

fn remember(table: &Milestoned) -> String {
    format!(
        "INSERT INTO \"datasurface_applied\" (\"copy\", \"batch\", \"applied_at\")\nVALUES ({}, :batch, :now)\n\
         ON CONFLICT (\"copy\") DO UPDATE SET\n  \"batch\" = excluded.\"batch\",\n  \"applied_at\" = excluded.\"applied_at\";",
        literal(&table.table)
    )
}

fn applied(table: &Milestoned) -> String {
    format!(
        "SELECT \"batch\", \"applied_at\"\nFROM \"datasurface_applied\"\nWHERE \"copy\" = {};",
        literal(&table.table)
    )
}

/// Takes away what can be brought again: all but versions that ended before the first batch that is known.
fn restart(table: &Milestoned) -> String {
    let (copy, into, out) = (table.quoted_table(), quoted(BATCH_IN), quoted(BATCH_OUT));
    format!("DELETE FROM {copy}\nWHERE {into} >= :first\n  OR {out} IS NULL;")
}

/// What is executed where somebody altered or dropped the copy.
fn remade(script: Script, table: &Milestoned) -> Script {
    let (copy, first, more) = match Engine::from_database(script.database()) {
        // Where it was dropped, a table of the database that is attached might have its name.
        Engine::Sqlite => (format!("main.{}", table.quoted_table()), ":first", Vec::new()),
        Engine::Postgres => (table.quoted_table(), ":first::bigint", postgres::copy::drop_aside(table)),
    };
    let remake = [format!("DROP TABLE IF EXISTS {copy};"), forget_progress(&table.table)];
    script
        .add_section(
            "earlier",
            "How many versions it has from before the batch :first: nothing could bring them again.",
            [format!("SELECT count(*)\nFROM {copy}\nWHERE {} < {first};", quoted(BATCH_IN))],
        )
        .add_section(
            "remake",
            "Takes away what is left of the copy: it is made and filled again in the same transaction.",
            remake.into_iter().chain(more),
        )
}

/// Makes the next application bring everything that is missing.
pub(crate) fn forget_progress(copy: &str) -> String {
    format!("DELETE FROM \"datasurface_applied\"\nWHERE \"copy\" = {};", literal(copy))
}
