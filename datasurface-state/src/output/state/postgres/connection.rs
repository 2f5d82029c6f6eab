//! The connection to a server.

use crate::output::state::database::Reason;
use datasurface_platform::Secret;
use std::{
    error::Error,
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};
use tokio_postgres::{
    Client, Config, NoTls, Transaction,
    config::{ChannelBinding, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// The longest time until a server answers.
const WAIT: Duration = Duration::from_secs(60);

/// The longest time until a connection is there.
const CONNECT: Duration = Duration::from_secs(15);

/// What every session is told: the server gives up before whoever waits for it does, and a transaction that was left alone ends.
const SETTINGS: &str = "SET statement_timeout = '50s'; SET lock_timeout = '20s'; SET idle_in_transaction_session_timeout = '50s'; \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// One connection. When it is lost, it stays lost.
pub(super) struct Session {
    // Before the runtime, which its connection runs in.
    client: Mutex<Option<Client>>,
    runtime: Runtime,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

impl Session {
    /// Connects. Only with a server on this machine is no TLS spoken; every other one has a certificate of an authority that the operating system
    /// trusts, for its name, and proves that it knows the password: it is never sent to one that asks for it.
    pub(super) fn open(
        (host, port): (&str, u16),
        (user, database): (&str, &str),
        password: &Secret,
    ) -> Result<Self, Reason> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let mut config = Config::new();
        config.host(host).port(port).user(user).dbname(database).password(password.reveal());
        config.application_name("datasurface").connect_timeout(CONNECT);
        let is_here =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let mut connect = async || -> Result<Client, Reason> {
            if is_here {
                let (client, connection) =
                    config.ssl_mode(SslMode::Disable).connect(NoTls).await.map_err(reason)?;
                tokio::spawn(connection);
                Ok(client)
            } else {
                let tls = MakeRustlsConnect::new(tls()?);
                let (client, connection) = config
                    .ssl_mode(SslMode::Require)
                    .channel_binding(ChannelBinding::Require)
                    .connect(tls)
                    .await
                    .map_err(reason)?;
                tokio::spawn(connection);
                Ok(client)
            }
        };
        let client = runtime.block_on(async { timeout(WAIT, connect()).await.map_err(|_| late())? })?;
        let session = Self { client: Mutex::new(Some(client)), runtime };
        session.run(async |client| client.batch_execute(SETTINGS).await)?;
        Ok(session)
    }

    /// Does something with the connection.
    pub(super) fn run<T>(
        &self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Reason> {
        let mut held = self.client();
        let client = held.as_mut().ok_or("the connection was lost")?;
        let done = self.runtime.block_on(async { timeout(WAIT, work(client)).await });
        // What the server still does for an answer that nobody waits for is no part of what comes next.
        if done.is_err() || client.is_closed() {
            *held = None;
        }
        done.map_err(|_| late())?.map_err(reason)
    }

    /// Does something in one transaction, which is undone if it says no.
    pub(super) fn transact(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<bool, tokio_postgres::Error>,
    ) -> Result<bool, Reason> {
        self.run(async |client| {
            let transaction = client.transaction().await?;
            match work(&transaction).await? {
                true => transaction.commit().await.map(|()| true),
                false => transaction.rollback().await.map(|()| false),
            }
        })
    }

    fn client(&self) -> MutexGuard<'_, Option<Client>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tls() -> Result<ClientConfig, Reason> {
    let mut roots = RootCertStore::empty();
    match roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs) {
        (0, _) => {
            Err("the operating system trusts no authority, and nobody vouches for the server".to_owned())
        }
        _ => ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map(|config| config.with_root_certificates(roots).with_no_client_auth())
            .map_err(|error| error.to_string()),
    }
}

fn late() -> Reason {
    format!("the server did not answer for {} seconds", WAIT.as_secs())
}

fn reason(error: tokio_postgres::Error) -> Reason {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
