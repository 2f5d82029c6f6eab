//! `workspace/producer-file`, after edits of everything but the workspace that it is about.

use crate::base::{consumer, edited, today};
use datasurface_model::{
    Capture, ContainerKind, DataContainer, Dataset, Datastore, Ecosystem, Validate, Validation,
};

/// A workspace in the container `Target`, which is `target.db`, and a datastore that is captured from `Source`.
fn shop(source: DataContainer) -> Ecosystem {
    let capture = Capture::sql_snapshot("USA/NorthWind/Origin");
    let dataset = Dataset::new("d", "id Integer key").classified("Public");
    edited(|team| {
        team.container(source.located("Azure/USA"))
            .container(DataContainer::sqlite("Target", "target.db").located("Azure/USA"))
            .datastore(Datastore::new("Shop").captured(capture).dataset(dataset))
            .workspace(consumer("Desk", "NW_Data/orders").with_container("USA/NorthWind/Target"))
    })
}

#[test]
fn whoever_moves_into_the_file_of_the_other_is_seen() {
    let sqlite = |file: &str| DataContainer::sqlite("Origin", file);
    let duck_db = DataContainer::new("Origin", ContainerKind::DuckDb { file: "target.db".into() });
    let on = || Validation::on(today());
    for together in [sqlite("target.db"), sqlite("./a/../target.db"), duck_db] {
        for apart in [sqlite("origin.db"), DataContainer::postgres("Origin", "target.db", "target.db")] {
            let before = shop(apart.clone()).validate(&on()).unwrap();
            let refused = shop(together.clone()).validate(&on().since(&before)).unwrap_err();
            assert!(refused.findings().codes().any(|code| code == "workspace/producer-file"), "{together:?}");
            assert!(shop(apart).validate(&on().since(&refused)).is_ok(), "{together:?}");
            // The datastore is captured from elsewhere.
            let elsewhere = shop(together.clone()).edit_team("USA", "NorthWind", |team| {
                let capture = Capture::sql_snapshot("USA/NorthWind/Source").table("d", "shop");
                team.edit_datastore(&"Shop".into(), |shop| shop.captured(capture))
            });
            assert!(elsewhere.validate(&on().since(&refused)).is_ok(), "{together:?}");
        }
    }
}
