//! Signals that end the command: they end the programs that it started, too.

use datasurface_platform::remote::end_programs;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    iterator::Signals,
    low_level::emulate_default_handler,
};
use std::thread;

/// Ends all programs when a signal ends the command. A terminal sends its signals to the group of the command alone, and each program has its own.
pub(crate) fn end_programs_too() {
    // Without this, a program ends when it finds its input at the end.
    if let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM]) {
        thread::spawn(move || {
            for signal in signals.forever() {
                end_programs();
                let _ = emulate_default_handler(signal);
            }
        });
    }
}
