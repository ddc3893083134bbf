//! Commands to a card, ISO/IEC 7816-4, 5.1, in their short form.

use zeroize::Zeroizing;

/// Bytes of a command's data in short form.
const DATA_BYTES_MAX: usize = 255;

/// A command. Its data may be secret: they are wiped with it.
pub struct Command {
    header: [u8; 4],
    data: Zeroizing<Vec<u8>>,
    /// Most bytes wanted back: 1 to 256; none where no data are expected.
    wanted: Option<u16>,
}

impl Command {
    /// SELECT by name (7816-4, 7.1.1), with the file's control information as answer.
    pub fn select_name(name: &[u8]) -> Self {
        Self::new([0x00, 0xA4, 0x04, 0x00], name, Some(256))
    }

    /// SELECT of an elementary file below the current one; no answer but the status.
    pub fn select_file(file: u16) -> Self {
        Self::new([0x00, 0xA4, 0x02, 0x00], &file.to_be_bytes(), None)
    }

    /// SELECT of a file by its identifier, wherever it is: what older cards know instead.
    pub fn select_file_anywhere(file: u16) -> Self {
        Self::new([0x00, 0xA4, 0x00, 0x00], &file.to_be_bytes(), None)
    }

    /// READ RECORD (7816-4, 7.3.3): the first record of the current file with this identifier.
    pub fn read_record_by_id(id: u8, wanted: u8) -> Self {
        Self::new([0x00, 0xB2, id, 0x00], &[], Some(u16::from(wanted)))
    }

    /// READ RECORD: record `number` of the file with this short identifier (1 to 30).
    pub fn read_record(file: u8, number: u8) -> Self {
        Self::new([0x00, 0xB2, number, (file << 3) | 0x04], &[], Some(256))
    }

    /// GET PROCESSING OPTIONS (EMV Book 3, 6.5.8), with `values` for the card's list of wanted data.
    pub fn get_processing_options(values: &[u8]) -> Self {
        let length = u8::try_from(values.len()).unwrap_or(u8::MAX);
        let data = [&[0x83, length], values].concat();
        Self::new([0x80, 0xA8, 0x00, 0x00], &data, Some(256))
    }

    /// VERIFY (7816-4, 7.5.6) of the PIN of the current application.
    pub fn verify(pin: &[u8]) -> Self {
        Self::new([0x00, 0x20, 0x00, 0x00], pin, None)
    }

    /// INTERNAL AUTHENTICATE (7816-4, 7.5.2): the card proves with the only key of its application that it has it.
    pub fn internal_authenticate(challenge: &[u8]) -> Self {
        Self::new([0x00, 0x88, 0x00, 0x00], challenge, Some(256))
    }

    /// GET RESPONSE (7816-4, 7.6.1): `count` more bytes, 0 for 256.
    pub fn get_response(count: u8) -> Self {
        Self::new([0x00, 0xC0, 0x00, 0x00], &[], Some(length(count)))
    }

    fn new(header: [u8; 4], data: &[u8], wanted: Option<u16>) -> Self {
        let data = Zeroizing::new(data[..data.len().min(DATA_BYTES_MAX)].to_vec());
        Self { header, data, wanted }
    }

    /// The same command for `count` bytes, 0 for 256: what a card answers `6C` with.
    pub fn wanting(self, count: u8) -> Self {
        Self { wanted: Some(length(count)), ..self }
    }

    /// The bytes for transmission protocol T=1, where data and wanted length stand together.
    pub fn bytes_t1(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = self.bytes_without_wanted();
        bytes.extend(self.wanted.map(|count| (count & 0xFF) as u8));
        bytes
    }

    /// The bytes for transmission protocol T=0, which carries data in one direction only (7816-3, 12.2.1): the answer to
    /// a command with data is fetched by GET RESPONSE.
    pub fn bytes_t0(&self) -> Zeroizing<Vec<u8>> {
        if self.data.is_empty() { self.bytes_t1() } else { self.bytes_without_wanted() }
    }

    fn bytes_without_wanted(&self) -> Zeroizing<Vec<u8>> {
        // Allocated once: a growing buffer would leave copies of itself behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(6 + self.data.len()));
        bytes.extend(self.header);
        if let Ok(count @ 1..) = u8::try_from(self.data.len()) {
            bytes.push(count);
            bytes.extend(self.data.iter());
        }
        bytes
    }
}

/// What a length byte means: 0 stands for 256.
fn length(count: u8) -> u16 {
    if count == 0 { 256 } else { u16::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_their_published_bytes() {
        let table: [(Command, &[u8]); 8] = [
            (Command::select_file(0xEF05), &[0x00, 0xA4, 0x02, 0x00, 0x02, 0xEF, 0x05]),
            (Command::select_file_anywhere(0xEF06), &[0x00, 0xA4, 0x00, 0x00, 0x02, 0xEF, 0x06]),
            (Command::read_record_by_id(0x07, 0x0B), &[0x00, 0xB2, 0x07, 0x00, 0x0B]),
            (Command::read_record(1, 2), &[0x00, 0xB2, 0x02, 0x0C, 0x00]),
            (Command::get_processing_options(&[]), &[0x80, 0xA8, 0x00, 0x00, 0x02, 0x83, 0x00, 0x00]),
            (Command::verify(&[0x12, 0x34, 0x56]), &[0x00, 0x20, 0x00, 0x00, 0x03, 0x12, 0x34, 0x56]),
            (Command::internal_authenticate(&[1, 2]), &[0x00, 0x88, 0x00, 0x00, 0x02, 1, 2, 0x00]),
            (Command::get_response(0x1A), &[0x00, 0xC0, 0x00, 0x00, 0x1A]),
        ];
        for (command, bytes) in table {
            assert_eq!(command.bytes_t1().as_slice(), bytes);
        }
    }

    #[test]
    fn t0_carries_no_wanted_length_behind_data() {
        let select = Command::select_name(b"1PAY.SYS.DDF01");
        assert_eq!(select.bytes_t1().len(), 5 + 14 + 1);
        assert_eq!(select.bytes_t0().as_slice(), b"\x00\xA4\x04\x00\x0E1PAY.SYS.DDF01");
        assert_eq!(Command::read_record(1, 1).bytes_t0().as_slice(), [0x00, 0xB2, 0x01, 0x0C, 0x00]);
    }

    #[test]
    fn the_wanted_length_can_be_corrected() {
        let read = Command::read_record_by_id(1, 0x12).wanting(0x10);
        assert_eq!(read.bytes_t0().as_slice(), [0x00, 0xB2, 0x01, 0x00, 0x10]);
        assert_eq!(Command::get_response(0).bytes_t0().as_slice(), [0x00, 0xC0, 0x00, 0x00, 0x00]);
    }

    #[test]
    fn data_beyond_the_short_form_are_cut() {
        assert_eq!(Command::verify(&[0; 300]).bytes_t0().len(), 5 + 255);
    }
}
