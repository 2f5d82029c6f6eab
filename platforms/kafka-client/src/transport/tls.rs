//! The settings of TLS.

use crate::{KafkaError, Tls};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::sync::Arc;

/// Builds the configuration of connections. Certificates and names of hosts are always verified.
pub(crate) fn client_config(tls: &Tls) -> Result<Arc<ClientConfig>, KafkaError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_root_certificates(authorities(tls)?);
    let config = match identity(tls)? {
        Some((certificates, key)) => config.with_client_auth_cert(certificates, key).map_err(unusable)?,
        None => config.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

fn unusable(error: impl ToString) -> KafkaError {
    KafkaError::Tls(error.to_string())
}

/// The certificates of the client with their private key.
pub(crate) fn identity(
    tls: &Tls,
) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, KafkaError> {
    let Some(identity) = &tls.identity else { return Ok(None) };
    let certificates = from_pem(&identity.certificates)?;
    if certificates.is_empty() {
        return Err(unusable("there is no certificate of the client"));
    }
    let key = PrivateKeyDer::from_pem_slice(identity.key.reveal().as_bytes()).map_err(unusable)?;
    Ok(Some((certificates, key)))
}

fn from_pem(pem: &str) -> Result<Vec<CertificateDer<'static>>, KafkaError> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(unusable)
}

fn authorities(tls: &Tls) -> Result<RootCertStore, KafkaError> {
    let mut store = RootCertStore::empty();
    match store.add_parsable_certificates(certificates(tls)?) {
        (0, _) => Err(unusable("there is no certificate of an authority")),
        _ => Ok(store),
    }
}

/// The certificates of the authorities that are trusted.
pub(crate) fn certificates(tls: &Tls) -> Result<Vec<CertificateDer<'static>>, KafkaError> {
    match &tls.authorities {
        Some(pem) => from_pem(pem),
        None => Ok(rustls_native_certs::load_native_certs().certs),
    }
}
