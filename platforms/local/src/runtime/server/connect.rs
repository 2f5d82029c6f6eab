//! Connections to PostgreSQL, made within bounds.

use super::{
    authentication::{AuthenticationError, AuthenticationFilter, AuthenticationPolicy},
    client::{Client, Connection, Driver},
    error::ServerError,
    login::Login,
    socket,
    tls::Tls,
};
use crate::{
    prelude::*,
    server_address::ServerAddress,
    server_settings::{SslMode, is_socket},
};
use datasurface_platform::RuntimeContext;
use std::{error::Error as _, io, time::Duration};
use tokio::{runtime, time::timeout};
use tokio_postgres::{Config, Error, NoTls, config};

/// How a server is connected to: everything that the settings name was read.
pub(in crate::runtime) struct Connector {
    host: String,
    port: u16,
    database: String,
    config: Config,
    accepts: AuthenticationPolicy,
    tls: Option<Tls>,
    within: Duration,
    /// For how long it may stay silent later.
    timeout: Option<Duration>,
    /// What no message may repeat.
    secrets: Vec<String>,
}

/// Connects as the user of the credential, see [`Login`], with these settings of the session.
pub(in crate::runtime) fn connect(
    address: &ServerAddress,
    site: &RuntimeContext<'_>,
    settings: &str,
) -> Result<(Client, Connector), PlatformError> {
    let connector = Connector::new(address, site, settings)?;
    let client = connector.connect().map_err(|server_error| refused(address, server_error))?;
    Ok((client, connector))
}

/// Connects if the server has such a database.
pub(in crate::runtime) fn connect_if_there(
    address: &ServerAddress,
    site: &RuntimeContext<'_>,
    settings: &str,
) -> Result<Option<Client>, PlatformError> {
    match Connector::new(address, site, settings)?.connect() {
        Ok(client) => Ok(Some(client)),
        Err(server_error) if server_error.is_about_a_missing_database() => Ok(None),
        Err(server_error) => Err(refused(address, server_error)),
    }
}

fn refused(address: &ServerAddress, server_error: ServerError) -> PlatformError {
    let named = match &address.credential {
        Some(name) => format!("with the credential `{name}`"),
        None => "without a credential".to_owned(),
    };
    server_error.into_platform_error(format!("cannot connect to {} {named}", address.place()))
}

impl Connector {
    fn new(
        address: &ServerAddress,
        site: &RuntimeContext<'_>,
        settings: &str,
    ) -> Result<Self, PlatformError> {
        let login = Login::resolve(address.credential.as_ref(), &address.host, &address.place(), site)?;
        let mode = address.settings.sslmode_at(&address.host);
        let accepts = AuthenticationPolicy {
            insecure_password: address.settings.insecure_password,
            // Where nobody looks at its certificate, a server proves who it is by knowing the password.
            no_question: mode != SslMode::Require || login.password().is_none(),
        };
        let error = |message: &str| refused(address, ServerError::new(message));
        if let Some(reason) = address.settings.error() {
            return Err(error(reason));
        }
        let tls = match mode {
            SslMode::Disable => None,
            _ if is_socket(&address.host) => {
                return Err(error("no TLS is spoken on a socket; set `sslmode` to `disable`"));
            }
            mode => {
                let is_verified = mode == SslMode::VerifyFull;
                let tls = Tls::new(&address.host, &address.settings, is_verified, accepts, site.root);
                Some(tls.map_err(|server_error| refused(address, server_error))?)
            }
        };
        let mut config = Config::new();
        config
            .dbname(&address.database)
            .user(login.user())
            .application_name("datasurface")
            .options(settings)
            .ssl_mode(if tls.is_some() { config::SslMode::Require } else { config::SslMode::Disable });
        if let Some(password) = login.password() {
            config.password(password);
        }
        Ok(Self {
            host: address.host.clone(),
            port: address.port,
            database: address.database.clone(),
            config,
            accepts,
            tls,
            within: address.settings.connect_timeout(),
            timeout: address.settings.answer_timeout(),
            secrets: login
                .parts()
                .into_iter()
                .flat_map(|(user, password)| [user, password])
                .map(str::to_owned)
                .collect(),
        })
    }

    fn connect(&self) -> Result<Client, ServerError> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ServerError::new(error.to_string()))?;
        match runtime.block_on(async { timeout(self.within, self.try_connect()).await }) {
            Ok(Ok((client, connection))) => {
                Ok(Client::new(Driver::new(runtime, connection, self.timeout), client))
            }
            Ok(Err(server_error)) => Err(server_error),
            Err(_) => {
                // Nobody waits for a name that is still being looked up.
                runtime.shutdown_background();
                let seconds = self.within.as_secs();
                Err(ServerError::new(format!("no answer within {seconds} s (`connect_timeout_seconds`)")))
            }
        }
    }

    async fn try_connect(&self) -> Result<(tokio_postgres::Client, Connection), ServerError> {
        let line = socket::connect(&self.host, self.port)
            .await
            .map_err(|error| ServerError::new(error.to_string()))?;
        let connected = match self.tls.clone() {
            Some(tls) => {
                let connected = self.config.connect_raw(line, tls).await;
                connected.map(|(client, connection)| (client, Box::pin(connection) as Connection))
            }
            None => {
                let connected =
                    self.config.connect_raw(AuthenticationFilter::new(line, self.accepts), NoTls).await;
                connected.map(|(client, connection)| (client, Box::pin(connection) as Connection))
            }
        };
        connected.map_err(|error| self.redacted(&error))
    }

    /// Why the server does not let us in. What it says was never seen before, and may repeat anything.
    fn redacted(&self, error: &Error) -> ServerError {
        let mut reason = error.source();
        while let Some(behind) = reason {
            // The error of a stream holds what it was made of, and names as its source what is behind that.
            let held = behind.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if let Some(refused) = held.and_then(|held| held.downcast_ref::<AuthenticationError>()) {
                return ServerError::new(refused.to_string());
            }
            reason = behind.source();
        }
        let redacted = ServerError::from_postgres(error);
        if redacted.is_about_a_missing_database() {
            return redacted.with_message(format!("database \"{}\" does not exist", self.database));
        }
        if error.code().is_some_and(|code| code.code().starts_with("28")) {
            let also = if self.tls.is_some() { "a client's certificate" } else { "TLS (`sslmode`)" };
            return ServerError::new(format!("{redacted}, or wants {also}"));
        }
        let text = redacted.to_string();
        match self.secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret)) {
            true => ServerError::new("the server repeats the login in its answer, so that is not shown"),
            false => redacted,
        }
    }

    /// Asks the server to stop what it is doing for a client, on a line of its own, which is as safe as the first.
    pub(in crate::runtime) fn cancel(&self, client: &mut Client) {
        client.cancel(self.within, self.tls.clone(), socket::connect(&self.host, self.port));
    }
}
