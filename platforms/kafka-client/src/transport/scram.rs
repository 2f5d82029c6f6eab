//! SCRAM, the login that shows no password (RFC 5802, RFC 7677).

use crate::{Mechanism, Password};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::{digest, hmac, pbkdf2};
use std::{collections::BTreeMap, num::NonZeroU32};

/// The steps that a broker may ask for. More would only take the time of this client.
const MOST_ITERATIONS: u32 = 1_000_000;
/// The steps that RFC 7677 asks for at least: with fewer, whoever listens could guess the password.
const LEAST_ITERATIONS: u32 = 4096;

/// The hash functions of a mechanism.
#[derive(Clone, Copy)]
pub(crate) struct Hashes {
    iterated: pbkdf2::Algorithm,
    keyed: hmac::Algorithm,
    plain: &'static digest::Algorithm,
}

/// The client's side of one login.
pub(crate) struct Scram<'p> {
    hashes: Hashes,
    password: &'p Password,
    nonce: String,
    first: String,
}

/// The last message of the client, and what the broker has to answer.
pub(crate) struct Proof {
    pub(crate) message: String,
    server_signature: String,
}

impl Hashes {
    /// The hash functions of a mechanism; `None` if it is not SCRAM.
    pub(crate) fn new(mechanism: Mechanism) -> Option<Self> {
        match mechanism {
            Mechanism::Plain => None,
            Mechanism::ScramSha256 => Some(Self {
                iterated: pbkdf2::PBKDF2_HMAC_SHA256,
                keyed: hmac::HMAC_SHA256,
                plain: &digest::SHA256,
            }),
            Mechanism::ScramSha512 => Some(Self {
                iterated: pbkdf2::PBKDF2_HMAC_SHA512,
                keyed: hmac::HMAC_SHA512,
                plain: &digest::SHA512,
            }),
        }
    }

    /// The password as brokers keep it. Kafka takes it as it is, without the normalization of RFC 4013.
    pub(crate) fn salted(self, password: &Password, salt: &[u8], iterations: NonZeroU32) -> Vec<u8> {
        let mut salted = vec![0; self.plain.output_len()];
        pbkdf2::derive(self.iterated, iterations, salt, password.reveal().as_bytes(), &mut salted);
        salted
    }

    fn keyed(self, key: &[u8], text: &str) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(self.keyed, key), text.as_bytes())
    }
}

impl<'p> Scram<'p> {
    /// Begins a login with a nonce that was never used before.
    pub(crate) fn new(hashes: Hashes, user: &str, password: &'p Password, nonce: String) -> Self {
        let user = user.replace('=', "=3D").replace(',', "=2C");
        let first = format!("n={user},r={nonce}");
        Self { hashes, password, nonce, first }
    }

    /// The first message of the client.
    pub(crate) fn first(&self) -> String {
        format!("n,,{}", self.first)
    }

    /// Answers the first message of the broker.
    pub(crate) fn prove(&self, server_first: &str) -> Result<Proof, String> {
        let said = attributes(server_first)?;
        let nonce = *said.get("r").ok_or("the broker gave no nonce")?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err("the broker's nonce does not continue the client's".to_owned());
        }
        let salt = said
            .get("s")
            .and_then(|salt| BASE64_STANDARD.decode(salt).ok())
            .ok_or("the broker gave no salt")?;
        let iterations = said.get("i").and_then(|count| count.parse::<u32>().ok());
        let iterations = iterations
            .filter(|count| (LEAST_ITERATIONS..=MOST_ITERATIONS).contains(count))
            .and_then(NonZeroU32::new)
            .ok_or_else(|| {
                format!(
                    "the broker wants fewer than {LEAST_ITERATIONS} or more than {MOST_ITERATIONS} iterations"
                )
            })?;
        let salted = self.hashes.salted(self.password, &salt, iterations);
        let client_key = self.hashes.keyed(&salted, "Client Key");
        let stored_key = digest::digest(self.hashes.plain, client_key.as_ref());
        let without_proof = format!("c=biws,r={nonce}");
        let signed = format!("{},{server_first},{without_proof}", self.first);
        let signature = self.hashes.keyed(stored_key.as_ref(), &signed);
        let proof: Vec<u8> =
            client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign).collect();
        let server_key = self.hashes.keyed(&salted, "Server Key");
        let server_signature = self.hashes.keyed(server_key.as_ref(), &signed);
        Ok(Proof {
            message: format!("{without_proof},p={}", BASE64_STANDARD.encode(&proof)),
            server_signature: BASE64_STANDARD.encode(server_signature.as_ref()),
        })
    }
}

impl Proof {
    /// Verifies that the broker knows the password as well.
    pub(crate) fn verify(&self, server_final: &str) -> Result<(), String> {
        let said = attributes(server_final)?;
        match (said.get("e"), said.get("v")) {
            (Some(error), _) => Err((*error).to_owned()),
            (None, Some(signature)) if *signature == self.server_signature => Ok(()),
            _ => Err("the broker did not prove that it knows the password".to_owned()),
        }
    }
}

/// The attributes of a message: `r=…,s=…,i=…`.
fn attributes(message: &str) -> Result<BTreeMap<&str, &str>, String> {
    let pairs = message.split(',').map(|attribute| attribute.split_once('='));
    pairs.collect::<Option<_>>().ok_or_else(|| "the broker's message is no message of SCRAM".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677.
    const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
    const SERVER_FIRST: &str =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const SERVER_FINAL: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    fn prove(server_first: &str) -> Result<Proof, String> {
        let password = Password::new("pencil");
        let hashes = Hashes::new(Mechanism::ScramSha256).unwrap();
        let scram = Scram::new(hashes, "user", &password, NONCE.to_owned());
        assert_eq!(scram.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        scram.prove(server_first)
    }

    #[test]
    fn the_example_of_the_standard_is_followed() {
        let proof = prove(SERVER_FIRST).unwrap();
        let expected = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(proof.message, expected);
        assert_eq!(proof.verify(SERVER_FINAL), Ok(()));
    }

    #[test]
    fn a_broker_that_does_not_know_the_password_is_refused() {
        let proof = prove(SERVER_FIRST).unwrap();
        for wrong in ["v=AAAA", "", "v=", "r=x", "e=invalid-proof"] {
            assert!(proof.verify(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_broker_cannot_choose_the_nonce_nor_the_work() {
        for wrong in [
            SERVER_FIRST.replace("r=rOpr", "r=other"),
            SERVER_FIRST.replace("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", ""),
            SERVER_FIRST.replace("i=4096", "i=1"),
            SERVER_FIRST.replace("i=4096", "i=4000000000"),
            SERVER_FIRST.replace(",i=4096", ""),
            SERVER_FIRST.replace("W22Z", "%%%%"),
            String::new(),
        ] {
            assert!(prove(&wrong).is_err(), "{wrong}");
        }
    }
}
