//! The client of Kafka Connect.

use super::{ConnectorConfig, ConnectorStatus, status::StatusAnswer};
use crate::{
    Limits, RestError, RestLogin, RestServer, Tls,
    rest::{Action, Http, existing},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use ureq::http::Method;

/// A blocking client of the REST API of Kafka Connect.
///
/// Requests that fail for a passing reason, as a worker that restarts, are repeated for as long as the [limits](Limits) say.
#[derive(Debug)]
pub struct ConnectClient(Http);

/// The effect of putting a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The connector is new.
    Created,
    /// The connector has another configuration now, and starts again.
    Changed,
    /// The connector had this configuration, and was left alone.
    Unchanged,
}

/// A plug-in that the workers have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Plugin {
    /// The name of the class, for `connector.class`.
    pub class: String,
    /// The kind: `source` or `sink`, and others.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version.
    pub version: Option<String>,
}

/// A value of a configuration that a connector does not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigFinding {
    /// The name of the configuration.
    pub name: String,
    /// The reasons.
    pub errors: Vec<String>,
}

impl ConnectClient {
    /// Prepares requests to one worker, or to a balancer before several: `http://host:port`. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If the address is none, or the settings of TLS cannot be used.
    pub fn new(url: &str, tls: &Tls, login: Option<RestLogin>, limits: Limits) -> Result<Self, RestError> {
        Http::new(RestServer::Connect, url, tls, login, limits).map(Self)
    }

    /// Returns the plug-ins for connectors.
    ///
    /// # Errors
    ///
    /// If Kafka Connect cannot be reached.
    pub fn plugins(&self) -> Result<Vec<Plugin>, RestError> {
        let action = Action { subject: "plug-ins", verb: "list them" };
        self.0.call(&Method::GET, "/connector-plugins", None, action)
    }

    /// Returns the names of the connectors, in order.
    ///
    /// # Errors
    ///
    /// If Kafka Connect cannot be reached.
    pub fn connectors(&self) -> Result<Vec<String>, RestError> {
        let action = Action { subject: "connectors", verb: "list them" };
        let mut names: Vec<String> = self.0.call(&Method::GET, "/connectors", None, action)?;
        names.sort();
        Ok(names)
    }

    /// Returns the configuration of a connector; `None` if there is no connector of that name.
    ///
    /// # Errors
    ///
    /// If Kafka Connect cannot be reached.
    pub fn config(&self, name: &str) -> Result<Option<ConnectorConfig>, RestError> {
        let action = Action { subject: name, verb: "show its configuration" };
        existing(self.0.call(&Method::GET, &path(name, "/config"), None, action))
    }

    /// Gives a connector a configuration, and creates it where it is missing. One with the same configuration is left alone.
    ///
    /// # Errors
    ///
    /// If a value is not accepted, or Kafka Connect cannot be reached.
    pub fn put(&self, name: &str, config: &ConnectorConfig) -> Result<Put, RestError> {
        // Kafka Connect adds the name.
        let wanted = config.clone().with("name", name);
        let put = match self.config(name)? {
            Some(found) if found == wanted => return Ok(Put::Unchanged),
            Some(_) => Put::Changed,
            None => Put::Created,
        };
        let action = Action { subject: name, verb: "accept its configuration" };
        let body = body(&wanted);
        let answer = self.0.call::<Json>(&Method::PUT, &path(name, "/config"), Some(&body), action);
        answer.map(|_| put).map_err(|error| redacted(error, config))
    }

    /// Lists the values that a connector of this configuration would not accept. The connector may try to connect to its database for that.
    ///
    /// # Errors
    ///
    /// If `connector.class` is missing or no plug-in, or Kafka Connect cannot be reached.
    pub fn validate(&self, config: &ConnectorConfig) -> Result<Vec<ConfigFinding>, RestError> {
        let values = self.validated(config)?.into_iter();
        let values = values.filter_map(|validated| validated.value);
        let findings = values.filter(|value| !value.errors.is_empty());
        let finding = |value: ValidatedValue| {
            let errors = value.errors.iter().map(|error| config.redact(error)).collect();
            ConfigFinding { name: value.name, errors }
        };
        Ok(findings.map(finding).collect())
    }

    /// Returns the names of all settings that a connector of this configuration has: its own, those of Kafka Connect, and those of its
    /// transformations. A connector takes others without a word.
    ///
    /// # Errors
    ///
    /// As [`validate`](Self::validate).
    pub fn known_settings(&self, config: &ConnectorConfig) -> Result<BTreeSet<String>, RestError> {
        Ok(self.validated(config)?.into_iter().filter_map(|one| Some(one.definition?.name)).collect())
    }

    fn validated(&self, config: &ConnectorConfig) -> Result<Vec<ValidatedConfig>, RestError> {
        let class = config.get("connector.class").unwrap_or_default();
        let action = Action { subject: class, verb: "validate a configuration" };
        let class = utf8_percent_encode(class, NON_ALPHANUMERIC);
        let path = format!("/connector-plugins/{class}/config/validate");
        let answer: Result<Validated, _> = self.0.call(&Method::PUT, &path, Some(&body(config)), action);
        Ok(answer.map_err(|error| redacted(error, config))?.configs)
    }

    /// Returns the state of a connector and its tasks; `None` if there is no connector of that name, or no worker has taken it yet.
    ///
    /// # Errors
    ///
    /// If Kafka Connect cannot be reached.
    pub fn status(&self, name: &str) -> Result<Option<ConnectorStatus>, RestError> {
        let action = Action { subject: name, verb: "show its state" };
        let answer: Result<StatusAnswer, _> = self.0.call(&Method::GET, &path(name, "/status"), None, action);
        Ok(existing(answer.map(Some))?.map(Into::into))
    }

    /// Pauses a connector, which keeps its resources.
    ///
    /// # Errors
    ///
    /// If there is no connector of that name, or Kafka Connect cannot be reached.
    pub fn pause(&self, name: &str) -> Result<(), RestError> {
        self.act(&Method::PUT, name, "/pause", "pause it")
    }

    /// Resumes a connector that was paused or stopped.
    ///
    /// # Errors
    ///
    /// If there is no connector of that name, or Kafka Connect cannot be reached.
    pub fn resume(&self, name: &str) -> Result<(), RestError> {
        self.act(&Method::PUT, name, "/resume", "resume it")
    }

    /// Stops a connector, which gives its resources back, and keeps its offsets.
    ///
    /// # Errors
    ///
    /// If there is no connector of that name, or Kafka Connect cannot be reached.
    pub fn stop(&self, name: &str) -> Result<(), RestError> {
        self.act(&Method::PUT, name, "/stop", "stop it")
    }

    /// Restarts what failed of a connector and its tasks.
    ///
    /// # Errors
    ///
    /// If there is no connector of that name, or Kafka Connect cannot be reached.
    pub fn restart_failed(&self, name: &str) -> Result<(), RestError> {
        self.act(&Method::POST, name, "/restart?includeTasks=true&onlyFailed=true", "restart it")
    }

    /// Returns the offsets of a connector, each with what it is an offset of, as the connector writes them.
    ///
    /// # Errors
    ///
    /// If there is no connector of that name, or Kafka Connect cannot be reached.
    pub fn offsets(&self, name: &str) -> Result<Vec<Json>, RestError> {
        let action = Action { subject: name, verb: "show its offsets" };
        let answer: OffsetsAnswer = self.0.call(&Method::GET, &path(name, "/offsets"), None, action)?;
        Ok(answer.offsets)
    }

    /// Deletes the offsets of a connector that is stopped: it begins anew when it is resumed.
    ///
    /// # Errors
    ///
    /// If there is no connector of that name, it is not stopped, or Kafka Connect cannot be reached.
    pub fn delete_offsets(&self, name: &str) -> Result<(), RestError> {
        self.act(&Method::DELETE, name, "/offsets", "delete its offsets")
    }

    /// Deletes a connector. Its offsets stay. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// If Kafka Connect cannot be reached.
    pub fn delete(&self, name: &str) -> Result<bool, RestError> {
        let deleted = self.act(&Method::DELETE, name, "", "delete it");
        Ok(existing(deleted.map(Some))?.is_some())
    }

    fn act(&self, method: &Method, name: &str, rest: &str, verb: &'static str) -> Result<(), RestError> {
        self.0.call::<Json>(method, &path(name, rest), None, Action { subject: name, verb }).map(drop)
    }
}

fn path(name: &str, rest: &str) -> String {
    format!("/connectors/{}{rest}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

fn body(config: &ConnectorConfig) -> String {
    let object = config.values().iter().map(|(name, value)| (name.clone(), Json::from(value.as_str())));
    Json::Object(object.collect()).to_string()
}

/// Kafka Connect repeats values in its explanations.
fn redacted(error: RestError, config: &ConnectorConfig) -> RestError {
    match error {
        RestError::Refused { server, subject, action, status, message } => {
            RestError::Refused { server, subject, action, status, message: config.redact(&message) }
        }
        error => error,
    }
}

#[derive(Deserialize)]
struct Validated {
    configs: Vec<ValidatedConfig>,
}

#[derive(Deserialize)]
struct ValidatedConfig {
    definition: Option<Definition>,
    value: Option<ValidatedValue>,
}

#[derive(Deserialize)]
struct Definition {
    name: String,
}

#[derive(Deserialize)]
struct ValidatedValue {
    name: String,
    #[serde(default)]
    errors: Vec<String>,
}

#[derive(Deserialize)]
struct OffsetsAnswer {
    offsets: Vec<Json>,
}
