//! A slip in a waiver is told beside the error that it was to accept, and beside a document that cannot be read.

use crate::{
    fixture::*,
    review::{MODEL, judged, refusals},
};
use datasurface_broker::Lock;
use datasurface_change::ChangeSource;
use datasurface_document::Documents;
use datasurface_model::*;
use datasurface_review::{Review, ReviewReport, ReviewSide};

const PLACE: &str = "zones/Z/teams/T/datastores/S";

fn model() -> Ecosystem {
    fixture([minimal_platform("P")], [consumer("W", DatasetGroup::new("g").with_sinks(["S/a"]))])
}

fn with_waiver(code: &str, path: &str) -> Ecosystem {
    model().waiver(Waiver::new(code, path, "known", day("2027-01-01")))
}

/// The codes of findings about waivers themselves.
fn slips(report: &ReviewReport) -> Vec<&str> {
    let codes = report.findings.codes();
    codes.filter(|code| code.starts_with("waiver/") || *code == "reference/unknown-path").collect()
}

fn side(ecosystem: &Ecosystem, beside: &str) -> ReviewSide {
    let documents = Documents::new()
        .document("model.json", datasurface_document::to_json(ecosystem))
        .document("beside.json", beside);
    ReviewSide::new(documents)
}

#[test]
fn beside_a_document_that_cannot_be_read() {
    let unknown_code = with_waiver("governance/locatoin", PLACE);
    let unknown_path = with_waiver("name/reserved-word", "platforms/Q");
    let whole = r#"{"format": "datasurface/1", "vendors": [{"name": "X"}]}"#;
    let broken = r#"{"format": "datasurface/1", "vendors": [{"name": "X", "nonsense": 1}]}"#;
    let broker = broker();
    let review = Review::new(&broker, ChangeSource::new(MODEL), today());
    for (new, unread, slip) in [
        (&unknown_code, "{", Some("waiver/unknown-code")),
        (&unknown_code, broken, Some("waiver/unknown-code")),
        (&unknown_path, broken, Some("reference/unknown-path")),
        // What cannot be read may be what the waiver is about.
        (&unknown_path, "{", None),
        (&model(), broken, None),
    ] {
        let slip: Vec<&str> = slip.into_iter().collect();
        let report = review.judge(&side(&model(), whole), &side(new, unread));
        assert_eq!(slips(&report), slip, "{unread}: {report}");
        assert!(report.findings.codes().any(|code| code.starts_with("document/")), "{report}");
        let mut at_waivers = report.findings.iter().filter(|it| slip.contains(&it.code()));
        assert!(
            at_waivers.all(|it| it.position().is_some_and(|it| &*it.document == "model.json")),
            "{report}"
        );
        assert_eq!(slips(&review.judge_first(&side(new, unread))), slip);
        // What was there before is no news.
        assert_eq!(slips(&review.judge(&side(new, whole), &side(new, unread))), [] as [&str; 0]);
    }
}

#[test]
fn beside_the_error_that_it_was_to_accept() {
    let denied = |ecosystem: Ecosystem| {
        let rule = PolicyRule::Locations(Permitted::all_except([Place::from("V/L")]));
        ecosystem.edit_zone("Z", |zone| zone.policy(Policy::new("p", rule)))
    };
    let lock = Lock::default();
    let judge = |new: &Ecosystem| judged([(&model(), &lock), (new, &lock)], "github:o/zone@main", today());
    let report = judge(&denied(with_waiver("governance/locatoin", PLACE)));
    assert!(refusals(&report).contains(&"governance/location"), "{report}");
    assert_eq!(slips(&report), ["waiver/unknown-code"], "{report}");
    assert_eq!(slips(&judge(&denied(model()))), [] as [&str; 0]);
}
