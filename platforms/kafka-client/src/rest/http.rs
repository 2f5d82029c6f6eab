//! Requests by HTTP, with limits of time and memory.

use super::{RestError, RestServer};
use crate::{
    KafkaError, Limits, Password, Tls,
    retry::Retry,
    transport::{certificates, identity},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use rustls::crypto::ring;
use serde::de::DeserializeOwned;
use std::{fmt, sync::Arc};
use ureq::{
    Agent, Error, RequestExt as _,
    http::{Method, Request, Uri},
    tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig},
};

/// A login by a user and a password (HTTP Basic).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestLogin {
    user: String,
    password: Password,
}

impl RestLogin {
    /// Builds a login.
    #[must_use]
    pub fn new(user: impl Into<String>, password: Password) -> Self {
        Self { user: user.into(), password }
    }
}

/// A server that is asked by HTTP.
#[derive(Clone)]
pub(crate) struct Http {
    server: RestServer,
    agent: Agent,
    url: String,
    login: Option<RestLogin>,
    limits: Limits,
}

/// An action on something that a server has, for errors.
#[derive(Clone, Copy)]
pub(crate) struct Action<'a> {
    pub(crate) subject: &'a str,
    pub(crate) verb: &'static str,
}

/// The hosts that are this machine.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Http {
    pub(crate) fn new(
        server: RestServer,
        url: &str,
        tls: &Tls,
        login: Option<RestLogin>,
        limits: Limits,
    ) -> Result<Self, RestError> {
        let invalid = || RestError::Address(without_user(url));
        let parsed: Uri = url.parse().map_err(|_| invalid())?;
        let scheme = parsed.scheme_str().unwrap_or_default();
        let authority = parsed.authority().ok_or_else(invalid)?.as_str();
        if !["http", "https"].contains(&scheme) || authority.contains('@') || parsed.query().is_some() {
            return Err(invalid());
        }
        let is_local = parsed.host().is_some_and(|host| LOCAL.contains(&host));
        if login.is_some() && scheme == "http" && !is_local {
            return Err(RestError::Insecure(url.to_owned()));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // Another server would get the login.
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(limits.connecting))
            .timeout_global(Some(limits.answering));
        if scheme == "https" {
            let roots = certificates(tls)?;
            let roots: Vec<_> = roots.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
            let tls = TlsConfig::builder()
                .client_cert(client_certificate(tls)?)
                .root_certs(RootCerts::new_with_certs(&roots))
                .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()));
            config = config.tls_config(tls.build());
        }
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { server, agent: config.build().new_agent(), url, login, limits })
    }

    /// Sends a request until it does not fail for a passing reason, and reads the answer. An empty answer is read as null.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
        action: Action<'_>,
    ) -> Result<T, RestError> {
        let mut retry = Retry::new(self.limits.retrying);
        loop {
            match self.call_once(method, path, body, action) {
                Err(error) if error.is_transient() && retry.wait() => {}
                outcome => return outcome,
            }
        }
    }

    fn call_once<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
        action: Action<'_>,
    ) -> Result<T, RestError> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        request = request.header("Content-Type", "application/json").header("Accept", "application/json");
        if let Some(RestLogin { user, password }) = &self.login {
            let login = BASE64_STANDARD.encode(format!("{user}:{}", password.reveal()));
            request = request.header("Authorization", format!("Basic {login}"));
        }
        let request = request.body(body.unwrap_or_default().to_owned());
        let request = request.map_err(|error| self.malformed(&error))?;
        let answer = request.with_agent(&self.agent).run();
        let mut answer = answer.map_err(|error| self.unreachable(&error))?;
        let limit = u64::try_from(self.limits.answer).unwrap_or(u64::MAX);
        let text = answer.body_mut().with_config().limit(limit).read_to_string();
        let text = text.map_err(|error| self.unreachable(&error))?;
        let status = answer.status().as_u16();
        if !answer.status().is_success() {
            let explanation = explanation(&text);
            // Before a server has begun its work, it knows no path at all.
            if status == 404 && explanation.is_none() {
                return Err(RestError::Connection {
                    server: self.server,
                    url: self.url.clone(),
                    reason: format!("it is starting, or is not {}", self.server.expected()),
                    is_transient: true,
                });
            }
            let subject = action.subject.to_owned();
            let message = explanation.unwrap_or_else(|| text.chars().take(300).collect());
            let (server, action) = (self.server, action.verb);
            return Err(RestError::Refused { server, subject, action, status, message });
        }
        let text = if text.trim().is_empty() { "null" } else { &text };
        serde_json::from_str(text).map_err(|error| self.malformed(&error))
    }

    fn unreachable(&self, error: &Error) -> RestError {
        let is_transient =
            matches!(error, Error::Io(_) | Error::ConnectionFailed | Error::Timeout(_) | Error::Protocol(_));
        let (server, url) = (self.server, self.url.clone());
        RestError::Connection { server, url, reason: error.to_string(), is_transient }
    }

    fn malformed(&self, error: &impl fmt::Display) -> RestError {
        let (server, url) = (self.server, self.url.clone());
        RestError::Malformed { server, url, reason: error.to_string() }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("url", &self.url).field("login", &self.login).finish_non_exhaustive()
    }
}

/// The certificates of the client with their private key, as the client of HTTP takes them.
fn client_certificate(tls: &Tls) -> Result<Option<ClientCert>, RestError> {
    let (Some((certificates, _)), Some(given)) = (identity(tls)?, &tls.identity) else { return Ok(None) };
    let certificates: Vec<_> = certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    let key = PrivateKey::from_pem(given.key.reveal().as_bytes());
    let key = key.map_err(|error| KafkaError::Tls(error.to_string()))?;
    Ok(Some(ClientCert::new_with_certs(&certificates, key)))
}

/// An address for an error: a user in it may be a token.
fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        _ => url.to_owned(),
    }
}

/// The explanation of a server: with a code that other servers do not give, or the errors of a gateway.
fn explanation(text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Explained {
        #[serde(rename = "error_code")]
        _code: u16,
        message: String,
    }
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    let explained = serde_json::from_str::<Explained>(text).ok().map(|explained| explained.message);
    explained.or_else(|| serde_json::from_str::<Errors>(text).ok().map(|found| innermost(&found.errors)))
}

/// The cause that is behind all others in traces of Java, without its class.
fn innermost(errors: &[String]) -> String {
    let lines = || errors.iter().flat_map(|error| error.lines());
    let cause = lines().rev().find_map(|line| line.strip_prefix("Caused by: "));
    let cause = cause.map(|cause| cause.split_once(": ").map_or(cause, |(_, message)| message));
    cause.or_else(|| lines().next()).unwrap_or_default().chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_is_what_is_behind_all_causes() {
        let gateway = r#"{"errors":["Internal server error.","<Exception on server side:\na.B: x\n\tat c\nCaused by: a.C: y\n\tat d\nCaused by: a.D: z: 1\n\tat e\n"]}"#;
        assert_eq!(explanation(gateway).as_deref(), Some("z: 1"));
        assert_eq!(explanation(r#"{"errors":["Not found.","more"]}"#).as_deref(), Some("Not found."));
        assert_eq!(explanation(r#"{"error_code":409,"message":"wait"}"#).as_deref(), Some("wait"));
        assert_eq!(explanation("<html>"), None);
    }
}
