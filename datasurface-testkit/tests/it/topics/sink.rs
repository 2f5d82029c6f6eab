//! Sink connectors: one for each dataset and container of consumers.

use super::{Bug, Topics, mover, named};
use datasurface_platform::prelude::*;

impl Topics {
    pub(super) fn sink(
        &self,
        scope: &ScopeView,
        position: usize,
        node: &NodeView,
        export: &ExportFacts,
    ) -> Resource {
        let name = match self.has(Bug::NamedByPosition) {
            true => format!("sink-{position}"),
            false => node.slug(),
        };
        let tasks = match self.has(Bug::NeighboursCounted) {
            true => scope.nodes().len(),
            false => self.settings.tasks,
        };
        let credentials = export.consumers.iter().filter_map(|consumer| consumer.credential.as_ref());
        let (topics, sources) = self.read_topics(scope, node);
        named(mover(node), name)
            .attribute("tasks", tasks)
            .attribute("topics", topics)
            .attribute("container", &export.container)
            .attribute("schema", &export.dataset.schema)
            .attribute("credentials", credentials.collect::<Vec<_>>())
            .attribute("groups", groups(export))
            .attribute("priority", node.obligation().priority())
            .attribute("latency", node.obligation().latency())
            .attribute("deadlines", node.obligation().deadlines())
            .with_dependencies(sources)
    }

    /// The addresses of what a sink reads, and the resources that they are of.
    fn read_topics(&self, scope: &ScopeView, node: &NodeView) -> (Vec<String>, Vec<String>) {
        // To find the first one takes a look at all of them.
        let first = self.has(Bug::FirstTopic).then(|| scope.stored_datasets().next()).flatten();
        match first {
            Some((first, dataset)) => {
                let topic = format!("topic.{}", first.dataset_slug(&dataset.key));
                (vec![topic.clone()], vec![topic])
            }
            None => (node.input_addresses().into_iter().map(str::to_owned).collect(), self.needs(node)),
        }
    }
}

/// What is exported, for transformers that read it in the container of their workspace.
pub(super) fn offer(export: &ExportFacts) -> Offer {
    let container = export.container_key.to_string();
    let address = format!("{}.{}", slug(&[&container], 60), dataset_slug(export.dataset.storage_key()));
    Offer::new(&export.dataset.key, address, "topic").with_custody(export.dataset.custody)
}

/// What each group wants to see.
fn groups(export: &ExportFacts) -> Vec<Json> {
    let group = |consumer: &Consumer| {
        let wanted = json!({
            "group": consumer.group,
            "milestoning": consumer.requirements.milestoning,
            "transforms": consumer.transforms,
        });
        wanted.into()
    };
    export.consumers.iter().map(group).collect()
}
