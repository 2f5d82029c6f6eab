//! Roles: one for each group of consumers of an export, with the principals who may read.

use super::{Bug, Topics, address, named};
use datasurface_platform::prelude::*;

impl Topics {
    pub(super) fn roles<'a>(
        &'a self,
        node: &'a NodeView,
        export: &'a ExportFacts,
    ) -> impl Iterator<Item = Resource> + 'a {
        export.consumers.iter().map(|consumer| {
            let sink = address(node.key());
            let group = consumer.group.to_string();
            let name = slug(&[&node.slug(), &group], 100);
            let role = Resource::new(format!("role.{name}"), "role");
            let role = named(role, name)
                .origin(node.key())
                .attribute("members", self.members(consumer))
                .attribute("reads", &sink);
            match self.has(Bug::NoDependencies) {
                true => role,
                false => role.dependency(sink),
            }
        })
    }

    fn members(&self, consumer: &Consumer) -> Vec<String> {
        let principals = consumer.entitlement.principals();
        let members = principals.map(|principal| principal.name().to_string());
        let everybody = self.has(Bug::GrantsEverybody).then(|| "User:*".to_owned());
        members.chain(everybody).collect()
    }
}
