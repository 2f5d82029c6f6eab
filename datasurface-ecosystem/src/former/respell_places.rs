//! References to vendors, locations and platforms, written anew: in policies of zones, and wherever something says where it is.

use super::{
    DEEPEST_LOCATION,
    respell::Respeller,
    spelling::SpellingKind::{self, Name, Part},
};
use crate::{
    diagnostic::ModelPath,
    ecosystem::{Permitted, Policy, PolicyRule},
    reference::Reference,
};
use datasurface_schema::{Entity, Named, Place, PlatformName, Set, VendorName, segment};

impl Respeller<'_> {
    pub(super) fn vendor_name(&self, name: &VendorName) -> VendorName {
        match self.now(Reference::Vendor(name.clone())) {
            Reference::Vendor(name) => name,
            _ => name.clone(),
        }
    }

    pub(super) fn platform_name(&self, name: &PlatformName) -> PlatformName {
        match self.now(Reference::Platform(name.clone())) {
            Reference::Platform(name) => name,
            _ => name.clone(),
        }
    }

    /// The place by present names.
    pub(super) fn place(&self, place: &Place) -> Place {
        self.way_to(place).1
    }

    /// The vendor and the locations on the way to a place, each by its own name inside of what is around it now.
    pub(super) fn steps_into(&self, place: &Place) -> Vec<Reference> {
        self.way_to(place).0
    }

    fn way_to(&self, place: &Place) -> (Vec<Reference>, Place) {
        let mut steps = vec![Reference::Vendor(place.vendor().clone())];
        let vendor = self.vendor_name(place.vendor());
        if place.path().len() > DEEPEST_LOCATION {
            return (steps, Place::new(vendor, place.path().to_vec()));
        }
        let mut now = Place::from_vendor(vendor);
        for name in place.path() {
            let there = now.location(name);
            let step = Reference::Location(there.clone());
            now = match self.now(step.clone()) {
                Reference::Location(now) => now,
                _ => there,
            };
            steps.push(step);
        }
        (steps, now)
    }

    pub(super) fn platform_ref(
        &mut self,
        name: &PlatformName,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<PlatformName> {
        let now = self.platform_name(name);
        (now != *name).then(|| {
            let (path, kind) = at();
            self.note(path, kind, Reference::Platform(name.clone()), Reference::Platform(now.clone()));
            now
        })
    }

    /// The places of a container or of a platform.
    pub(super) fn places(&mut self, places: &Set<Place>, path: &ModelPath) -> Option<Set<Place>> {
        let before = self.found.len();
        let at = |place: String| path.child(segment::LOCATIONS, place);
        let now = self.elements(places, Self::place, Reference::Location, at);
        (self.found.len() > before).then_some(now)
    }

    /// What policies name is the thing, whatever it is called: a denial that missed it would deny nothing.
    pub(super) fn policies(&mut self, policies: &Named<Policy>, zone: &ModelPath) -> Option<Vec<Policy>> {
        let before = self.found.len();
        let mut all = Vec::new();
        for policy in policies {
            let path = zone.child(segment::POLICIES, policy.name()).attribute(segment::RULE);
            let rule = match policy.rule() {
                PolicyRule::Locations(listed) => {
                    let listed = self.permitted(listed, Self::place, Reference::Location, &path);
                    Some(PolicyRule::Locations(listed))
                }
                PolicyRule::Vendors(listed) => {
                    let listed = self.permitted(listed, Self::vendor_name, Reference::Vendor, &path);
                    Some(PolicyRule::Vendors(listed))
                }
                PolicyRule::Platforms(listed) => {
                    let listed = self.permitted(listed, Self::platform_name, Reference::Platform, &path);
                    Some(PolicyRule::Platforms(listed))
                }
                _ => None,
            };
            all.push(rule.into_iter().fold(policy.clone(), Policy::with_rule));
        }
        (self.found.len() > before).then_some(all)
    }

    fn permitted<T: Ord + Clone>(
        &mut self,
        permitted: &Permitted<T>,
        now: fn(&Self, &T) -> T,
        refer: fn(T) -> Reference,
        rule: &ModelPath,
    ) -> Permitted<T> {
        let at = |list| move |name| rule.child(list, name);
        let allowed = permitted.allowed();
        let allowed = allowed.map(|allowed| self.elements(allowed, now, refer, at(segment::ALLOW)));
        let denied = self.elements(permitted.denied(), now, refer, at(segment::DENY));
        Permitted::new(allowed, denied)
    }

    /// The elements of a list by present names, each a reference by itself.
    pub(super) fn elements<T: Ord + Clone>(
        &mut self,
        listed: &Set<T>,
        now: impl Fn(&Self, &T) -> T,
        refer: impl Fn(T) -> Reference,
        at: impl Fn(String) -> ModelPath,
    ) -> Set<T> {
        let mut all = Vec::new();
        for one in listed {
            let meant = now(self, one);
            if meant != *one {
                let spelled = refer(one.clone());
                // Beside the present name, the former one cannot become it: it is one too many.
                let kind = if listed.contains(&meant) { Part } else { Name };
                self.note(at(spelled.to_string()), kind, spelled, refer(meant.clone()));
            }
            all.push(meant);
        }
        all.into_iter().collect()
    }
}
