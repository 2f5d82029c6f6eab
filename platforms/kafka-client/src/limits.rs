//! Limits of time and memory.

use std::time::Duration;

/// The time and the memory that a broker may take. A broker that is slow, broken or hostile takes no more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The time for a connection to be made, TLS and the login included.
    pub connecting: Duration,
    /// The time for the whole answer to a request.
    pub answering: Duration,
    /// The time after which a request that fails for a passing reason is not repeated any more.
    pub retrying: Duration,
    /// The largest answer, in bytes. What is read of one takes up to some twenty times of that.
    pub answer: usize,
    /// The size at which brokers end an answer with records, in bytes. A batch that is larger comes whole, up to the largest answer.
    pub records: usize,
    /// The largest batch of records after it was decompressed, in bytes.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connecting: Duration::from_secs(10),
            answering: Duration::from_secs(40),
            retrying: Duration::from_secs(60),
            answer: 32 << 20,
            records: 8 << 20,
            batch: 128 << 20,
        }
    }
}

impl Limits {
    /// Sets the time after which a request is not repeated any more.
    #[must_use]
    pub fn with_retrying(mut self, retrying: Duration) -> Self {
        self.retrying = retrying;
        self
    }

    /// Sets the time for a connection to be made.
    #[must_use]
    pub fn with_connecting(mut self, connecting: Duration) -> Self {
        self.connecting = connecting;
        self
    }

    /// Sets the time for an answer.
    #[must_use]
    pub fn with_answering(mut self, answering: Duration) -> Self {
        self.answering = answering;
        self
    }

    /// Sets the size of the largest answer, in bytes.
    #[must_use]
    pub fn with_answer(mut self, answer: usize) -> Self {
        self.answer = answer;
        self
    }

    /// Sets the size at which brokers end an answer with records, in bytes.
    #[must_use]
    pub fn with_records(mut self, records: usize) -> Self {
        self.records = records;
        self
    }

    /// Sets the size of the largest batch of records, in bytes.
    #[must_use]
    pub fn with_batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }
}
