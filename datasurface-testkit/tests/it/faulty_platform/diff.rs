//! Plans, and what can be wrong with them.

use super::Defect;
use datasurface_platform::prelude::*;

pub(super) fn diff(defect: Defect, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
    let plan = change.structural(|change| judge(defect, change))?;
    let is_job = |step: &Step| step.kind == "job";
    let steps = plan.steps().iter().cloned();
    let file = |name: &str| Ok(format!("{}/{name}", change.transition_folder(&Scope::Foundation)?));
    match defect {
        Defect::PanickingDiff => panic!("a diff"),
        Defect::RestlessDiff => restless(change, &plan),
        Defect::ChattyDiff => {
            Ok(plan.transition_file(File::new(&file("note.txt")?, "text/plain", "nothing\n")?))
        }
        Defect::ForgetfulDiff => {
            let stays = |step: &Step| !(is_job(step) && step.action == Action::Retire);
            Ok(Plan::new(steps.filter(stays)))
        }
        Defect::ClingingDiff => {
            let stays = |step: &Step| is_job(step) || step.action != Action::Retire;
            Ok(Plan::new(steps.filter(stays)))
        }
        Defect::LazyDiff => {
            let stays = |step: &Step| !(is_job(step) && step.action == Action::Update);
            Ok(Plan::new(steps.filter(stays)))
        }
        Defect::FailingDiff if plan.steps().iter().any(|step| step.action == Action::Retire) => {
            let what = "nothing may go";
            Err(PlatformError::new(PlatformErrorKind::Rendering, what))
        }
        Defect::Destroyer => Ok(Plan::new(steps.map(|mut step| {
            if step.action == Action::Hold {
                step.action = Action::Retire;
            }
            step
        }))),
        Defect::CaseClash if !plan.is_empty() => {
            let files = [File::sql(&file("Alter.sql")?, "")?, File::sql(&file("alter.sql")?, "")?];
            Ok(files.into_iter().fold(plan, Plan::transition_file))
        }
        _ => Ok(plan),
    }
}

fn restless(change: &RenderingChange<'_>, plan: &Plan) -> Result<Plan, PlatformError> {
    let mut steps = plan.steps().to_vec();
    for one in change.scopes() {
        let one = one?;
        for (address, resource) in one.new.resources.clone() {
            if one.old.resources.contains_key(&address) && steps.iter().all(|step| step.resource != address) {
                steps.push(Step {
                    action: Action::Update,
                    meaning: Meaning::Metadata,
                    effect: Effect::None,
                    resource: address,
                    kind: resource.kind().into(),
                    scope: one.scope.clone(),
                    moved_from: None,
                    reason: "to be sure".to_owned(),
                    cause: Default::default(),
                    owed_until: None,
                    carried_by: None,
                    differences: Vec::new(),
                    refused: None,
                    renamed_from: None,
                    depends_on: Default::default(),
                });
            }
        }
    }
    Ok(Plan::new(steps))
}

/// Another key makes another drawer.
fn judge(defect: Defect, change: &ResourceChange<'_>) -> Judgement {
    let key = |resource: &Resource| {
        resource.attributes().get("schema").and_then(|schema| schema.get("key").cloned())
    };
    let is_drawer = change.after.held_data().is_some();
    let has_other_key = key(change.before) != key(change.after);
    match defect {
        Defect::Rebuilder if is_drawer => Judgement::replace(Effect::InPlace, "a new drawer"),
        Defect::Belittler => Judgement::update(Effect::Rebuild, "").with_meaning(Meaning::Metadata),
        Defect::Rekeyer => Judgement::update(Effect::InPlace, ""),
        _ if has_other_key => Judgement::update(Effect::Rebuild, "another key"),
        _ => Judgement::update(Effect::InPlace, ""),
    }
}
