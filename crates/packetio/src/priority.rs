//! Packets go before everything else that a program does on the same core.
//!
//! A packet thread uses little of its time at once, but what it has to do is due at once. An ordinary thread that computes
//! for a tenth of a second on the same core would hold up every packet that comes meanwhile by milliseconds.

/// How much more weight than an ordinary thread it has with the scheduler (`nice(2)`).
const NICE: i32 = -10;

/// The time for which it asks at once. Linux from 6.12 on lets whoever asks for less go first; others ignore it.
const SLICE_NS: u64 = 100_000;

/// Asks for both on behalf of this thread. More weight needs a right (`CAP_SYS_NICE` or `RLIMIT_NICE`); without it the thread
/// asks for the short slice alone, and where that is refused too it runs like any other.
pub fn raise_own() {
    // SAFETY: no pointers; 0 is the calling thread.
    if unsafe { libc::sched_getscheduler(0) } != libc::SCHED_OTHER {
        // Whoever started the program chose another policy.
        return;
    }
    if !set(NICE) {
        set(0);
    }
}

fn set(nice: i32) -> bool {
    let attributes = libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: libc::SCHED_OTHER as u32,
        sched_flags: 0,
        sched_nice: nice,
        sched_priority: 0,
        sched_runtime: SLICE_NS,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the structure outlives the call and tells its size; 0 is the calling thread, and there are no flags.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) == 0 }
}
