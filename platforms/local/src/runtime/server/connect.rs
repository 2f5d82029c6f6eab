//! Connections to PostgreSQL, made within bounds.
//!
//! There is no TLS: a server in another network is reached through a tunnel.

use super::{login::Login, trouble::Trouble};
use crate::{prelude::*, server_address::ServerAddress};
use datasurface_platform::Site;
use postgres::{Client, Config, NoTls, config::SslMode};
use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

/// For how long a server may take to accept the TCP connection.
const REACHED_WITHIN: Duration = Duration::from_secs(10);

/// For how long it may take until it is ready for statements; a server that accepts and then says nothing is no better
/// than none.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// For how long what was sent may stay unacknowledged, and a quiet line unchecked.
const ALIVE_WITHIN: Duration = Duration::from_secs(60);

/// Connects as the user of the credential, see [`Login`], with these settings of the session.
pub(in crate::runtime) fn connect(
    address: &ServerAddress,
    site: &Site<'_>,
    settings: &str,
) -> Result<Client, PlatformError> {
    try_connect(address, site, settings)?.map_err(|trouble| refused(address, trouble))
}

/// Connects if the server has such a database.
pub(in crate::runtime) fn connect_if_there(
    address: &ServerAddress,
    site: &Site<'_>,
    settings: &str,
) -> Result<Option<Client>, PlatformError> {
    match try_connect(address, site, settings)? {
        Ok(client) => Ok(Some(client)),
        Err(trouble) if trouble.is_about_a_missing_database() => Ok(None),
        Err(trouble) => Err(refused(address, trouble)),
    }
}

fn refused(address: &ServerAddress, trouble: Trouble) -> PlatformError {
    let named = match &address.credential {
        Some(name) => format!("with the credential `{name}`"),
        None => "without a credential".to_owned(),
    };
    trouble.while_doing(format!("cannot connect to {} {named}", address.place()))
}

fn try_connect(
    address: &ServerAddress,
    site: &Site<'_>,
    settings: &str,
) -> Result<Result<Client, Trouble>, PlatformError> {
    let place = address.place();
    let login = Login::of(address.credential.as_ref(), &place, site)?;
    let mut config = Config::new();
    config
        .host(&address.host)
        .port(address.port)
        .dbname(&address.database)
        .user(login.user())
        .application_name("datasurface")
        .options(settings)
        .ssl_mode(SslMode::Disable)
        .connect_timeout(REACHED_WITHIN)
        .tcp_user_timeout(ALIVE_WITHIN)
        .keepalives_idle(ALIVE_WITHIN);
    if let Some(password) = login.password() {
        config.password(password);
    }
    Ok(within_bounds(config))
}

fn within_bounds(config: Config) -> Result<Client, Trouble> {
    let (done, waiting) = channel();
    // Nothing bounds the time between an accepted connection and the server's answer, so another thread waits for it.
    thread::Builder::new()
        .name("connecting".to_owned())
        .spawn(move || {
            // Nobody waits any more after that time.
            let _ = done.send(config.connect(NoTls));
        })
        .map_err(|error| Trouble::said(error.to_string()))?;
    match waiting.recv_timeout(READY_WITHIN) {
        Ok(connected) => connected.map_err(|error| Trouble::of(&error)),
        Err(RecvTimeoutError::Timeout) => {
            Err(Trouble::said(format!("no answer within {} s", READY_WITHIN.as_secs())))
        }
        Err(RecvTimeoutError::Disconnected) => Err(Trouble::said("the attempt broke off")),
    }
}
