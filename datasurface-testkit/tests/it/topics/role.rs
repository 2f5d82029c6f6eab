//! Roles: one for each group of consumers of an export, with the principals who may read.

use super::{Bug, Topics, address};
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
            let role = Resource::new(format!("role.{}", slug(&[&node.slug(), &group], 100)), "role");
            let role = role
                .origin(node.key())
                .attribute("group", &consumer.group)
                .attribute("members", self.members(consumer))
                .attribute("reads", &export.dataset.key);
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
