//! The front page over a real NorthWind: `cargo run --example northwind -- --postgres URL`.

use crate::support::{example, postgres::Server, shared};
use rusqlite::Connection;
use std::{collections::BTreeSet, process::Command};

#[test]
fn the_front_page_reads_a_real_northwind() {
    let Some(program) = example("northwind") else { return };
    let (Some(dump), Some(server)) = (shared("data/northwind/northwind.sql"), Server::start()) else {
        return;
    };
    server.owner("northwind").batch_execute(&dump).unwrap();
    let url = format!("postgres://capturer:hunter2%3Acorrect%20horse@127.0.0.1:{}/northwind", server.port);
    let folder = tempfile::tempdir().unwrap();
    let ran = Command::new(program).args(["--postgres", &url]).current_dir(&folder).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}\n{complained}");
    assert!(!said.contains("hunter2") && !said.contains("correct"), "{said}");
    for arrived in
        ["NW_Data/customers 91", "NW_Data/products 77", "NW_Data/suppliers 29", "Masked_NW_Data/customers 91"]
    {
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("{arrived} 0 0 0")), "{arrived}: {said}");
    }

    // None of the masked values is anywhere in the masked output.
    let database = Connection::open(folder.path().join("target/northwind/northwind.db")).unwrap();
    let texts = |sql: &str| -> BTreeSet<String> {
        let mut statement = database.prepare(sql).unwrap();
        let width = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..width).map(|at| row.get(at)).collect();
        let rows = statement.query_map([], row).unwrap().collect::<Result<Vec<Vec<Option<String>>>, _>>();
        rows.unwrap().into_iter().flatten().flatten().filter(|text| !text.is_empty()).collect()
    };
    let secret = texts("SELECT company_name, contact_name, address, phone, fax FROM NW_Data__customers");
    let masked = texts(
        "SELECT customer_id, company_name, contact_name, contact_title, address, city, region, postal_code, country,
           phone, fax FROM Masked_NW_Data__customers",
    );
    assert!(secret.len() > 300, "{}", secret.len());
    let found = secret.iter().filter(|secret| masked.iter().any(|text| text.contains(secret.as_str())));
    assert_eq!(found.collect::<Vec<_>>(), [] as [&String; 0]);
}
