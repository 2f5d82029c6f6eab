//! Subjects: the names under which a registry has the schemas of a topic, each with the mode by which it judges a later schema.
//!
//! Change control lets a producer do what leaves everything readable that was written before: that is the mode of values, and it holds for all
//! versions, since a topic has records of all of them. A key is found by its bytes, in partitions and by compaction, and they begin with the
//! ID of its schema: so the strictest mode there is.

use super::Context;
use datasurface_kafka_client::Compatibility;
use std::collections::BTreeMap;

/// The attribute with the subjects of a topic. One that has none is in JSON.
pub(crate) const SUBJECTS: &str = "subjects";

/// The subjects of a topic, each with its mode; none without a registry.
pub(crate) type Subjects = BTreeMap<String, Compatibility>;

/// Returns the subjects of the topic of a dataset.
pub(super) fn of_dataset(context: Context<'_>, topic: &str, has_row_schema: bool) -> Subjects {
    let mut subjects =
        of_topic(context, topic, [Compatibility::FullTransitive, Compatibility::BackwardTransitive]);
    if has_row_schema && !subjects.is_empty() {
        subjects.insert(row_subject(topic), Compatibility::BackwardTransitive);
    }
    subjects
}

/// Returns the subject with the schema of a row in the words of its producer. Connectors never write it: they register what the database declares
/// as the schema of values, in which most of these words have no place.
pub(crate) fn row_subject(topic: &str) -> String {
    format!("{topic}-row")
}

/// Returns the subjects of a topic of a connector itself: what is in it is up to the version of Debezium, and forgotten after a day.
pub(super) fn of_service(context: Context<'_>, topic: &str) -> Subjects {
    of_topic(context, topic, [Compatibility::None; 2])
}

/// The names are those that converters choose.
fn of_topic(context: Context<'_>, topic: &str, [key, value]: [Compatibility; 2]) -> Subjects {
    match &context.settings.schema_registry {
        Some(_) => [(format!("{topic}-key"), key), (format!("{topic}-value"), value)].into(),
        None => Subjects::new(),
    }
}
