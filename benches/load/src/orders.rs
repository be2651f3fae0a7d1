//! Standard input, line by line and never blocking.

use std::io::{self, Read};

use crate::messages::Order;

/// The longest line: a meeting's worth of streams.
const MAX_LINE: usize = 1 << 20;

/// What was read and not yet understood.
#[derive(Default)]
pub struct Orders {
    bytes: Vec<u8>,
    ended: bool,
}

impl Orders {
    /// Reads what is there, once. Call it when there is something.
    ///
    /// # Errors
    /// The system's, or a line that is too long.
    pub fn fill(&mut self) -> io::Result<()> {
        let mut room = [0; 8192];
        let count = io::stdin().lock().read(&mut room)?;
        self.ended = count == 0;
        self.bytes.extend_from_slice(&room[..count]);
        if self.bytes.len() > MAX_LINE && !self.bytes.contains(&b'\n') {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an order is too long"));
        }
        Ok(())
    }

    /// Whether nothing more will come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next whole line.
    ///
    /// # Errors
    /// When it is no order; the text says why.
    pub fn next(&mut self) -> io::Result<Option<Order>> {
        let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
        let line: Vec<u8> = self.bytes.drain(..=end).collect();
        serde_json::from_slice(&line).map(Some).map_err(|error| {
            let text = format!("cannot follow {}: {error}", String::from_utf8_lossy(&line).trim_end());
            io::Error::new(io::ErrorKind::InvalidData, text)
        })
    }
}
