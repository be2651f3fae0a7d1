//! The DTLS server of a transport: `dimpl`, pinned to 1.2, whose server then prefers AES-256-GCM (ADR 0004).

use std::sync::Arc;
use std::time::{Duration, Instant};

use dimpl::{Config, Dtls, DtlsCertificate, KeyingMaterial, Output, SrtpProfile};
use tureen_srtp::{MasterKey, Profile};

/// Largest record that we produce or take; flights are cut to the MTU of the configuration.
const MAX_RECORD: usize = 2048;

/// The certificate and settings that all transports of a process share.
#[derive(Clone)]
pub struct Identity {
    config: Arc<Config>,
    certificate: DtlsCertificate,
}

impl Identity {
    /// A fresh self-signed ECDSA certificate.
    ///
    /// # Errors
    /// If the system's random source or the configuration fails; the text says what.
    pub fn generate() -> Result<Self, String> {
        let certificate = dimpl::certificate::generate_self_signed_certificate()
            .map_err(|error| format!("certificate: {error:?}"))?;
        // No cookie: only paths that ICE authenticated reach DTLS, so an exchange would add a round trip for nothing.
        let config = Config::builder()
            .mtu(1200)
            .use_server_cookie(false)
            .flight_start_rto(Duration::from_millis(200))
            .max_queue_tx(128)
            .build()
            .map_err(|error| format!("DTLS configuration: {error:?}"))?;
        Ok(Self { config: Arc::new(config), certificate })
    }

    /// SHA-256 of the certificate as SDP writes it.
    pub fn fingerprint(&self) -> String {
        self.certificate.fingerprint_str()
    }
}

/// Both directions' SRTP keys.
pub struct Keys {
    /// The negotiated profile.
    pub profile: Profile,
    material: KeyingMaterial,
}

impl Keys {
    /// What the peer, the DTLS client, encrypts with (RFC 5764 section 4.2).
    pub fn client(&self) -> MasterKey<'_> {
        self.part(0)
    }

    /// What we, the DTLS server, encrypt with.
    pub fn server(&self) -> MasterKey<'_> {
        self.part(1)
    }

    fn part(&self, index: usize) -> MasterKey<'_> {
        let (key, salt) = (self.profile.key_len(), self.profile.salt_len());
        let keys = &self.material[index * key..][..key];
        let salts = &self.material[2 * key + index * salt..][..salt];
        MasterKey { key: keys, salt: salts }
    }
}

/// What comes out of the association.
pub enum DtlsOutput<'a> {
    /// Send this record to the peer.
    Record(&'a [u8]),
    /// The handshake is complete and the peer's certificate is the signalled one.
    Keys(Keys),
    /// Decrypted application data: SCTP.
    Data(&'a [u8]),
    /// The peer closed the association.
    Closed,
}

/// The association failed; nothing more will come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DtlsFailed;

/// One DTLS association.
pub struct DtlsServer {
    dtls: Dtls,
    expected_fingerprint: String,
    peer_checked: bool,
    deadline: Option<Instant>,
}

impl DtlsServer {
    /// A server that waits for a `ClientHello` from the peer whose certificate has this fingerprint.
    pub fn new(identity: &Identity, expected_fingerprint: &str, now: Instant) -> Self {
        let dtls = Dtls::new_12(identity.config.clone(), identity.certificate.clone(), now);
        let expected_fingerprint = expected_fingerprint.to_ascii_uppercase();
        Self { dtls, expected_fingerprint, peer_checked: false, deadline: None }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Takes a datagram from a validated path.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        datagram: &[u8],
        take: &mut dyn FnMut(DtlsOutput<'_>),
    ) -> Result<(), DtlsFailed> {
        // The engine has no clock before its first timeout and panics without one.
        self.dtls.handle_timeout(now).map_err(|_| DtlsFailed)?;
        self.dtls.handle_packet(datagram).map_err(|_| DtlsFailed)?;
        self.poll(take)
    }

    /// Retransmits what is due.
    pub fn handle_timeout(&mut self, now: Instant, take: &mut dyn FnMut(DtlsOutput<'_>)) -> Result<(), DtlsFailed> {
        self.deadline = None;
        self.dtls.handle_timeout(now).map_err(|_| DtlsFailed)?;
        self.poll(take)
    }

    /// Encrypts application data. Poll after each: the engine's queue is short.
    pub fn send(&mut self, data: &[u8], take: &mut dyn FnMut(DtlsOutput<'_>)) -> Result<(), DtlsFailed> {
        self.dtls.send_application_data(data).map_err(|_| DtlsFailed)?;
        self.poll(take)
    }

    /// Tells the peer that we leave.
    pub fn close(&mut self, take: &mut dyn FnMut(DtlsOutput<'_>)) {
        if self.dtls.close().is_ok() {
            let _ = self.poll(take);
        }
    }

    fn poll(&mut self, take: &mut dyn FnMut(DtlsOutput<'_>)) -> Result<(), DtlsFailed> {
        let mut buffer = [0; MAX_RECORD];
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(record) => take(DtlsOutput::Record(record)),
                Output::PeerCert(der) => {
                    let digest = dimpl::certificate::calculate_fingerprint(der);
                    let fingerprint = dimpl::certificate::format_fingerprint(&digest);
                    self.peer_checked = fingerprint.eq_ignore_ascii_case(&self.expected_fingerprint);
                    if !self.peer_checked {
                        return Err(DtlsFailed);
                    }
                }
                Output::KeyingMaterial(material, profile) => {
                    // No key is used before the certificate was compared with the signalled fingerprint.
                    let profile = self.peer_checked.then(|| srtp_profile(profile)).flatten().ok_or(DtlsFailed)?;
                    take(DtlsOutput::Keys(Keys { profile, material }));
                }
                Output::ApplicationData(data) if self.peer_checked => take(DtlsOutput::Data(data)),
                Output::CloseNotify => take(DtlsOutput::Closed),
                Output::Timeout(at) => {
                    self.deadline = Some(at);
                    return Ok(());
                }
                Output::BufferTooSmall { .. } => return Err(DtlsFailed),
                _ => {}
            }
        }
    }
}

fn srtp_profile(profile: SrtpProfile) -> Option<Profile> {
    match profile {
        SrtpProfile::AEAD_AES_256_GCM => Some(Profile::AeadAes256Gcm),
        SrtpProfile::AEAD_AES_128_GCM => Some(Profile::AeadAes128Gcm),
        SrtpProfile::AES128_CM_SHA1_80 => Some(Profile::Aes128CmSha1_80),
        _ => None,
    }
}
