//! A reader of a consumer's file, who must never see records of one generation beside the number of another one.

use crate::{
    Result,
    expected::{Expected, of_rows},
};
use rusqlite::{Connection, OpenFlags};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

#[derive(Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
    thread: JoinHandle<std::result::Result<(), String>>,
}

#[derive(Debug)]
struct Shared {
    file: PathBuf,
    /// The fingerprint of each generation.
    generations: Mutex<BTreeMap<u32, u64>>,
    looks: AtomicU64,
    ends: AtomicBool,
}

impl Reader {
    pub(crate) fn start(folder: &Path) -> Self {
        let shared = Arc::new(Shared {
            file: folder.join("desk.db"),
            generations: Mutex::default(),
            looks: AtomicU64::new(0),
            ends: AtomicBool::new(false),
        });
        let looking = Arc::clone(&shared);
        Self { shared, thread: thread::spawn(move || looking.look_on()) }
    }

    /// From now on, this generation may be seen.
    pub(crate) fn expect(&self, expected: &Expected) {
        let mut generations = self.shared.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(expected.generation, expected.fingerprint());
    }

    pub(crate) fn looks(&self) -> u64 {
        self.shared.looks.load(Ordering::Relaxed)
    }

    /// Ends it, and returns how often it looked.
    pub(crate) fn end(self) -> Result<u64> {
        self.shared.ends.store(true, Ordering::Relaxed);
        match self.thread.join() {
            Ok(Ok(())) => Ok(self.shared.looks.load(Ordering::Relaxed)),
            Ok(Err(mixture)) => Err(mixture.into()),
            Err(_) => Err("the reader panicked".into()),
        }
    }
}

impl Shared {
    fn look_on(&self) -> std::result::Result<(), String> {
        while !self.ends.load(Ordering::Relaxed) {
            // What cannot be read now is read later; the first generation may be still to come.
            if let Ok((generation, found)) = self.look() {
                let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(expected) = generations.get(&generation)
                    && *expected != found
                {
                    return Err(format!(
                        "a reader saw generation {generation} beside records of another one"
                    ));
                }
                self.looks.fetch_add(1, Ordering::Relaxed);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn look(&self) -> rusqlite::Result<(u32, u64)> {
        let database = Connection::open_with_flags(&self.file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        database.execute_batch("BEGIN")?;
        let number = "SELECT number FROM \"Local__Desk__all__S__generation\"";
        let generation = database.query_row(number, [], |row| row.get(0))?;
        let mut records = database.prepare(
            "SELECT id || '|' || part || '|' || amount || '|' || coalesce(note, '-')
             FROM \"Local__Desk__all__S__records\" ORDER BY id",
        )?;
        let rows = records.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        Ok((generation, of_rows(rows)))
    }
}
