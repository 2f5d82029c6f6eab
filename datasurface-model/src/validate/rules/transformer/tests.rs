use super::{
    super::fixture::{Case, deriving, edited, filling, judge, output},
    *,
};
use crate::ecosystem::{Capture, CodeArtifact, Dataset, Datastore, GovernanceZone, Team};

pub(crate) fn cases() -> Vec<Case> {
    let with = |transformer: DataTransformer, datastore: Datastore| {
        let workspace = deriving("W", "NW_Data/orders", transformer);
        edited(|team| team.datastore(datastore).workspace(workspace))
    };
    let good = || with(filling("S"), output("S"));
    let in_other_team = |fills_own: bool| {
        let transformer = if fills_own { filling("Own") } else { filling("S") };
        let workspace = deriving("W", "NW_Data/orders", transformer);
        let capture = Capture::sql_snapshot("USA/NorthWind/Source");
        let (own, other) = match fills_own {
            true => (output("Own"), output("S").captured(capture)),
            false => (output("Own").captured(capture), output("S")),
        };
        let team = Team::new().datastore(own).workspace(workspace);
        edited(|team| team.datastore(other)).zone(
            "EU",
            "git:r@main",
            GovernanceZone::new().team("Other", "git:r@main", team),
        )
    };
    let coded = |code: CodeArtifact| with(DataTransformer::new(code, "S"), output("S"));
    let shared = |second: &str| {
        let workspace = deriving("W2", "NW_Data/orders", filling(second));
        let team = |team: Team| {
            let first = deriving("W1", "NW_Data/orders", filling("S1"));
            team.datastore(output("S1")).workspace(first).workspace(workspace)
        };
        let both = edited(team);
        match second {
            "S1" => both,
            other => both.edit_team("USA", "NorthWind", |team| team.datastore(output(other))),
        }
    };
    let masking = |transformer: DataTransformer, dataset: Dataset| {
        let workspace = deriving("W", "NW_Data/customers", transformer);
        edited(|team| team.datastore(Datastore::new("S").dataset(dataset)).workspace(workspace))
    };
    let plain = || Dataset::new("d", "id Integer key");
    let at = "W/transformer/output";
    vec![
        Case::new(&CRON, "W/transformer/trigger", with(filling("S").cron("* *"), output("S")), good()),
        Case::new(
            &UNKNOWN_OUTPUT,
            at,
            with(filling("Maskd"), output("Maske").captured(Capture::sql_snapshot("USA/NorthWind/Source"))),
            good(),
        ),
        Case::new(&OTHER_TEAM, at, in_other_team(false), in_other_team(true)),
        Case::new(&SHARED_OUTPUT, "W2/transformer/output", shared("S1"), shared("S2")),
        Case::new(
            &MISSING_SELECT,
            "W/transformer/selects/e",
            with(filling("S"), output("S").dataset(Dataset::new("e", "id Integer key"))),
            with(
                filling("S").select("e", "SELECT 2"),
                output("S").dataset(Dataset::new("e", "id Integer key")),
            ),
        ),
        Case::new(
            &UNEXPECTED_SELECT,
            "W/transformer/selects/e",
            with(filling("S").select("e", "SELECT 2"), output("S")),
            good(),
        ),
        Case::new(
            &DUPLICATE_SELECT,
            "W/transformer/selects/d",
            with(filling("S").select("d", "SELECT 2"), output("S")),
            good(),
        ),
        Case::new(
            &UNDER_CLASSIFIED,
            at,
            masking(filling("S"), plain()),
            masking(filling("S").removing("PII", "hashed"), plain()),
        ),
        Case::new(
            &UNDER_CLASSIFIED,
            at,
            masking(filling("S"), plain().classified("MNPI")),
            masking(filling("S"), plain().classified("PII")),
        ),
        Case::new(
            &TIME_ZONE,
            "W/transformer/trigger",
            with(filling("S").cron("0 6 * * * Mars/Olympus"), output("S")),
            with(filling("S").cron("0 6 * * * Europe/Oslo"), output("S")),
        ),
        Case::new(
            &ARTIFACT,
            "W/transformer/artifact",
            coded(CodeArtifact::python("masking", "^1", "masking.main")),
            coded(CodeArtifact::python("masking", "^1", "masking:main")),
        ),
        Case::new(
            &ARTIFACT,
            "W/transformer/artifact",
            coded(CodeArtifact::image("", "^1")),
            coded(CodeArtifact::image("registry.example/masking", "^1")),
        ),
        Case::new(
            &VERSION,
            "W/transformer/artifact",
            coded(CodeArtifact::dbt("masking", "latest")),
            coded(CodeArtifact::dbt("masking", ">=1.2, <3")),
        ),
    ]
}

#[test]
fn every_case() {
    judge(cases());
}
