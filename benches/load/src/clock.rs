//! Time as the kernel stamps packets: since the Unix epoch. Publisher and viewer are one process, so it is one clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds from the epoch of NTP (1900) to that of Unix.
const NTP_OFFSET: u64 = 2_208_988_800;

/// The time now.
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// As a sender report says it: seconds since 1900 in 32.32 bits.
pub fn ntp(time: Duration) -> u64 {
    ((time.as_secs() + NTP_OFFSET) << 32) | ((u64::from(time.subsec_nanos()) << 32) / 1_000_000_000)
}

/// CPU time of this process so far, in seconds.
pub fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure outlives the call, and the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
