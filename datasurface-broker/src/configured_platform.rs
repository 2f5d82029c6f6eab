//! Configured platforms: instances that the registry makes of declarations.

use crate::stores;
use datasurface_graph::StorageOf;
use datasurface_model::{
    CodeInfo, Diagnostic, Ecosystem, Entity, ModelPath, Place, PlatformDeclaration, PlatformName, Set,
    Suggestion, Valid, nearest, segment,
};
use datasurface_platform::{
    DataPlatform, PlatformDescriptor, PlatformError, PlatformErrorKind, PlatformInstance, Registry,
    ResolvedPlace,
};
use datasurface_state::storage::StorageRecord;
use semver::{Comparator, Op, VersionReq};
use std::{collections::BTreeMap, sync::Arc};

pub(crate) static UNKNOWN_KIND: CodeInfo = CodeInfo::error(
    "platform/unknown-kind",
    "no plug-in of this kind is known",
    "A platform is an instance of a plug-in that the host knows by its kind. Correct the kind, or use a host that was \
     built with that plug-in.",
);
pub(crate) static UNKNOWN_VERSION: CodeInfo = CodeInfo::error(
    "platform/unknown-version",
    "no version of the plug-in meets the requirement",
    "A declaration says which versions of a plug-in will do. None of those that the host knows does. Widen the \
     requirement, or use a host with another version.",
);
pub(crate) static CONFIG: CodeInfo = CodeInfo::error(
    "platform/config",
    "the settings of a platform are wrong",
    "Each kind of platform has its own settings. The plug-in could not read these.",
);
pub(crate) static UNKNOWN_PLACE: CodeInfo = CodeInfo::error(
    "platform/unknown-place",
    "a platform keeps data at a place that does not exist",
    "A platform says where it keeps data on its way, and zones say where their data may be. Both must mean the same places: \
     those that the ecosystem's vendors have. Correct the settings of the platform, or declare the place.",
);
pub(crate) static FAILED: CodeInfo = CodeInfo::error(
    "platform/failed",
    "a platform failed",
    "The plug-in returned an error where it should not have. If the settings and the model are right, this is a bug of \
     the plug-in.",
);

/// A platform instance, together with the platform that its plug-in created for it.
#[derive(Debug)]
pub struct ConfiguredPlatform {
    instance: Arc<PlatformInstance>,
    platform: Box<dyn DataPlatform>,
}

impl ConfiguredPlatform {
    /// The instance.
    #[must_use]
    pub fn instance(&self) -> &Arc<PlatformInstance> {
        &self.instance
    }

    /// The platform that the plug-in created.
    #[must_use]
    pub fn platform(&self) -> &dyn DataPlatform {
        &*self.platform
    }

    /// Returns the places of the platform: those of its declaration, and those where it keeps data on its way.
    pub(crate) fn places(&self, declared: &PlatformDeclaration) -> Set<Place> {
        self.platform.descriptor().places(declared)
    }

    /// Creates the platform of a recorded instance, though its declaration may be gone.
    pub(crate) fn from_record(
        registry: &Registry,
        instance: &PlatformInstance,
    ) -> Result<Self, Box<Diagnostic>> {
        let path = ModelPath::root().child(segment::PLATFORMS, &instance.name);
        let exactly = VersionReq {
            comparators: vec![Comparator {
                op: Op::Exact,
                major: instance.version.major,
                minor: Some(instance.version.minor),
                patch: Some(instance.version.patch),
                pre: instance.version.pre.clone(),
            }],
        };
        let factory = registry.find(&instance.kind, &exactly).ok_or_else(|| {
            let wanted = format!("`{}` {}", instance.kind, &instance.version);
            let message =
                format!("`{}` was rendered by {wanted}, which this host does not know", &instance.name);
            let finding = Diagnostic::new(&UNKNOWN_VERSION, path.clone(), message)
                .with_help("what it keeps can only be let go by that plug-in: use a host that has it");
            Box::new(finding)
        })?;
        let platform = factory.create(instance).map_err(|error| Box::new(failure(&error, path)))?;
        Ok(Self { instance: Arc::new(instance.clone()), platform })
    }
}

/// The descriptors of platforms.
pub(crate) fn descriptors(
    platforms: &BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
) -> impl Iterator<Item = (&PlatformName, &PlatformDescriptor)> {
    platforms.iter().map(|(name, configured)| (name, configured.platform().descriptor()))
}

/// Creates every declared platform, but for those that there are already of the same instance.
pub(crate) fn configure_platforms(
    registry: &Registry,
    ecosystem: &Valid<Ecosystem>,
    names: &StorageRecord,
    earlier: Option<&BTreeMap<PlatformName, Arc<ConfiguredPlatform>>>,
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<PlatformName, Arc<ConfiguredPlatform>> {
    let mut configured = BTreeMap::new();
    for declaration in ecosystem.platforms() {
        let earlier = earlier.and_then(|earlier| earlier.get(declaration.name()));
        match configure_platform(registry, declaration, (ecosystem, names), earlier) {
            Ok(alive) => {
                found.extend(unknown_places(ecosystem, &alive));
                configured.insert(declaration.name().clone(), alive);
            }
            Err(finding) => found.push(*finding),
        }
    }
    found.extend(stores::findings(ecosystem, &configured));
    configured
}

fn unknown_places(ecosystem: &Ecosystem, configured: &ConfiguredPlatform) -> Vec<Diagnostic> {
    let is_unknown = |place: &&Place| {
        !ecosystem.vendors().get(place.vendor()).is_some_and(|vendor| vendor.has_location(place))
    };
    let name = &configured.instance().name;
    let places = configured.platform().descriptor().data_places().iter().filter(is_unknown);
    let findings = places.map(|place| {
        let path = ModelPath::root().child(segment::PLATFORMS, name).attribute(segment::CONFIG);
        Diagnostic::new(
            &UNKNOWN_PLACE,
            path,
            format!("`{name}` keeps data at `{place}`, which does not exist"),
        )
        .with_help("correct the settings of the platform, or declare the place")
    });
    findings.collect()
}

pub(crate) fn configure_platform(
    registry: &Registry,
    declaration: &PlatformDeclaration,
    (ecosystem, names): (&Ecosystem, &StorageRecord),
    earlier: Option<&Arc<ConfiguredPlatform>>,
) -> Result<Arc<ConfiguredPlatform>, Box<Diagnostic>> {
    let path = ModelPath::root().child(segment::PLATFORMS, declaration.name());
    let requirement = declaration.version_requirement().parse().unwrap_or_default();
    let Some(factory) = registry.find(declaration.kind(), &requirement) else {
        return Err(Box::new(unknown(registry, declaration, path)));
    };
    let places = declaration.locations().iter();
    let places = places.map(|place| ResolvedPlace::resolve(place, ecosystem.vendors()));
    let instance = PlatformInstance::new(
        declaration.name().clone(),
        declaration.kind().clone(),
        factory.version().clone(),
        declaration.config().clone(),
    )
    .with_storage(names.platform(declaration.name()))
    .with_places(places)
    .with_credential_store(declaration.credential_store().cloned());
    if let Some(earlier) = earlier.filter(|earlier| **earlier.instance() == instance) {
        return Ok(Arc::clone(earlier));
    }
    let platform = factory.create(&instance).map_err(|error| Box::new(failure(&error, path)))?;
    Ok(Arc::new(ConfiguredPlatform { instance: Arc::new(instance), platform }))
}

fn unknown(registry: &Registry, declaration: &PlatformDeclaration, path: ModelPath) -> Diagnostic {
    let kind = declaration.kind();
    let versions: Vec<String> = registry
        .kinds()
        .filter(|(known, _)| *known == kind)
        .map(|(_, version)| format!("{version}"))
        .collect();
    if versions.is_empty() {
        let known: Vec<&str> = registry.kinds().map(|(kind, _)| kind.as_str()).collect();
        let kinds: Vec<String> = known.iter().map(|kind| format!("`{kind}`")).collect();
        let message = format!("`{}` is of kind `{kind}`, which this host does not know", declaration.name());
        let (path, nearest) = (path.attribute(segment::KIND), nearest(kind.as_str(), known));
        let help = match kinds.is_empty() {
            true => "no kind of platform is registered with this host".to_owned(),
            false => format!("this host knows {}", kinds.join(", ")),
        };
        return Diagnostic::new(&UNKNOWN_KIND, path.clone(), message)
            .with_help(help)
            .did_you_mean(nearest)
            .with_suggestion(nearest.map(|nearest| Suggestion::put(path, nearest)));
    }
    let requirement = declaration.version_requirement();
    let message = format!("`{}` needs `{kind}` in version `{requirement}`", declaration.name());
    Diagnostic::new(&UNKNOWN_VERSION, path.attribute(segment::VERSION), message)
        .with_help(format!("this host knows {}", versions.join(", ")))
}

pub(crate) fn failure(error: &PlatformError, path: ModelPath) -> Diagnostic {
    let failed = |help: &'static str| Diagnostic::new(&FAILED, path.clone(), error.report()).with_help(help);
    match error.kind() {
        PlatformErrorKind::Config => {
            Diagnostic::new(&CONFIG, path.attribute(segment::CONFIG), error.report())
                .with_help("correct the settings of the platform")
        }
        PlatformErrorKind::External => failed("see to what is named there, and try again"),
        _ => failed("if the settings and the model are right, report this to the author of the plug-in"),
    }
}
