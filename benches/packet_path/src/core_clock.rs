//! Time that this thread spent on its core: other programs disturb it least.

use std::time::Duration;

/// CPU time of this thread so far, in the kernel and outside of it.
pub fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure outlives the call, and the clock exists on every Linux.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "the thread's CPU clock");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Keeps this thread on the last core; without the right to do so it stays where it is put.
pub fn pin_to_last_core() {
    // SAFETY: zero is a valid empty set, and set and calls agree about its size.
    unsafe {
        let last = libc::sysconf(libc::_SC_NPROCESSORS_ONLN) - 1;
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(usize::try_from(last).unwrap_or(0), &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set);
    }
}
