//! Certificates for servers and users of tests, by an authority that is made in the test.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};

/// An authority, which signs certificates.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate, and its key, as files have them.
#[derive(Debug)]
pub struct Certified {
    /// The certificate, as PEM.
    pub certificate: String,
    /// The key of the certificate, as PEM.
    pub key: String,
}

impl Authority {
    /// Makes an authority of this name, which is in no list.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Returns its own certificate, as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Signs a certificate of a server with these names.
    #[must_use]
    pub fn server(&self, names: &[&str]) -> Certified {
        self.sign(names, "a server of a test", 4096, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Signs a certificate of a server, which expired long ago.
    #[must_use]
    pub fn expired_server(&self, names: &[&str]) -> Certified {
        self.sign(names, "a server of a test", 2001, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Signs a certificate of a user.
    #[must_use]
    pub fn user(&self, name: &str) -> Certified {
        self.sign(&[], name, 4096, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, names: &[&str], common: &str, until: i32, usage: ExtendedKeyUsagePurpose) -> Certified {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, common);
        params.extended_key_usages.push(usage);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certified { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}
