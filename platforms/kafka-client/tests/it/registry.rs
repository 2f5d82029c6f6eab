//! A registry of schemas itself.

use crate::engine::{engines, skipped};
use datasurface_kafka_client::{Compatibility, Limits, RegistryClient, Tls, testing::Registry};
use serde_json::json;

const SUBJECT: &str = "shop.orders & more-value";

/// Registers a schema, as the producer of a record does. Returns the status of HTTP, and the ID.
fn register(url: &str, fields: &serde_json::Value) -> (u16, u32) {
    let schema = json!({"type": "record", "name": "Order", "fields": fields}).to_string();
    let subject = percent_encoding::utf8_percent_encode(SUBJECT, percent_encoding::NON_ALPHANUMERIC);
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let request = config.new_agent().post(format!("{url}/subjects/{subject}/versions"));
    let request = request.header("Content-Type", "application/vnd.schemaregistry.v1+json");
    let mut answer = request.send(json!({ "schema": schema }).to_string()).unwrap();
    let status = answer.status().as_u16();
    let answer: serde_json::Value =
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    (status, answer["id"].as_u64().unwrap_or_default().try_into().unwrap())
}

#[test]
fn subjects_are_judged_by_their_mode_and_deleted() {
    let Some(engines) = engines() else { return };
    if let Err(why) = engines.registry() {
        return skipped(&why);
    }
    let registry = Registry::start(&engines).unwrap();
    let url = format!("{}/apis/ccompat/v7", registry.url());
    let client = RegistryClient::new(&url, &Tls::new(), None, Limits::default()).unwrap();
    assert_eq!(client.subjects().unwrap(), Vec::<String>::new());
    assert_eq!(client.compatibility(SUBJECT).unwrap(), None);
    assert!(client.set_compatibility(SUBJECT, Compatibility::Full).unwrap());
    assert_eq!(client.schema(7777).unwrap(), None);
    assert!(!client.delete_subject(SUBJECT).unwrap());
    assert_eq!(client.versions(SUBJECT).unwrap(), Vec::<String>::new());

    let id = json!({"name": "id", "type": "long"});
    let note = json!({"name": "note", "type": "string"});
    let written = json!({"type": "record", "name": "Order", "doc": "One order", "fields": [id]}).to_string();
    assert!(!client.has_schema(SUBJECT, &written).unwrap());
    let words = client.register(SUBJECT, &written).unwrap();
    assert_eq!(client.register(SUBJECT, &written).unwrap(), words);
    assert!(client.has_schema(SUBJECT, &written).unwrap());
    assert!(client.schema(words).unwrap().unwrap().contains("One order"));
    let other = written.replace("long", "string");
    assert!(!client.has_schema(SUBJECT, &other).unwrap());
    assert_eq!(client.register(SUBJECT, &other).unwrap_err().status(), Some(409));
    let (status, number) = register(&url, &json!([id]));
    assert_eq!(status, 200);
    assert!(client.schema(number).unwrap().unwrap().contains("\"long\""));
    assert_eq!(client.subjects().unwrap(), [SUBJECT]);
    let versions = client.versions(SUBJECT).unwrap();
    assert!(matches!(&versions[..], [one, two] if one.contains("One order") && !two.contains("One order")));
    assert_eq!(client.compatibility(SUBJECT).unwrap(), Some(Compatibility::Full), "it was set before");
    for mode in [
        Compatibility::None,
        Compatibility::Backward,
        Compatibility::BackwardTransitive,
        Compatibility::Forward,
        Compatibility::ForwardTransitive,
        Compatibility::Full,
        Compatibility::FullTransitive,
    ] {
        assert!(client.set_compatibility(SUBJECT, mode).unwrap());
        assert_eq!(client.compatibility(SUBJECT).unwrap(), Some(mode));
        // Whoever reads by the new schema finds no note in earlier records; whoever reads by the earlier one leaves it out.
        let (status, _) = register(&url, &json!([id, note]));
        let is_taken =
            matches!(mode, Compatibility::None | Compatibility::Forward | Compatibility::ForwardTransitive);
        assert_eq!(status == 200, is_taken, "{mode:?}: {status}");
        client.delete_subject(SUBJECT).unwrap();
        assert_eq!(client.subjects().unwrap(), Vec::<String>::new());
        register(&url, &json!([id]));
    }
}
