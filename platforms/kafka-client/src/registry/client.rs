//! The client of a registry of schemas.

use super::Compatibility;
use crate::{
    Limits, RestError, RestLogin, RestServer, Tls,
    rest::{Action, Http, existing},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use ureq::http::Method;

/// A blocking client of a registry of schemas, by the API of Confluent's.
///
/// Requests that fail for a passing reason are repeated for as long as the [limits](Limits) say.
#[derive(Clone, Debug)]
pub struct RegistryClient(Http);

/// What a registry says of a subject.
#[derive(Deserialize)]
struct Config {
    #[serde(rename = "compatibilityLevel")]
    compatibility: Option<Compatibility>,
}

#[derive(Deserialize)]
struct Schema {
    schema: String,
}

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

impl RegistryClient {
    /// Prepares requests to a registry: `http://host:port`, and the path behind which its API begins. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If the address is none, or the settings of TLS cannot be used.
    pub fn new(url: &str, tls: &Tls, login: Option<RestLogin>, limits: Limits) -> Result<Self, RestError> {
        Http::new(RestServer::Registry, url, tls, login, limits).map(Self)
    }

    /// Returns the names of the subjects, in order.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached.
    pub fn subjects(&self) -> Result<Vec<String>, RestError> {
        let action = Action { subject: "subjects", verb: "list them" };
        let mut names: Vec<String> = self.0.call(&Method::GET, "/subjects", None, action)?;
        names.sort();
        Ok(names)
    }

    /// Returns the schema of an ID, as it was registered; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached.
    pub fn schema(&self, id: u32) -> Result<Option<String>, RestError> {
        let subject = id.to_string();
        let action = Action { subject: &subject, verb: "show a schema" };
        let answer = self.0.call::<Schema>(&Method::GET, &format!("/schemas/ids/{id}"), None, action);
        Ok(existing(answer.map(Some))?.map(|answer| answer.schema))
    }

    /// Returns the schemas of all versions of a subject, the first one first; none if there is no such subject.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached.
    pub fn versions(&self, subject: &str) -> Result<Vec<String>, RestError> {
        let action = Action { subject, verb: "list its versions" };
        let versions = format!("{}/versions", path("/subjects", subject));
        let numbers = self.0.call::<Vec<u32>>(&Method::GET, &versions, None, action);
        let schemas = existing(numbers.map(Some))?.unwrap_or_default().into_iter().map(|number| {
            let action = Action { subject, verb: "show a version" };
            let answer = self.0.call::<Schema>(&Method::GET, &format!("{versions}/{number}"), None, action);
            Ok(existing(answer.map(Some))?.map(|answer| answer.schema))
        });
        // One may be deleted meanwhile.
        schemas.filter_map(Result::transpose).collect()
    }

    /// Returns the mode of a subject; `None` if it has none of its own, or there is no such subject.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached.
    pub fn compatibility(&self, subject: &str) -> Result<Option<Compatibility>, RestError> {
        let action = Action { subject, verb: "show its compatibility" };
        let answer = self.0.call::<Config>(&Method::GET, &path("/config", subject), None, action);
        Ok(existing(answer.map(Some))?.and_then(|config| config.compatibility))
    }

    /// Sets the mode of a subject. It may have no schema yet. Returns whether the registry took it: some want a schema first.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached.
    pub fn set_compatibility(&self, subject: &str, mode: Compatibility) -> Result<bool, RestError> {
        let action = Action { subject, verb: "set its compatibility" };
        let body = json!({ "compatibility": mode }).to_string();
        let answer = self.0.call::<Json>(&Method::PUT, &path("/config", subject), Some(&body), action);
        Ok(existing(answer.map(Some))?.is_some())
    }

    /// Returns whether a subject has a schema.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached, or takes it for no schema.
    pub fn has_schema(&self, subject: &str, schema: &str) -> Result<bool, RestError> {
        let action = Action { subject, verb: "look up a schema" };
        let body = json!({ "schema": schema }).to_string();
        let answer = self.0.call::<Json>(&Method::POST, &path("/subjects", subject), Some(&body), action);
        Ok(existing(answer.map(Some))?.is_some())
    }

    /// Registers a schema in Avro as the next version of a subject, and returns its ID. One that the subject has is not registered again.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached, takes it for no schema, or refuses it by the [mode](Self::compatibility) of the subject.
    pub fn register(&self, subject: &str, schema: &str) -> Result<u32, RestError> {
        let action = Action { subject, verb: "register a schema" };
        let body = json!({ "schema": schema }).to_string();
        let path = format!("{}/versions", path("/subjects", subject));
        Ok(self.0.call::<Registered>(&Method::POST, &path, Some(&body), action)?.id)
    }

    /// Deletes a subject with all of its versions. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// If the registry cannot be reached, or another schema refers to it.
    pub fn delete_subject(&self, subject: &str) -> Result<bool, RestError> {
        let path = path("/subjects", subject);
        let delete = |query: &str| -> Result<bool, RestError> {
            let action = Action { subject, verb: "delete it" };
            let answer = self.0.call::<Json>(&Method::DELETE, &format!("{path}{query}"), None, action);
            Ok(existing(answer.map(Some))?.is_some())
        };
        // A registry deletes for good what it has hidden before.
        let was_there = delete("")?;
        Ok(delete("?permanent=true")? || was_there)
    }
}

fn path(of: &str, subject: &str) -> String {
    format!("{of}/{}", utf8_percent_encode(subject, NON_ALPHANUMERIC))
}
