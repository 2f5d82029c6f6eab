//! As whom a server is spoken to.
//!
//! The value of a credential is `user:password`. The user ends at the first colon; whatever follows is the password,
//! more colons included. Nothing after the colon means no password, for servers that trust the user. Host, port and
//! database are in the model and never in the secret.
//!
//! Without a credential the user is `postgres`, without a password. Neither the environment (`PGUSER`, `PGPASSWORD`) nor
//! `~/.pgpass` is looked at: what was rendered decides.

use crate::prelude::*;
use datasurface_platform::{RuntimeContext, Secret};

/// The user without a credential.
const DEFAULT_USER: &str = "postgres";

/// A user, and perhaps a password.
pub(super) struct Login(Option<Secret>);

impl Login {
    /// The login that a credential stands for.
    pub(super) fn resolve(
        credential: Option<&CredentialKey>,
        host: &str,
        place: &str,
        site: &RuntimeContext<'_>,
    ) -> Result<Self, PlatformError> {
        let Some(name) = credential else {
            return Ok(Self(None));
        };
        let config = |message: String| PlatformError::new(PlatformErrorKind::Config, message);
        let secret = site
            .credentials
            .secret(name, host)
            .map_err(|error| config(format!("{place} cannot be reached")).caused_by(error))?;
        match secret.reveal().split_once(':') {
            Some((user, _)) if !user.is_empty() && !secret.reveal().contains('\0') => Ok(Self(Some(secret))),
            _ => Err(config(format!("the value of the credential `{name}` is not `user:password`"))),
        }
    }

    /// The user and the password of a credential.
    pub(super) fn parts(&self) -> Option<(&str, &str)> {
        self.0.as_ref().and_then(|secret| secret.reveal().split_once(':'))
    }

    pub(super) fn user(&self) -> &str {
        self.parts().map_or(DEFAULT_USER, |(user, _)| user)
    }

    pub(super) fn password(&self) -> Option<&str> {
        self.parts().map(|(_, password)| password).filter(|password| !password.is_empty())
    }
}
