//! Resources that an earlier version of a plug-in gave another address: what they hold goes on under the address of now.

use super::{hold::Releases, views::Held};
use crate::error::BrokerError;
use datasurface_model::{CodeInfo, Diagnostic, ModelPath, PlatformName, segment};
use datasurface_platform::{HeldState, Resource, ResourceAddress};
use datasurface_state::rendered::{Entries, PlatformIndex, RenderedIndex};
use datasurface_state::{Manifest, PlatformRecord, ScopeEntry};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(crate) static FORMER_ADDRESS: CodeInfo = CodeInfo::error(
    "platform/former-address",
    "a platform gives one resource the former address of another one",
    "A resource that says what its address was takes over what was there under that address. So no two resources say the same, and \
     nothing is rendered under that address any more. This is a bug of the plug-in.",
);

/// The addresses of now by former ones, by platform: of resources that were rendered, or are held, under a former one.
#[derive(Debug, Default)]
pub(super) struct Readdressed(BTreeMap<PlatformName, BTreeMap<ResourceAddress, ResourceAddress>>);

impl Readdressed {
    /// Looks for resources with former addresses, and gives what is held, and what may go, the addresses of now. Returns whether
    /// something is held under another address than before.
    pub(super) fn follow(
        &mut self,
        manifest: Option<&Manifest>,
        (entries, index): (&Entries, &RenderedIndex),
        held: &mut Held,
        let_go: &mut Releases,
        found: &mut Vec<Diagnostic>,
    ) -> Result<bool, BrokerError> {
        let is_readdressed = |platform: &PlatformName| {
            index.platform(platform).is_some_and(PlatformIndex::has_former_addresses)
        };
        for (platform, scopes) in entries.iter().filter(|(platform, _)| is_readdressed(platform)) {
            let record = manifest.and_then(|manifest| manifest.platform(platform));
            let held = held.get(platform).map_or(&[][..], Vec::as_slice);
            let renamed = renamed(platform, record, scopes, held, found);
            if !renamed.is_empty() {
                self.0.entry(platform.clone()).or_default().extend(renamed);
            }
        }
        BrokerError::check_found(found)?;
        for (platform, renamed) in &self.0 {
            if let Some(going) = let_go.get_mut(platform) {
                let all = std::mem::take(going).into_iter();
                *going = all.map(|(address, guard)| (now(renamed, address), guard)).collect();
            }
        }
        Ok(self.rename(held))
    }

    /// Gives what is held the addresses of now. Returns whether something has another one than before.
    pub(super) fn rename(&self, held: &mut Held) -> bool {
        let mut is_other = false;
        for (platform, renamed) in &self.0 {
            for state in held.get_mut(platform).into_iter().flatten() {
                if let Some(now) = renamed.get(&state.resource) {
                    state.resource = now.clone();
                    is_other = true;
                }
            }
        }
        is_other
    }

    /// Returns the manifest with the addresses of now at the base revision.
    pub(super) fn base<'m>(&self, manifest: Option<&'m Manifest>) -> Option<Cow<'m, Manifest>> {
        let manifest = manifest?;
        if self.0.is_empty() {
            return Some(Cow::Borrowed(manifest));
        }
        let rename = |manifest: Manifest, (platform, renamed): (&PlatformName, &_)| {
            manifest.with_addresses(platform, renamed)
        };
        Some(Cow::Owned(self.0.iter().fold(manifest.clone(), rename)))
    }
}

fn now(renamed: &BTreeMap<ResourceAddress, ResourceAddress>, address: ResourceAddress) -> ResourceAddress {
    renamed.get(&address).cloned().unwrap_or(address)
}

/// The addresses of now by former ones, of one platform.
fn renamed(
    platform: &PlatformName,
    record: Option<&PlatformRecord>,
    scopes: &[Arc<ScopeEntry>],
    held: &[HeldState],
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<ResourceAddress, ResourceAddress> {
    let resources = || scopes.iter().flat_map(|scope| scope.record.resources.values());
    let mut renamed: BTreeMap<ResourceAddress, ResourceAddress> = BTreeMap::new();
    let mut claims = resources().filter_map(|one| Some((one.former_address()?, one.address()))).peekable();
    if claims.peek().is_none() {
        return renamed;
    }
    let rendered: BTreeSet<&ResourceAddress> = resources().map(Resource::address).collect();
    let before = record.into_iter().flat_map(PlatformRecord::base_scopes);
    let base: BTreeSet<&ResourceAddress> = before.flat_map(|scope| scope.record.resources.keys()).collect();
    let mut there = base.clone();
    let since = record.into_iter().flat_map(PlatformRecord::scopes_since_base);
    there.extend(since.flat_map(|scope| scope.record.resources.keys()));
    there.extend(held.iter().map(|held| &held.resource));
    for (former, address) in claims {
        if !there.contains(former) {
            continue;
        }
        let other = renamed.insert(former.clone(), address.clone());
        // Two resources that were there do not become one.
        let own = base.get(address).filter(|_| base.contains(former));
        let still = rendered.get(former).or(own).copied();
        if let Some(other) = other.as_ref().or(still) {
            let path = ModelPath::root().child(segment::PLATFORMS, platform);
            let message = format!("`{address}` was called `{former}`, and so is, or was, `{other}`");
            let help = "report this to the author of the plug-in; nothing is written";
            found.push(Diagnostic::new(&FORMER_ADDRESS, path, message).with_help(help));
        }
    }
    renamed
}
