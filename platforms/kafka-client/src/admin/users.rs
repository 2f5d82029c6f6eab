//! Users who log in by SCRAM. Brokers keep a salted password for each mechanism.

use super::topics::unless;
use crate::{
    ErrorCode, KafkaClient, KafkaError, Mechanism, Password,
    client::{Receiver, check},
    transport::scram::Hashes,
    wire::{
        Binary, Compact, Tags,
        messages::users::{
            AlterUserScramCredentials, CredentialDeletion, CredentialUpsertion, DescribeUserScramCredentials,
        },
    },
};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::num::NonZeroU32;

/// A user who can log in by SCRAM.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ScramUser {
    /// The name.
    pub name: String,
    /// The mechanisms for which there is a password.
    pub mechanisms: Vec<Mechanism>,
}

/// As many as Kafka's own tools take.
const ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(8191);
const SALT_BYTES: usize = 24;

impl KafkaClient {
    /// Returns the users who can log in by SCRAM, by name.
    ///
    /// # Errors
    ///
    /// If the user may not see them.
    pub fn scram_users(&mut self) -> Result<Vec<ScramUser>, KafkaError> {
        let answer = self.with_retries(|client| {
            // No user is asked for: the answer has all of them.
            let request = DescribeUserScramCredentials { users: Compact(Vec::new()), tags: Tags };
            let answer = client.call(Receiver::Controller, &request)?;
            check::<DescribeUserScramCredentials>("users", answer.error, answer.message.0.clone())?;
            Ok(answer)
        })?;
        let mut users = Vec::new();
        for user in answer.users.0 {
            check::<DescribeUserScramCredentials>(&user.name.0, user.error, user.message.0)?;
            let mut mechanisms: Vec<Mechanism> =
                user.credentials.0.iter().filter_map(|one| mechanism(one.mechanism)).collect();
            mechanisms.sort();
            users.push(ScramUser { name: user.name.0, mechanisms });
        }
        users.sort();
        Ok(users)
    }

    /// Makes a user of SCRAM, or gives one another password. Brokers receive the salted password only.
    ///
    /// # Errors
    ///
    /// If the mechanism is not SCRAM, or the user that logs in may not alter the cluster.
    pub fn put_scram_user(
        &mut self,
        name: &str,
        mechanism: Mechanism,
        password: &Password,
    ) -> Result<(), KafkaError> {
        let (hashes, number) = scram(mechanism)?;
        let mut salt = vec![0; SALT_BYTES];
        let filled = SystemRandom::new().fill(&mut salt);
        filled.map_err(|_| KafkaError::Invalid("there are no random numbers for a salt".to_owned()))?;
        let salted = hashes.salted(password, &salt, ITERATIONS);
        self.with_retries(|client| {
            let upsertion = CredentialUpsertion {
                name: Compact(name.to_owned()),
                mechanism: number,
                iterations: i32::try_from(ITERATIONS.get()).unwrap_or(i32::MAX),
                salt: Compact(Binary(salt.clone())),
                salted_password: Compact(Binary(salted.clone())),
                tags: Tags,
            };
            client.alter_scram_user(name, Vec::new(), vec![upsertion])
        })
    }

    /// Takes a user's password for a mechanism away. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// If the mechanism is not SCRAM, or the user that logs in may not alter the cluster.
    pub fn delete_scram_user(&mut self, name: &str, mechanism: Mechanism) -> Result<bool, KafkaError> {
        let (_, number) = scram(mechanism)?;
        let deleted = self.with_retries(|client| {
            let deletion =
                CredentialDeletion { name: Compact(name.to_owned()), mechanism: number, tags: Tags };
            client.alter_scram_user(name, vec![deletion], Vec::new())
        });
        Ok(unless(deleted, ErrorCode::RESOURCE_NOT_FOUND)?.is_some())
    }

    fn alter_scram_user(
        &mut self,
        name: &str,
        deletions: Vec<CredentialDeletion>,
        upsertions: Vec<CredentialUpsertion>,
    ) -> Result<(), KafkaError> {
        let (deletions, upsertions) = (Compact(deletions), Compact(upsertions));
        let request = AlterUserScramCredentials { deletions, upsertions, tags: Tags };
        for user in self.call(Receiver::Controller, &request)?.users.0 {
            check::<AlterUserScramCredentials>(name, user.error, user.message.0)?;
        }
        Ok(())
    }
}

/// The hash functions of a mechanism, and its number in the protocol.
fn scram(mechanism: Mechanism) -> Result<(Hashes, i8), KafkaError> {
    let number = if mechanism == Mechanism::ScramSha512 { 2 } else { 1 };
    let hashes = Hashes::new(mechanism);
    hashes
        .map(|hashes| (hashes, number))
        .ok_or_else(|| KafkaError::Invalid(format!("{} has no users that brokers keep", mechanism.name())))
}

fn mechanism(number: i8) -> Option<Mechanism> {
    match number {
        1 => Some(Mechanism::ScramSha256),
        2 => Some(Mechanism::ScramSha512),
        _ => None,
    }
}
