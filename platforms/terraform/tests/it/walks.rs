//! Revisions in any order, of which any state may have been applied at any time.

use crate::{
    applied::{applied, destroys_a_table},
    fixture::{Changes, Site},
    shop::{Shop, orders},
};
use datasurface_platform::prelude::*;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    test_runner::TestRunner,
};

/// What happens to a shop. Nothing comes that was not there at the beginning: what was never applied cannot be taken up.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// All nodes are placed in a shard.
    AllTo(&'static str),
    /// Captures are placed in a shard.
    CapturesTo(&'static str),
    /// Exports are placed in a shard.
    ExportsTo(&'static str),
    /// The dataset `customers` gets a column.
    Widened,
    /// It gets another name.
    Renamed,
    /// Nobody wants the dataset `orders` any more.
    Unwanted,
    /// Jobs get other labels.
    Labelled,
    /// Somebody applies one root module, and records nothing.
    Applied(Index),
}

fn walks() -> impl Strategy<Value = Vec<Event>> {
    let shard = || select(vec!["main", "second", "third"]);
    vec(
        prop_oneof![
            2 => shard().prop_map(Event::AllTo),
            2 => shard().prop_map(Event::CapturesTo),
            2 => shard().prop_map(Event::ExportsTo),
            1 => Just(Event::Widened),
            1 => Just(Event::Renamed),
            1 => Just(Event::Unwanted),
            1 => Just(Event::Labelled),
            3 => any::<Index>().prop_map(Event::Applied),
        ],
        6,
    )
}

/// The shop as it is, and what became of it.
struct Walk {
    site: Site,
    shop: Shop,
    columns: &'static str,
    name: &'static str,
}

impl Walk {
    fn take(&mut self, event: Event) {
        match event {
            Event::AllTo(shard) => self.site.place_all(shard),
            Event::CapturesTo(shard) => self.site.place(shard, |node| node.kind() == NodeKind::Ingest),
            Event::ExportsTo(shard) => self.site.place(shard, |node| node.kind() == NodeKind::Export),
            Event::Widened => self.columns = "id Integer key, name VarChar(80), city VarChar(40)",
            Event::Renamed => self.name = "Store/buyers",
            Event::Unwanted => {}
            Event::Labelled => self.shop.settings["job_labels"] = json!("job"),
            Event::Applied(which) => {
                let modules: Vec<String> = self.site.modules().into_keys().collect();
                let module = which.get(&modules);
                let done = self.site.apply_module(module).unwrap();
                assert!(!destroys_a_table(&Changes::from([(module.clone(), done.changes)])));
                return;
            }
        }
        let customers =
            Dataset::new(self.name.trim_start_matches("Store/"), self.columns).classified("Public");
        let customers = match self.name {
            "Store/customers" => customers,
            _ => customers.renamed_from("customers"),
        };
        self.shop.datasets = vec![orders(), customers];
        self.shop.wanted.retain(|sink| *sink == "Store/orders" && !matches!(event, Event::Unwanted));
        self.shop.wanted.push(self.name);
        self.site.render(&self.shop);
    }
}

#[test]
fn no_walk_loses_a_table_or_ends_in_a_contradiction() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..3 {
        let Some((site, shop)) = applied() else { return };
        let mut walk =
            Walk { site, shop, columns: "id Integer key, name VarChar(80)", name: "Store/customers" };
        let events = walks().new_tree(&mut runner).unwrap().current();
        eprintln!("{events:?}");
        let tables = ["aws_glue_catalog_table.Store-customers", "aws_glue_catalog_table.Store-orders"];
        events.into_iter().for_each(|event| walk.take(event));
        let done = walk.site.apply();
        assert!(!destroys_a_table(&done), "{done:?}");
        assert_eq!(walk.site.planned(), Changes::new());
        let states = walk.site.modules().into_keys().flat_map(|module| walk.site.state(&module));
        let mut kept: Vec<String> = states.filter(|address| tables.contains(&address.as_str())).collect();
        kept.sort();
        assert_eq!(kept, tables, "each is in one state");
    }
}
