//! References of the ecosystem's own parts, written anew: of pins, and of platforms.

use super::{
    respell::{Respeller, change},
    spelling::SpellingKind::{Name, Value},
};
use crate::{
    diagnostic::ModelPath,
    ecosystem::{Ecosystem, GroupPin, HintTarget, PlatformDeclaration, PrimaryPin},
};
use datasurface_schema::{Entity, segment};

impl Respeller<'_> {
    pub(super) fn ecosystem(&mut self, ecosystem: &Ecosystem, root: &ModelPath) -> Option<Ecosystem> {
        let before = self.found.len();
        let mut platforms = Vec::new();
        for platform in ecosystem.platforms() {
            let path = root.child(segment::PLATFORMS, platform.name());
            platforms.push(self.platform(platform, &path).unwrap_or_else(|| platform.clone()));
        }
        let mut group_pins = Vec::new();
        for pin in ecosystem.group_pins() {
            let path = root.child(segment::GROUP_PINS, pin.name().to_string());
            let group = self.group(pin.name(), || (path.clone(), Name));
            let mut wished = Vec::new();
            for platform in pin.platforms() {
                let at = || (path.child(segment::PLATFORMS, platform), Name);
                wished.push(self.platform_ref(platform, at).unwrap_or_else(|| platform.clone()));
            }
            group_pins.push(GroupPin::new(group.unwrap_or_else(|| pin.name().clone()), wished));
        }
        let mut primary_pins = Vec::new();
        for pin in ecosystem.primary_pins() {
            let path = root.child(segment::PRIMARY_PINS, pin.name());
            let datastore = self.datastore_ref(pin.name(), || (path.clone(), Name));
            let platform = self.platform_ref(pin.platform(), || (path.attribute(segment::PLATFORM), Value));
            primary_pins.push(PrimaryPin::new(
                datastore.unwrap_or_else(|| pin.name().clone()),
                platform.unwrap_or_else(|| pin.platform().clone()),
            ));
        }
        (self.found.len() > before).then(|| {
            let ecosystem = ecosystem.clone().with_platforms(platforms);
            ecosystem.with_group_pins(group_pins).with_primary_pins(primary_pins)
        })
    }

    fn platform(&mut self, platform: &PlatformDeclaration, path: &ModelPath) -> Option<PlatformDeclaration> {
        let mut changed = None;
        if let Some(places) = self.places(platform.locations(), path) {
            change(&mut changed, platform, |platform| platform.with_locations(places));
        }
        if let Some(deprecation) = platform.deprecation() {
            let at = || (path.attribute(segment::DEPRECATION).attribute(segment::REPLACEMENT), Value);
            if let Some(now) = deprecation.replacement().and_then(|name| self.platform_ref(name, at)) {
                let deprecation = deprecation.clone().replaced_by(now);
                change(&mut changed, platform, |platform| platform.deprecated(deprecation));
            }
        }
        let before = self.found.len();
        let mut hints = Vec::new();
        for hint in platform.hints() {
            let about = hint.name();
            let path = path.child(segment::HINTS, about.to_string());
            let about = self.hint_target(about, &path).unwrap_or_else(|| about.clone());
            hints.push(hint.clone().of(about));
        }
        if self.found.len() > before {
            change(&mut changed, platform, |platform| platform.with_hints(hints));
        }
        changed
    }

    fn hint_target(&mut self, about: &HintTarget, hint: &ModelPath) -> Option<HintTarget> {
        let at = |kind| move || (hint.attribute(segment::ABOUT).attribute(kind), Value);
        match about {
            HintTarget::Datastore(name) => {
                self.datastore_ref(name, at(segment::DATASTORE)).map(HintTarget::Datastore)
            }
            HintTarget::Dataset(key) => self.dataset(key, at(segment::DATASET)).map(HintTarget::Dataset),
            HintTarget::Group(key) => self.group(key, at(segment::GROUP)).map(HintTarget::Group),
            HintTarget::Transformer(name) => {
                self.workspace_ref(name, at(segment::TRANSFORMER)).map(HintTarget::Transformer)
            }
        }
    }
}
