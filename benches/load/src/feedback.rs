//! What a participant tells the server of what it receives, and takes from it of what it sends.

use std::time::Duration;

use tureen_rtp::rtcp::{Packet, ReportBlock, RtcpWriter, TransportCcRecorder, packets_untrusted};

use crate::publishing::Publishing;
use crate::received_stream::ReceivedStream;
use crate::sent_stream::Uplink;
use crate::tally::Tally;

/// Time between two transport-wide feedbacks: what browsers take from some 220 kbit/s on.
pub const INTERVAL: Duration = Duration::from_millis(50);
/// Time between reports.
pub const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Packets that one request names at most.
const MAX_REQUESTED: usize = 200;

/// Room for a plain RTCP packet.
pub type Room = [u8; 1200];

/// What is kept for feedback.
#[derive(Default)]
pub struct Feedback {
    /// Arrivals, for the server's congestion control.
    pub arrivals: TransportCcRecorder,
    sequences: Vec<u16>,
    blocks: Vec<ReportBlock>,
}

impl Feedback {
    /// Writes one packet of feedback, reduced in size (RFC 5506) as negotiated: transport-wide, requests for what is
    /// missing or for key frames. Empty if there is nothing; call again until it is.
    pub fn write<'a>(
        &mut self,
        own_ssrc: u32,
        streams: &mut [ReceivedStream],
        now: Duration,
        tally: &mut Tally,
        room: &'a mut Room,
    ) -> &'a [u8] {
        let mut writer = RtcpWriter::new(room);
        let media = streams.first().map_or(0, |stream| stream.incoming.ssrc);
        self.write_requests(own_ssrc, streams, now, tally, &mut writer);
        self.arrivals.build(own_ssrc, media, &mut writer);
        let len = writer.len();
        &room[..len]
    }

    /// Writes only the requests, right when something is missing.
    pub fn write_requests(
        &mut self,
        own_ssrc: u32,
        streams: &mut [ReceivedStream],
        now: Duration,
        tally: &mut Tally,
        writer: &mut RtcpWriter<'_>,
    ) {
        for stream in streams {
            if stream.is_incomplete() {
                self.sequences.clear();
                tally.lost += stream.requests(now, &mut self.sequences);
                self.sequences.truncate(MAX_REQUESTED);
                if !self.sequences.is_empty() && writer.push_nack(own_ssrc, stream.incoming.ssrc, &self.sequences) {
                    tally.nacks += self.sequences.len() as u64;
                }
            }
            if stream.wants_key_frame && writer.push_pli(own_ssrc, stream.incoming.ssrc) {
                stream.wants_key_frame = false;
            }
        }
    }

    /// Writes a compound receiver report on all streams (RFC 3550 section 6.1).
    pub fn write_report<'a>(
        &mut self,
        own_ssrc: u32,
        cname: &str,
        streams: &mut [ReceivedStream],
        now: Duration,
        room: &'a mut Room,
    ) -> &'a [u8] {
        let mut writer = RtcpWriter::new(room);
        self.blocks.clear();
        self.blocks.extend(streams.iter_mut().filter_map(|stream| stream.report(now)));
        let fits = writer.push_receiver_report(own_ssrc, &self.blocks) && writer.push_sdes_cname(own_ssrc, cname);
        debug_assert!(fits, "a participant receives at most some forty streams");
        let len = writer.len();
        &room[..len]
    }
}

/// Takes a decrypted RTCP packet of the server.
pub fn take(
    plain: &[u8],
    arrival: Duration,
    streams: &mut [ReceivedStream],
    publishing: &mut Publishing,
    uplink: &mut Uplink<'_>,
    tally: &mut Tally,
) {
    for packet in packets_untrusted(plain).map_while(Result::ok) {
        match packet {
            Packet::SenderReport(report) => {
                if let Some(stream) = streams.iter_mut().find(|stream| stream.incoming.ssrc == report.info.ssrc) {
                    stream.on_sender_report(report.info.ntp, arrival);
                }
            }
            Packet::ReceiverReport(report) => {
                for block in report.report_blocks() {
                    if let Some(stream) = publishing.stream(block.ssrc) {
                        stream.on_reported();
                    }
                }
            }
            Packet::Nack(nack) => {
                if let Some(stream) = publishing.stream(nack.media_ssrc) {
                    let repeated = nack.sequences().filter(|sequence| stream.repeat(*sequence, uplink)).count();
                    tally.repaired += repeated as u64;
                }
            }
            Packet::PictureLossIndication { media_ssrc, .. } => {
                tally.key_frame_requests += u64::from(publishing.want_key_frame(media_ssrc));
            }
            Packet::FullIntraRequest(request) => {
                for entry in request.entries() {
                    tally.key_frame_requests += u64::from(publishing.want_key_frame(entry.ssrc));
                }
            }
            _ => {}
        }
    }
}
