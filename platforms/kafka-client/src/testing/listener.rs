//! The listener of brokers that clients use.

use super::properties::Properties;
use crate::Mechanism;

/// The user who may do everything, on brokers that have users.
pub const ADMINISTRATOR: &str = "administrator";

/// The way in which clients connect to brokers.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Listener {
    /// Without TLS or users: anybody may do everything.
    #[default]
    Open,
    /// Users log in by SCRAM, without TLS, and need access rules. The password is the [administrator](ADMINISTRATOR)'s.
    Users {
        /// The password.
        password: String,
    },
    /// Users log in by SCRAM or PLAIN, over TLS, and need access rules.
    TlsUsers {
        /// The password of the [administrator](ADMINISTRATOR).
        password: String,
        /// The certificates of the brokers, for `localhost`, in PEM.
        certificates: String,
        /// The private key, in PEM (PKCS 8).
        key: String,
    },
}

impl Listener {
    pub(super) fn password(&self) -> Option<&str> {
        match self {
            Self::Open => None,
            Self::Users { password } | Self::TlsUsers { password, .. } => Some(password),
        }
    }

    fn protocol(&self) -> &'static str {
        match self {
            Self::Open => "PLAINTEXT",
            Self::Users { .. } => "SASL_PLAINTEXT",
            Self::TlsUsers { .. } => "SASL_SSL",
        }
    }

    /// Adds what a broker has to know.
    pub(super) fn configure(&self, properties: &mut Properties) {
        let protocols = format!("CLIENTS:{},BROKERS:PLAINTEXT,CONTROLLERS:PLAINTEXT", self.protocol());
        properties.set("listener.security.protocol.map", protocols);
        let Some(password) = self.password() else { return };
        properties.set("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        // Brokers come over a listener of their own, without a login.
        properties.set("super.users", format!("User:{ADMINISTRATOR};User:ANONYMOUS"));
        let scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
        for mechanism in [Mechanism::ScramSha256, Mechanism::ScramSha512] {
            let name = mechanism.name().to_lowercase();
            properties.set(format!("listener.name.clients.{name}.sasl.jaas.config"), scram);
        }
        let mut mechanisms = "SCRAM-SHA-256,SCRAM-SHA-512".to_owned();
        if let Self::TlsUsers { certificates, key, .. } = self {
            mechanisms += ",PLAIN";
            let plain = "org.apache.kafka.common.security.plain.PlainLoginModule required";
            let plain = format!("{plain} user_{ADMINISTRATOR}=\"{password}\";");
            properties.set("listener.name.clients.plain.sasl.jaas.config", plain);
            properties.set("ssl.keystore.type", "PEM");
            properties.set("ssl.keystore.certificate.chain", certificates);
            properties.set("ssl.keystore.key", key);
        }
        properties.set("listener.name.clients.sasl.enabled.mechanisms", mechanisms);
    }
}
