//! Counts what a program allocates, thread by thread. For tests and benchmarks: what links this crate has its allocator, which
//! is the system's and a counter.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator with the same arguments; `realloc` falls back on these two.
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

/// Allocations of this thread so far; making one larger counts as one.
pub fn count() -> u64 {
    ALLOCATIONS.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_allocation_of_this_thread_counts() {
        let before = count();
        let mut bytes = std::hint::black_box(Vec::<u8>::with_capacity(1));
        bytes.reserve(1000);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || sender.send((0..100).map(Box::new).collect::<Vec<_>>().len()));
        });
        assert_eq!(receiver.recv(), Ok(100));
        let counted = count() - before;
        assert!((2..50).contains(&counted), "{counted}");
    }
}
