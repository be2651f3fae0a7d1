//! Inputs of the RFCs' test vectors that more than one module's tests use.

/// Bytes of a hexadecimal text; blanks are skipped.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Master key and salt of RFC 3711, appendix B.3.
pub(crate) fn rfc3711_b3() -> (Vec<u8>, Vec<u8>) {
    (hex("E1F97A0D3E018BE0D64FA32C06DE4139"), hex("0EC675AD498AFEEBB6960B3AABE6"))
}
