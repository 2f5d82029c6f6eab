//! Signals that end the command: they end the programs that it started, too.

use datasurface_platform::remote::end_programs;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    iterator::Signals,
    low_level::emulate_default_handler,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// The command until it ends. Its programs end a moment before it does, and it must not be done first: who called it asks for the signal.
pub(crate) struct Running {
    is_ending: Arc<AtomicBool>,
}

impl Running {
    /// Ends all programs when a signal ends the command. A terminal sends its signals to the group of the command alone, and each program has its own.
    pub(crate) fn new() -> Self {
        let running = Self { is_ending: Arc::default() };
        let is_ending = Arc::clone(&running.is_ending);
        // Without this, a program ends when it finds its input at the end.
        if let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM]) {
            thread::spawn(move || {
                for signal in signals.forever() {
                    is_ending.store(true, Ordering::SeqCst);
                    end_programs();
                    let _ = emulate_default_handler(signal);
                }
            });
        }
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_ending.load(Ordering::SeqCst) {
            // Long enough for the signal to be raised again.
            thread::sleep(Duration::from_secs(5));
        }
    }
}
