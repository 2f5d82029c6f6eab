//! TLS, as the settings of a server want it.

use super::{
    authentication::{AuthenticationFilter, AuthenticationPolicy},
    error::ServerError,
};
use crate::server_settings::ServerSettings;
use std::{fs, future::Future, io, path::Path, pin::Pin, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};

/// How TLS is spoken with a server.
#[derive(Clone)]
pub(super) struct Tls {
    connector: MakeRustlsConnect,
    host: String,
    accepts: AuthenticationPolicy,
}

impl Tls {
    /// Reads the certificates that the settings name, beside what is in this folder. Without a check of the server's
    /// certificate, anybody may answer.
    pub(super) fn new(
        host: &str,
        settings: &ServerSettings,
        is_verified: bool,
        accepts: AuthenticationPolicy,
        root: &Path,
    ) -> Result<Self, ServerError> {
        let provider = Arc::new(ring::default_provider());
        let wants = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| ServerError::new(error.to_string()))?;
        let wants = match is_verified {
            true => wants.with_root_certificates(roots(settings, root)?),
            false => {
                wants.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAnyCertificate(provider)))
            }
        };
        let config = match (&settings.client_certificate, &settings.client_key) {
            (Some(certificate), Some(key)) => wants
                .with_client_auth_cert(certificates(&root.join(certificate))?, private_key(&root.join(key))?)
                .map_err(|error| {
                    ServerError::new(format!("the client's certificate `{certificate}`: {error}"))
                })?,
            _ => wants.with_no_client_auth(),
        };
        Ok(Self { connector: MakeRustlsConnect::new(config), host: host.to_owned(), accepts })
    }
}

/// The authorities whose certificates are accepted.
fn roots(settings: &ServerSettings, root: &Path) -> Result<RootCertStore, ServerError> {
    let (found, from) = match &settings.root_certificates {
        Some(file) => (certificates(&root.join(file))?, format!("`{file}`")),
        // A company's own authority is known to its machines, and not to a list that is compiled in.
        None => (rustls_native_certs::load_native_certs().certs, "the operating system's store".to_owned()),
    };
    let mut store = RootCertStore::empty();
    match store.add_parsable_certificates(found) {
        (0, _) => Err(ServerError::new(format!(
            "there is no certificate of an authority in {from}; name a file with one as `root_certificates`"
        ))),
        _ => Ok(store),
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, ServerError> {
    let text = fs::read(file).map_err(|error| unreadable(file, &error))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(ServerError::new(format!("there is no certificate (PEM) in `{}`", file.display()))),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, ServerError> {
    let text = fs::read(file).map_err(|error| unreadable(file, &error))?;
    if is_open_to_others(file).map_err(|error| unreadable(file, &error))? {
        return Err(ServerError::new(format!(
            "others than its owner may read the private key `{}`; take that right from them (`chmod 600`)",
            file.display()
        )));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        ServerError::new(format!(
            "there is no private key without a passphrase (PEM) in `{}`",
            file.display()
        ))
    })
}

fn unreadable(file: &Path, error: &io::Error) -> ServerError {
    ServerError::new(format!("reading `{}`: {error}", file.display()))
}

/// As everywhere in PostgreSQL, a key of root may be readable for a group.
#[cfg(unix)]
fn is_open_to_others(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let about = fs::metadata(file)?;
    let others = if about.uid() == 0 { 0o037 } else { 0o077 };
    Ok(about.mode() & others != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> io::Result<bool> {
    Ok(false)
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Tls {
    type Stream = AuthenticationFilter<<MakeRustlsConnect as MakeTlsConnect<S>>::Stream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Stream>> + Send>>;

    fn connect(mut self, stream: S) -> Self::Future {
        Box::pin(async move {
            let connector = match MakeTlsConnect::<S>::make_tls_connect(&mut self.connector, &self.host) {
                Ok(connector) => connector,
                Err(never) => match never {},
            };
            Ok(AuthenticationFilter::new(connector.connect(stream).await?, self.accepts))
        })
    }
}

/// Accepts every certificate, if whoever shows it has its key: that is what `require` means.
#[derive(Debug)]
struct AcceptAnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
