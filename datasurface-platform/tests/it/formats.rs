//! The vocabulary of formats: words, claims, addresses.

use datasurface_platform::{
    BatchesAddress, FormatClaims, IcebergAddress, KafkaTopicAddress, SqliteAddress, TopicEncoding, prelude::*,
};
use std::collections::BTreeSet;

fn descriptor() -> PlatformDescriptor {
    PlatformDescriptor::new("mill", Version::new(1, 0, 0))
}

#[test]
fn a_word_is_one_format_and_each_of_the_vocabulary_is_laid_down() {
    for format in Format::VOCABULARY {
        assert_eq!(Format::from(format.as_str()), format);
        assert_eq!(serde_json::to_value(&format).unwrap(), format.as_str());
        assert_eq!(serde_json::from_value::<Format>(json!(format.as_str())).unwrap(), format);
        assert!(format.layout().is_some(), "{format}");
    }
    let words: BTreeSet<String> = Format::VOCABULARY.iter().map(Format::to_string).collect();
    assert_eq!(words.len(), Format::VOCABULARY.len());
    let own: Format = serde_json::from_value(json!("shelf")).unwrap();
    assert_eq!((own.as_str(), own.layout()), ("shelf", None));
}

#[test]
fn claims_are_said_across_the_border() {
    let said = json!({"iceberg": "glue://1/eu/", "sqlite": null});
    let claiming = descriptor()
        .with_formats(["sqlite"])
        .format_at(Format::Iceberg, "glue://1/eu/")
        .with_offered_formats(["batches"]);
    let written = serde_json::to_value(&claiming).unwrap();
    assert_eq!((&written["reads"], &written["offers"]), (&said, &json!({"batches": null})));
    assert_eq!(serde_json::from_value::<PlatformDescriptor>(written).unwrap(), claiming);
    assert_eq!(claiming.formats().to_string(), "`sqlite`, `iceberg` at `glue://1/eu/`");
    assert_eq!(FormatClaims::default().to_string(), "nothing");
}

#[test]
fn a_claim_is_about_addresses_with_its_beginning() {
    let descriptor = descriptor().with_formats(["sqlite"]).format_at("iceberg", "glue://1/eu/");
    let claims = descriptor.formats();
    assert!(claims.contains(&Format::Sqlite, "any.db#t"));
    assert!(claims.contains(&Format::Iceberg, "glue://1/eu/lake/t"));
    assert!(!claims.contains(&Format::Iceberg, "glue://1/us/lake/t"));
    assert!(!claims.contains(&Format::Batches, "any#t"));
}

#[test]
fn two_claims_meet_where_an_address_may_be_in_both() {
    let iceberg = |at: &str| descriptor().format_at("iceberg", at);
    let meet = |one: &PlatformDescriptor, other: &PlatformDescriptor| {
        let (there, back) = (one.formats().meets(other.formats()), other.formats().meets(one.formats()));
        assert_eq!(there, back);
        there
    };
    assert!(meet(&iceberg("glue://1/"), &iceberg("glue://1/eu/")));
    assert!(meet(&iceberg("glue://1/"), &descriptor().with_formats(["iceberg"])));
    assert!(!meet(&iceberg("glue://1/eu/"), &iceberg("glue://1/us/")));
    assert!(!meet(&iceberg("glue://1/"), &descriptor().with_formats(["batches"])));
    assert!(!meet(&descriptor(), &descriptor()));
}

#[test]
fn addresses_are_read_as_they_are_written() {
    let sqlite = SqliteAddress::new("odd#name.db", "t");
    assert_eq!(SqliteAddress::read(&sqlite.to_string()), Some(sqlite));
    let batches = BatchesAddress::new("published/NW#Data", "customers");
    assert_eq!(BatchesAddress::read(&batches.to_string()), Some(batches));
    let iceberg = IcebergAddress::new("glue://1/eu", "lake", "t");
    assert_eq!(iceberg.to_string(), "glue://1/eu/lake/t");
    assert!(iceberg.to_string().starts_with(&IcebergAddress::database_prefix("glue://1/eu", "lake")));
    assert_eq!(IcebergAddress::read(&iceberg.to_string()), Some(iceberg));
    let mut topic = KafkaTopicAddress::new(["a:1", "b:2"], "shop.orders", TopicEncoding::DebeziumAvro);
    topic.registry = Some("https://registry/?a=b&c=d".to_owned());
    (topic.tls, topic.login, topic.progress) = (true, Some("PLAIN".to_owned()), Some("t".to_owned()));
    assert!(topic.to_string().starts_with(&KafkaTopicAddress::cluster_prefix(["a:1", "b:2"])));
    assert_eq!(KafkaTopicAddress::read(&topic.to_string()), Some(topic.clone()));
    topic.progress = Some(String::new());
    assert!(KafkaTopicAddress::read(&topic.to_string()).is_some_and(|read| read == topic));
    for bad in
        ["", "#", "a#", "#a", "kafka://", "kafka:///t?encoding=json", "kafka://a/t", "kafka://a/t?encoding=x"]
    {
        assert!(SqliteAddress::read(bad).is_none() && BatchesAddress::read(bad).is_none(), "{bad}");
        assert!(KafkaTopicAddress::read(bad).is_none(), "{bad}");
    }
    assert!(IcebergAddress::read("lake/t").is_none());
}

#[test]
fn the_documentation_has_the_vocabulary() {
    let documented = include_str!("../../../docs/formats.md");
    for format in Format::VOCABULARY {
        let layout = format.layout().unwrap();
        let row = format!(
            "| `{format}` | {} | {} | {} | {} |",
            layout.address, layout.versions, layout.batches, layout.complete
        );
        assert!(documented.contains(&row), "docs/formats.md lacks: {row}");
    }
}
