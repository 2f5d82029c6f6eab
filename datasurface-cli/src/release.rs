//! `release`: lets data go that is held, before its time is over.

use crate::{answer::Answer, arguments::Release, codes::NOT_HELD, lock_update::LockUpdate};
use datasurface_model::{Diagnostic, Findings, ModelPath, PlatformName, nearest, segment};
use datasurface_platform::HeldState;
use serde::Serialize;

/// What was released, for programs.
#[derive(Serialize)]
struct ReleaseJson<'a> {
    platform: Option<&'a PlatformName>,
    released: Option<&'a HeldState>,
}

pub(crate) fn release(arguments: &Release) -> Answer<'static> {
    let (released, findings) = match decide(arguments) {
        Ok((released, findings)) => (Some(released), findings),
        Err(findings) => (None, findings),
    };
    let text = released.as_ref().map(|(platform, state)| {
        let (resource, dataset) = (&state.resource, &state.holds.dataset);
        format!(
            "`{resource}` of {platform} is released: the next rendering takes it down, and `{dataset}` in it is lost\n\
             next: `datasurface plan` shows it, `datasurface render` renders it\n"
        )
    });
    let (platform, released) = released.as_ref().map(|(platform, state)| (platform, state)).unzip();
    Answer::of(arguments.format, &findings, text, &ReleaseJson { platform, released })
}

fn decide(arguments: &Release) -> Result<((PlatformName, HeldState), Findings), Findings> {
    let mut update = LockUpdate::read(&arguments.model, &arguments.site)?;
    let lock = &mut update.input.lock;
    let (wanted, resource) = (arguments.platform.as_ref(), arguments.resource.as_str());
    let held = lock.all_held().filter(|(platform, _)| wanted.is_none_or(|wanted| wanted == *platform));
    let held: Vec<(PlatformName, String)> =
        held.map(|(platform, state)| (platform.clone(), state.resource.to_string())).collect();
    let mut same = held.iter().filter(|(_, held)| held == resource);
    let platform = match (same.next(), same.next()) {
        (Some((platform, _)), None) => platform,
        (Some((one, _)), Some((other, _))) => {
            let message = format!("`{resource}` is held on `{one}` and on `{other}`");
            return Err(finding(resource, message, "name the platform: `--platform`"));
        }
        (None, _) => {
            let near = nearest(resource, held.iter().map(|(_, held)| held.as_str()));
            let help = near.map_or("`datasurface plan` lists what is held".to_owned(), |near| {
                format!("did you mean `{near}`?")
            });
            return Err(finding(resource, format!("`{resource}` is not held"), &help));
        }
    };
    let Some(released) = lock.release(platform, resource, &arguments.reason).cloned() else {
        return Err(finding(resource, format!("`{resource}` is not held"), "render first"));
    };
    update.write()?;
    Ok(((platform.clone(), released), update.input.findings))
}

fn finding(resource: &str, message: String, help: &str) -> Findings {
    let path = ModelPath::root().child(segment::LOCK, resource);
    [Diagnostic::new(&NOT_HELD, path, message).with_help(help)].into_iter().collect()
}
