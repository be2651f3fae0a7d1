//! What a shard counts, under the names that the metrics endpoint shows.

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Counters of one shard, all rising.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counters {
            /// Names, in the order of [`Self::values`].
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Values, in the order of [`Self::NAMES`].
            pub fn values(&self) -> [u64; Self::NAMES.len()] {
                [$(self.$name),*]
            }
        }
    };
}

counters! {
    /// Datagrams that came in.
    datagrams_received,
    /// Bytes that came in.
    bytes_received,
    /// Datagrams that were neither STUN, DTLS nor RTP, or came from an address that ICE did not validate.
    datagrams_refused,
    /// STUN messages that did not carry the credentials of a transport.
    stun_refused,
    /// SRTP or SRTCP packets that failed authentication or were replayed.
    srtp_refused,
    /// RTP or RTCP packets that were authentic but could not be read or belong to no producer.
    rtp_refused,
    /// Authentic RTP packets.
    rtp_received,
    /// RTP packets sent to consumers, retransmissions apart.
    rtp_forwarded,
    /// Bytes of payload sent to consumers, retransmissions apart.
    payload_bytes_forwarded,
    /// Packets that were duplicates or came too late.
    rtp_duplicates,
    /// Audio packets that were not forwarded because others were louder.
    voices_left_out,
    /// Audio packets sent with earlier ones in front of them.
    redundant_sent,
    /// Packets sent again to consumers.
    rtx_sent,
    /// Repeats that nobody had asked for.
    rtx_sent_ahead,
    /// Packets that publishers sent again.
    rtx_received,
    /// Packets to consumers that were dropped because too many waited.
    waiting_dropped,
    /// Packets asked of publishers.
    nacks_sent,
    /// Packets that consumers asked for.
    nacks_received,
    /// Audio packets of publishers that were lost and came along with a later one.
    recovered,
    /// Packets of publishers that never came.
    packets_lost,
    /// Key frames asked of publishers.
    key_frames_requested,
    /// Key frames that began.
    key_frames_received,
    /// Late joiners that were sent the last group of pictures from the ring.
    groups_replayed,
    /// Layer switches.
    layer_switches,
    /// Transports that completed ICE and DTLS with `AEAD_AES_256_GCM`.
    srtp_aead_aes_256_gcm,
    /// Transports that completed ICE and DTLS with `AEAD_AES_128_GCM`.
    srtp_aead_aes_128_gcm,
    /// Transports that completed ICE and DTLS with `AES128_CM_SHA1_80`.
    srtp_aes128_cm_sha1_80,
    /// DTLS associations that failed.
    dtls_failures,
    /// Data channel messages that came in.
    data_messages_received,
    /// Data channel messages queued for sending.
    data_messages_sent,
    /// Data channel messages dropped: no channel or a full buffer.
    data_messages_dropped,
    /// Copies of packets handed to other shards, one for each that mirrors the producer.
    packets_relayed,
    /// Such copies that found no room.
    relay_drops,
    /// Peers dropped because handling them panicked.
    panics,
}
