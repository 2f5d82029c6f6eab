//! What a descriptor does not claim: the host refuses it, whatever the platform reports.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_model::*;

fn found(platform: PlatformDeclaration) -> Findings {
    let wanted = DatasetGroup::new("g").with_sinks(["S/a", "S/b"]);
    let placed = place(fixture([platform], [consumer("W", wanted)]), &Lock::default()).unwrap();
    broker().lint(&placed).findings
}

#[test]
fn a_node_that_asks_for_more_is_refused_without_asking_the_platform() {
    let findings = found(minimal_platform("P").setting("offers_as", "box"));
    let messages: Vec<&str> = findings.iter().map(Diagnostic::message).collect();
    assert_eq!(messages.len(), 2, "{findings:?}");
    let words = "`P` does not claim to read the format `box` at `";
    assert!(messages.iter().all(|message| message.starts_with(words)), "{findings:?}");
    for finding in findings.iter() {
        assert_eq!(finding.code(), "platform/unclaimed");
        assert_eq!(finding.severity(), Severity::Error);
        assert!(finding.path().to_string().contains("sinks"), "{finding:?}");
    }
}

#[test]
fn what_is_claimed_is_not_refused() {
    assert!(found(minimal_platform("P")).is_empty());
}
