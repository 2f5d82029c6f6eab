//! The review of one change: model, change and lock, against the loading of both sides; then with choice and lint.

use crate::{
    documents::{by_team, text},
    report::Report,
};
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
    let mut model = to_value(ecosystem);
    for platform in model.get_mut("platforms").and_then(Value::as_array_mut).into_iter().flatten() {
        let database = format!("{}.db", text(platform, "name"));
        if let Some(platform) = platform.as_object_mut() {
            platform.insert("config".to_owned(), json!({"database": database}));
        }
    }
    let mut documents = by_team(model);
    if let Some((_, Value::Object(first))) = documents.first_mut().filter(|_| is_changed) {
        first.insert("documentation".to_owned(), json!("another text"));
    }
    let add = |all: Documents, (name, document): (String, Value)| {
        all.document(format!("{name}.json"), document.to_string())
    };
    documents.into_iter().fold(Documents::new(), add)
}
