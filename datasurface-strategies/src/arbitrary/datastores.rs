//! Datastores with their captures and datasets.

use super::{adversarial_strings, deprecations, documentations, rarely, schemas::schemas};
use datasurface_model::*;
use proptest::{collection::vec, prelude::*, sample::select};

fn capture_kinds() -> impl Strategy<Value = CaptureKind> {
    let names = || {
        vec((adversarial_strings(), adversarial_strings()), 0..2).prop_map(|names| -> SourceNames {
            names.into_iter().map(|(dataset, source)| (dataset.into(), source.into())).collect()
        })
    };
    let formats = select(vec![FileFormat::Csv, FileFormat::Parquet, FileFormat::JsonLines]);
    prop_oneof![
        (names(), vec(adversarial_strings(), 0..2)).prop_map(|(tables, keyless)| {
            let keyless = keyless.into_iter().map(DatasetName::from).collect();
            CaptureKind::SqlSnapshot { tables, keyless }
        }),
        (adversarial_strings(), vec((adversarial_strings(), adversarial_strings()), 0..2), names()).prop_map(
            |(column, columns, tables)| {
                let columns =
                    columns.into_iter().map(|(dataset, column)| (dataset.into(), column.into())).collect();
                CaptureKind::SqlWatermark { column: column.into(), columns, tables }
            }
        ),
        names().prop_map(|tables| CaptureKind::ChangeDataCapture { tables }),
        names().prop_map(|topics| CaptureKind::Kafka { topics }),
        (formats, names()).prop_map(|(format, prefixes)| CaptureKind::ObjectFiles { format, prefixes }),
    ]
}

fn captures() -> impl Strategy<Value = Capture> {
    let container = (adversarial_strings(), adversarial_strings(), adversarial_strings());
    (
        container,
        capture_kinds(),
        rarely(any::<bool>()),
        rarely(adversarial_strings()),
        rarely(adversarial_strings()),
    )
        .prop_map(|((zone, team, container), kind, together, cron, credential)| {
            let capture = Capture::new(ContainerKey::new(zone, team, container), kind);
            let capture = match together {
                Some(true) => capture.with_consistency(Consistency::MultiDataset),
                Some(false) => capture.with_consistency(Consistency::SingleDataset),
                None => capture,
            };
            let capture = match cron {
                Some(cron) => capture.with_cron(cron.as_str()),
                None => capture,
            };
            credential.into_iter().fold(capture, Capture::with_credential)
        })
}

fn quality_checks() -> impl Strategy<Value = QualityCheck> {
    prop_oneof![
        (adversarial_strings(), any::<u32>())
            .prop_map(|(column, share)| QualityCheck::not_null(column, Share::parts_per_million(share))),
        vec(adversarial_strings(), 0..3).prop_map(QualityCheck::unique),
        any::<(u64, Option<u64>)>().prop_map(|(least, most)| QualityCheck::rows(least, most)),
        (adversarial_strings(), any::<u64>())
            .prop_map(|(column, within)| QualityCheck::fresh(column, Latency::seconds(within))),
        (adversarial_strings(), vec(adversarial_strings(), 0..3))
            .prop_map(|(column, values)| QualityCheck::accepted_values(column, values)),
    ]
}

fn datasets() -> impl Strategy<Value = Dataset> {
    let replacement = (adversarial_strings(), adversarial_strings())
        .prop_map(|(store, dataset)| DatasetKey::new(store, dataset));
    let continued = (adversarial_strings(), adversarial_strings())
        .prop_map(|(store, dataset)| DatasetKey::new(store, dataset));
    let invalid = prop_oneof![Just(InvalidRows::Fail), Just(InvalidRows::SetAside)];
    let optional = (
        rarely(deprecations(replacement)),
        vec(quality_checks(), 0..3),
        vec(adversarial_strings(), 0..2),
        invalid,
    );
    let about = (rarely(documentations()), rarely(adversarial_strings()), rarely(continued));
    (adversarial_strings(), schemas(), vec(adversarial_strings(), 0..2), optional, about).prop_map(
        |(
            name,
            schema,
            classifications,
            (deprecation, checks, policies, invalid),
            (documentation, former, continued),
        )| {
            let dataset = classifications.into_iter().fold(Dataset::new(name, schema), Dataset::classified);
            let dataset = deprecation.into_iter().fold(dataset, Dataset::deprecated);
            let dataset = checks.into_iter().fold(dataset, Dataset::quality_check);
            let dataset =
                policies.into_iter().fold(dataset, Dataset::storage_policy).with_invalid_rows(invalid);
            let dataset = documentation.into_iter().fold(dataset, Dataset::documented);
            let dataset = continued.into_iter().fold(dataset, Dataset::continuing);
            former.into_iter().fold(dataset, Dataset::renamed_from)
        },
    )
}

fn approvals() -> impl Strategy<Value = Approval> {
    let names = || (adversarial_strings(), adversarial_strings());
    (names(), names(), adversarial_strings(), any::<bool>()).prop_map(
        |((zone, team), (workspace, group), dataset, is_open)| {
            let (team, group) = (TeamKey::new(zone, team), GroupKey::new(workspace, group));
            let approval = Approval::new(team, group, dataset);
            if is_open { approval.open_onward() } else { approval }
        },
    )
}

pub(super) fn datastores() -> impl Strategy<Value = Datastore> {
    let replacement = adversarial_strings().prop_map(DatastoreName::from);
    let approvals = rarely(vec(approvals(), 0..2));
    let optional = (any::<bool>(), approvals, rarely(deprecations(replacement)));
    let about = (rarely(documentations()), rarely(adversarial_strings()));
    (adversarial_strings(), rarely(captures()), vec(datasets(), 0..4), optional, about).prop_map(
        |(name, capture, datasets, (is_production, approvals, deprecation), (documentation, former))| {
            let datastore = Datastore::new(name).with_datasets(datasets);
            let datastore = capture.into_iter().fold(datastore, Datastore::captured);
            let datastore = if is_production { datastore.in_production() } else { datastore };
            let datastore = match approvals {
                Some(approvals) => approvals.into_iter().fold(datastore.restricted(), Datastore::approval),
                None => datastore,
            };
            let datastore = deprecation.into_iter().fold(datastore, Datastore::deprecated);
            let datastore = documentation.into_iter().fold(datastore, Datastore::documented);
            former.into_iter().fold(datastore, Datastore::renamed_from)
        },
    )
}
