//! The data of NorthWind itself: 14 tables of a shop.

use crate::skipped;
use postgres::Client;
use std::{fs, path::PathBuf};

/// A table of the dump.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
}

/// A column, as PostgreSQL describes it.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) length: Option<i32>,
    pub(crate) is_nullable: bool,
    pub(crate) is_key: bool,
}

impl Column {
    /// The column in the words of the model.
    fn declared(&self) -> String {
        let kind = match self.data_type.as_str() {
            "smallint" => "SmallInt".to_owned(),
            "integer" => "Integer".to_owned(),
            "real" => "Real".to_owned(),
            "date" => "Date".to_owned(),
            "bytea" => "Binary".to_owned(),
            "text" => "VarChar".to_owned(),
            _ => format!("VarChar({})", self.length.unwrap()),
        };
        let mark = match (self.is_key, self.is_nullable) {
            (true, _) => " key",
            (false, false) => " not null",
            (false, true) => "",
        };
        format!("{} {kind}{mark}", self.name)
    }
}

impl Table {
    /// The schema of the dataset.
    pub(crate) fn schema(&self) -> String {
        self.columns.iter().map(Column::declared).collect::<Vec<_>>().join(", ")
    }

    /// The names of all columns, with commas between them.
    pub(crate) fn all(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The names of the columns of the key, with commas between them.
    pub(crate) fn key(&self) -> String {
        let key = self.columns.iter().filter(|column| column.is_key);
        key.map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// Loads the dump, and returns its tables; nothing, with a line that says so, if there is none beside this checkout.
///
/// References between tables are dropped: changes are made at random.
pub(crate) fn load(source: &mut Client) -> Option<Vec<Table>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/northwind/northwind.sql");
    let dump = match fs::read_to_string(&file) {
        Ok(dump) => dump,
        Err(error) => {
            skipped(&format!("{}: {error}", file.display()));
            return None;
        }
    };
    source.batch_execute(&dump).unwrap();
    source.batch_execute("SET search_path = public").unwrap();
    let references = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
        FROM pg_constraint WHERE contype = 'f'";
    for row in source.query(references, &[]).unwrap() {
        source.batch_execute(row.get(0)).unwrap();
    }
    let columns = "SELECT table_name::text, column_name::text, data_type::text, character_maximum_length::int, is_nullable = 'YES',
          EXISTS (SELECT FROM information_schema.key_column_usage AS k
            WHERE (k.table_name, k.column_name) = (c.table_name, c.column_name))
        FROM information_schema.columns AS c WHERE table_schema = 'public' ORDER BY 1, ordinal_position";
    let mut tables: Vec<Table> = Vec::new();
    for row in source.query(columns, &[]).unwrap() {
        let (name, column, data_type): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let column = Column {
            name: column,
            data_type,
            length: row.get(3),
            is_nullable: row.get(4),
            is_key: row.get(5),
        };
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table { name, columns: vec![column] }),
        }
    }
    assert_eq!(tables.len(), 14);
    Some(tables)
}
