//! A real database: all tables of NorthWind equal their source.

use super::{Producer, live, server_fixture::rows, shown};
use crate::{
    fixture::{Fixture, moved},
    support::{postgres::Server, skipped},
};
use datasurface_local::NOT_A_NUMBER;
use datasurface_platform::{
    graph::{Assignments, Stage},
    prelude::*,
};
use postgres::{Client, SimpleQueryMessage};
use rusqlite::types::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// The dump, or nothing if this checkout has none beside it.
pub(super) fn dump() -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/northwind/northwind.sql");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            skipped(&format!("{}: {error}", file.display()));
            None
        }
    }
}

/// Each table with its columns and their types in the model, as PostgreSQL describes them.
fn schemas(client: &mut Client) -> BTreeMap<String, Vec<(String, String)>> {
    let sql = "SELECT table_name::text, column_name::text, CASE
          WHEN column_name IN ('unit_price', 'freight') THEN 'Decimal(10,2)'
          WHEN data_type = 'character varying' THEN 'VarChar(' || character_maximum_length || ')'
          ELSE (jsonb_build_object('smallint', 'SmallInt', 'integer', 'Integer', 'text', 'VarChar',
            'date', 'Date', 'real', 'Real', 'bytea', 'Binary') ->> data_type) END,
          coalesce((SELECT ' key' FROM information_schema.key_column_usage AS k
            WHERE (k.table_name, k.column_name) = (c.table_name, c.column_name)
            AND k.constraint_name LIKE 'pk%'), '')
        FROM information_schema.columns AS c WHERE table_schema = 'public' ORDER BY 1, ordinal_position";
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in client.query(sql, &[]).unwrap() {
        let (table, column, kind, key): (String, String, String, String) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        tables.entry(table).or_default().push((column, kind + &key));
    }
    tables
}

/// A value in the words of PostgreSQL, as it should be kept.
fn expected(kind: &str, text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Null };
    match kind.split([' ', '(']).next().unwrap() {
        "SmallInt" | "Integer" => Value::Integer(text.parse().unwrap()),
        "Real" if text == "NaN" => Value::Text(NOT_A_NUMBER.to_owned()),
        "Real" => Value::Real(text.parse::<f32>().unwrap().into()),
        "Binary" => {
            let digits = text.strip_prefix("\\x").unwrap().as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
            Value::Blob(digits.chunks(2).map(byte).collect())
        }
        _ => Value::Text(text.to_owned()),
    }
}

/// Columns and their types, by table.
type Schemas = BTreeMap<String, Vec<(String, String)>>;

/// NorthWind in a database of this name, and a capture of all of its tables.
fn loaded(database: &str) -> Option<(Client, Producer, Schemas)> {
    let (server, dump) = (Server::shared()?, dump()?);
    let mut client = server.owner(database);
    client.batch_execute(&dump).unwrap();
    client.batch_execute("SET search_path = public").unwrap();
    let schemas = schemas(&mut client);
    assert_eq!(schemas.len(), 14);
    let producer = schemas.iter().fold(Producer::new(server, database), |producer, (table, columns)| {
        let columns: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        producer.dataset(table, &columns.join(", "))
    });
    Some((client, producer, schemas))
}

#[test]
fn what_changed_in_northwind_moves_and_nothing_else() {
    let Some((mut client, producer, schemas)) = loaded("northwind_changes") else { return };
    let columns: Vec<&str> = schemas["customers"].iter().map(|(name, _)| name.as_str()).collect();
    let hidden = ["company_name", "contact_name", "address", "phone", "fax"];
    let selected = columns.iter().map(|name| match hidden.contains(name) {
        true => format!("'***' AS {name}"),
        false => (*name).to_owned(),
    });
    let select = format!("SELECT {} FROM Store_customers", selected.collect::<Vec<_>>().join(", "));
    let schema = producer.datasets.iter().find(|(name, ..)| name == "customers").unwrap().1.clone();
    let masked = Datastore::new("Masked").dataset(Dataset::new("customers", schema.as_str()));
    let mask = Workspace::new("Mask")
        .with_container("USA/Team/Desk")
        .group(DatasetGroup::new("raw").sink("Store/customers"))
        .with_transformer(DataTransformer::sql("Masked").select("customers", select));
    let marketing =
        DatasetGroup::new("masked").sink("Masked/customers").with_milestoning(Milestoning::LiveAndForensic);
    let marketing = Workspace::new("Marketing").with_container("USA/Team/Desk").group(marketing);
    let assignments = Assignments::default()
        .with_group("Local", "Marketing/masked", Stage::Provisioned)
        .with_primary("Local", "Masked", Stage::Provisioned);
    let edit = |team: Team| team.datastore(masked).workspace(mask).workspace(marketing);
    let example = producer.edited(Milestoning::LiveAndForensic, edit, &assignments);
    let fixture = Fixture::with_secret(&example, producer.secret.clone());

    let first = moved(&fixture.run());
    assert!(first.contains(&"Store/customers 1: +91 ~0 -0 =0".to_owned()), "{first:?}");
    assert!(first.contains(&"Masked/customers 1: +91 ~0 -0 =0".to_owned()), "{first:?}");
    let names = columns.join(", ");
    let source = |client: &mut Client| {
        rows(client, &format!("SELECT {names} FROM customers ORDER BY customer_id COLLATE \"C\""))
    };
    let kept = |where_: &str| {
        fixture.rows(
            "local.db",
            &format!("SELECT {names} FROM Store__customers WHERE {where_} ORDER BY customer_id"),
        )
    };
    let before = source(&mut client);
    assert_eq!(kept("batch_out IS NULL"), before);

    client
        .batch_execute(
            "UPDATE customers SET phone = '1' WHERE customer_id = 'ALFKI';
             UPDATE customers SET contact_name = 'Somebody' WHERE customer_id = 'ANATR';
             UPDATE customers SET region = NULL WHERE customer_id = 'GREAL';
             UPDATE customers SET city = CASE city WHEN 'Luleå' THEN 'Mannheim' ELSE 'Luleå' END
               WHERE customer_id IN ('BERGS', 'BLAUS');
             DELETE FROM customers WHERE customer_id IN ('FISSA', 'PARIS');
             INSERT INTO customers (customer_id, company_name, region) VALUES ('N1', 'x', ''), ('N2', 'y', NULL), ('N3', 'z', '🦀')",
        )
        .unwrap();
    let second = moved(&fixture.run());
    assert!(second.contains(&"Store/customers 2: +3 ~5 -2 =84".to_owned()), "{second:?}");
    assert!(second.contains(&"Masked/customers 2: +3 ~3 -2 =86".to_owned()), "{second:?}");
    let changes = second.iter().filter(|line| !line.contains("+0 ~0 -0"));
    assert_eq!(changes.count(), 2, "{second:?}");
    assert_eq!(kept("batch_out IS NULL"), source(&mut client), "live");
    assert_eq!(kept("batch_in <= 1"), before, "as it was");
    assert_eq!(kept("batch_out = 2").len(), 7, "updated or deleted");
    assert_eq!(kept("batch_in = 2").len(), 8, "updated or inserted");
    // Masks say nothing of who is behind them; the rest is as it is at the source, and was as it was there.
    let masked = |where_: &str| {
        let query = format!("SELECT {names} FROM Masked__customers WHERE {where_} ORDER BY customer_id");
        fixture.rows("local.db", &query)
    };
    let behind_masks = |rows: Vec<String>| -> Vec<String> {
        let mask = |row: &String| {
            let values = columns.iter().zip(row.split('|'));
            let values = values.map(|(name, value)| if hidden.contains(name) { "***" } else { value });
            values.collect::<Vec<_>>().join("|")
        };
        rows.iter().map(mask).collect()
    };
    assert_eq!(masked("batch_out IS NULL"), behind_masks(source(&mut client)), "live");
    assert_eq!(masked("batch_in <= 1"), behind_masks(before), "as it was");
    assert_eq!((masked("batch_out = 2").len(), masked("batch_in = 2").len()), (5, 6));
}

/// Values that are easily lost.
const ODD: &str = r#"
    INSERT INTO customers (customer_id, company_name, contact_name, address, city, region) VALUES
      ('Q1', 'it''s "quoted" \ \.', '', NULL, E'two\nlines\r\n\ttab', 'NULL'), ('Q2', 'Zoë 🦀 日本語', NULL, '', '\N', ' ');
    INSERT INTO products (product_id, product_name, unit_price, discontinued) VALUES
      (900, E'e\u0301', 'NaN', 0), (901, '', -0.01, 1), (902, 'x', NULL, 0);
    INSERT INTO order_details VALUES (10248, 900, 'NaN', 1, 'NaN'), (10248, 901, 1234.5, 1, '-Infinity'), (10248, 902, 0, 0, 0.1);
    INSERT INTO categories VALUES (90, '', NULL, '\x00ff5c0a'), (91, ' ', '', '\x');"#;

#[test]
fn all_tables_of_northwind_equal_their_source() {
    let Some((mut client, producer, schemas)) = loaded("northwind") else { return };
    let fixture = Fixture::with_secret(&producer.example(), producer.secret.clone());
    fixture.run();
    assert_same_tables(&mut client, &fixture, &schemas);
    let count =
        |table: &str| fixture.rows("local.db", &format!("SELECT count(*) FROM Store__{table}")).remove(0);
    assert_eq!(["customers", "products", "suppliers"].map(count), ["91", "77", "29"]);
    client.batch_execute(ODD).unwrap();
    let moves = moved(&fixture.run());
    let moves: Vec<&String> = moves.iter().filter(|line| !line.contains("+0 ~0 -0")).collect();
    assert_eq!(
        moves,
        [
            "Store/categories 2: +2 ~0 -0 =8",
            "Store/customers 2: +2 ~0 -0 =91",
            "Store/order_details 2: +3 ~0 -0 =2155",
            "Store/products 2: +3 ~0 -0 =77"
        ]
    );
    assert_same_tables(&mut client, &fixture, &schemas);
}

/// What is kept of every table is what is there.
fn assert_same_tables(client: &mut Client, fixture: &Fixture, schemas: &Schemas) {
    let database = fixture.open("local.db");
    for (table, columns) in schemas {
        // Text comes from the server's own output functions, by the text protocol, and not by our casts.
        let select: Vec<String> = columns
            .iter()
            .map(|(name, kind)| match kind.starts_with("Decimal") {
                true => format!("\"{name}\"::numeric(10,2)"),
                false => format!("\"{name}\""),
            })
            .collect();
        let sql = format!("SELECT {} FROM \"{table}\"", select.join(", "));
        let mut source = Vec::new();
        for message in client.simple_query(&sql).unwrap() {
            if let SimpleQueryMessage::Row(row) = message {
                let values = columns.iter().enumerate().map(|(at, (_, kind))| expected(kind, row.get(at)));
                source.push(values.map(|value| shown(&value)).collect::<Vec<_>>());
            }
        }
        let kept = live(&database, table);
        let mut here: Vec<Vec<String>> = kept.iter().map(|row| row.iter().map(shown).collect()).collect();
        source.sort();
        here.sort();
        assert_eq!(here, source, "{table}");
    }
}
