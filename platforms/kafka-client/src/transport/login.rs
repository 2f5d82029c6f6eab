//! Logging in by SASL.

use super::{
    Connection,
    scram::{Hashes, Scram},
};
use crate::{
    ErrorCode, KafkaError, Login, Mechanism,
    wire::{
        Binary,
        messages::login::{SaslAuthenticate, SaslHandshake},
    },
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::time::Instant;

impl Connection {
    /// Logs in, before anything else is asked but for the versions.
    pub(super) fn log_in(&mut self, login: &Login, deadline: Instant) -> Result<(), KafkaError> {
        let handshake = SaslHandshake { mechanism: login.mechanism.name().to_owned() };
        let answer = self.call_by(&handshake, deadline)?;
        if ErrorCode::new(answer.error).is_some() {
            let offered = answer.mechanisms.join(", ");
            return Err(self.rejected(login, format!("the broker offers {offered}")));
        }
        match Hashes::new(login.mechanism) {
            Some(hashes) => self.log_in_by_scram(login, hashes, deadline),
            None => {
                // Whoever listens, or answers in the place of the broker, would have the password.
                if !self.is_encrypted() {
                    let reason = "PLAIN sends the password itself, which needs TLS".to_owned();
                    return Err(self.rejected(login, reason));
                }
                let message = format!("\0{}\0{}", login.user, login.password.reveal());
                self.authenticate(login, message, deadline).map(drop)
            }
        }
    }

    fn log_in_by_scram(
        &mut self,
        login: &Login,
        hashes: Hashes,
        deadline: Instant,
    ) -> Result<(), KafkaError> {
        let nonce = nonce().ok_or_else(|| self.rejected(login, "there are no random numbers".to_owned()))?;
        let scram = Scram::new(hashes, &login.user, &login.password, nonce);
        let server_first = self.authenticate(login, scram.first(), deadline)?;
        let proof = scram.prove(&server_first).map_err(|reason| self.rejected(login, reason))?;
        let server_final = self.authenticate(login, proof.message.clone(), deadline)?;
        proof.verify(&server_final).map_err(|reason| self.rejected(login, reason))
    }

    fn authenticate(
        &mut self,
        login: &Login,
        message: String,
        deadline: Instant,
    ) -> Result<String, KafkaError> {
        let answer = self.call_by(&SaslAuthenticate { bytes: Binary(message.into_bytes()) }, deadline)?;
        match ErrorCode::new(answer.error) {
            Some(code) => Err(self.rejected(login, answer.message.unwrap_or_else(|| code.to_string()))),
            None => String::from_utf8(answer.bytes.0)
                .map_err(|_| self.rejected(login, "the broker's message is no text".to_owned())),
        }
    }

    fn rejected(&self, login: &Login, reason: String) -> KafkaError {
        let Login { mechanism, user, password } = login;
        let mechanism = Mechanism::name(*mechanism);
        // A broker that received the password by PLAIN may repeat it.
        let reason = password.redact(&reason);
        KafkaError::Login { address: self.address().to_string(), user: user.clone(), mechanism, reason }
    }
}

fn nonce() -> Option<String> {
    let mut bytes = [0; 24];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(BASE64_STANDARD.encode(bytes))
}
