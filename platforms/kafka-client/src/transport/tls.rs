//! The settings of TLS.

use crate::{KafkaError, Tls};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::sync::Arc;

/// Builds the configuration of connections. Certificates and names of hosts are always verified.
pub(crate) fn client_config(tls: &Tls) -> Result<Arc<ClientConfig>, KafkaError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| KafkaError::Tls(error.to_string()))?
        .with_root_certificates(authorities(tls)?)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn authorities(tls: &Tls) -> Result<RootCertStore, KafkaError> {
    let mut store = RootCertStore::empty();
    match store.add_parsable_certificates(certificates(tls)?) {
        (0, _) => Err(KafkaError::Tls("there is no certificate of an authority".to_owned())),
        _ => Ok(store),
    }
}

/// The certificates of the authorities that are trusted.
pub(crate) fn certificates(tls: &Tls) -> Result<Vec<CertificateDer<'static>>, KafkaError> {
    match &tls.authorities {
        Some(pem) => {
            let read: Result<_, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
            read.map_err(|error| KafkaError::Tls(error.to_string()))
        }
        None => Ok(rustls_native_certs::load_native_certs().certs),
    }
}
