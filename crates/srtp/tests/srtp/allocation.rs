//! After a context is warm, no packet allocates.

use crate::packets::{SSRC, header, pair, report};
use tureen_srtp::{InboundStream, Profile};

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
        let before = tureen_allocations::count();
        (1..100).for_each(exchange);
        assert_eq!(tureen_allocations::count(), before, "{profile:?}");
    }
}
