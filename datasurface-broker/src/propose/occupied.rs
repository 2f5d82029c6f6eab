//! Places that are there once, over all instances.

use datasurface_model::{CodeInfo, Diagnostic, ModelPath, PlatformName, segment};
use datasurface_platform::ResourceAddress;
use datasurface_state::rendered::Entries;
use std::collections::BTreeMap;

pub(crate) static PLACE_TWICE: CodeInfo = CodeInfo::error(
    "platform/place-twice",
    "two resources occupy one place",
    "A place, such as a table in a database, is there once. Two resources that occupy it would overwrite each other: two instances whose \
     settings lead to the same place, or one that gives two things one name. Give one of the instances another place, or rename one \
     of the things.",
)
.not_waivable();

/// Refuses places that are occupied twice, also by what is held.
pub(super) fn check(entries: &Entries, found: &mut Vec<Diagnostic>) {
    let mut occupied: BTreeMap<&str, (&PlatformName, &ResourceAddress)> = BTreeMap::new();
    for (platform, scopes) in entries {
        for resource in scopes.iter().flat_map(|scope| scope.record.resources.values()) {
            for place in resource.occupied_places() {
                let Some((other, address)) = occupied.insert(place, (platform, resource.address())) else {
                    continue;
                };
                let (one, here) = (resource.address(), ModelPath::root().child(segment::PLATFORMS, platform));
                let message =
                    format!("`{one}` of `{platform}` and `{address}` of `{other}` both occupy `{place}`");
                let help = "give one of the platforms another place, or rename one of the things";
                found.push(Diagnostic::new(&PLACE_TWICE, here, message).with_help(help));
            }
        }
    }
}
