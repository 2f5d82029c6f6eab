//! Workspaces with their groups, sinks and transformers.

use super::{adversarial_strings, container_keys, days, documentations, rarely};
use chrono::NaiveTime;
use datasurface_model::*;
use proptest::{collection::vec, prelude::*, sample::select};

fn principals() -> impl Strategy<Value = Principal> {
    let name = || adversarial_strings().prop_map(PrincipalName::from);
    prop_oneof![
        name().prop_map(Principal::Group),
        name().prop_map(Principal::Role),
        name().prop_map(Principal::Service),
    ]
}

fn deadlines() -> impl Strategy<Value = Deadline> {
    (0_u32..24, 0_u32..60, 0_u32..60, adversarial_strings()).prop_map(|(hour, minute, second, zone)| {
        Deadline::new(NaiveTime::from_hms_opt(hour, minute, second).unwrap_or_default(), zone)
    })
}

fn sinks() -> impl Strategy<Value = DatasetSink> {
    (adversarial_strings(), adversarial_strings(), rarely(days())).prop_map(|(store, dataset, until)| {
        let sink = DatasetSink::new(DatasetKey::new(store, dataset));
        until.into_iter().fold(sink, DatasetSink::with_consent_until)
    })
}

fn groups() -> impl Strategy<Value = DatasetGroup> {
    let milestonings = vec![Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic];
    let requirements = (
        select(milestonings),
        any::<Option<u64>>(),
        any::<Option<u32>>(),
        vec(adversarial_strings(), 0..2),
        rarely(adversarial_strings()),
    );
    let about = (rarely(documentations()), rarely(adversarial_strings()));
    (adversarial_strings(), vec(sinks(), 0..3), requirements, about).prop_map(
        |(name, sinks, (milestoning, latency, retention, regulators, wish), (documentation, former))| {
            let group = DatasetGroup::new(name).with_sinks(sinks).with_milestoning(milestoning);
            let group = latency.map(Latency::seconds).into_iter().fold(group, DatasetGroup::with_latency);
            let group = retention.map(Retention::days).into_iter().fold(group, DatasetGroup::with_retention);
            let group = regulators.into_iter().fold(group, DatasetGroup::regulator);
            let group = wish.into_iter().fold(group, DatasetGroup::with_preferred_platform);
            let group = documentation.into_iter().fold(group, DatasetGroup::documented);
            former.into_iter().fold(group, DatasetGroup::renamed_from)
        },
    )
}

fn artifacts() -> impl Strategy<Value = CodeArtifact> {
    prop_oneof![
        // In any order: code that was not made with `select`.
        vec((adversarial_strings(), adversarial_strings()), 0..3).prop_map(|selects| {
            let selects = selects.into_iter().map(|(dataset, sql)| Select { dataset: dataset.into(), sql });
            CodeArtifact::Sql { selects: selects.collect() }
        }),
        (adversarial_strings(), adversarial_strings(), adversarial_strings())
            .prop_map(|(package, version, entry)| CodeArtifact::python(package, version.as_str(), entry)),
        (adversarial_strings(), adversarial_strings())
            .prop_map(|(image, version)| CodeArtifact::image(image, version.as_str())),
        (adversarial_strings(), adversarial_strings())
            .prop_map(|(module, version)| CodeArtifact::wasm(module, version.as_str())),
        (adversarial_strings(), adversarial_strings())
            .prop_map(|(project, version)| CodeArtifact::dbt(project, version.as_str())),
    ]
}

fn transformers() -> impl Strategy<Value = DataTransformer> {
    (
        adversarial_strings(),
        artifacts(),
        0..4_u8,
        adversarial_strings(),
        vec((adversarial_strings(), adversarial_strings(), removals()), 0..3),
        vec((adversarial_strings(), adversarial_strings(), adversarial_strings()), 0..2),
    )
        .prop_map(|(output, artifact, trigger, cron, removes, releases)| {
            let transformer = DataTransformer::new(artifact, output);
            let transformer = match trigger {
                0 => transformer,
                1 => transformer.with_trigger(TransformTrigger::External),
                2 => transformer.with_trigger(TransformTrigger::AllInputsMoved),
                _ => transformer.with_cron(cron.as_str()),
            };
            let transformer =
                releases.into_iter().fold(transformer, |transformer, (output, zone, reason)| {
                    transformer.release(Release::new(output, zone, reason))
                });
            removes.into_iter().fold(transformer, |transformer, (dataset, label, removal)| {
                transformer.removal(dataset, label, removal)
            })
        })
}

fn removals() -> impl Strategy<Value = Removal> {
    let columns = vec((adversarial_strings(), adversarial_strings()), 0..3);
    (adversarial_strings(), columns).prop_map(|(why, columns)| {
        columns
            .into_iter()
            .fold(Removal::new(why), |removal, (column, method)| removal.column(column, method))
    })
}

pub(super) fn workspaces() -> impl Strategy<Value = Workspace> {
    let optional = (
        vec(principals(), 0..3),
        rarely(deadlines()),
        any::<bool>(),
        rarely(vec(adversarial_strings(), 0..2)),
        rarely(container_keys()),
        rarely(adversarial_strings()),
    );
    let about = (rarely(documentations()), rarely(adversarial_strings()));
    (adversarial_strings(), vec(groups(), 0..3), rarely(transformers()), optional, about).prop_map(
        |(name, groups, transformer, optional, (documentation, former))| {
            let (principals, deadline, is_production, limit, container, credential) = optional;
            let workspace = groups.into_iter().fold(Workspace::new(name), Workspace::group);
            let workspace = transformer.into_iter().fold(workspace, Workspace::with_transformer);
            let workspace = principals.into_iter().fold(workspace, Workspace::granted);
            let workspace = deadline.into_iter().fold(workspace, Workspace::with_deadline);
            let workspace = if is_production { workspace.in_production() } else { workspace };
            let workspace = limit.into_iter().fold(workspace, Workspace::with_classification_limit);
            let workspace = container.into_iter().fold(workspace, Workspace::with_container);
            let workspace = credential.into_iter().fold(workspace, Workspace::with_credential);
            let workspace = documentation.into_iter().fold(workspace, Workspace::documented);
            former.into_iter().fold(workspace, Workspace::renamed_from)
        },
    )
}
