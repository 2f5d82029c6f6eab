//! The ecosystem on the platform on AWS: what it does not claim is asked for otherwise.

use datasurface::{document, model::Ecosystem};
use datasurface_aws::AwsPlatform;
use datasurface_testkit::Laws;
use serde_json::{Value, json};

/// Returns the ecosystem, as a document, with all datasets captured by DMS.
pub(crate) fn adapted(ecosystem: &Ecosystem) -> Value {
    let settings = json!({
        "terraform": {"backend": {"s3": {"bucket": "states", "region": "eu-central-1"}}},
        "account": "123456789012",
        "region": "eu-central-1",
        "lake_bucket": "example-lake",
        "staging_bucket": "example-staging",
        "subnets": ["subnet-0a", "subnet-0b"],
        "security_groups": ["sg-0a"],
    });
    document::to_value(&Laws::for_plugin::<AwsPlatform>().with_settings(settings).adapted(ecosystem))
}
