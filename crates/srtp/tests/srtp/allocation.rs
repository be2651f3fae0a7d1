//! After a context is warm, no packet allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::packets::{SSRC, header, pair, report};
use tureen_srtp::{InboundStream, Profile};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn nothing_is_allocated_per_packet() {
    for profile in Profile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let (plain_rtcp, payload, header) = (report(SSRC, 2), [3; 1100], header(0, 20));
        let (mut stream, mut out) = (InboundStream::default(), [0; 1600]);
        let mut exchange = |index: u64| {
            out[..20].copy_from_slice(&header);
            out[2..4].copy_from_slice(&(index as u16).to_be_bytes());
            let len = outbound.seal_rtp(SSRC, index, &mut out, 20, &payload, &[0, 0, 3]).unwrap();
            inbound.open_rtp(&mut stream, &mut out[..len], 20, index as u16, SSRC).unwrap();
            let len = outbound.seal_rtcp(&plain_rtcp, &mut out).unwrap();
            inbound.open_rtcp(&mut out[..len]).unwrap();
        };
        exchange(0);
        let before = ALLOCATIONS.get();
        (1..100).for_each(exchange);
        assert_eq!(ALLOCATIONS.get(), before, "{profile:?}");
    }
}
