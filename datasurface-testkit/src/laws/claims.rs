//! Law 9: what the descriptor says is true. Here: who keeps captured data says in what, for zones have a say about that; and who claims to
//! offer data to others does so, at addresses that they can read; whoever keeps it in a file says that the file is its store; and columns of every claimed type are rendered.

use super::{OnPlatform, ReportBuilder, facts::findings, lone_node::LoneNode};
use crate::{harness::HarnessRun, law::Law, recording::Subject};
use datasurface_graph::{DatasetFacts, IngestSource, NodeDetail, NodeFacts, NodeKind};
use datasurface_model::{
    Column, DataContainer, DataType, Field, FloatFormat, MicroscalingFormat, TableSchema, Text,
    folder_address, is_address_within,
};
use datasurface_platform::{BatchesAddress, Format, Offer, PlatformDescriptor, Resource, SqliteAddress};

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for rendered in &stage.log.renderings {
        let (Ok(rendering), Some(configured)) = (&rendered.result, stage.placed.platform(&rendered.platform))
        else {
            continue;
        };
        if !configured.platform().descriptor().data_technologies().is_empty() {
            continue;
        }
        if let Some(kept) = rendering.resources().find(|resource| keeps_captured(resource)) {
            let place = OnPlatform(&rendered.platform, rendered.view.scope());
            let difference = format!(
                "`{}` holds data, and the descriptor does not say in which storage data is kept",
                kept.address()
            );
            report.report(Law::ClaimsAreTrue, place, difference);
        }
    }
}

/// Asks for the offers of every node: each has an address of its format, and each dataset of a capture is offered to others, if any is.
pub(super) fn check_offers(report: &mut ReportBuilder, stage: &HarnessRun) {
    for linted in &stage.log.lints {
        let (Subject::Node(node), Some(configured)) =
            (&linted.subject, stage.placed.platform(&linted.platform))
        else {
            continue;
        };
        let (offers, claims) =
            (configured.platform().offer(node.facts()), configured.platform().descriptor().offered_formats());
        let place = || OnPlatform(&linted.platform, format!("`{}`", node.key()));
        for offer in offers.iter().filter(|offer| !offer.format().has_address(offer.address())) {
            let (format, address) = (offer.format(), offer.address());
            let difference =
                format!("`{}` is offered at `{address}`, which is no address of `{format}`", offer.dataset());
            report.report(Law::ClaimsAreTrue, place(), difference);
        }
        let descriptor = configured.platform().descriptor();
        let is_elsewhere = |file: Text| !descriptor.stores().any(|store| is_address_within(&file, store));
        let is_unsaid = |offer: &&Offer| file_of(offer).is_some_and(is_elsewhere);
        // What is exported is in a container of the model.
        let is_capture = node.key().kind() == NodeKind::Ingest;
        for offer in offers.iter().filter(is_unsaid).filter(|_| is_capture) {
            let difference = format!(
                "`{}` is kept at `{}`, and the descriptor does not say that this is in a store of the platform",
                offer.dataset(),
                offer.address()
            );
            report.report(Law::ClaimsAreTrue, place(), difference);
        }
        // What comes from another platform is offered there.
        let captures = match node.detail() {
            NodeDetail::Ingest(ingest) => !matches!(ingest.source, IngestSource::Platform { .. }),
            _ => false,
        };
        if !captures || claims.is_empty() {
            continue;
        }
        let is_shown = |offer: &Offer| claims.contains(offer.format(), offer.address());
        let is_offered = |dataset: &&DatasetFacts| {
            offers.iter().any(|offer| *offer.dataset() == dataset.key && is_shown(offer))
        };
        if let Some(dataset) = node.facts().datasets().iter().find(|dataset| !is_offered(dataset)) {
            let difference = format!(
                "the descriptor claims to offer others {claims}, and `{}` is not offered so",
                dataset.key
            );
            report.report(Law::ClaimsAreTrue, place(), difference);
        }
    }
}

/// The address of the file or the folder that an offer is in; none if it is in none, as far as its format tells.
fn file_of(offer: &Offer) -> Option<Text> {
    match offer.format() {
        Format::Sqlite => {
            let address = SqliteAddress::read(offer.address())?;
            DataContainer::sqlite("store", address.file).file_address()
        }
        Format::Batches => Some(folder_address(&BatchesAddress::read(offer.address())?.folder)),
        _ => None,
    }
}

/// Renders each capture and each export with a column of every type that is claimed.
pub(super) fn check_types(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        let descriptor = lone.platform.descriptor();
        let (before, facts) = (lone.view(), with_every_type(lone.view().facts().clone(), descriptor));
        let is_refused = || findings(lone, &before.with_facts(facts.clone())) != findings(lone, before);
        if let Err(error) = lone.render(facts.clone())
            && !is_refused()
        {
            let place = OnPlatform(&lone.call.platform, format!("`{}`", before.key()));
            let difference = format!("columns of the types that are claimed cannot be rendered: {error}");
            report.report(Law::ClaimsAreTrue, place, difference);
        }
    }
}

/// The facts with a column of every type that is claimed in each dataset of a capture or an export.
fn with_every_type(facts: NodeFacts, descriptor: &PlatformDescriptor) -> NodeFacts {
    let integers = [8, 16, 24, 32, 64, 128, 256].into_iter();
    let integers =
        integers.flat_map(|bits| [true, false].map(|signed| DataType::CustomInteger { bits, signed }));
    let floats = FloatFormat::ALL.into_iter().map(DataType::Float);
    let decimals = [1, 18, 38, 76].map(|precision| DataType::Decimal { precision, scale: 1 });
    let others = [
        DataType::Boolean,
        DataType::TinyInt,
        DataType::SmallInt,
        DataType::Integer,
        DataType::BigInt,
        DataType::Microscaling(MicroscalingFormat::E4M3),
        DataType::char(3),
        DataType::varchar(40),
        DataType::nchar(3),
        DataType::nvarchar(None),
        DataType::Date,
        DataType::timestamp(),
        DataType::timestamp_in("UTC"),
        DataType::Interval,
        DataType::Binary { size: None },
        DataType::Variant { size: None },
        DataType::array(DataType::Integer),
        DataType::map(DataType::varchar(40), DataType::Integer),
        DataType::structure([Field::new("field", DataType::Integer)]),
        DataType::Vector { dimensions: 3 },
        DataType::Geography { srid: DataType::DEFAULT_SRID, geometry: None },
    ];
    let container = match &facts.detail {
        NodeDetail::Ingest(_) => facts.capture().map(|capture| capture.container.kind().technology()),
        NodeDetail::Export(export) => Some(export.container.kind().technology()),
        _ => None,
    };
    let types = integers.chain(floats).chain(decimals).chain(others);
    let types: Vec<DataType> =
        types.filter(|data_type| descriptor.carries(data_type, container.as_ref())).collect();
    let with_types = |mut dataset: DatasetFacts| {
        let table = dataset.schema.table();
        let named = types.iter().enumerate();
        let added = named.map(|(at, data_type)| Column::new(format!("type_{at}"), data_type.clone()));
        let columns = table.columns().iter().cloned().chain(added);
        dataset.schema = TableSchema::new(columns).keyed(table.key().iter().cloned()).into();
        dataset
    };
    let mut facts = facts.map_datasets(|dataset| Some(with_types(dataset)));
    if let NodeDetail::Export(export) = &mut facts.detail {
        export.dataset = with_types(export.dataset.clone());
    }
    facts
}

/// What is exported is in containers of consumers, which the model tells of.
fn keeps_captured(resource: &Resource) -> bool {
    let is_capture = resource.origins().iter().any(|node| node.kind() == NodeKind::Ingest);
    is_capture && resource.held_data().is_some()
}
