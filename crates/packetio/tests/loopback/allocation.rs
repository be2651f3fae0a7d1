//! After the first flush neither sending nor receiving allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::ends::{Receiver, Transmitter, V4, datagram};

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
fn nothing_is_allocated_per_flush_or_batch() {
    let (mut receiver, mut transmitter) = (Receiver::new(V4), Transmitter::new(V4, true));
    let (remote, bytes) = (receiver.address(), datagram(1, 900));
    let mut exchange = || {
        for group in 0..40 {
            transmitter.push(remote, group % 7, &bytes);
        }
        transmitter.flush();
        let mut arrived = 0;
        while arrived < 40 {
            receiver.wait();
            arrived += receiver.batch.receive(&receiver.socket).unwrap();
        }
    };
    exchange();
    let before = ALLOCATIONS.get();
    (0..20).for_each(|_| exchange());
    assert_eq!(ALLOCATIONS.get(), before);
}
