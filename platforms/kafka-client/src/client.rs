//! The client: connections to the brokers of one cluster.

use crate::{
    ErrorCode, KafkaError, Limits, Security,
    retry::Retry,
    transport::{Address, Connection, client_config},
    wire::{
        Request,
        messages::cluster::{FindCoordinator, Metadata, MetadataResponse, TopicMetadata},
    },
};
use rustls::ClientConfig;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

/// A blocking client of one Kafka cluster.
///
/// It connects to brokers when they are needed, and again when a connection broke. Requests that fail for a passing reason, as a leader
/// that moves, are repeated for as long as the [limits](Limits) say.
pub struct KafkaClient {
    bootstrap: Vec<Address>,
    security: Security,
    tls: Option<Arc<ClientConfig>>,
    limits: Limits,
    connections: HashMap<Address, Connection>,
    brokers: BTreeMap<i32, Address>,
    controller: Option<i32>,
}

/// The broker that a request is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Receiver {
    Any,
    Controller,
    Broker(i32),
}

impl KafkaClient {
    /// Connects to the first broker that answers.
    ///
    /// `bootstrap_servers` are addresses of some brokers, `host:port`, with commas between them; the others are learned from these.
    ///
    /// # Errors
    ///
    /// If an address is none, no broker can be reached, or the login fails.
    pub fn connect(bootstrap_servers: &str, security: Security, limits: Limits) -> Result<Self, KafkaError> {
        let bootstrap: Result<_, _> = bootstrap_servers.split(',').map(Address::parse).collect();
        let tls = security.tls().map(client_config).transpose()?;
        let mut client = Self {
            bootstrap: bootstrap?,
            security,
            tls,
            limits,
            connections: HashMap::new(),
            brokers: BTreeMap::new(),
            controller: None,
        };
        client.refresh(Some(Vec::new()))?;
        Ok(client)
    }

    /// The limits of time and memory.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the ids of the brokers that run.
    ///
    /// # Errors
    ///
    /// If no broker answers.
    pub fn brokers(&mut self) -> Result<Vec<i32>, KafkaError> {
        self.with_retries(|client| client.refresh(Some(Vec::new())))?;
        Ok(self.brokers.keys().copied().collect())
    }

    /// Asks for the brokers, and for topics: `None` are all of them.
    pub(crate) fn refresh(&mut self, topics: Option<Vec<String>>) -> Result<MetadataResponse, KafkaError> {
        let answer = self.call(Receiver::Any, &Metadata { topics, creates_topics: false })?;
        self.brokers.clear();
        for broker in &answer.brokers {
            if let Ok(port) = u16::try_from(broker.port) {
                self.brokers.insert(broker.id, Address { host: broker.host.clone(), port });
            }
        }
        self.controller = Some(answer.controller);
        Ok(answer)
    }

    /// Asks for one topic.
    pub(crate) fn topic_metadata(&mut self, topic: &str) -> Result<TopicMetadata, KafkaError> {
        let answer = self.refresh(Some(vec![topic.to_owned()]))?;
        let found = answer.topics.into_iter().find(|found| found.name == topic);
        let missing = || refused::<Metadata>(topic, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, None);
        let found = found.ok_or_else(missing)?;
        check::<Metadata>(topic, found.error, None)?;
        Ok(found)
    }

    /// Finds the broker that leads a partition.
    pub(crate) fn leader(&mut self, topic: &str, partition: i32) -> Result<Receiver, KafkaError> {
        let found = self.topic_metadata(topic)?;
        let subject = || format!("{topic}, partition {partition}");
        let found = found.partitions.iter().find(|found| found.index == partition);
        let missing = || refused::<Metadata>(&subject(), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, None);
        let found = found.ok_or_else(missing)?;
        check::<Metadata>(&subject(), found.error, None)?;
        Ok(Receiver::Broker(found.leader))
    }

    /// Finds the broker that coordinates a consumer group, or a transaction.
    pub(crate) fn coordinator(&mut self, kind: Coordinated, name: &str) -> Result<Receiver, KafkaError> {
        let request = FindCoordinator { key: name.to_owned(), kind: kind as i8 };
        let answer = self.call(Receiver::Any, &request)?;
        check::<FindCoordinator>(name, answer.error, answer.message)?;
        if let Ok(port) = u16::try_from(answer.port) {
            self.brokers.insert(answer.id, Address { host: answer.host, port });
        }
        Ok(Receiver::Broker(answer.id))
    }

    /// Sends a request once. A connection that broke is forgotten, and so is one with an answer that was not read.
    pub(crate) fn call<R: Request>(
        &mut self,
        receiver: Receiver,
        request: &R,
    ) -> Result<R::Response, KafkaError> {
        let address = self.connection(receiver)?;
        let Some(connection) = self.connections.get_mut(&address) else {
            return Err(KafkaError::Address(address.to_string()));
        };
        let answer = connection.call(request);
        if answer.is_err() {
            self.connections.remove(&address);
        }
        answer
    }

    /// Does something until it succeeds, fails for good, or was tried for too long.
    pub(crate) fn with_retries<T>(
        &mut self,
        attempt: impl FnMut(&mut Self) -> Result<T, KafkaError>,
    ) -> Result<T, KafkaError> {
        self.with_retries_after(KafkaError::is_transient, attempt)
    }

    /// Does something until it succeeds, fails otherwise than by these errors, or was tried for too long.
    pub(crate) fn with_retries_after<T>(
        &mut self,
        is_transient: impl Fn(&KafkaError) -> bool,
        mut attempt: impl FnMut(&mut Self) -> Result<T, KafkaError>,
    ) -> Result<T, KafkaError> {
        let mut retry = Retry::new(self.limits.retrying);
        loop {
            match attempt(self) {
                Err(error) if is_transient(&error) && retry.wait() => {
                    // The controller, or a broker, may be gone. If nobody can say so, the next attempt fails as well.
                    let _ = self.refresh(Some(Vec::new()));
                }
                outcome => return outcome,
            }
        }
    }

    /// Waits until all brokers that answer have seen a change of a topic: they learn it from the controller, one after the other.
    pub(crate) fn wait_for_brokers(
        &mut self,
        topic: &str,
        has_seen: impl Fn(&TopicMetadata) -> bool,
    ) -> Result<(), KafkaError> {
        for broker in self.brokers()? {
            let mut retry = Retry::new(self.limits.retrying);
            loop {
                let topics = Some(vec![topic.to_owned()]);
                let request = Metadata { topics, creates_topics: false };
                let seen = match self.call(Receiver::Broker(broker), &request) {
                    Ok(answer) => answer.topics.iter().any(|found| is_hidden(found) || has_seen(found)),
                    // It will see everything before it answers again.
                    Err(error) if error.is_transient() => true,
                    Err(error) => return Err(error),
                };
                if seen {
                    break;
                }
                if !retry.wait() {
                    return Err(KafkaError::Unseen { subject: topic.to_owned(), broker });
                }
            }
        }
        Ok(())
    }

    /// Makes sure that there is a connection to a receiver.
    fn connection(&mut self, receiver: Receiver) -> Result<Address, KafkaError> {
        let id = match receiver {
            Receiver::Any => None,
            Receiver::Controller => self.controller,
            Receiver::Broker(id) => Some(id),
        };
        match id {
            Some(id) => {
                // A leader that just went away is not among the brokers: that passes.
                let unknown = || refused::<Metadata>(&format!("broker {id}"), ErrorCode::LEADER_GONE, None);
                let address = self.brokers.get(&id).cloned().ok_or_else(unknown)?;
                self.open(&address)?;
                Ok(address)
            }
            None => self.any_connection(),
        }
    }

    fn any_connection(&mut self) -> Result<Address, KafkaError> {
        if let Some(address) = self.connections.keys().next() {
            return Ok(address.clone());
        }
        let mut candidates: Vec<Address> = self.brokers.values().cloned().collect();
        let others = self.bootstrap.iter().filter(|one| !self.brokers.values().any(|known| known == *one));
        candidates.extend(others.cloned());
        let mut last = KafkaError::Address(String::new());
        for address in &candidates {
            match self.open(address) {
                Ok(()) => return Ok(address.clone()),
                // Another broker would say the same, and may lock the user out.
                Err(error @ KafkaError::Login { .. }) => return Err(error),
                Err(error) => last = error,
            }
        }
        let servers = candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        Err(KafkaError::Unreachable { servers, source: Box::new(last) })
    }

    fn open(&mut self, address: &Address) -> Result<(), KafkaError> {
        if !self.connections.contains_key(address) {
            let opened = Connection::open(address, self.tls.as_ref(), self.security.login(), &self.limits)?;
            self.connections.insert(address.clone(), opened);
        }
        Ok(())
    }
}

impl fmt::Debug for KafkaClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaClient")
            .field("bootstrap", &self.bootstrap)
            .field("security", &self.security)
            .field("brokers", &self.brokers)
            .finish_non_exhaustive()
    }
}

/// A thing that one broker coordinates, by its number in the protocol.
#[derive(Clone, Copy)]
pub(crate) enum Coordinated {
    Group = 0,
    Transaction = 1,
}

/// Whether the user may not see a topic: then nothing can be waited for.
fn is_hidden(topic: &TopicMetadata) -> bool {
    ErrorCode::new(topic.error).is_some_and(ErrorCode::is_denial)
}

/// Makes an error of a code, unless it stands for success.
pub(crate) fn check<R: Request>(
    subject: &str,
    error: i16,
    message: Option<String>,
) -> Result<(), KafkaError> {
    match ErrorCode::new(error) {
        Some(code) => Err(refused::<R>(subject, code, message)),
        None => Ok(()),
    }
}

pub(crate) fn refused<R: Request>(subject: &str, code: ErrorCode, message: Option<String>) -> KafkaError {
    KafkaError::Refused { request: R::NAME, subject: subject.to_owned(), code, message }
}

/// An answer that lacks what was asked for.
pub(crate) fn incomplete<R: Request>(subject: &str) -> KafkaError {
    let reason = format!("it does not say anything about {subject}");
    KafkaError::Malformed { address: "the broker".to_owned(), request: R::NAME, reason }
}
