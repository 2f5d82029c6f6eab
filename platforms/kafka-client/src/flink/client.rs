//! The client of the gateway.

use super::{FlinkJob, JobState};
use crate::{
    Limits, RestError, RestLogin, RestServer, Tls,
    rest::{Action, Http},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};
use ureq::http::Method;

/// A blocking client of the REST API of Flink's SQL gateway.
///
/// Requests that fail for a passing reason are repeated for as long as the [limits](Limits) say. Statements are not repeated.
#[derive(Debug)]
pub struct GatewayClient {
    http: Http,
    /// The longest time for a statement.
    answering: Duration,
}

/// The time between two looks at a statement.
const PAUSE: Duration = Duration::from_millis(50);

/// The most parts of an answer to a statement.
const PARTS: usize = 1000;

/// A row of an answer.
type Row = Vec<Json>;

impl GatewayClient {
    /// Prepares requests to a gateway: `http://host:port`. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If the address is none, or the settings of TLS cannot be used.
    pub fn new(url: &str, tls: &Tls, login: Option<RestLogin>, limits: Limits) -> Result<Self, RestError> {
        let answering = limits.answering;
        Ok(Self { http: Http::new(RestServer::Gateway, url, tls, login, limits)?, answering })
    }

    /// Lists the jobs of the cluster, also those that are over, as long as the cluster remembers them.
    ///
    /// # Errors
    ///
    /// If the gateway or its cluster cannot be reached.
    pub fn jobs(&self) -> Result<Vec<FlinkJob>, RestError> {
        let rows = self.execute("jobs", &BTreeMap::new(), &["SHOW JOBS".to_owned()])?;
        let text = |value: Option<&Json>| value.and_then(Json::as_str).unwrap_or_default().to_owned();
        let job = |row: &Row| FlinkJob {
            id: text(row.first()),
            name: text(row.get(1)),
            state: JobState::read(&text(row.get(2))),
        };
        Ok(rows.iter().map(job).collect())
    }

    /// Stops a job without keeping its state.
    ///
    /// # Errors
    ///
    /// If there is no such job, it is over, or the gateway cannot be reached.
    pub fn stop(&self, id: &str) -> Result<(), RestError> {
        let statement = format!("STOP JOB '{}'", id.replace('\'', "''"));
        self.execute(id, &BTreeMap::new(), &[statement]).map(drop)
    }

    /// Executes statements one after the other, in a session of their own with these properties. Returns the rows of the last one: a
    /// statement that starts a job answers with its identifier. `subject` names it all in errors.
    ///
    /// # Errors
    ///
    /// If a statement is refused or takes too long, or the gateway cannot be reached.
    pub fn execute(
        &self,
        subject: &str,
        properties: &BTreeMap<String, String>,
        statements: &[String],
    ) -> Result<Vec<Row>, RestError> {
        let action = Action { subject, verb: "open a session" };
        let body = json!({ "properties": properties }).to_string();
        let session: Session = self.call(&Method::POST, "/v3/sessions", Some(&body), action)?;
        let session = format!("/v3/sessions/{}", session.handle);
        let mut rows = Ok(Vec::new());
        for statement in statements {
            rows = self.statement(subject, &session, statement);
            if rows.is_err() {
                break;
            }
        }
        // One that stays open is closed by the gateway when nobody has used it for long.
        let closing = Action { subject, verb: "close a session" };
        let _ = self.call::<Json>(&Method::DELETE, &session, None, closing);
        rows
    }

    fn statement(&self, subject: &str, session: &str, statement: &str) -> Result<Vec<Row>, RestError> {
        let action = Action { subject, verb: "execute a statement" };
        let body = json!({ "statement": statement }).to_string();
        let operation: Operation =
            self.call(&Method::POST, &format!("{session}/statements"), Some(&body), action)?;
        let operation = format!("{session}/operations/{}", operation.handle);
        let until = Instant::now() + self.answering;
        loop {
            let status: Status = self.call(&Method::GET, &format!("{operation}/status"), None, action)?;
            if !["INITIALIZED", "PENDING", "RUNNING"].contains(&status.status.as_str()) {
                break;
            }
            if Instant::now() > until {
                return Err(RestError::Refused {
                    server: RestServer::Gateway,
                    subject: subject.to_owned(),
                    action: action.verb,
                    status: 408,
                    message: "it takes too long".to_owned(),
                });
            }
            thread::sleep(PAUSE);
        }
        let mut rows = Vec::new();
        for part in 0..PARTS {
            let path = format!("{operation}/result/{part}?rowFormat=JSON");
            let answer: Answer = self.call(&Method::GET, &path, None, action)?;
            rows.extend(answer.results.into_iter().flat_map(|results| results.data).map(|row| row.fields));
            if answer.kind == "EOS" {
                break;
            }
        }
        Ok(rows)
    }

    fn call<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
        action: Action<'_>,
    ) -> Result<T, RestError> {
        self.http.call(method, path, body, action)
    }
}

#[derive(Deserialize)]
struct Session {
    #[serde(rename = "sessionHandle")]
    handle: String,
}

#[derive(Deserialize)]
struct Operation {
    #[serde(rename = "operationHandle")]
    handle: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "resultType")]
    kind: String,
    #[serde(default)]
    results: Option<Results>,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    data: Vec<ResultRow>,
}

#[derive(Deserialize)]
struct ResultRow {
    fields: Row,
}
