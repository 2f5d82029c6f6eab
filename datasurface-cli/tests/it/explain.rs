//! `explain`.

use crate::{
    models,
    run::{Fixture, Said},
};
use datasurface_model::{DatasetGroup, Ecosystem, Milestoning, PlatformDeclaration, Workspace};
use serde_json::json;

fn explain(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("explain model.json --on 2026-02-01 {more}"))
}

/// Local and a platform that is not there, for a group that wants every version.
fn model() -> Ecosystem {
    let history =
        DatasetGroup::new("history").sink("NW_Data/products").with_milestoning(Milestoning::Forensic);
    models::first().platform(PlatformDeclaration::new("Elsewhere", "unheard-of")).edit_team(
        "USA",
        "NorthWind",
        |team| team.workspace(Workspace::new("Archive").with_container("USA/NorthWind/Lab").group(history)),
    )
}

#[test]
fn text_says_who_serves_and_what_each_other_one_lacks() {
    let fixture = Fixture::new(&model());
    let said = explain(&fixture, "Archive/history").good();
    let expected = "\
Archive/history
  Elsewhere cannot serve it: it is not available
  Local serves it: no other one can
";
    assert_eq!(said.out, expected);
    let said = explain(&fixture, "NW_Data").good();
    assert!(said.out.ends_with("\n  Local captures it: no other one can\n"), "{said:?}");
    let said = explain(&fixture, "Masking/raw").good();
    assert!(
        said.out
            .starts_with("Masking/raw feeds a transformer, which runs where its output Masked is captured\n")
    );
}

#[test]
fn json_has_every_reason() {
    let fixture = Fixture::new(&model());
    let said = explain(&fixture, "Archive/history --format json").good().json();
    let expected = json!([
        {"platform": "Elsewhere", "lacks": ["configuration"]},
        {"platform": "Local", "stage": "provisioned", "because": "capability"},
    ]);
    assert_eq!(said["candidates"], expected);
    assert_eq!(said["task"], json!({"group": "Archive/history"}));
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_name() {
    let fixture = Fixture::new(&model());
    for asked in ["Archive/histori", "NW_Dat"] {
        let said = explain(&fixture, asked).bad();
        assert!(
            said.err.contains("error[explain/unknown-name]") && said.err.contains("did you mean"),
            "{said:?}"
        );
        let said = explain(&fixture, &format!("{asked} --format json")).bad().json();
        assert_eq!(said["findings"][0]["code"], "explain/unknown-name");
        assert!(said.get("candidates").is_none());
    }
}

#[test]
fn a_model_that_cannot_be_placed_is_explained_all_the_same() {
    let fixture = Fixture::new(&models::strange());
    let said = explain(&fixture, "Sales/live").good();
    assert_eq!(said.out, "Sales/live\n  Local cannot serve it: it is not available\n");
}
