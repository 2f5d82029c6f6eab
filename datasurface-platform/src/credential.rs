//! Secrets are names: a runtime asks for a value by name, and never shows it.

use datasurface_model::CredentialName;
use std::{error::Error, fmt};

/// Gives values to a runtime, by name.
pub trait CredentialSource: fmt::Debug + Send + Sync {
    /// Returns the value of a credential.
    ///
    /// # Errors
    ///
    /// If there is no value of this name, or its source cannot be read.
    fn secret(&self, name: &CredentialName) -> Result<Secret, CredentialError>;
}

/// The value of a credential. It is never shown, and cannot be written out.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Creates a secret with this value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for whoever has to present it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A credential of which there is no value.
#[derive(Debug)]
pub struct CredentialError {
    name: CredentialName,
    looked_at: String,
    source: Option<std::io::Error>,
}

impl CredentialError {
    /// Creates the error for a name without a value; `looked_at` is what would have to be set.
    pub fn missing(name: CredentialName, looked_at: impl Into<String>) -> Self {
        Self { name, looked_at: looked_at.into(), source: None }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no value for the credential `{}`; set {}", self.name, self.looked_at)
    }
}

impl Error for CredentialError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Takes values from the environment: `DATASURFACE_CREDENTIAL_<NAME>`, or the first line of the file that
/// `DATASURFACE_CREDENTIAL_<NAME>_FILE` names. The name is in upper case.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvironmentCredentials;

impl CredentialSource for EnvironmentCredentials {
    fn secret(&self, name: &CredentialName) -> Result<Secret, CredentialError> {
        let variable = format!("DATASURFACE_CREDENTIAL_{}", name.as_str().to_ascii_uppercase());
        let missing = |source| CredentialError {
            name: name.clone(),
            looked_at: format!("{variable} or {variable}_FILE"),
            source,
        };
        if let Ok(value) = std::env::var(&variable) {
            return Ok(Secret::new(value));
        }
        let file = std::env::var(format!("{variable}_FILE")).map_err(|_| missing(None))?;
        let text = std::fs::read_to_string(file).map_err(|error| missing(Some(error)))?;
        Ok(Secret::new(text.lines().next().unwrap_or_default()))
    }
}
