//! What breaks a rule about who consumes: workspaces, transformers, pins.

use super::{
    Mutation, PLATFORM, SOURCE, TARGET, apart, asking, dataset, datastore_with, derived, group, in_team,
    mutation, read, reader, shaped, store, with,
};
use chrono::{NaiveDate, NaiveTime};
use datasurface_document::apply_suggestion;
use datasurface_model::{
    Approval, Capture, CodeArtifact, Consent, DataContainer, DataTransformer, DatasetGroup, DatasetSink,
    Datastore, Deadline, Deprecation, Diagnostic, Ecosystem, GovernanceZone, GroupKey, Latency, Milestoning,
    PlatformDeclaration, Release, Removal, Retention, TeamKey, Validate, Validation, Workspace,
};

pub(super) const ALL: &[Mutation] = &[
    mutation("access/not-approved", |it| read(it, store("Extra").restricted())),
    mutation("capture/unexpected", |it| derived(it, store("Made"), making())),
    mutation("governance/classification-limit", |it| {
        let held = reader("Extra/d").with_classification_limit(["Public"]);
        in_team(with(it, datastore_with("Extra", dataset().classified("PII"))), |team| team.workspace(held))
    }),
    mutation("lifecycle/after-sunset", |it| {
        let last = NaiveDate::MIN.succ_opt().unwrap_or_default();
        let sink = DatasetSink::new("Extra/d").with_consent_until(NaiveDate::MAX);
        let it = with(it, store("Extra").deprecated(ending().with_sunset(last)));
        in_team(it, |team| team.workspace(asking(DatasetGroup::new("g").sink(sink))))
    }),
    mutation("lifecycle/consent-expired", |it| {
        let sink = DatasetSink::new("Extra/d").with_consent_until(NaiveDate::MIN);
        let it = with(it, store("Extra").deprecated(ending()));
        in_team(it, |team| team.workspace(asking(DatasetGroup::new("g").sink(sink))))
    }),
    mutation("lifecycle/deprecated-platform", |it| {
        let old = PlatformDeclaration::new("Extra", "local")
            .deprecated(Deprecation::new(NaiveDate::MIN, "there is a better one"));
        with(it, store("Extra")).platform(old).primary_pin("Extra", "Extra")
    }),
    mutation("lifecycle/deprecated-replacement", |it| {
        let replaced = store("Extra").deprecated(ending().replaced_by("Other"));
        with(with(it, replaced), store("Other").deprecated(ending()))
    }),
    mutation("lifecycle/no-consent", |it| read(it, store("Extra").deprecated(ending()))),
    mutation("lifecycle/no-reason", |it| {
        with(it, store("Extra").deprecated(Deprecation::new(NaiveDate::MAX, "")))
    }),
    mutation("lifecycle/platform-gone", |it| {
        let last = NaiveDate::MIN.succ_opt().unwrap_or_default();
        let gone = Deprecation::new(NaiveDate::MIN, "there is a better one").with_sunset(last);
        let gone = PlatformDeclaration::new("Extra", "local").deprecated(gone);
        with(it, store("Extra")).platform(gone).primary_pin("Extra", "Extra")
    }),
    mutation("pin/against-wish", |it| {
        let it = it.platform(PlatformDeclaration::new("Extra", "local")).group_pin("Extra/g", ["Extra"]);
        in_team(with(it, store("Extra")), |team| {
            team.workspace(asking(group().with_preferred_platform(PLATFORM)))
        })
    }),
    mutation("pin/duplicate", |it| {
        let it = it.platform(PlatformDeclaration::new("Extra", "local"));
        read(it, store("Extra")).group_pin("Extra/g", [PLATFORM]).group_pin("Extra/g", ["Extra"])
    }),
    mutation("pin/duplicate-platform", |it| {
        read(it, store("Extra")).group_pin("Extra/g", [PLATFORM, PLATFORM])
    }),
    mutation("pin/no-platform", |it| read(it, store("Extra")).group_pin("Extra/g", [] as [&str; 0])),
    mutation("pin/transformer-workspace", |it| {
        derived(it, made(), making()).group_pin("Extra/g", [PLATFORM])
    }),
    mutation("reference/unknown-dataset", |it| {
        in_team(with(it, store("Extra")), |team| team.workspace(reader("Extra/dd")))
    }),
    mutation("reference/unknown-datastore", |it| {
        in_team(with(it, store("Extra")), |team| team.workspace(reader("Exrta/d")))
    }),
    mutation("access/unknown-group", |it| {
        let absent = Approval::new(TeamKey::new("USA", "Team 1"), GroupKey::new("Nobody", "g"), "d");
        with(it, store("Extra").approval(absent))
    }),
    mutation("reference/unknown-target", |it| read(it, store("Extra")).group_pin("Extra/gg", [PLATFORM])),
    mutation("reference/unknown-platform", |it| with(it, store("Extra")).primary_pin("Extra", "Locla 1")),
    mutation("transformer/ambiguous-column", |it| {
        derived(it, made(), selecting("SELECT id FROM Extra_d, Extra_d AS other"))
    }),
    mutation("transformer/column-counts", |it| {
        derived(it, made(), selecting("SELECT id FROM Extra_d UNION SELECT id, id FROM Extra_d"))
    }),
    mutation("transformer/duplicate-column", |it| {
        derived(it, made(), selecting("SELECT id, id + 1 AS id FROM Extra_d"))
    }),
    mutation("transformer/consent-outdated", |it| {
        let zone = GovernanceZone::new().consent(Consent::new(
            TeamKey::new("USA", "Team 1"),
            "Extra",
            "d",
            "former",
        ));
        derived(
            it.zone("Apart", "git:r@main", zone),
            made(),
            making().release(Release::new("d", "Apart", "nothing is left")),
        )
    }),
    mutation("transformer/unused-consent", |it| {
        let consent = Consent::new(TeamKey::new("USA", "Team 1"), "Extra", "d", "former");
        it.zone("Alone", "git:r@main", GovernanceZone::new().consent(consent))
    }),
    mutation("transformer/movable-code", |it| {
        let image = DataTransformer::new(CodeArtifact::image("registry.example/made:1", "*"), "Made");
        let released = image.release(Release::new("d", "Moving", "nothing is left"));
        let asking = derived(it.zone("Moving", "git:r@main", GovernanceZone::new()), made(), released);
        consented(asking, "d Moving")
    }),
    mutation("transformer/no-consent", |it| {
        let released = making().release(Release::new("d", "Away", "nothing is left"));
        derived(it.zone("Away", "git:r@main", GovernanceZone::new()), made(), released)
    }),
    mutation("transformer/unknown-release", |it| {
        derived(it, made(), making().release(Release::new("dd", "USA", "nothing is left")))
    }),
    mutation("transformer/artifact", |it| {
        derived(it, made(), DataTransformer::new(CodeArtifact::image("two words", "^1"), "Made"))
    }),
    mutation("transformer/column-type", |it| derived(it, made(), selecting("SELECT 'one' AS id"))),
    mutation("transformer/cron", |it| derived(it, made(), making().with_cron("at noon"))),
    mutation("transformer/duplicate-select", |it| {
        derived(it, made(), making().select("d", "SELECT 1 AS id"))
    }),
    mutation("transformer/endless-cycle", |it| {
        let circling = reader("Made/d")
            .with_transformer(DataTransformer::sql("Made").select("d", "SELECT id FROM Made_d"));
        in_team(it, |team| team.datastore(made()).workspace(circling))
    }),
    mutation("transformer/missing-column", |it| {
        derived(it, made(), selecting("SELECT count(*) FROM Extra_d"))
    }),
    mutation("transformer/missing-select", |it| derived(it, made(), DataTransformer::sql("Made"))),
    mutation("transformer/no-reason", |it| {
        let masked = Removal::new("").column("id", "hashed");
        masking(it, selecting("SELECT length(id) AS id FROM Extra_d").removal("d", "PII", masked))
    }),
    mutation("transformer/not-one-select", |it| derived(it, made(), selecting("DROP TABLE Extra_d"))),
    mutation("transformer/other-team", |it| {
        let it = apart(it, GovernanceZone::new(), |team| team.datastore(made()));
        in_team(it, |team| team.workspace(reader("Extra/d").with_transformer(making())))
    }),
    mutation("transformer/removal-not-done", |it| masking(it, making().removal("d", "PII", masked()))),
    mutation("transformer/removal-target", |it| {
        let masked = masked().column("nowhere", "left out");
        masking(it, selecting("SELECT length(id) AS id FROM Extra_d").removal("d", "PII", masked))
    }),
    mutation("transformer/shared-output", |it| {
        let other = Workspace::new("Other").with_container(TARGET).group(group()).with_transformer(making());
        in_team(derived(it, made(), making()), |team| team.workspace(other))
    }),
    mutation("transformer/surplus-column", |it| {
        derived(it, made(), selecting("SELECT id, id AS again FROM Extra_d"))
    }),
    mutation("transformer/time-zone", |it| derived(it, made(), making().with_cron("0 6 * * * Europe/Pris"))),
    mutation("transformer/unclassified-input", |it| {
        let guessed = Datastore::new("ExtraGuessed").dataset(dataset().classified("Public"));
        derived(it, guessed, DataTransformer::sql("ExtraGuessed").select("d", SQL))
    }),
    mutation("transformer/under-classified", |it| {
        let it = with(it, datastore_with("Extra", dataset().classified("PII")));
        in_team(it, |team| team.datastore(made()).workspace(reader("Extra/d").with_transformer(making())))
    }),
    mutation("transformer/unexpected-select", |it| derived(it, made(), making().select("nowhere", SQL))),
    mutation("transformer/unknown-column", |it| {
        derived(it, made(), selecting("SELECT id FROM Extra_d WHERE nowhere > 1"))
    }),
    mutation("transformer/unknown-output", |it| {
        let reader = reader("Extra/d").with_transformer(DataTransformer::sql("Nowhere"));
        in_team(with(it, store("Extra")), |team| team.workspace(reader))
    }),
    mutation("transformer/unknown-table", |it| derived(it, made(), selecting("SELECT id FROM Extra_e"))),
    mutation("transformer/unread-sql", |it| derived(it, made(), selecting("SELECT id FROM (((Extra_d"))),
    mutation("transformer/unneeded-removal", |it| {
        derived(
            it,
            made(),
            making().removal("d", "MNPI", Removal::new("it is left out").column("id", "rounded")),
        )
    }),
    mutation("transformer/version", |it| {
        derived(it, made(), DataTransformer::new(CodeArtifact::image("maker", "one"), "Made"))
    }),
    mutation("workspace/deadline-zone", |it| {
        let hurried = reader("Extra/d").with_deadline(Deadline::new(NaiveTime::MIN, "Europe/Berln"));
        in_team(with(it, store("Extra")), |team| team.workspace(hurried))
    }),
    mutation("workspace/duplicate-sink", |it| {
        let again = DatasetSink::new("Extra/d").with_consent_until(NaiveDate::MAX);
        in_team(with(it, store("Extra")), |team| team.workspace(asking(group().sink(again))))
    }),
    mutation("latency/timetable", |it| {
        let daily = store("Extra").captured(Capture::sql_snapshot(SOURCE).with_cron("0 3 * * *"));
        let hasty = asking(group().with_latency(Latency::minutes(1)));
        in_team(with(it, daily), |team| team.workspace(hasty))
    }),
    mutation("workspace/empty-requirement", |it| {
        let hasty = asking(group().with_latency(Latency::seconds(0)));
        in_team(with(it, store("Extra")), |team| team.workspace(hasty))
    }),
    mutation("workspace/no-container", |it| {
        in_team(with(it, store("Extra")), |team| team.workspace(Workspace::new("Extra").group(group())))
    }),
    mutation("workspace/no-groups", |it| {
        in_team(it, |team| team.workspace(Workspace::new("Extra").with_container(TARGET)))
    }),
    mutation("workspace/no-sinks", |it| in_team(it, |team| team.workspace(asking(DatasetGroup::new("g"))))),
    mutation("workspace/keyless-history", |it| {
        let keyless = Datastore::new("Extra")
            .captured(Capture::sql_snapshot(SOURCE).keyless_dataset("d"))
            .dataset(shaped("id Integer"));
        let history = asking(group().with_milestoning(Milestoning::Forensic));
        in_team(with(it, keyless), |team| team.workspace(history))
    }),
    mutation("workspace/read-only-container", |it| {
        let shown = DataContainer::sqlite("Extra", "extra.db").located("On Premises/USA").read_only();
        let reader = reader("Extra/d").with_container("USA/Team 1/Extra");
        in_team(with(it, store("Extra")), |team| team.container(shown).workspace(reader))
    }),
    mutation("workspace/producer-file", |it| {
        let file = DataContainer::sqlite("Extra", "extra.db").located("On Premises/USA");
        let captured = store("Extra").captured(Capture::sql_snapshot("USA/Team 1/Extra"));
        let reader = reader("Extra/d").with_container("USA/Team 1/Extra");
        in_team(with(it, captured), |team| team.container(file).workspace(reader))
    }),
    mutation("workspace/transformer-requirements", |it| {
        let hurried = asking(group().with_latency(Latency::minutes(5))).with_transformer(making());
        in_team(with(it, store("Extra")), |team| team.datastore(made()).workspace(hurried))
    }),
    mutation("workspace/unseen-versions", |it| {
        let kept = asking(group().with_retention(Retention::days(30)));
        in_team(with(it, store("Extra")), |team| team.workspace(kept))
    }),
];

const SQL: &str = "SELECT id FROM Extra_d";

fn making() -> DataTransformer {
    selecting(SQL)
}

fn selecting(sql: &str) -> DataTransformer {
    DataTransformer::sql("Made").select("d", sql)
}

/// The ecosystem with the consent that a release waits for.
fn consented(ecosystem: Ecosystem, release: &str) -> Ecosystem {
    let outcome = ecosystem.clone().validate(&Validation::on(NaiveDate::MIN));
    let findings = match &outcome {
        Ok(checked) => checked.findings(),
        Err(invalid) => invalid.findings(),
    };
    let is_waiting = |finding: &&Diagnostic| {
        finding.code() == "transformer/no-consent" && finding.path().segments().last() == Some(release)
    };
    let consent = findings.iter().find(is_waiting).and_then(Diagnostic::suggestion);
    consent.and_then(|consent| apply_suggestion(consent, &ecosystem).ok()).unwrap_or(ecosystem)
}

fn masked() -> Removal {
    Removal::new("nobody is named").column("id", "hashed")
}

/// A transformer of classified data.
fn masking(ecosystem: Ecosystem, transformer: DataTransformer) -> Ecosystem {
    let ecosystem = with(ecosystem, datastore_with("Extra", dataset().classified("PII")));
    let masking = reader("Extra/d").with_transformer(transformer);
    in_team(ecosystem, |team| team.datastore(made()).workspace(masking))
}

fn made() -> Datastore {
    Datastore::new("Made").dataset(dataset())
}

fn ending<R>() -> Deprecation<R> {
    Deprecation::new(NaiveDate::MIN, "there is a better one")
}
