//! The error codes of brokers.

use std::fmt;

/// An error code of a broker, by the number that the protocol gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(i16);

/// Codes that this client or its users act on, or that are often seen. Others are shown as numbers.
const NAMES: &[(i16, &str)] = &[
    (-1, "UNKNOWN_SERVER_ERROR"),
    (1, "OFFSET_OUT_OF_RANGE"),
    (2, "CORRUPT_MESSAGE"),
    (3, "UNKNOWN_TOPIC_OR_PARTITION"),
    (5, "LEADER_NOT_AVAILABLE"),
    (6, "NOT_LEADER_OR_FOLLOWER"),
    (7, "REQUEST_TIMED_OUT"),
    (8, "BROKER_NOT_AVAILABLE"),
    (9, "REPLICA_NOT_AVAILABLE"),
    (10, "MESSAGE_TOO_LARGE"),
    (13, "NETWORK_EXCEPTION"),
    (14, "COORDINATOR_LOAD_IN_PROGRESS"),
    (15, "COORDINATOR_NOT_AVAILABLE"),
    (16, "NOT_COORDINATOR"),
    (17, "INVALID_TOPIC_EXCEPTION"),
    (19, "NOT_ENOUGH_REPLICAS"),
    (20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND"),
    (24, "INVALID_GROUP_ID"),
    (25, "UNKNOWN_MEMBER_ID"),
    (29, "TOPIC_AUTHORIZATION_FAILED"),
    (30, "GROUP_AUTHORIZATION_FAILED"),
    (31, "CLUSTER_AUTHORIZATION_FAILED"),
    (33, "UNSUPPORTED_SASL_MECHANISM"),
    (34, "ILLEGAL_SASL_STATE"),
    (35, "UNSUPPORTED_VERSION"),
    (36, "TOPIC_ALREADY_EXISTS"),
    (37, "INVALID_PARTITIONS"),
    (38, "INVALID_REPLICATION_FACTOR"),
    (40, "INVALID_CONFIG"),
    (41, "NOT_CONTROLLER"),
    (42, "INVALID_REQUEST"),
    (44, "POLICY_VIOLATION"),
    (51, "CONCURRENT_TRANSACTIONS"),
    (53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"),
    (54, "SECURITY_DISABLED"),
    (58, "SASL_AUTHENTICATION_FAILED"),
    (68, "NON_EMPTY_GROUP"),
    (69, "GROUP_ID_NOT_FOUND"),
    (73, "TOPIC_DELETION_DISABLED"),
    (74, "FENCED_LEADER_EPOCH"),
    (75, "UNKNOWN_LEADER_EPOCH"),
    (76, "UNSUPPORTED_COMPRESSION_TYPE"),
    (78, "OFFSET_NOT_AVAILABLE"),
    (86, "GROUP_SUBSCRIBED_TO_TOPIC"),
    (89, "THROTTLING_QUOTA_EXCEEDED"),
    (91, "RESOURCE_NOT_FOUND"),
    (92, "DUPLICATE_RESOURCE"),
    (93, "UNACCEPTABLE_CREDENTIAL"),
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

    /// Wraps the number of the protocol; `None` for 0, which stands for success.
    #[must_use]
    pub fn new(number: i16) -> Option<Self> {
        (number != 0).then_some(Self(number))
    }

    /// The number in the protocol.
    #[must_use]
    pub fn number(self) -> i16 {
        self.0
    }

    /// The name in the protocol's documentation; `None` for codes that are rarely seen.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(number, _)| *number == self.0).map(|(_, name)| *name)
    }

    /// Whether the same request may succeed a moment later, possibly at another broker.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self.0, 5..=9 | 13..=16 | 19 | 20 | 41 | 51 | 74 | 75 | 78 | 89)
    }

    /// Whether an access rule is missing.
    #[must_use]
    pub fn is_denial(self) -> bool {
        matches!(self.0, 29..=31 | 53)
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
