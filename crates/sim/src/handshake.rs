//! A path that becomes a session: ICE checks of the controlling side, and DTLS as its client.

use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::hmac;
pub use dimpl::DtlsCertificate;
use dimpl::{Config, Dtls, KeyingMaterial, Output};
use is::stun::{StunMessage, TransId};
use tureen_sfu::IceCredentials;
use tureen_srtp::{Inbound, MasterKey, Outbound, Profile};

/// The client's end of a transport until its keys are there, and its DTLS association from then on.
pub struct Handshake {
    /// Its own credentials.
    pub local: IceCredentials,
    /// The server's credentials.
    pub remote: IceCredentials,
    /// Datagrams that it wants to send.
    pub outbox: Vec<Vec<u8>>,
    /// Application data that came.
    pub data: Vec<Vec<u8>>,
    /// What opens and seals packets, once DTLS is complete.
    pub srtp: Option<(Inbound, Outbound)>,
    /// SHA-256 of the server's certificate, once it is known.
    pub server_fingerprint: Option<String>,
    certificate: DtlsCertificate,
    dtls: Dtls,
    started: bool,
}

impl Handshake {
    /// A certificate for any number of clients.
    ///
    /// # Panics
    /// If none can be made.
    pub fn certificate() -> DtlsCertificate {
        dimpl::certificate::generate_self_signed_certificate().expect("a certificate")
    }

    /// A client that knows the server's credentials.
    pub fn new(local: IceCredentials, remote: IceCredentials, certificate: DtlsCertificate, now: Instant) -> Self {
        let config = Arc::new(Config::builder().mtu(1200).build().expect("a configuration"));
        let mut dtls = Dtls::new_12(config, certificate.clone(), now);
        dtls.set_active(true);
        let (outbox, data) = (Vec::new(), Vec::new());
        Self { local, remote, outbox, data, srtp: None, server_fingerprint: None, certificate, dtls, started: false }
    }

    /// SHA-256 of its certificate.
    pub fn fingerprint(&self) -> String {
        self.certificate.fingerprint_str()
    }

    /// The negotiated SRTP profile.
    pub fn profile(&self) -> Option<Profile> {
        self.srtp.as_ref().map(|(inbound, _)| inbound.profile())
    }

    /// A binding request with this password, right or wrong. Who controls nominates, too.
    pub fn request(&self, password: &str, controlling: bool) -> Vec<u8> {
        let username = format!("{}:{}", self.remote.ufrag, self.local.ufrag);
        let message = StunMessage::binding_request(&username, TransId::new(), controlling, 1, 1, controlling);
        let mut bytes = [0; 256];
        let len = message.to_bytes(Some(password.as_bytes()), &mut bytes, hmac_sha1).expect("a short message");
        bytes[..len].to_vec()
    }

    /// Whether this datagram is the server's answer to a check that succeeded.
    pub fn is_response(&self, datagram: &[u8]) -> bool {
        StunMessage::parse(datagram).is_ok_and(|message| {
            message.is_successful_binding_response() && message.verify(self.remote.password.as_bytes(), hmac_sha1)
        })
    }

    /// Sends a binding request that nominates.
    pub fn check(&mut self) {
        let request = self.request(&self.remote.password, true);
        self.outbox.push(request);
    }

    /// Starts DTLS the first time.
    pub fn start(&mut self, now: Instant) {
        if !std::mem::replace(&mut self.started, true) {
            self.handle_timeout(now);
        }
    }

    /// Takes a DTLS record of the server.
    pub fn handle_record(&mut self, now: Instant, record: &[u8]) {
        self.dtls.handle_timeout(now).expect("a running handshake");
        self.dtls.handle_packet(record).expect("a record of the server");
        self.poll();
    }

    /// Runs its timers.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.started {
            self.dtls.handle_timeout(now).expect("a running association");
            self.poll();
        }
    }

    /// Encrypts and sends application data.
    pub fn send_data(&mut self, data: &[u8]) {
        self.dtls.send_application_data(data).expect("room for a record");
        self.poll();
    }

    fn poll(&mut self) {
        let mut buffer = [0; 2048];
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(record) => self.outbox.push(record.to_vec()),
                Output::PeerCert(certificate) => {
                    let digest = dimpl::certificate::calculate_fingerprint(certificate);
                    self.server_fingerprint = Some(dimpl::certificate::format_fingerprint(&digest));
                }
                Output::KeyingMaterial(material, profile) => self.srtp = Some(keys(&material, profile)),
                Output::ApplicationData(bytes) => self.data.push(bytes.to_vec()),
                Output::Timeout(_) => break,
                _ => {}
            }
        }
    }
}

/// What the server seals with, and what the client does (RFC 5764 section 4.2).
fn keys(material: &KeyingMaterial, profile: dimpl::SrtpProfile) -> (Inbound, Outbound) {
    let profile = match profile {
        dimpl::SrtpProfile::AEAD_AES_256_GCM => Profile::AeadAes256Gcm,
        dimpl::SrtpProfile::AEAD_AES_128_GCM => Profile::AeadAes128Gcm,
        _ => Profile::Aes128CmSha1_80,
    };
    let (key, salt) = (profile.key_len(), profile.salt_len());
    let part = |index: usize| MasterKey {
        key: &material[index * key..][..key],
        salt: &material[2 * key + index * salt..][..salt],
    };
    let outbound = Outbound::new(profile, part(0)).expect("client keys");
    let inbound = Inbound::new(profile, part(1)).expect("server keys");
    (inbound, outbound)
}

fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    let mut digest = [0; 20];
    digest.copy_from_slice(context.sign().as_ref());
    digest
}
