//! Secrets are names: a runtime asks for a value by name, and never shows it.

use datasurface_model::CredentialKey;
use std::{env, error::Error, fmt, fs, io};

/// Gives values to a runtime, by the team and the name of a credential.
pub trait CredentialSource: fmt::Debug + Send + Sync {
    /// Returns the value of a credential, which will be presented to this host: a name or an address, or the folder of a
    /// socket.
    ///
    /// # Errors
    ///
    /// If there is no value, it is for another host, or its source cannot be read.
    fn secret(&self, credential: &CredentialKey, host: &str) -> Result<Secret, CredentialError>;
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

/// A credential of which there is no value that may be used.
#[derive(Debug)]
pub struct CredentialError {
    credential: CredentialKey,
    reason: String,
    source: Option<io::Error>,
}

impl CredentialError {
    /// Creates the error for a credential without a value; `looked_at` is what would have to be set.
    pub fn missing(credential: CredentialKey, looked_at: impl fmt::Display) -> Self {
        Self::new(credential, format!("set {looked_at}"))
    }

    fn new(credential: CredentialKey, reason: String) -> Self {
        Self { credential, reason, source: None }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no value for the credential `{}`; {}", self.credential, self.reason)
    }
}

impl Error for CredentialError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Takes values from the environment: from the [variable of the credential](credential_variable), or from the first line of the
/// file that this variable with `_FILE` at its end names. With `_HOST` at its end, the variable says for which host alone the
/// value is.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvironmentCredentials;

impl CredentialSource for EnvironmentCredentials {
    fn secret(&self, credential: &CredentialKey, host: &str) -> Result<Secret, CredentialError> {
        let variable = credential_variable(credential);
        let error = |reason: String| CredentialError::new(credential.clone(), reason);
        let read = |name: &str| match env::var(name) {
            Ok(value) if value.is_empty() => Err(error(format!("{name} is empty"))),
            Ok(value) => Ok(Some(value)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(error(format!("{name} is no Unicode text"))),
        };
        let pin = format!("{variable}_HOST");
        if let Some(only) = read(&pin)?
            && !is_same_host(&only, host)
        {
            return Err(error(format!("{pin} keeps it for the host `{only}`, and this is `{host}`")));
        }
        if let Some(value) = read(&variable)? {
            return Ok(Secret::new(value));
        }
        let pointer = format!("{variable}_FILE");
        let file = read(&pointer)?.ok_or_else(|| error(format!("set {variable} or {pointer}")))?;
        let unread = |source| CredentialError {
            source: Some(source),
            ..error(format!("the file that {pointer} names cannot be read"))
        };
        let text = fs::read_to_string(file).map_err(unread)?;
        match text.lines().next() {
            Some(line) if !line.is_empty() => Ok(Secret::new(line)),
            _ => Err(error(format!("the first line of the file that {pointer} names is empty"))),
        }
    }
}

/// Names of hosts differ neither by case nor by the dot of the root.
fn is_same_host(one: &str, other: &str) -> bool {
    let plain = |host: &str| host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    plain(one) == plain(other)
}

/// The beginning of the names of all environment variables of credentials.
pub const CREDENTIAL_PREFIX: &str = "DATASURFACE_CREDENTIAL_";

/// Returns the name of the environment variable of a credential: `DATASURFACE_CREDENTIAL_<zone>__<team>__<name>`.
///
/// It has letters, digits and `_` only, and no two credentials have the same one: letters and digits stand for themselves, and so
/// does a single `_` between them. A `Z` is written `ZZ`, anything else as its number between two `Z`, as in `Z20Z` for a
/// blank. Neither is any variable another one with `_FILE` or `_HOST` at its end. Where the system does not tell capital letters
/// from small ones in names of variables, as Windows, credentials must differ by more than that.
///
/// ```
/// use datasurface_platform::credential_variable;
/// assert_eq!(credential_variable(&"EU/Sales/lake_rw".into()), "DATASURFACE_CREDENTIAL_EU__Sales__lake_rw");
/// assert_eq!(credential_variable(&"EU/R & D/Zoo".into()), "DATASURFACE_CREDENTIAL_EU__RZ20ZZ26ZZ20ZD__ZZoo");
/// ```
#[must_use]
pub fn credential_variable(credential: &CredentialKey) -> String {
    let parts = [credential.zone.as_str(), credential.team.as_str(), credential.credential.as_str()];
    CREDENTIAL_PREFIX.to_owned() + &parts.map(encoded).join("__")
}

/// A text that neither begins nor ends with `_`, has no two of them in a row, and can be read back.
fn encoded(part: &str) -> String {
    if part.is_empty() {
        // No number is written so.
        return "ZxZ".to_owned();
    }
    let mut written = String::with_capacity(part.len());
    let mut letters = part.chars();
    while let Some(letter) = letters.next() {
        let rest = letters.as_str();
        let is_between = !written.is_empty() && !written.ends_with('_') && !rest.is_empty();
        match letter {
            'Z' => written.push_str("ZZ"),
            '_' if is_between && !matches!(rest, "FILE" | "HOST") => written.push('_'),
            letter if letter.is_ascii_alphanumeric() => written.push(letter),
            letter => written.push_str(&format!("Z{:x}Z", u32::from(letter))),
        }
    }
    written
}
