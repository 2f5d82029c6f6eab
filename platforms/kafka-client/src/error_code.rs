//! The error codes of brokers.

use std::fmt;

/// An error code of a broker, by the number that the protocol gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(i16);

/// The meaning of a code for whoever gets it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The same request may succeed a moment later, possibly at another broker.
    Passing,
    /// An access rule is missing.
    Denial,
    /// The same request fails again.
    Lasting,
}

/// Codes that this client or its users act on, or that are often seen. Others are lasting, and shown as numbers.
const CODES: &[(i16, Kind, &str)] = &[
    (-1, Kind::Lasting, "UNKNOWN_SERVER_ERROR"),
    (1, Kind::Lasting, "OFFSET_OUT_OF_RANGE"),
    (2, Kind::Lasting, "CORRUPT_MESSAGE"),
    (3, Kind::Lasting, "UNKNOWN_TOPIC_OR_PARTITION"),
    (5, Kind::Passing, "LEADER_NOT_AVAILABLE"),
    (6, Kind::Passing, "NOT_LEADER_OR_FOLLOWER"),
    (7, Kind::Passing, "REQUEST_TIMED_OUT"),
    (8, Kind::Passing, "BROKER_NOT_AVAILABLE"),
    (9, Kind::Passing, "REPLICA_NOT_AVAILABLE"),
    (10, Kind::Lasting, "MESSAGE_TOO_LARGE"),
    (13, Kind::Passing, "NETWORK_EXCEPTION"),
    (14, Kind::Passing, "COORDINATOR_LOAD_IN_PROGRESS"),
    (15, Kind::Passing, "COORDINATOR_NOT_AVAILABLE"),
    (16, Kind::Passing, "NOT_COORDINATOR"),
    (17, Kind::Lasting, "INVALID_TOPIC_EXCEPTION"),
    (19, Kind::Passing, "NOT_ENOUGH_REPLICAS"),
    (20, Kind::Passing, "NOT_ENOUGH_REPLICAS_AFTER_APPEND"),
    (24, Kind::Lasting, "INVALID_GROUP_ID"),
    (25, Kind::Lasting, "UNKNOWN_MEMBER_ID"),
    (29, Kind::Denial, "TOPIC_AUTHORIZATION_FAILED"),
    (30, Kind::Denial, "GROUP_AUTHORIZATION_FAILED"),
    (31, Kind::Denial, "CLUSTER_AUTHORIZATION_FAILED"),
    (33, Kind::Lasting, "UNSUPPORTED_SASL_MECHANISM"),
    (34, Kind::Lasting, "ILLEGAL_SASL_STATE"),
    (35, Kind::Lasting, "UNSUPPORTED_VERSION"),
    (36, Kind::Lasting, "TOPIC_ALREADY_EXISTS"),
    (37, Kind::Lasting, "INVALID_PARTITIONS"),
    (38, Kind::Lasting, "INVALID_REPLICATION_FACTOR"),
    (40, Kind::Lasting, "INVALID_CONFIG"),
    (41, Kind::Passing, "NOT_CONTROLLER"),
    (42, Kind::Lasting, "INVALID_REQUEST"),
    (44, Kind::Lasting, "POLICY_VIOLATION"),
    (51, Kind::Passing, "CONCURRENT_TRANSACTIONS"),
    (53, Kind::Denial, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"),
    (54, Kind::Lasting, "SECURITY_DISABLED"),
    (58, Kind::Lasting, "SASL_AUTHENTICATION_FAILED"),
    (68, Kind::Lasting, "NON_EMPTY_GROUP"),
    (69, Kind::Lasting, "GROUP_ID_NOT_FOUND"),
    (73, Kind::Lasting, "TOPIC_DELETION_DISABLED"),
    (74, Kind::Passing, "FENCED_LEADER_EPOCH"),
    (75, Kind::Passing, "UNKNOWN_LEADER_EPOCH"),
    (76, Kind::Lasting, "UNSUPPORTED_COMPRESSION_TYPE"),
    (78, Kind::Passing, "OFFSET_NOT_AVAILABLE"),
    (86, Kind::Lasting, "GROUP_SUBSCRIBED_TO_TOPIC"),
    (89, Kind::Passing, "THROTTLING_QUOTA_EXCEEDED"),
    (91, Kind::Lasting, "RESOURCE_NOT_FOUND"),
    (92, Kind::Lasting, "DUPLICATE_RESOURCE"),
    (93, Kind::Lasting, "UNACCEPTABLE_CREDENTIAL"),
];

impl ErrorCode {
    /// The offset is not in the partition: it was deleted, or is not written yet.
    pub const OFFSET_OUT_OF_RANGE: Self = Self(1);
    /// There is no topic, or no partition, of this name.
    pub const UNKNOWN_TOPIC_OR_PARTITION: Self = Self(3);
    /// The broker that is asked for does not run.
    pub(crate) const LEADER_GONE: Self = Self(5);
    /// An access rule is missing for a topic.
    pub const TOPIC_AUTHORIZATION_FAILED: Self = Self(29);
    /// An access rule is missing for a consumer group.
    pub const GROUP_AUTHORIZATION_FAILED: Self = Self(30);
    /// An access rule is missing for the cluster.
    pub const CLUSTER_AUTHORIZATION_FAILED: Self = Self(31);
    /// A topic of this name exists.
    pub const TOPIC_ALREADY_EXISTS: Self = Self(36);
    /// A consumer group of this name does not exist.
    pub const GROUP_ID_NOT_FOUND: Self = Self(69);
    /// A resource, as a user, does not exist.
    pub const RESOURCE_NOT_FOUND: Self = Self(91);

    /// Wraps the number of the protocol; `None` for 0, which means success.
    #[must_use]
    pub fn new(number: i16) -> Option<Self> {
        (number != 0).then_some(Self(number))
    }

    /// Returns the number in the protocol.
    #[must_use]
    pub fn number(self) -> i16 {
        self.0
    }

    /// Returns the name in the protocol's documentation; `None` for codes that are rarely seen.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.known().map(|(_, _, name)| *name)
    }

    /// Whether the same request may succeed a moment later, possibly at another broker.
    #[must_use]
    pub fn is_transient(self) -> bool {
        self.known().is_some_and(|(_, kind, _)| *kind == Kind::Passing)
    }

    /// Whether an access rule is missing.
    #[must_use]
    pub fn is_denial(self) -> bool {
        self.known().is_some_and(|(_, kind, _)| *kind == Kind::Denial)
    }

    fn known(self) -> Option<&'static (i16, Kind, &'static str)> {
        CODES.iter().find(|(number, _, _)| *number == self.0)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "error {}", self.0),
        }
    }
}
