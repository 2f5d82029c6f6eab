//! The statements that are rendered for databases of consumers, run as the guide says.

use crate::{engine::Site, postgres::WRITER};
use datasurface_testkit::Deployment;
use postgres::Client;
use std::fs;

/// The statements of all databases of consumers.
pub(crate) fn rendered(deployment: &Deployment) -> Vec<String> {
    let scopes = deployment.scopes(&"Stream".into()).unwrap();
    let files = scopes.iter().flat_map(|scope| {
        let statements = scope.resources.values().filter(|one| one.kind() == "statements");
        statements.map(|one| scope.folder.join(format!("{}.sql", one.address())))
    });
    files.map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Runs the statements in a database, as the user of the sinks.
pub(crate) fn run(site: &Site, deployment: &Deployment, database: &str) {
    // They define a function for the time of a session.
    for statements in rendered(deployment) {
        let mut writer = site.server.owner(database);
        writer.batch_execute(&format!("SET ROLE {WRITER}")).unwrap();
        writer.batch_execute(&statements).unwrap_or_else(|error| panic!("{error:?}: {statements}"));
    }
}

/// The columns and keys of all tables, as texts.
pub(crate) fn definitions(database: &mut Client) -> Vec<String> {
    let query = "SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
            array_position(conkey, attnum))
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' AND relnamespace = 'public'::regnamespace
        LEFT JOIN pg_constraint ON conrelid = attrelid AND contype = 'p'
        WHERE attnum > 0 AND NOT attisdropped ORDER BY 1";
    database.query(query, &[]).unwrap().into_iter().map(|row| row.get(0)).collect()
}

/// Whether a role reads a table or a view.
pub(crate) fn is_readable_by(database: &mut Client, role: &str, table: &str) -> bool {
    database.batch_execute(&format!("SET ROLE {role}")).unwrap();
    let read = database.query(&format!("SELECT * FROM {table} LIMIT 1"), &[]);
    database.batch_execute("RESET ROLE").unwrap();
    read.is_ok()
}
