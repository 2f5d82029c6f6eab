//! Slots: how much of its log a database keeps for a source. It says so itself, in a message at each heartbeat.

use super::clients::{Clients, kafka_failed};
use crate::render::Connector;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use datasurface_platform::prelude::*;
use serde_json::Value;

/// What a database said of a slot.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct SlotState {
    kept_bytes: u64,
    /// In the words of PostgreSQL: `reserved`, as long as the log is within its usual size.
    state: String,
}

/// Returns the problem of the slot of a source; none while the log is within its usual size, or nothing is known.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn problem(clients: &mut Clients, source: &Connector) -> Result<Option<String>, PlatformError> {
    let Some(server) = source.config.get("topic.prefix") else { return Ok(None) };
    let topic = format!("{server}.message");
    let kafka = &mut clients.kafka;
    let failed = |error| kafka_failed(format!("reading the topic `{topic}`"), error);
    if kafka.topic(&topic).map_err(failed)?.is_none() {
        return Ok(None);
    }
    let first = kafka.first_offsets(&topic).map_err(failed)?;
    let end = kafka.end_offsets(&topic).map_err(failed)?.get(&0).copied().unwrap_or_default();
    let last = first.get(&0).copied().unwrap_or_default().max(end.saturating_sub(1));
    let record = kafka.records(&topic, 0, last..end).last().transpose().map_err(failed)?;
    let Some(value) = record.and_then(|record| record.value) else { return Ok(None) };
    let state = clients.payload(&value)?.and_then(|message| state(&message));
    Ok(state.filter(|slot| slot.state != "reserved").map(|slot| {
        format!(
            "its slot keeps {} MiB of the log of its database, which calls that `{}`: look for a transaction that is open for long, \
             and for what keeps the source from reading",
            slot.kept_bytes >> 20,
            slot.state
        )
    }))
}

/// Reads the content of a message of a heartbeat.
fn state(message: &Value) -> Option<SlotState> {
    let content = message.pointer("/message/content")?.as_str()?;
    serde_json::from_slice(&BASE64_STANDARD.decode(content).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_content_in_base64() {
        let content = BASE64_STANDARD.encode(r#"{"kept_bytes" : 6697904, "state" : "extended"}"#);
        let message = json!({"message": {"prefix": "datasurface", "content": content}});
        assert_eq!(state(&message), Some(SlotState { kept_bytes: 6_697_904, state: "extended".to_owned() }));
        assert_eq!(state(&json!({"message": {"content": "?"}})), None);
    }
}
