//! packetio
