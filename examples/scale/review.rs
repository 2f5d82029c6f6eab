//! The review of one change: model, change and lock, against the loading of both sides; then with choice and lint.

use crate::report::Report;
use chrono::NaiveDate;
use datasurface::{
    broker::Broker,
    change::ChangeSource,
    document::{Documents, Loader, to_value},
    model::Ecosystem,
    platform::prelude::Registry,
    review::{Review, ReviewSide},
};
use datasurface_local::LocalPlatform;
use serde_json::{Value, json};
use std::error::Error;

/// Reviews a change of the documentation of one team: first by a host without platforms, so that nothing is chosen and linted,
/// then by one that knows them.
pub(crate) fn measure(ecosystem: &Ecosystem, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let old = documents(ecosystem, false);
    let new = documents(ecosystem, true);
    report.count("documents", old.names().count());
    report.timed("load_both_ms", || {
        let mut loader = Loader::new();
        loader.load(&old)?;
        loader.load(&new)
    })?;
    let source = ChangeSource::new("github:synthetic/team@main");
    let sides = [ReviewSide::new(old), ReviewSide::new(new)];
    let [old, new] = &sides;
    let mut judge = |phase: &str, registry| {
        let broker = Broker::new(registry);
        let review = Review::new(&broker, source.clone(), NaiveDate::MIN);
        let judged = report.timed(&format!("{phase}_ms"), || review.judge(old, new));
        report.count(&format!("{phase}_findings"), judged.findings.len() + judged.known.len());
    };
    judge("review", Registry::new());
    judge("review_with_platforms", Registry::new().with_plugin::<LocalPlatform>());
    // At most 3: the loading, which is part of it, and twice as much for model, change and lock.
    report.ratio("review_to_load", "review_ms", "load_both_ms");
    Ok(())
}

/// The model with a document for each team, the first of which says something else after a change.
fn documents(ecosystem: &Ecosystem, is_changed: bool) -> Documents {
    let mut frame = to_value(ecosystem);
    let mut documents = Documents::new();
    for platform in frame.get_mut("platforms").and_then(Value::as_array_mut).into_iter().flatten() {
        let database = format!("{}.db", text(platform, "name"));
        if let Some(platform) = platform.as_object_mut() {
            platform.insert("config".to_owned(), json!({"database": database}));
        }
    }
    let zones = frame.get_mut("zones").and_then(Value::as_array_mut);
    for zone in zones.into_iter().flatten() {
        let name = text(zone, "name");
        let teams = zone.pointer_mut("/definition/teams").and_then(Value::as_array_mut);
        for team in teams.into_iter().flatten() {
            let path = format!("{name}/{}", text(team, "name"));
            let Some(Value::Object(mut definition)) =
                team.as_object_mut().and_then(|team| team.remove("definition"))
            else {
                continue;
            };
            if is_changed && documents.is_empty() {
                definition.insert("documentation".to_owned(), json!("another text"));
            }
            definition.insert("format".to_owned(), json!("datasurface/1"));
            definition.insert("team".to_owned(), json!(path));
            documents = documents.document(format!("{path}.json"), Value::Object(definition).to_string());
        }
    }
    documents.document("model.json", frame.to_string())
}

fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}
