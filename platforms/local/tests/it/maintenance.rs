//! Backups, files that grow, and disks that are full.

use crate::{
    fixture::{Fixture, moved},
    northwind::{CUSTOMERS, NorthWind},
    schemas::history,
};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

const SEEN: &str =
    "SELECT city, batch_in, batch_out FROM Local__Sales__analysis__NW_Data__customers__history ORDER BY 2";

fn fixture() -> Fixture {
    let fixture = Fixture::with(&NorthWind { file: "desk.db", ..history(CUSTOMERS) }.example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    fixture
}

/// Saves the platform's database, as the guide says.
fn back_up(fixture: &Fixture) {
    let backup = fixture.path("backup.db");
    let _ = fs::remove_file(&backup);
    fixture.open("northwind.db").execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
}

fn restore(fixture: &Fixture) {
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(fixture.path(&format!("northwind.db{end}")));
    }
    fs::copy(fixture.path("backup.db"), fixture.path("northwind.db")).unwrap();
}

#[test]
fn a_backup_that_is_brought_back_goes_on() {
    let mut fixture = fixture();
    fixture.applied_to = Some(fixture.identity());
    back_up(&fixture);
    fs::remove_file(fixture.path("northwind.db")).unwrap();
    restore(&fixture);
    fixture.change_source("UPDATE Customers SET city = 'y'");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    assert_eq!(fixture.rows("desk.db", SEEN), ["x|1|2", "y|2|-"]);
}

#[test]
fn an_older_backup_is_told_from_what_consumers_have() {
    let fixture = fixture();
    back_up(&fixture);
    fixture.change_source("UPDATE Customers SET city = 'y'");
    fixture.run();
    restore(&fixture);
    fixture.change_source("UPDATE Customers SET city = 'z'");
    let report = fixture.try_run().unwrap();
    let said = format!("{:?}", report.failures);
    assert!(said.contains("replaced") && said.contains("move the consumer's database away"), "{said}");
    assert_eq!(fixture.rows("desk.db", SEEN), ["x|1|2", "y|2|-"], "consumers keep what they have");
    // As the message says.
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(fixture.path(&format!("desk.db{end}")));
    }
    fixture.run();
    assert_eq!(fixture.rows("desk.db", SEEN), ["x|1|2", "z|2|-"]);
}

#[test]
fn a_file_uses_its_room_again_and_can_be_made_smaller() {
    let fixture = Fixture::with(&NorthWind { file: "desk.db", ..NorthWind::default() }.example());
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO Customers SELECT i, 'company ' || i, 'city' FROM n";
    fixture.change_source(fill);
    let size = |file: &str| fs::metadata(fixture.path(file)).unwrap().len();
    let mut sizes = Vec::new();
    for round in 0..12 {
        fixture.change_source(&format!("UPDATE Customers SET city = 'city {}'", round % 10));
        fixture.run();
        sizes.push(size("northwind.db"));
    }
    // Only the books grow; the records of one round alone take a quarter of a megabyte.
    assert!(sizes[11] - sizes[3] < sizes[0] / 4, "what goes makes room for what comes: {sizes:?}");

    fixture.change_source("DELETE FROM Customers WHERE CAST(customer_id AS INTEGER) > 10");
    fixture.run();
    for file in ["northwind.db", "desk.db"] {
        let before = size(file);
        fixture.open(file).execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        assert!(size(file) < before / 2, "{file}: {before} {}", size(file));
    }
    fixture.change_source("UPDATE Customers SET city = 'after' WHERE customer_id = '1'");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 14: +0 ~1 -0 =9");
}

/// A small disk, as long as it lives.
struct Disk(PathBuf);

impl Disk {
    /// A disk of two megabytes; none where nobody may mount one.
    fn small(at: &Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(at).output();
        match mount {
            Ok(mounted) if mounted.status.success() => Some(Self(at.to_owned())),
            _ => {
                std::io::stderr()
                    .write_all(b"skipped: a disk of its own needs the right to mount one\n")
                    .unwrap();
                None
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn a_full_disk_is_said_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::small(folder.path()) else { return };
    let fixture = Fixture::at(folder.path().to_owned());
    fixture.change_source(
        "CREATE TABLE Customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT);
         CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT, unit_price NUMERIC, weight REAL);
         INSERT INTO Customers VALUES ('A', 'a', 'x')",
    );
    let example = NorthWind { file: "desk.db", ..history(CUSTOMERS) }.example();
    fixture.apply(None, (&example, "1"));
    fixture.run();
    fixture.change_source("UPDATE Customers SET city = 'y'");
    let fill = folder.path().join("fill");
    let mut filler = fs::File::create(&fill).unwrap();
    while filler.write_all(&[0; 4096]).is_ok() {}
    drop(filler);
    let said = match fixture.try_run() {
        Ok(report) => format!("{:?}", report.failures),
        Err(error) => error.report(),
    };
    assert!(said.contains("the disk is full"), "{said}");
    let said = fixture.try_status().unwrap_err().report();
    assert!(said.contains("the disk is full"), "{said}");
    fs::remove_file(fill).unwrap();
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    assert_eq!(fixture.rows("desk.db", SEEN), ["x|1|2", "y|2|-"]);
}
