//! The ecosystem on platforms that claim less than it asks for: that is asked for otherwise.

use datasurface::{document, model::Ecosystem, platform::prelude::PlatformPlugin};
use datasurface_aws::AwsPlatform;
use datasurface_kafka::KafkaPlatform;
use datasurface_testkit::Laws;
use serde_json::{Value, json};

/// Returns the ecosystem, as a document, for the platform on AWS, with all datasets captured by DMS.
pub(crate) fn for_aws(ecosystem: &Ecosystem) -> Value {
    let settings = json!({
        "terraform": {"backend": {"s3": {"bucket": "states", "region": "eu-central-1"}}},
        "account": "123456789012",
        "region": "eu-central-1",
        "lake_bucket": "example-lake",
        "staging_bucket": "example-staging",
        "subnets": ["subnet-0a", "subnet-0b"],
        "security_groups": ["sg-0a"],
        // More datastores than any account has roles for.
        "access_states": 400,
        "roles": 1_000_000,
        // And more captures than any account may have.
        "replication": {"quotas": {
            "tasks": 1_000_000, "endpoints": 1_000_000, "tasks_per_instance": 1_000_000, "endpoints_per_instance": 1_000_000,
        }},
    });
    adapted::<AwsPlatform>(ecosystem, settings)
}

/// Returns the ecosystem, as a document, for the streaming platform, with all datasets captured by Debezium.
pub(crate) fn for_kafka(ecosystem: &Ecosystem) -> Value {
    let settings = json!({
        "bootstrap_servers": ["kafka.example.org:9092"],
        "connect_url": "http://connect.example.org:8083",
        "acls": true,
    });
    adapted::<KafkaPlatform>(ecosystem, settings)
}

fn adapted<P: PlatformPlugin + 'static>(ecosystem: &Ecosystem, settings: Value) -> Value {
    document::to_value(&Laws::for_plugin::<P>().with_settings(settings).adapted(ecosystem))
}
