//! What is around datastores and workspaces: the ecosystem, its vendors, platforms and zones.

use super::{
    adversarial_strings, containers::containers, credentials, datastores::datastores, days, deprecations,
    documentations, places, rarely, repository_credentials, settings, workspaces::workspaces,
};
use datasurface_model::{Text, *};
use proptest::{collection::vec, prelude::*, sample::select};

fn repositories() -> impl Strategy<Value = Repository> {
    let host = select(vec![RepositoryHost::GitHub, RepositoryHost::GitLab, RepositoryHost::Git]);
    let address = (rarely(adversarial_strings()), adversarial_strings(), adversarial_strings());
    (host, address, rarely(adversarial_strings()), rarely(repository_credentials())).prop_map(
        |(host, (address, repository, branch), path, credential)| {
            let repository = Repository::new(host, repository, branch);
            let repository = path.into_iter().fold(repository, Repository::with_owner_path);
            let repository = address.into_iter().fold(repository, Repository::with_address);
            credential.into_iter().fold(repository, Repository::with_credential)
        },
    )
}

fn clouds() -> impl Strategy<Value = CloudVendor> {
    select(vec![
        CloudVendor::Alibaba,
        CloudVendor::Aws,
        CloudVendor::Azure,
        CloudVendor::GoogleCloud,
        CloudVendor::Ibm,
        CloudVendor::Oracle,
        CloudVendor::OnPremises,
    ])
}

fn locations() -> impl Strategy<Value = InfrastructureLocation> {
    let about = || (rarely(documentations()), rarely(adversarial_strings()));
    let described = |location, (documentation, former): (Option<Documentation>, Option<String>)| {
        let location = documentation.into_iter().fold(location, InfrastructureLocation::documented);
        former.into_iter().fold(location, InfrastructureLocation::renamed_from)
    };
    let leaf = (adversarial_strings(), about())
        .prop_map(move |(name, about)| described(InfrastructureLocation::new(name), about));
    leaf.prop_recursive(5, 20, 3, move |inner| {
        (adversarial_strings(), vec(inner, 0..3), about()).prop_map(move |(name, inner, about)| {
            let location = InfrastructureLocation::new(name);
            described(inner.into_iter().fold(location, InfrastructureLocation::location), about)
        })
    })
}

fn vendors() -> impl Strategy<Value = InfrastructureVendor> {
    let about = (rarely(documentations()), rarely(adversarial_strings()));
    (adversarial_strings(), rarely(clouds()), vec(locations(), 0..4), about).prop_map(
        |(name, cloud, locations, (documentation, former))| {
            let vendor = InfrastructureVendor::new(name);
            let vendor = cloud.into_iter().fold(vendor, InfrastructureVendor::with_cloud);
            let vendor = locations.into_iter().fold(vendor, InfrastructureVendor::location);
            let vendor = documentation.into_iter().fold(vendor, InfrastructureVendor::documented);
            former.into_iter().fold(vendor, InfrastructureVendor::renamed_from)
        },
    )
}

fn hinted() -> impl Strategy<Value = HintTarget> {
    prop_oneof![
        adversarial_strings().prop_map(|name| HintTarget::Datastore(name.into())),
        (adversarial_strings(), adversarial_strings())
            .prop_map(|(store, dataset)| HintTarget::Dataset(DatasetKey::new(store, dataset))),
        (adversarial_strings(), adversarial_strings())
            .prop_map(|(workspace, group)| HintTarget::Group(GroupKey::new(workspace, group))),
        adversarial_strings().prop_map(|name| HintTarget::Transformer(name.into())),
    ]
}

fn advance_policies() -> impl Strategy<Value = AdvancePolicy> {
    let window = (adversarial_strings(), any::<u32>())
        .prop_map(|(opens, minutes)| AdvanceWindow::new(opens.as_str(), minutes));
    prop_oneof![
        (days(), adversarial_strings()).prop_map(|(until, reason)| AdvancePolicy::frozen(until, reason)),
        adversarial_strings().prop_map(|cron| AdvancePolicy::cron(&cron)),
        vec(window, 0..3).prop_map(AdvancePolicy::within),
    ]
}

fn platforms() -> impl Strategy<Value = PlatformDeclaration> {
    let attributes = (
        vec(places(), 0..2),
        any::<bool>(),
        rarely(adversarial_strings()),
        vec((hinted(), settings()), 0..3),
        rarely(advance_policies()),
    );
    let replacement = adversarial_strings().prop_map(PlatformName::from);
    let about = (rarely(deprecations(replacement)), rarely(documentations()), rarely(adversarial_strings()));
    (adversarial_strings(), adversarial_strings(), adversarial_strings(), settings(), attributes, about)
        .prop_map(|(name, kind, version, config, attributes, (deprecation, documentation, former))| {
            let (places, is_production, store, hints, policy) = attributes;
            let platform = PlatformDeclaration::new(name, kind)
                .with_version_requirement(version.as_str())
                .with_config(config);
            let platform = places.into_iter().fold(platform, PlatformDeclaration::located);
            let platform = if is_production { platform.in_production() } else { platform };
            let platform = store.into_iter().fold(platform, PlatformDeclaration::with_credential_store);
            let platform = policy.into_iter().fold(platform, PlatformDeclaration::with_advance_policy);
            let platform = hints
                .into_iter()
                .fold(platform, |platform, (about, settings)| platform.hint(about, settings));
            let platform = deprecation.into_iter().fold(platform, PlatformDeclaration::deprecated);
            let platform = documentation.into_iter().fold(platform, PlatformDeclaration::documented);
            former.into_iter().fold(platform, PlatformDeclaration::renamed_from)
        })
}

fn permitted<T: Ord + Clone + std::fmt::Debug>(
    values: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Permitted<T>> {
    (proptest::option::of(vec(values.clone(), 0..3)), vec(values, 0..3)).prop_map(|(allowed, denied)| {
        match allowed {
            Some(allowed) => Permitted::only(allowed).with_denied(denied),
            None => Permitted::all_except(denied),
        }
    })
}

fn rules() -> impl Strategy<Value = PolicyRule> {
    let statuses = select(vec![ProductionStatus::Production, ProductionStatus::NotProduction]);
    let keys = rarely(select(vec![KeyHolder::Vendor, KeyHolder::Company]));
    let storage = (permitted(adversarial_strings().prop_map(Text::from).boxed()), keys, any::<bool>())
        .prop_map(|(technologies, keys, is_mandatory)| {
            let rule = if is_mandatory { StorageRule::mandatory() } else { StorageRule::opt_in() };
            keys.into_iter().fold(rule.with_technologies(technologies), StorageRule::encrypted)
        });
    prop_oneof![
        permitted(places().boxed()).prop_map(PolicyRule::Locations),
        permitted(adversarial_strings().prop_map(VendorName::from).boxed()).prop_map(PolicyRule::Vendors),
        permitted(clouds().boxed()).prop_map(PolicyRule::HardVendors),
        permitted(adversarial_strings().prop_map(PlatformName::from).boxed()).prop_map(PolicyRule::Platforms),
        permitted(adversarial_strings().prop_map(Classification::from).boxed())
            .prop_map(PolicyRule::Classifications),
        storage.prop_map(PolicyRule::Storage),
        permitted(statuses).prop_map(PolicyRule::Production),
        Just(PolicyRule::SeparateProduction),
    ]
}

fn policies() -> impl Strategy<Value = Policy> {
    let about = (rarely(documentations()), rarely(adversarial_strings()));
    let freed = rarely(vec(adversarial_strings(), 0..2));
    let policy = (adversarial_strings(), rules(), freed, any::<bool>(), about);
    policy.prop_map(|(name, rule, freed, is_unwaivable, (documentation, former))| {
        let policy = freed.into_iter().fold(Policy::new(name, rule), Policy::freeing);
        let policy = if is_unwaivable { policy.unwaivable() } else { policy };
        let policy = documentation.into_iter().fold(policy, Policy::documented);
        former.into_iter().fold(policy, Policy::renamed_from)
    })
}

fn consents() -> impl Strategy<Value = Consent> {
    let text = adversarial_strings;
    (text(), text(), text(), text(), text()).prop_map(|(zone, team, workspace, output, of)| {
        Consent::new(TeamKey::new(zone, team), workspace, output, of)
    })
}

fn teams() -> impl Strategy<Value = Team> {
    let inside =
        (vec(containers(), 0..3), vec(credentials(), 0..3), vec(datastores(), 0..3), vec(workspaces(), 0..3));
    (inside, rarely(documentations())).prop_map(
        |((containers, credentials, datastores, workspaces), documentation)| {
            let team = containers.into_iter().fold(Team::new(), Team::container);
            let team = credentials.into_iter().fold(team, Team::credential);
            let team = datastores.into_iter().fold(team, Team::datastore);
            let team = workspaces.into_iter().fold(team, Team::workspace);
            documentation.into_iter().fold(team, Team::documented)
        },
    )
}

/// Generates any ecosystem that can be built in code, valid or not: names and texts include those that could be
/// mistaken for something else.
pub fn arbitrary_ecosystems() -> BoxedStrategy<Ecosystem> {
    // The state for shrinking an ecosystem is several times too large for the stack of a test.
    ecosystems().boxed()
}

prop_compose! {
    fn ecosystems()(
        name in adversarial_strings(),
        repositories in [repositories(), repositories(), repositories()],
        vendors in vec(vendors(), 0..3),
        platforms in vec(platforms(), 0..3),
        team in teams(),
        policies in vec(policies(), 0..3),
        consents in vec(consents(), 0..2),
        zones in vec((adversarial_strings(), 0..3, rarely(adversarial_strings()), rarely(documentations())), 0..4),
        pins in vec((adversarial_strings(), adversarial_strings(), vec(adversarial_strings(), 0..3)), 0..3),
        waivers in vec((adversarial_strings(), adversarial_strings(), rarely((adversarial_strings(), adversarial_strings())), adversarial_strings(), days()), 0..3),
        about in (rarely(documentations()), rarely(adversarial_strings())),
    ) -> Ecosystem {
        let [owner, live, other] = repositories;
        let mut ecosystem = Ecosystem::new(name, owner, live);
        let waivers: Vec<Waiver> = waivers.into_iter().map(|(code, path, policy, reason, expires)| {
            let waiver = Waiver::new(code, path, reason, expires);
            match policy {
                Some((zone, policy)) => waiver.with_policy(PolicyKey::new(zone, policy)),
                None => waiver,
            }
        }).collect();
        let team = waivers.iter().cloned().fold(team, Team::waiver);
        for vendor in vendors {
            ecosystem = ecosystem.vendor(vendor.clone()).vendor(vendor);
        }
        ecosystem = platforms.into_iter().fold(ecosystem, Ecosystem::platform);
        for (name, how, former, documentation) in zones {
            let declared = TeamDeclaration::new(&*name, &other);
            let zone = documentation.into_iter().fold(GovernanceZone::new(), GovernanceZone::documented);
            let zone = policies.iter().cloned().fold(zone, GovernanceZone::policy);
            let zone = consents.iter().cloned().fold(zone, GovernanceZone::consent);
            let zone = waivers.iter().cloned().fold(zone, GovernanceZone::waiver);
            let zone = match how {
                0 => zone,
                1 => zone.team_declaration(former.iter().cloned().fold(declared, TeamDeclaration::renamed_from)),
                _ => zone.team_declaration(declared.defined(team.clone())),
            };
            let declaration = ZoneDeclaration::new(name, &other);
            let declaration = if how == 0 { declaration } else { declaration.defined(zone) };
            ecosystem = ecosystem.zone_declaration(former.into_iter().fold(declaration, ZoneDeclaration::renamed_from));
        }
        for (a, b, platforms) in pins {
            ecosystem = ecosystem.primary_pin(&*a, &*b).group_pin(GroupKey::new(a, b), platforms);
        }
        ecosystem = waivers.into_iter().fold(ecosystem, Ecosystem::waiver);
        let ecosystem = about.0.into_iter().fold(ecosystem, Ecosystem::documented);
        about.1.into_iter().fold(ecosystem, Ecosystem::renamed_from)
    }
}
