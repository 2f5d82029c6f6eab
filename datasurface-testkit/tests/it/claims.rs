//! Platforms of other kinds: what they are checked with is what they claim.

use crate::faulty_platform::FaultyPlatform;
use datasurface_testkit::{Law, Laws, northwind_masked};
use serde_json::json;

fn streams(defect: &str) -> Laws {
    Laws::for_plugin::<FaultyPlatform>().with_settings(json!({ "streams": true, "defect": defect }))
}

#[test]
fn a_platform_of_streams_is_checked_with_captures_of_changes() {
    let laws = streams("none");
    let adapted = laws.adapted(&northwind_masked());
    let document = datasurface_document::to_yaml(&adapted);
    assert!(document.contains("cdc: {}") && document.contains("brokers:"), "{document}");
    assert!(!document.contains("sql_snapshot") && !document.contains("sqlite"), "{document}");
    laws.check(&adapted).assert();
    let report = laws.check_generated(6);
    report.assert();
    assert_eq!(report.counts.ecosystems, 6);
    assert!(report.counts.changes > 30, "{report}");
}

#[test]
fn a_defect_of_a_platform_of_streams_is_found() {
    assert!(!streams("forgetful").check_generated(4).passed());
    // Only what is on a server has a credential.
    let nameless = streams("nameless");
    let report = nameless.check(&nameless.adapted(&northwind_masked()));
    assert_eq!(report.laws().into_iter().collect::<Vec<_>>(), [Law::SourcesAreShown], "{report}");
}
