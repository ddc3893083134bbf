//! A transfer request as usbfs keeps it: `struct usbdevfs_urb` of a 64-bit host (Linux, `uapi/linux/usbdevice_fs.h`).

/// Bytes of the structure without isochronous packets.
pub(crate) const URB_BYTES: usize = 56;
/// Bytes of the head of a control transfer, in front of its data.
pub(crate) const SETUP_BYTES: usize = 8;

const CONTROL: u8 = 2;

/// Status of a transfer: `-errno`.
pub(crate) const OK: i32 = 0;
pub(crate) const CANCELLED: i32 = -2;
pub(crate) const NO_DEVICE: i32 = -19;
pub(crate) const STALLED: i32 = -32;
pub(crate) const OVERFLOWED: i32 = -75;

/// A transfer under way or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Urb {
    /// Where the program keeps it; names it in every later request.
    pub(crate) address: u64,
    raw: [u8; URB_BYTES],
    /// What goes out; what came in.
    pub(crate) data: Vec<u8>,
    /// Bytes transferred so far, without the head of a control transfer.
    pub(crate) done: usize,
    /// How it ended.
    pub(crate) status: i32,
}

impl Urb {
    /// From the program's memory; `data` is still empty.
    pub(crate) fn new(address: u64, raw: [u8; URB_BYTES]) -> Urb {
        Urb { address, raw, data: Vec::new(), done: 0, status: OK }
    }

    /// The same, ended in this way.
    pub(crate) fn ended(self, status: i32) -> Urb {
        Urb { status, ..self }
    }

    pub(crate) fn is_control(&self) -> bool {
        self.raw[0] == CONTROL
    }

    pub(crate) fn endpoint(&self) -> u8 {
        self.raw[1]
    }

    pub(crate) fn is_in(&self) -> bool {
        self.endpoint() & 0x80 != 0
    }

    /// Where the program keeps the data.
    pub(crate) fn buffer(&self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.raw[16..24]);
        u64::from_ne_bytes(bytes)
    }

    /// Room for data, or how much there is of it.
    pub(crate) fn length(&self) -> usize {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.raw[24..28]);
        usize::try_from(i32::from_ne_bytes(bytes)).unwrap_or(0)
    }

    /// The structure as the program shall find it.
    pub(crate) fn finished(&self) -> [u8; URB_BYTES] {
        let mut raw = self.raw;
        raw[4..8].copy_from_slice(&self.status.to_ne_bytes());
        let done = i32::try_from(self.done).unwrap_or(i32::MAX);
        raw[28..32].copy_from_slice(&done.to_ne_bytes());
        raw
    }

    /// What the program shall find in its memory, and where; nothing for transfers out.
    pub(crate) fn received(&self) -> Option<(u64, &[u8])> {
        if self.is_control() {
            let bytes = self.data.get(SETUP_BYTES..SETUP_BYTES + self.done)?;
            let is_in = self.data.first().is_some_and(|kind| kind & 0x80 != 0);
            return is_in.then_some((self.buffer() + SETUP_BYTES as u64, bytes));
        }
        self.is_in().then_some((self.buffer(), &self.data))
    }
}

#[cfg(test)]
pub(crate) fn urb(kind: u8, endpoint: u8, length: i32) -> Urb {
    let mut raw = [0; URB_BYTES];
    (raw[0], raw[1]) = (kind, endpoint);
    raw[16..24].copy_from_slice(&0x1000_u64.to_ne_bytes());
    raw[24..28].copy_from_slice(&length.to_ne_bytes());
    Urb::new(0x7000, raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_in_is_told_with_its_length() {
        let mut transfer = urb(3, 0x81, 64);
        transfer.data = vec![7; 5];
        transfer.done = 5;
        assert_eq!(transfer.received(), Some((0x1000, [7; 5].as_slice())));
        assert_eq!(transfer.finished()[28..32], 5_i32.to_ne_bytes());
    }

    #[test]
    fn the_answer_to_a_control_request_stands_behind_its_head() {
        let mut transfer = urb(2, 0, 9);
        transfer.data = vec![0xA1, 1, 0, 0, 0, 0, 1, 0, 0x18];
        transfer.done = 1;
        assert_eq!(transfer.received(), Some((0x1008, [0x18].as_slice())));
        assert_eq!(urb(3, 0x02, 4).received(), None);
    }
}
