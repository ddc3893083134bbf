//! The numbers a device is known by.

use std::fmt;
use std::str::FromStr;

/// Vendor and product, written `0400:C35A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsbId {
    /// Given to the maker by the USB Implementers Forum.
    pub vendor: u16,
    /// Given to the product by its maker.
    pub product: u16,
}

impl UsbId {
    /// From both numbers.
    pub const fn new(vendor: u16, product: u16) -> Self {
        Self { vendor, product }
    }
}

/// Not two numbers of four hexadecimal digits. Cure: write them as `lsusb` does, `0400:c35a`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not VENDOR:PRODUCT in hexadecimal digits, such as 0400:C35A")]
pub struct NotAnId(String);

impl FromStr for UsbId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let numbers = text.split_once(':').and_then(|(vendor, product)| Some((hex(vendor)?, hex(product)?)));
        let (vendor, product) = numbers.ok_or_else(|| NotAnId(text.to_owned()))?;
        Ok(Self { vendor, product })
    }
}

fn hex(digits: &str) -> Option<u16> {
    let is_number = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

impl fmt::Display for UsbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}:{:04X}", self.vendor, self.product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_as_lsusb_writes_them() {
        assert_eq!("0400:c35a".parse(), Ok(UsbId::new(0x0400, 0xC35A)));
        assert_eq!(UsbId::new(0x0400, 0xC35A).to_string(), "0400:C35A");
    }

    #[test]
    fn anything_else_is_refused_and_named() {
        for text in ["", "0400", "0400C35A", "400:C35A", "0400:C35", "0400:+35A", "0400:C35G", "0400:C35A:1"]
        {
            let refused = text.parse::<UsbId>().err().map(|error| error.to_string());
            assert!(refused.is_some_and(|why| why.contains(text)), "{text}");
        }
    }
}
