//! `review`: every form gives the same verdict.

use crate::{
    models,
    run::{Fixture, Said},
};
use datasurface_model::{Dataset, Datastore, Ecosystem, GovernanceZone};
use std::fs;

const OWNER: &str = "github:northwind/team@main";
const STRANGER: &str = "github:northwind/other@main";

/// A fixture with these models in the folders `old` and `new`.
pub(crate) fn sides(old: &Ecosystem, new: &Ecosystem) -> Fixture {
    let fixture = Fixture::new(old);
    for (side, model) in [("old", old), ("new", new)] {
        fs::create_dir(fixture.path(side)).unwrap();
        fixture.write(&format!("{side}/model.json"), datasurface_document::to_json(model));
    }
    fixture
}

fn review(fixture: &Fixture, source: &str, more: &str) -> Said {
    fixture.run(&format!("review old new --on 2026-02-01 --source {source} {more}"))
}

/// Another dataset that nobody uses yet.
fn grown() -> Ecosystem {
    let orders = Dataset::new("orders", "id Integer key").classified("Public");
    models::first().edit_team("USA", "NorthWind", |team| {
        let store = Datastore::clone(team.datastores().get("NW_Data").unwrap());
        team.without_datastore(&"NW_Data".into()).datastore(store.dataset(orders))
    })
}

#[test]
fn the_owner_may_and_a_stranger_may_not_in_every_form() {
    let fixture = sides(&models::first(), &grown());
    for (source, is_allowed) in [(OWNER, true), (STRANGER, false)] {
        let said = |format: &str| {
            let said = review(&fixture, source, &format!("--format {format}"));
            assert_eq!(said.code, i32::from(!is_allowed), "{said:?}");
            said
        };
        let json = said("json").json();
        assert_eq!(json["verdict"], if is_allowed { "allowed" } else { "refused" });
        assert_eq!(json["version"], 1);
        let results = said("sarif").json()["runs"][0]["results"].clone();
        let errors = results.as_array().unwrap().iter().filter(|result| result["level"] == "error").count();
        assert_eq!(errors == 0, is_allowed, "{results}");
        let physical = results.as_array().unwrap().iter().flat_map(|result| {
            result["locations"].as_array().unwrap().iter().map(|place| place["physicalLocation"].clone())
        });
        for place in physical.filter(|place| !place.is_null()) {
            assert_eq!(place["artifactLocation"]["uriBaseId"], "SRCROOT");
            assert_eq!(place["artifactLocation"]["uri"], "new/model.json");
        }
        let junit = said("junit").out;
        assert_eq!(junit.contains("<failure "), !is_allowed, "{junit}");
        assert_eq!(junit.contains(" failures=\"0\""), is_allowed, "{junit}");
        let markdown = said("markdown").out;
        assert_eq!(markdown.starts_with("## datasurface review: allowed\n"), is_allowed, "{markdown}");
        assert_eq!(
            markdown.contains(&format!("### Missing approvals\n\n- ` {OWNER} `")),
            !is_allowed,
            "{markdown}"
        );
        let text = said("text").out;
        let last = text.lines().last().unwrap();
        assert!(last.starts_with(if is_allowed { "allowed: " } else { "refused: " }), "{text}");
    }
}

#[test]
fn an_owner_approves_exactly_this_proposal() {
    let fixture = sides(&models::first(), &grown());
    let refused = review(&fixture, STRANGER, "--format json").bad().json();
    let fingerprint = refused["fingerprint"].as_str().unwrap();
    let said = review(&fixture, STRANGER, &format!("--approved-by {OWNER}={fingerprint}")).good();
    assert!(said.out.contains(&format!("taken on trust: {OWNER} approved it, for ")), "{said:?}");
    let nothing = format!("{OWNER} is for another proposal (`0{fingerprint}`), and counts for nothing");
    for format in ["text", "markdown"] {
        let claim = format!("--format {format} --approved-by {OWNER}=0{fingerprint}");
        let said = review(&fixture, STRANGER, &claim).bad();
        assert!(said.out.contains(&nothing), "{said:?}");
    }
    // The lock is part of what is approved.
    fixture.write("new/datasurface.lock", r#"{"format": "datasurface-lock/1"}"#);
    review(&fixture, STRANGER, &format!("--approved-by {OWNER}={fingerprint}")).bad();
}

#[test]
fn platforms_are_asked_and_what_was_wrong_before_refuses_nothing() {
    const ECOSYSTEM: &str = "github:northwind/ecosystem@main";
    let fixture = sides(&models::first(), &models::strange());
    let said = review(&fixture, ECOSYSTEM, "--format json").bad();
    assert!(said.codes().contains(&"platform/unknown-kind".to_owned()), "{said:?}");
    let fixture = sides(&models::strange(), &models::strange());
    let said = review(&fixture, ECOSYSTEM, "--format json").good();
    assert!(!said.json()["known"].as_array().unwrap().is_empty(), "{said:?}");
}

#[test]
fn the_lock_belongs_to_the_ecosystem_and_does_not_vanish() {
    let lock = r#"{"format": "datasurface-lock/1"}"#;
    let edited = r#"{"format": "datasurface-lock/1", "platforms": {}}"#;
    let ecosystem = "github:northwind/ecosystem@main";
    let fixture = sides(&models::first(), &models::first());
    fixture.write("old/datasurface.lock", lock);
    fixture.write("new/datasurface.lock", lock);
    review(&fixture, STRANGER, "").good();
    fixture.write("new/datasurface.lock", edited);
    let said = review(&fixture, OWNER, "--format json").bad();
    assert!(said.codes().contains(&"authorization/not-yours".to_owned()), "{said:?}");
    review(&fixture, ecosystem, "").good();
    fs::remove_file(fixture.path("new/datasurface.lock")).unwrap();
    let said = review(&fixture, ecosystem, "--format json").bad();
    assert!(said.codes().contains(&"lock/gone".to_owned()), "{said:?}");
}

#[test]
fn the_configuration_belongs_to_the_ecosystem_and_is_not_started() {
    let fixture = sides(&models::first(), &models::first());
    fixture.write("new/datasurface.toml", "[platforms.mine]\ncommand = [\"./started\"]\n");
    let said = review(&fixture, OWNER, "").bad();
    assert!(said.out.contains("touches the ecosystem, with `datasurface.toml`"), "{said:?}");
    assert!(said.out.contains("at documents/datasurface.toml"), "{said:?}");
    review(&fixture, "github:northwind/ecosystem@main", "").good();
    // What is there already is nobody's change.
    fixture.write("old/datasurface.toml", "[platforms.mine]\ncommand = [\"./started\"]\n");
    review(&fixture, STRANGER, "").good();
    assert!(review(&fixture, OWNER, "--format json").good().codes().is_empty());
}

#[test]
fn what_cannot_be_read_is_refused() {
    let fixture = sides(&models::first(), &models::first());
    fixture.write("new/model.json", "{");
    for format in ["json", "sarif", "junit", "markdown", "text"] {
        let said = review(&fixture, OWNER, &format!("--format {format}")).bad();
        assert!(!said.out.contains("allowed"), "{said:?}");
    }
}

#[test]
fn no_text_of_a_model_begins_a_line_of_a_report() {
    let with = |documentation: &str| {
        let zone = GovernanceZone::new().documented(documentation);
        models::first().zone("EU\n::error::name", "github:northwind/eu\n::error::owner@main", zone)
    };
    let said = review(&sides(&with("old"), &with("new")), STRANGER, "");
    assert_eq!(said.code, 1, "{said:?}");
    let missing = said.out.lines().find(|line| line.starts_with("missing: ")).unwrap();
    assert!(
        missing.contains(r"eu\n::error::owner@main") && missing.contains(r"EU\n::error::name"),
        "{missing}"
    );
    assert!(!said.out.contains("\n::"), "{}", said.out);
}

#[test]
fn a_report_is_bounded_in_every_form() {
    let many = (0..1500).map(|number| Dataset::new(format!("d{number}"), "id Integr key"));
    let many = many.collect::<Vec<_>>();
    let new = models::first().edit_team("USA", "NorthWind", |team| {
        let store = Datastore::clone(team.datastores().get("NW_Data").unwrap());
        team.without_datastore(&"NW_Data".into()).datastore(many.into_iter().fold(store, Datastore::dataset))
    });
    let fixture = sides(&models::first(), &new);
    let said = |form: &str| review(&fixture, OWNER, &format!("--format {form}")).out;
    let json = review(&fixture, OWNER, "--format json").json();
    let omitted = json["omitted"].as_u64().unwrap();
    assert!(omitted >= 500, "{omitted}");
    assert_eq!(json["findings"].as_array().unwrap().len(), 1000);
    let sarif = review(&fixture, OWNER, "--format sarif").json()["runs"][0].clone();
    assert_eq!(sarif["results"].as_array().unwrap().len(), 1000);
    assert_eq!(sarif["properties"]["omitted"], omitted);
    let more = format!(" and {omitted} more findings");
    for form in ["text", "junit", "markdown"] {
        assert!(said(form).contains(&more), "{form}");
    }
    assert_eq!(said("text").matches("\n  at ").count(), 1000);
    assert_eq!(said("junit").matches("<testcase ").count(), 1001);
}
