//! After the first flush neither sending nor receiving allocates.

use crate::ends::{Receiver, Transmitter, V4, datagram};

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
    let before = tureen_allocations::count();
    (0..20).for_each(|_| exchange());
    assert_eq!(tureen_allocations::count(), before);
}
