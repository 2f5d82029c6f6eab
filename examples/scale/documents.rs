//! The documents of an ecosystem as people have them: one of each team, and one of the rest.

use serde_json::{Value, json};

/// Divides a model into documents, by name without an ending. The last one is what no team has.
pub(crate) fn by_team(mut frame: Value) -> Vec<(String, Value)> {
    let mut documents = Vec::new();
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
            definition.insert("format".to_owned(), json!("datasurface/1"));
            definition.insert("team".to_owned(), json!(path));
            documents.push((path, Value::Object(definition)));
        }
    }
    documents.push(("model".to_owned(), frame));
    documents
}

/// Returns a member that is a text.
pub(crate) fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}
