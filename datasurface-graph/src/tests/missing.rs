//! Datastores that nobody captures.

use super::{Fixture, group};
use crate::{IntentionGraphs, Stage};
use datasurface_model::Workspace;

#[test]
fn all_missing_primaries_are_named_at_once() {
    let fixture = Fixture::new()
        .captured("Raw")
        .captured("Unwanted")
        .captured("Captured")
        .made("MakeFirst", "First", &["Raw", "Captured"])
        .made("MakeSecond", "Second", &["First"])
        .primary("One", &["First", "Captured"])
        .capturing("One", "Second", Stage::Decommissioned)
        .served("One", Workspace::new("Consumer"), group("group", &["Second"]));
    let error = IntentionGraphs::build(&fixture.valid(), &fixture.assignments).unwrap_err();
    assert_eq!(error.datastores(), &["Raw", "Second"].map(Into::into).into());
    assert_eq!(error.to_string(), "no platform is assigned to capture `Raw`, `Second`");
}
