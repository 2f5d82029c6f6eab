//! Administration: topics, configurations, access, users, offsets and consumer groups.

mod acls;
mod configs;
mod groups;
mod offsets;
mod topics;
mod users;

pub use acls::{Acl, AclFilter, AclOperation, AclPattern, AclPermission, AclResource};
pub use configs::{ConfigSource, ConfigValue};
pub use groups::GroupOffsets;
pub use offsets::Offsets;
pub use topics::{NewTopic, Partition, Topic};
pub use users::ScramUser;
