//! ICE-lite (RFC 8445 section 2.5): we never send checks, we answer them.
//!
//! A full agent would keep candidate pairs, timers and a role; the lite side needs none of that. It answers every
//! authenticated binding request, remembers where they came from, and sends to the pair that the peer nominated, or,
//! until it nominates, to the last one that it validated: browsers finish DTLS before they nominate.
//!
//! A request proves knowledge of the password, but not that it is new: whoever saw one can send it again from elsewhere,
//! and a lite agent sends no check that would find out. So once a call runs, a nomination is only a claim, and the call
//! follows it with the first packet from there that cannot be a replay.

use aws_lc_rs::hmac;
use is::stun::StunMessage;
use tureen_units::Path;

use crate::command::IceCredentials;

/// Longest answer: header, XOR-MAPPED-ADDRESS for IPv6, MESSAGE-INTEGRITY, FINGERPRINT, and room for an error.
const MAX_RESPONSE: usize = 160;

/// Paths that one peer may keep validated: a browser with several interfaces stays well below.
const MAX_PATHS: usize = 16;

/// What became of a binding request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The peer has to take the other role and ask again; the path is not validated.
    RoleConflict,
    /// The path is the peer's; `evicted` is the oldest one where there were too many.
    Validated {
        /// A path that is no longer ours.
        evicted: Option<Path>,
    },
}

/// A path that answered with our credentials.
struct KnownPath {
    path: Path,
    /// The peer wants to be reached here.
    claimed: bool,
}

/// A request that was not ours to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// A binding request, well-formed but not yet authenticated.
pub struct BindingRequest<'a>(StunMessage<'a>);

impl<'a> BindingRequest<'a> {
    /// Reads a datagram; anything but a binding request with a user name is refused.
    pub fn parse_untrusted(datagram: &'a [u8]) -> Result<Self, Refused> {
        let message = StunMessage::parse(datagram).map_err(|_| Refused)?;
        let usable = message.is_binding_request() && message.split_username().is_some();
        if usable { Ok(Self(message)) } else { Err(Refused) }
    }

    /// The user name fragment of the transport that it is meant for.
    pub fn local_ufrag(&self) -> &str {
        self.0.split_username().map_or("", |(ours, _)| ours)
    }
}

/// The answer to a binding request.
pub struct Response {
    bytes: [u8; MAX_RESPONSE],
    len: usize,
}

impl Response {
    /// The STUN message to send back on the request's path.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The lite side of one ICE association.
pub struct IceLite {
    local: IceCredentials,
    remote_ufrag: String,
    paths: Vec<KnownPath>,
    selected: Option<Path>,
    nominated: bool,
    /// A fresh packet came on the selected path since these credentials are in force.
    proved: bool,
}

impl IceLite {
    /// An agent that waits for checks with these credentials.
    pub fn new(local: IceCredentials, remote: &IceCredentials) -> Self {
        let remote_ufrag = remote.ufrag.clone();
        Self { local, remote_ufrag, paths: Vec::new(), selected: None, nominated: false, proved: false }
    }

    /// Our user name fragment.
    pub fn local_ufrag(&self) -> &str {
        &self.local.ufrag
    }

    /// Takes new credentials (RFC 8445 section 9). The selected path stays in use until the restart validates another.
    pub fn restart(&mut self, local: IceCredentials, remote: &IceCredentials) {
        self.local = local;
        self.remote_ufrag.clone_from(&remote.ufrag);
        self.nominated = false;
        self.proved = false;
    }

    /// Where to send now.
    pub fn selected(&self) -> Option<Path> {
        self.selected
    }

    /// All validated paths.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(|known| &known.path)
    }

    /// Notes an authentic packet that is no replay.
    pub fn on_fresh(&mut self, path: Path) {
        if self.selected == Some(path) {
            self.proved = true;
        } else if self.paths.iter().any(|known| known.claimed && known.path == path) {
            self.select(path);
        }
    }

    /// Answers a binding request if it carries our credentials; anything else changes nothing.
    pub fn handle_request(&mut self, path: Path, request: &BindingRequest<'_>) -> Result<(Check, Response), Refused> {
        let message = &request.0;
        let (ours, theirs) = message.split_username().ok_or(Refused)?;
        if ours != self.local.ufrag || theirs != self.remote_ufrag {
            return Err(Refused);
        }
        if !message.verify(self.local.password.as_bytes(), hmac_sha1) {
            return Err(Refused);
        }
        if message.ice_controlled().is_some() {
            // A lite agent is always controlled (RFC 8445 section 6.1.1), so the peer has to take the other role.
            let reply = StunMessage::binding_role_conflict_reply(message.trans_id());
            return Ok((Check::RoleConflict, self.respond(&reply)?));
        }
        let response = self.respond(&StunMessage::binding_reply(message.trans_id(), path.remote))?;
        Ok((self.validate(path, message.use_candidate()), response))
    }

    fn validate(&mut self, path: Path, nominated: bool) -> Check {
        let known = self.paths.iter().any(|known| known.path == path);
        let evicted = if known { None } else { self.insert(path) };
        if nominated || !self.nominated {
            self.nominated |= nominated;
            if self.proved {
                self.claim(path);
            } else {
                self.select(path);
            }
        }
        Check::Validated { evicted }
    }

    fn claim(&mut self, path: Path) {
        if let Some(known) = self.paths.iter_mut().find(|known| known.path == path) {
            known.claimed = true;
        }
    }

    fn select(&mut self, path: Path) {
        self.selected = Some(path);
        self.paths.iter_mut().for_each(|known| known.claimed = false);
    }

    fn insert(&mut self, path: Path) -> Option<Path> {
        let evicted = if self.paths.len() == MAX_PATHS {
            let oldest = self.paths.iter().position(|known| Some(known.path) != self.selected);
            oldest.map(|index| self.paths.remove(index).path)
        } else {
            None
        };
        self.paths.push(KnownPath { path, claimed: false });
        evicted
    }

    fn respond(&self, message: &StunMessage<'_>) -> Result<Response, Refused> {
        let mut response = Response { bytes: [0; MAX_RESPONSE], len: 0 };
        let password = Some(self.local.password.as_bytes());
        response.len = message.to_bytes(password, &mut response.bytes, hmac_sha1).map_err(|_| Refused)?;
        Ok(response)
    }
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
