//! The schemas that are in use, so that equal ones are stored once: of a company's hundred thousand tables, many are the
//! same table on another machine, for another year, or for another country.

use crate::schema::{Content, Stored};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::{
    hash::BuildHasher,
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

static POOL: LazyLock<Mutex<Pool>> = LazyLock::new(Mutex::default);

/// Schemas by hash. The pool keeps none alive: what nobody uses any more is forgotten with the next sweep.
#[derive(Default)]
struct Pool {
    by_hash: FxHashMap<u64, Weak<Stored>>,
    /// The count of schemas at which the next sweep is due.
    room: usize,
}

/// The one that is equal and in use already; if there is none, this one.
pub(super) fn share(content: Content) -> Arc<Stored> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner).share(content)
}

impl Pool {
    /// Of two that have one hash and are not equal, the later is just not shared.
    fn share(&mut self, content: Content) -> Arc<Stored> {
        let hash = FxBuildHasher.hash_one(&content);
        match self.by_hash.get(&hash).and_then(Weak::upgrade) {
            Some(known) if known.content == content => known,
            Some(_) => Arc::new(content.into()),
            None => {
                let new = Arc::new(Stored::from(content));
                self.insert(hash, Arc::downgrade(&new));
                new
            }
        }
    }

    fn insert(&mut self, hash: u64, stored: Weak<Stored>) {
        if self.by_hash.len() >= self.room {
            self.by_hash.retain(|_, known| known.strong_count() > 0);
            // A sweep for twice as many costs each of them one look on average.
            self.room = (2 * self.by_hash.len()).max(1024);
        }
        self.by_hash.insert(hash, stored);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, DataType, Schema, TableSchema};

    fn column(name: &str) -> Column {
        Column::new(name, DataType::Date)
    }

    fn schema(name: &str) -> Schema {
        TableSchema::new([column(name)]).into()
    }

    #[test]
    fn equal_schemas_are_stored_once_however_they_were_made() {
        let made = schema("pooled");
        assert!(made.is_shared_with(&schema("pooled")));
        assert!(made.is_shared_with(&"pooled Date".into()));
        assert!(!made.is_shared_with(&schema("other")));
    }

    #[test]
    fn what_is_not_used_any_more_does_not_pile_up() {
        let mut pool = Pool::default();
        let content = |number: usize| Content::Table(TableSchema::new([column(&format!("c{number}"))]));
        let kept: Vec<_> = (0..2000).map(|number| pool.share(content(number))).collect();
        for number in 2000..20_000 {
            drop(pool.share(content(number)));
        }
        assert!(pool.by_hash.len() <= 4000, "{}", pool.by_hash.len());
        for (number, kept) in kept.iter().enumerate() {
            assert!(Arc::ptr_eq(kept, &pool.share(content(number))));
        }
    }
}
