//! Connections by TLS, and the logins over it.

use crate::{
    engine::{connect, engines},
    reading::{assert_same, read, written},
};
use datasurface_kafka_client::{
    KafkaError, Login, Mechanism, NewTopic, Password, Security, Tls,
    testing::{ADMINISTRATOR, Kafka, KafkaOptions, Listener},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// A certificate of an authority for a name, and its private key, in PEM.
fn certificate(authority: &CertifiedIssuer<'_, KeyPair>, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

#[test]
fn users_log_in_by_each_mechanism_over_tls_to_brokers_that_are_who_they_say() {
    let Some(engines) = engines() else { return };
    let authority = authority();
    let (certificates, key) = certificate(&authority, "localhost");
    let listener = Listener::TlsUsers { password: "over-tls-only".to_owned(), certificates, key };
    let kafka = Kafka::start(&engines, &KafkaOptions::new().with_listener(listener)).unwrap();

    let trusted = Tls::new().with_authorities(authority.pem());
    let written = written(10_000);
    let login = |mechanism, password| Login::new(mechanism, ADMINISTRATOR, Password::new(password));
    for mechanism in [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512] {
        let security =
            Security::none().with_tls(trusted.clone()).with_login(login(mechanism, "over-tls-only"));
        let mut client = connect(&kafka, security).unwrap();
        client.create_topic(&NewTopic::new(mechanism.name()).with_partitions(1)).unwrap();
        // More at once than a record of TLS has, and than the socket takes.
        for part in written.chunks(2500) {
            client.produce(mechanism.name(), 0, part).unwrap();
        }
        assert_same(&read(&mut client, mechanism.name()), &written);

        let security = Security::none().with_tls(trusted.clone()).with_login(login(mechanism, "hunter2"));
        let error = connect(&kafka, security).unwrap_err();
        assert!(matches!(error, KafkaError::Login { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    // Nobody gets the password who has another authority, or another name.
    let other = Tls::new().with_authorities(self::authority().pem());
    let security = Security::none().with_tls(other).with_login(login(Mechanism::Plain, "over-tls-only"));
    let error = connect(&kafka, security.clone()).unwrap_err();
    assert!(
        matches!(&error, KafkaError::Unreachable { source, .. } if matches!(**source, KafkaError::Connection { .. })),
        "{error:?}"
    );
    let by_address = kafka.bootstrap_servers().replace("localhost", "127.0.0.1");
    let security = Security::none().with_tls(trusted).with_login(login(Mechanism::Plain, "over-tls-only"));
    let limits = datasurface_kafka_client::Limits::default();
    assert!(datasurface_kafka_client::KafkaClient::connect(&by_address, security, limits).is_err());
    assert!(
        connect(&kafka, Security::none().with_tls(Tls::new().with_authorities("no certificate"))).is_err()
    );
}

#[test]
fn brokers_that_want_a_certificate_of_the_client_get_it() {
    let Some(engines) = engines() else { return };
    let authority = authority();
    let (certificates, key) = certificate(&authority, "localhost");
    let listener = Listener::TlsUsers { password: "and-a-password".to_owned(), certificates, key };
    let options = KafkaOptions::new()
        .with_listener(listener)
        .config("listener.name.clients.ssl.client.auth", "required")
        .config("ssl.truststore.type", "PEM")
        .config("ssl.truststore.certificates", authority.pem());
    let kafka = Kafka::start(&engines, &options).unwrap();
    let trusted = Tls::new().with_authorities(authority.pem());
    let connect = |tls: Tls| {
        let login = Login::new(Mechanism::ScramSha256, ADMINISTRATOR, Password::new("and-a-password"));
        connect(&kafka, Security::none().with_tls(tls).with_login(login))
    };
    let (certificates, key) = certificate(&authority, "client");
    let with = |key: &str| trusted.clone().with_identity(certificates.clone(), Password::new(key));
    assert_eq!(connect(with(&key)).unwrap().brokers().unwrap(), [0]);
    assert!(connect(trusted.clone()).is_err());
    let (_, other_key) = certificate(&authority, "client");
    for wrong in [other_key.as_str(), "no key"] {
        let error = connect(with(wrong)).unwrap_err();
        assert!(matches!(error, KafkaError::Tls(_)), "{error:?}");
    }
    assert!(!format!("{:?}", with(&key)).contains("PRIVATE"));
}
