//! Updates of the lock: what an operator decides is written there by a verb, and rendered later.

use crate::{
    arguments::{Model, TargetArguments},
    atomic_write::replace,
    codes::LOCK_UNWRITTEN,
    input::Input,
    plan::unfinished,
    target,
};
use datasurface_broker::{Broker, Lock, Placed, Target};
use datasurface_model::{Diagnostic, Findings, ModelPath, segment};
use std::io::Write;

/// A model, its lock, and the target that it was rendered into.
pub(crate) struct LockUpdate {
    pub(crate) input: Input,
    pub(crate) target: Target,
}

impl LockUpdate {
    /// Reads all three. A write that was interrupted is not decided upon before it is finished.
    pub(crate) fn read(model: &Model, site: &TargetArguments) -> Result<Self, Findings> {
        let target = target::rendered_target(&site.target)?;
        let interrupted = target::interrupted(&target, &model.lock()).map_err(|error| error.findings())?;
        match interrupted {
            None => Ok(Self { input: Input::read(model)?, target }),
            Some(recovery) => Err([unfinished(recovery, &site.target)].into_iter().collect()),
        }
    }

    /// Places the model as this lock says: what platforms cannot do is not decided.
    pub(crate) fn place(&mut self, broker: &Broker, lock: Lock) -> Result<Placed, Findings> {
        self.input.lock = lock;
        self.input.place(broker)
    }

    /// Writes the lock as it was decided.
    pub(crate) fn write(&self) -> Result<(), Findings> {
        let path = &self.input.lock_path;
        let text = self.input.lock.to_text();
        replace(path, |mut file| file.write_all(text.as_bytes())).map_err(|error| {
            let name = path.display().to_string();
            let message = format!("`{name}` cannot be written: {error}");
            let finding =
                Diagnostic::new(&LOCK_UNWRITTEN, ModelPath::root().child(segment::LOCK, name), message);
            Findings::from_iter([finding.with_help("mend what is in the way, and repeat the command")])
        })
    }
}
