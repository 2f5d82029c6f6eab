//! All datasets of a store are read in one snapshot, and not more than is needed is in memory.

use super::Producer;
use crate::support::postgres::Server;
use datasurface_platform::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

#[test]
fn a_row_that_moves_between_tables_is_in_one_of_them() {
    let Some(server) = Server::shared() else { return };
    let sql =
        "DROP TABLE IF EXISTS a, b; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);
        INSERT INTO a VALUES (1)";
    server.owner("snapshots").batch_execute(sql).unwrap();
    let producer =
        Producer::new(server, "snapshots").dataset("a", "id Integer key").dataset("b", "id Integer key");
    let (done, moves) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = server.owner("snapshots");
            while !done.load(Ordering::Relaxed) {
                writer.batch_execute("BEGIN; DELETE FROM a; INSERT INTO b VALUES (1); COMMIT").unwrap();
                writer.batch_execute("BEGIN; DELETE FROM b; INSERT INTO a VALUES (1); COMMIT").unwrap();
                moves.fetch_add(2, Ordering::Relaxed);
            }
        });
        let mut seen = [0, 0];
        let captured = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..150 {
                let captured = producer.capture().unwrap();
                let here = ["a", "b"].map(|table| captured.get(table).map_or(0, Vec::len));
                assert_eq!(here.iter().sum::<usize>(), 1, "{here:?}");
                seen = [seen[0] + here[0], seen[1] + here[1]];
            }
        }));
        done.store(true, Ordering::Relaxed);
        captured.unwrap();
        assert!(seen.iter().all(|seen| *seen > 0), "{seen:?}");
    });
    assert!(moves.load(Ordering::Relaxed) > 50, "{moves:?}");
}

#[test]
fn nothing_is_written_at_the_source() {
    let Some(server) = Server::shared() else { return };
    let sql = "CREATE TABLE IF NOT EXISTS log (id int);
        CREATE OR REPLACE FUNCTION noisy() RETURNS int LANGUAGE sql AS 'INSERT INTO log VALUES (1) RETURNING id';
        CREATE OR REPLACE VIEW sly AS SELECT noisy() AS id;
        GRANT ALL ON log TO PUBLIC";
    server.owner("quiet").batch_execute(sql).unwrap();
    let failure = Producer::new(server, "quiet").dataset("sly", "id Integer key").failure();
    assert!(failure.contains("read-only transaction"), "{failure}");
}

#[test]
fn a_capture_that_is_broken_off_does_not_read_the_rest() {
    let Some(server) = Server::shared() else { return };
    let sql = "CREATE OR REPLACE VIEW endless AS
        SELECT n AS id, repeat('x', 1000) AS text FROM (SELECT generate_series(1, 1000000000::bigint) AS n) AS s";
    server.owner("endless").batch_execute(sql).unwrap();
    let producer = Producer::new(server, "endless").dataset("endless", "id BigInt key, text VarChar");
    let mut rows = 0_u32;
    let error = producer.each(|_, _| {
        rows += 1;
        match rows {
            5000 => Err(PlatformError::new(PlatformErrorKind::Internal, "enough")),
            _ => Ok(()),
        }
    });
    assert_eq!(error.unwrap_err().report(), "cannot capture `Store/endless`: enough");
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        // The peak is of all tests of this program; the rest of the rows would be a thousand times as much.
        assert!(kilobytes < 4_000_000, "{peak}");
    }
}
