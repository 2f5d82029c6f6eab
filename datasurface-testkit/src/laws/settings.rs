//! Law 23: settings that break the JSON Schema of a platform are refused, and those that are accepted have an effect.

use super::{OnPlatform, ReportBuilder};
use crate::{
    harness::Harness,
    law::Law,
    platform_under_test::{changed, list},
};
use datasurface_broker::{Lock, Proposal};
use datasurface_model::{Ecosystem, Entity, PlatformName};
use datasurface_platform::{SafePath, ScopeRecord};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The name of a setting that no schema has.
const UNKNOWN: &str = "no_such_setting";

/// Declares every platform with settings that its schema does not allow.
pub(crate) fn check(report: &mut ReportBuilder, harness: &Harness, ecosystem: &Ecosystem) {
    for declaration in ecosystem.platforms() {
        let Some(schema) = harness.settings_schema(declaration) else {
            continue;
        };
        for (mistake, settings) in mistakes(&schema, &declaration.config().value()) {
            let name = declaration.name();
            let ecosystem = with_settings(ecosystem, name.as_str(), &settings);
            if harness.place(&ecosystem, &Lock::default()).is_ok() {
                let place = OnPlatform(name, "its settings");
                report.report(Law::SettingsAreChecked, place, format!("{mistake}, and nothing refuses that"));
            }
        }
    }
}

/// Compares what is rendered with another value of a setting.
pub(crate) fn check_effect(
    report: &mut ReportBuilder,
    name: &str,
    before: &Proposal,
    after: Option<&Proposal>,
) {
    if after.is_some_and(|after| rendered(before) == rendered(after)) {
        let difference = format!("nothing that is rendered differs, whatever the setting `{name}`");
        report.report(Law::SettingsAreChecked, "all platforms", difference);
    }
}

/// The resources and files of every scope of each platform, by its folder.
fn rendered(proposal: &Proposal) -> BTreeMap<(&PlatformName, &SafePath), &ScopeRecord> {
    let platforms = proposal.manifest().platforms().iter();
    let scopes = platforms.flat_map(|(name, record)| record.scopes.iter().map(move |entry| (name, entry)));
    scopes.map(|(name, entry)| ((name, &entry.folder), &*entry.record)).collect()
}

fn with_settings(ecosystem: &Ecosystem, name: &str, settings: &Value) -> Ecosystem {
    changed(ecosystem, |document| {
        let mut platforms = list(document, "platforms");
        let declared = platforms.find(|platform| platform.get("name").and_then(Value::as_str) == Some(name));
        if let Some(members) = declared.and_then(Value::as_object_mut) {
            members.insert("config".to_owned(), settings.clone());
        }
    })
}

/// Settings that differ from these ones, and break a schema in one respect. Only what the schema says directly is looked at.
fn mistakes(schema: &Value, settings: &Value) -> Vec<(String, Value)> {
    let settings = settings.as_object().cloned().unwrap_or_default();
    let mut mistakes = Vec::new();
    if schema.get("additionalProperties") == Some(&json!(false)) {
        mistakes.push((format!("`{UNKNOWN}` is unknown"), with(&settings, UNKNOWN, json!(true))));
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if let Some(name) = name.as_str() {
            let mut settings = settings.clone();
            settings.shift_remove(name);
            mistakes.push((format!("`{name}` is required and missing"), Value::Object(settings)));
        }
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        // No setting that must be an object, or a text, or a number, may be a list of a list.
        let is_other = match property.get("type") {
            Some(Value::String(wanted)) => wanted != "array",
            _ => false,
        };
        if is_other {
            mistakes.push((format!("`{name}` is of another type"), with(&settings, name, json!([[]]))));
        }
    }
    mistakes
}

fn with(settings: &Map<String, Value>, name: &str, value: Value) -> Value {
    let mut settings = settings.clone();
    settings.insert(name.to_owned(), value);
    Value::Object(settings)
}
