//! What must hold for arbitrary bytes in the parsers of the media server. The fuzz targets and a property test of the crate
//! both run these functions, so that they are checked without a nightly compiler too.

use tureen_sfu::untrusted::{BindingRequest, Dcep, ReceiveWindow, parse_dcep_untrusted};

/// A binding request has a whole header and names the transport that it is for, in the bytes themselves.
pub fn stun(data: &[u8]) {
    let Ok(request) = BindingRequest::parse_untrusted(data) else { return };
    let name = request.local_ufrag().as_bytes();
    assert!(data.len() >= 20);
    assert!(name.is_empty() || data.windows(name.len()).any(|part| part == name));
}

/// Names are as long as the message says and lie within it.
pub fn dcep(data: &[u8]) {
    let Ok(Dcep::Open(open)) = parse_dcep_untrusted(data) else { return };
    assert!(12 + open.label.len() + open.protocol.len() <= data.len());
    assert!(open.label.len() <= 1024 && open.protocol.len() <= 1024);
    assert_eq!(data[12..12 + open.label.len()], *open.label.as_bytes());
}

/// There is an answer for any SCTP packet, and a refused one changes nothing.
pub fn sctp_window(data: &[u8]) {
    let mut window = ReceiveWindow::default();
    for packet in data.chunks(64) {
        window.note_sent(packet);
        window.admits(packet);
        window.note_read(packet.len() % 3);
    }
    assert!(!window.is_exhausted() || data.len() > 16 * 4096);
}
