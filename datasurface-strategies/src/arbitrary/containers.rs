//! Containers.

use super::{adversarial_strings, documentations, places, rarely, settings};
use datasurface_model::{Text, *};
use proptest::{collection::vec, prelude::*, sample::select};

fn texts() -> impl Strategy<Value = Text> {
    adversarial_strings().prop_map(Text::from)
}

fn kinds() -> impl Strategy<Value = ContainerKind> {
    let server =
        (0..5_u8, texts(), any::<u16>(), texts()).prop_map(|(engine, host, port, database)| match engine {
            0 => ContainerKind::Postgres { host, port, database },
            1 => ContainerKind::MySql { host, port, database },
            2 => ContainerKind::SqlServer { host, port, database },
            3 => ContainerKind::Oracle { host, port, database },
            _ => ContainerKind::Db2 { host, port, database },
        });
    prop_oneof![
        3 => texts().prop_map(|file| ContainerKind::Sqlite { file }),
        1 => texts().prop_map(|file| ContainerKind::DuckDb { file }),
        3 => server,
        1 => (texts(), texts())
            .prop_map(|(account, database)| ContainerKind::Snowflake { account, database }),
        1 => (texts(), texts(), rarely(texts()))
            .prop_map(|(bucket, prefix, endpoint)| ContainerKind::ObjectStorage { bucket, prefix, endpoint }),
        1 => vec(texts(), 0..3).prop_map(|brokers| ContainerKind::Kafka { brokers }),
        1 => Just(ContainerKind::PlatformManaged),
        1 => (texts(), settings()).prop_map(|(technology, properties)| ContainerKind::Custom {
            technology,
            properties: properties.into(),
        }),
    ]
}

fn users() -> impl Strategy<Value = ContainerUser> {
    prop_oneof![
        Just(ContainerUser::Everyone),
        adversarial_strings().prop_map(|zone| ContainerUser::Zone(zone.into())),
        (adversarial_strings(), adversarial_strings())
            .prop_map(|(zone, team)| ContainerUser::Team(TeamKey::new(zone, team))),
    ]
}

pub(super) fn containers() -> impl Strategy<Value = DataContainer> {
    let keys = rarely(select(vec![KeyHolder::Vendor, KeyHolder::Company]));
    let about = (rarely(documentations()), rarely(adversarial_strings()));
    let users = (vec(users(), 0..2), vec(users(), 0..2), rarely(adversarial_strings()));
    (adversarial_strings(), kinds(), vec(places(), 0..3), keys, any::<bool>(), users, about).prop_map(
        |(
            name,
            kind,
            places,
            keys,
            is_read_only,
            (readers, writers, credential),
            (documentation, former),
        )| {
            let container = places.into_iter().fold(DataContainer::new(name, kind), DataContainer::located);
            let container = keys.into_iter().fold(container, DataContainer::encrypted);
            let container = if is_read_only { container.read_only() } else { container };
            let container = credential.into_iter().fold(container, DataContainer::with_credential);
            let container = readers.into_iter().fold(container, DataContainer::readable_by);
            let container = writers.into_iter().fold(container, DataContainer::writable_by);
            let container = documentation.into_iter().fold(container, DataContainer::documented);
            former.into_iter().fold(container, DataContainer::renamed_from)
        },
    )
}
