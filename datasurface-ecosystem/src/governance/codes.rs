//! The codes of governance: one for each kind of policy. Somebody may decide to live with any of them for a while.

use crate::diagnostic::{CodeInfo, Protects};

/// A policy names a technology that is most likely spelled otherwise.
pub static UNKNOWN_TECHNOLOGY: CodeInfo = CodeInfo::error(
    "governance/unknown-technology",
    "a policy names a technology of storage that is called otherwise",
    "Technologies are called as containers call their kinds: `postgres`, `sql_server`, `object_storage`. What is allowed \
     under another name is not allowed, and what is denied under another name is not denied. Correct the name. If it is the \
     name of a kind that only a platform knows, and means what it says, waive this.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// A policy forbids nothing.
pub static NO_EFFECT: CodeInfo = CodeInfo::warning(
    "governance/no-effect",
    "a policy permits everything",
    "A rule that neither allows nor denies anything by name, and asks for no encryption, forbids nothing. Whoever reads the \
     name of the policy believes otherwise. Say what is allowed or denied, or remove the policy.",
)
.protecting(Protects::PolicyZone);

/// Data would be at a place that a policy does not permit.
pub static LOCATION: CodeInfo = CodeInfo::error(
    "governance/location",
    "data would be at a place that a policy does not permit",
    "A zone says where its data may be, and where data may be that its workspaces receive; a location covers those below \
     it. Both zones must permit each place. Keep the data elsewhere, leave it out, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// Data would be on the infrastructure of a vendor that a policy does not permit.
pub static VENDOR: CodeInfo = CodeInfo::error(
    "governance/vendor",
    "data would be with a vendor that a policy does not permit",
    "A zone says on whose infrastructure its data may be. Both zones must permit each vendor. Keep the data elsewhere, leave \
     it out, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// Data would be in a cloud that a policy does not permit.
pub static HARD_VENDOR: CodeInfo = CodeInfo::error(
    "governance/hard-vendor",
    "data would be in a cloud that a policy does not permit",
    "A zone says in which clouds its data may be, whatever the vendor is called here. A vendor that does not say which \
     cloud it is passes only where no cloud is allowed by name. Say which cloud it is, keep the data elsewhere, or ask the \
     zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// Data would be in a cloud that nobody knows, and a policy denies some clouds.
pub static UNKNOWN_CLOUD: CodeInfo = CodeInfo::warning(
    "governance/unknown-cloud",
    "data would be with a vendor that does not say which cloud it is, where a policy denies some clouds",
    "Nobody can tell whether the data would be in a cloud that the policy denies. Say with the vendor which cloud it is, or keep the      data elsewhere.",
);

/// Data would be with a platform of which nobody knows where it keeps it, and a policy denies some places. Reported by a broker.
pub static UNKNOWN_PLACE: CodeInfo = CodeInfo::warning(
    "governance/platform-unknown-place",
    "a platform does not say where it keeps data, and a policy denies some places",
    "Nobody can tell whether the data would be at a place that the policy denies. Say in the declaration of the platform, or in its      settings, where it keeps data, or let another platform do it.",
);

/// Data would be in a container that a storage policy does not permit.
pub static STORAGE: CodeInfo = CodeInfo::error(
    "governance/storage",
    "data would be kept in a way that a policy does not permit",
    "A storage policy says which technologies may hold data, and with whose keys it must be encrypted. It holds for all data \
     of its zone, or for the datasets that name it, wherever they go. Keep the data elsewhere, or ask the zone to change \
     its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// Data has a classification that a policy does not permit.
pub static CLASSIFICATION: CodeInfo = CodeInfo::error(
    "governance/classification",
    "data has a classification that a policy does not permit",
    "A zone says which data it may have, and which its workspaces may receive. Where only some classifications are allowed, \
     data that is not classified completely does not pass. Classify the data, leave it out, or let a transformer remove \
     what is sensitive.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// Data is not classified, and a policy denies some classifications.
pub static UNCLASSIFIED: CodeInfo = CodeInfo::warning(
    "governance/unclassified",
    "data is not classified where a policy denies some classifications",
    "Nobody can tell whether the data is what the policy denies. Classify the dataset, or each of its columns.",
)
.protecting(Protects::PolicyZone);

/// A workspace receives data that it says it may not hold.
pub static CLASSIFICATION_LIMIT: CodeInfo = CodeInfo::error(
    "governance/classification-limit",
    "a workspace receives data that it says it may not hold",
    "A workspace can say which classifications it may hold; what it receives must have those alone, and be classified \
     completely. Leave the dataset out, or let a transformer remove what is sensitive.",
)
.waivable()
.protecting(Protects::WorkspaceTeam);

/// A policy does not permit a platform.
pub static PLATFORM: CodeInfo = CodeInfo::error(
    "governance/platform",
    "a platform has to do with data of a zone that does not permit it",
    "A zone says which platforms may serve its groups, capture its datastores, and serve others with its data. Choose \
     another platform, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// A zone does not permit production to meet what is not production.
pub static PRODUCTION: CodeInfo = CodeInfo::error(
    "governance/production",
    "a zone does not permit something to meet production, or what is not production",
    "A zone can say that production and what is not production must not meet, or that it has to do with one of the two \
     alone. Use data, workspaces and platforms of the same status, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

/// Production meets what is not production.
pub static PRODUCTION_MIX: CodeInfo = CodeInfo::warning(
    "governance/production-mix",
    "production meets what is not production",
    "Production data belongs into production workspaces and onto production platforms, and the other way round: a test \
     should not show real customers, and a business should not depend on a test. Correct one of the two; a zone can make \
     this an error.",
);
