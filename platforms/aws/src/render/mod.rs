//! Renderings: root modules of Terraform, and the scripts of jobs.

mod access;
mod access_policy;
mod alarm;
mod batch;
mod capture;
mod catalog;
mod deadline;
mod definition_object;
mod delivery;
mod jobs;
mod maintenance;
mod principal_policy;
mod principals;
mod readers;
mod readership;
mod receive;
mod replication;
mod roles;
mod runs;
mod scripts;
mod start;
mod storage;
mod table;
mod transform;
mod view;

pub(crate) use access::Received;
pub(crate) use definition_object::definition;
pub(crate) use principals::{CHARACTERS, MOST_CHARACTERS, can_be_tagged};
pub(crate) use readers::readers;
pub(crate) use readership::readership_problems;
pub(crate) use replication::limits;
pub(crate) use table::{KEY, KMS_KEY, parameter};
pub(crate) use transform::select_of;

use crate::{names::Names, settings::AwsSettings};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Expression, Module, Provider, RootConfiguration};

/// The versions of the provider that this platform was written for.
const PROVIDER_VERSIONS: &str = "~> 6.0";

/// What everything that is rendered is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'c> {
    pub(crate) settings: &'c AwsSettings,
    pub(crate) names: &'c Names,
    pub(crate) instance: &'c PlatformInstance,
}

/// Returns what a node adds to what shards share.
pub(crate) fn shares(settings: &AwsSettings, names: &Names, node: &NodeView) -> Vec<SharedPart> {
    let mut parts = access::shares(settings, node);
    parts.extend(principals::shares(settings, names, node));
    parts.extend(replication::shares(settings, node));
    parts
}

/// Renders a scope.
///
/// # Errors
///
/// If a column has a type that nothing keeps, which lint reports, or two things have one name, which is a bug.
pub(crate) fn render(settings: &AwsSettings, scope: &ScopeView) -> Result<Rendering, PlatformError> {
    let instance = scope.platform();
    let names = Names::new(instance);
    let context = Context { settings, names: &names, instance };
    let mut module = Module::new(scope.scope(), root(context, scope.scope())?);
    if let Some(key) = scope.shared_key() {
        match key.kind.as_str() {
            principals::KIND => principals::add(context, &mut module, scope)?,
            replication::KIND => replication::add(context, &mut module)?,
            _ => access::add(context, &mut module, scope)?,
        }
        return module.into_rendering();
    }
    if scope.is_foundation() {
        storage::add(context, &mut module)?;
        catalog::add(context, &mut module)?;
        readership::add(context, &mut module)?;
        roles::add(context, &mut module)?;
        scripts::add(context, &mut module)?;
        replication::add_subnets(context, &mut module)?;
        deadline::add_watch(context, &mut module)?;
    }
    for (node, dataset) in scope.stored_datasets() {
        table::add(context, &mut module, node, dataset)?;
    }
    for (node, dataset) in scope.captured_datasets() {
        definition_object::add(context, &mut module, node, dataset)?;
    }
    for node in scope.whole_nodes() {
        capture::add(context, &mut module, node)?;
        view::add(context, &mut module, node)?;
        delivery::add_definition(context, &mut module, node)?;
        transform::add_definition(context, &mut module, node)?;
        readers::add_nothing(&mut module, node);
    }
    batch::add(context, &mut module, scope)?;
    receive::add(context, &mut module, scope)?;
    delivery::add_machine(context, &mut module, scope)?;
    transform::add_machines(context, &mut module, scope)?;
    maintenance::add_machine(context, &mut module, scope)?;
    module.into_rendering()
}

fn root(context: Context<'_>, scope: &Scope) -> Result<RootConfiguration, PlatformError> {
    let versions = PROVIDER_VERSIONS.parse().map_err(|error| {
        PlatformError::new(PlatformErrorKind::Internal, "the versions of the provider").caused_by(error)
    })?;
    // A wrong account in the environment is refused before anything is touched.
    let aws = Provider::new("aws", "hashicorp/aws", versions)
        .argument("region", &context.settings.region)
        .argument("allowed_account_ids", Expression::list([&context.settings.account]));
    let name = context.instance.storage_name().as_str();
    Ok(RootConfiguration::new(&context.settings.terraform, name, scope, [aws]))
}
