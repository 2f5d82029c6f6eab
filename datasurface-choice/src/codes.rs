//! The codes of what is to be said of platforms that were chosen. There is one for each kind of policy, as in the model,
//! where pins are judged; somebody may decide to live with any of them for a while.

use datasurface_model::{CodeInfo, PolicyRule, Protects};

pub(crate) static LOCATION: CodeInfo = CodeInfo::error(
    "governance/platform-location",
    "a platform keeps data at a place that a policy does not permit",
    "A zone says where its data may be, and where data may be that its workspaces receive. That holds for whatever a platform \
     keeps on the way, too: where it runs, and where it says that it keeps data. Choose another platform, let it keep data \
     elsewhere, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

pub(crate) static VENDOR: CodeInfo = CodeInfo::error(
    "governance/platform-vendor",
    "a platform keeps data with a vendor that a policy does not permit",
    "A zone says on whose infrastructure its data may be, and data that its workspaces receive. That holds for whatever a \
     platform keeps on the way, too. Choose another platform, let it keep data elsewhere, or ask the zone to change its \
     policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

pub(crate) static HARD_VENDOR: CodeInfo = CodeInfo::error(
    "governance/platform-hard-vendor",
    "a platform keeps data in a cloud that a policy does not permit",
    "A zone says in which clouds its data may be, and data that its workspaces receive. That holds for whatever a platform \
     keeps on the way, too. Choose another platform, let it keep data elsewhere, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

pub(crate) static STORAGE: CodeInfo = CodeInfo::error(
    "governance/platform-storage",
    "a platform keeps data in a way that a policy does not permit",
    "A storage policy says which technologies may hold data, and with whose keys it must be encrypted; for all data of its \
     zone, or for the datasets that name it. That holds for whatever a platform keeps on the way, too. Choose another \
     platform, say in its settings how its storage is encrypted, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

pub(crate) static PLATFORM: CodeInfo = CodeInfo::error(
    "governance/chosen-platform",
    "a platform has to do with data of a zone that does not permit it any more",
    "A zone says which platforms may serve its groups, capture its datastores, and serve others with its data. The lock says \
     that one does which may not. Pin another platform, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

pub(crate) static PRODUCTION: CodeInfo = CodeInfo::error(
    "governance/platform-production",
    "a zone does not permit production to meet a platform that is not, or the other way round",
    "A zone can say that production and what is not production must not meet, or that it has to do with one of the two alone. \
     Choose a platform of the same status, or ask the zone to change its policy.",
)
.waivable()
.protecting(Protects::PolicyZone);

pub(crate) static PRODUCTION_MIX: CodeInfo = CodeInfo::warning(
    "governance/platform-production-mix",
    "production is on a platform that is not, or the other way round",
    "Production data belongs onto production platforms, and the other way round: a business should not depend on a test. \
     Where a platform of the same status can do it, that one is chosen. Declare one, or correct the status; a zone can make \
     this an error.",
);

pub(crate) static DEPRECATED: CodeInfo = CodeInfo::warning(
    "choice/deprecated-platform",
    "something new comes to a platform that is on its way out",
    "Whoever operates the platform means to stop it, and nothing else can do what is asked for. Declare a platform that can, \
     or its replacement. What the platform does already, it does without a warning.",
);

/// The code of what a rule denies.
pub(crate) fn code_of(rule: &PolicyRule) -> &'static CodeInfo {
    match rule {
        PolicyRule::Locations(_) => &LOCATION,
        PolicyRule::Vendors(_) => &VENDOR,
        PolicyRule::HardVendors(_) => &HARD_VENDOR,
        PolicyRule::Storage(_) => &STORAGE,
        PolicyRule::Production(_) | PolicyRule::SeparateProduction => &PRODUCTION,
        _ => &PLATFORM,
    }
}
