//! Topics and their configurations.

use crate::engine::{eventually, shared, unique};
use datasurface_kafka_client::{ConfigSource, ErrorCode, KafkaClient, NewTopic};
use std::collections::BTreeMap;

#[test]
fn a_topic_is_created_once_grown_and_deleted_once() {
    let Some(mut client) = shared() else { return };
    let name = unique("life");
    let topic =
        NewTopic::new(&name).with_partitions(2).with_replication(1).config("cleanup.policy", "compact");
    assert_eq!(client.topic(&name).unwrap(), None);
    assert!(client.create_topic(&topic).unwrap());
    assert!(!client.create_topic(&topic).unwrap(), "the second time, it is there");
    let found = client.topic(&name).unwrap().unwrap();
    assert_eq!((found.partitions.len(), found.is_internal), (2, false));
    assert_eq!(found.partitions[1].leader, Some(0));
    assert!(client.topics().unwrap().contains(&found));

    client.add_partitions(&name, 5).unwrap();
    assert_eq!(client.topic(&name).unwrap().unwrap().partitions.len(), 5);
    assert!(client.add_partitions(&name, 3).is_err(), "partitions are never taken away");

    assert!(client.delete_topic(&name).unwrap());
    assert!(!client.delete_topic(&name).unwrap());
    assert_eq!(client.topic(&name).unwrap(), None);
}

#[test]
fn configurations_are_altered_one_by_one() {
    let Some(mut client) = shared() else { return };
    let name = unique("configured");
    let topic =
        NewTopic::new(&name).config("retention.ms", "1000").config("cleanup.policy", "compact,delete");
    client.create_topic(&topic).unwrap();
    let value = |client: &mut KafkaClient, config: &str| {
        let found = client.topic_configs(&name).unwrap().remove(config).unwrap();
        (found.value.unwrap(), found.source)
    };
    assert_eq!(value(&mut client, "retention.ms"), ("1000".to_owned(), ConfigSource::Topic));
    let changes = BTreeMap::from([
        ("retention.ms".to_owned(), None),
        ("max.message.bytes".to_owned(), Some("2000000".to_owned())),
    ]);
    client.alter_topic_configs(&name, &changes).unwrap();
    eventually(|| value(&mut client, "retention.ms").1 == ConfigSource::Default);
    assert_eq!(value(&mut client, "max.message.bytes"), ("2000000".to_owned(), ConfigSource::Topic));
    assert_eq!(value(&mut client, "cleanup.policy"), ("compact,delete".to_owned(), ConfigSource::Topic));
}

#[test]
fn refusals_say_what_was_refused_and_why() {
    let Some(mut client) = shared() else { return };
    let error = client.create_topic(&NewTopic::new("no topic/name")).unwrap_err();
    assert!(error.to_string().contains("no topic/name"), "{error}");
    assert_eq!(error.code().unwrap().name(), Some("INVALID_TOPIC_EXCEPTION"));

    let topic = NewTopic::new(unique("wrong")).config("no.such.config", "1");
    let error = client.create_topic(&topic).unwrap_err();
    assert!(error.to_string().contains("no.such.config"), "{error}");

    let missing = client.topic_configs("missing").unwrap_err();
    assert_eq!(missing.code(), Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    assert_eq!(missing.help(), "create the topic, or check its name");
}
