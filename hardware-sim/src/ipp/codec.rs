//! IPP messages by hand, from RFC 8010 chapter 3. Nothing of a driver is used, so that one misreading cannot hide on both
//! sides.

/// Tags of groups (3.5.1).
pub const OPERATION: u8 = 0x01;
pub const JOB: u8 = 0x02;
pub const END: u8 = 0x03;
pub const PRINTER: u8 = 0x04;

/// Tags of values (3.5.2).
const INTEGER: u8 = 0x21;
const BOOLEAN: u8 = 0x22;
const ENUM: u8 = 0x23;
const RESOLUTION: u8 = 0x32;
const RANGE: u8 = 0x33;
const NAME: u8 = 0x42;
const KEYWORD: u8 = 0x44;
const URI: u8 = 0x45;
const CHARSET: u8 = 0x47;
const LANGUAGE: u8 = 0x48;
const MEDIA_TYPE: u8 = 0x49;

/// A request.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub operation: u16,
    pub id: u32,
    /// Name and first value, in order.
    attributes: Vec<(String, Vec<u8>)>,
    /// What follows the attributes.
    pub document: Vec<u8>,
}

impl Request {
    /// Reads one; none where the bytes are no request.
    pub fn read(bytes: &[u8]) -> Option<Request> {
        let (_version, rest) = bytes.split_first_chunk::<2>()?;
        let (operation, rest) = rest.split_first_chunk::<2>()?;
        let (id, mut rest) = rest.split_first_chunk::<4>()?;
        let mut attributes = Vec::new();
        loop {
            let (&tag, after) = rest.split_first()?;
            rest = after;
            match tag {
                END => break,
                0..=0x0F => {}
                _ => {
                    let (name, after) = field(rest)?;
                    let (value, after) = field(after)?;
                    rest = after;
                    if !name.is_empty() {
                        attributes.push((String::from_utf8_lossy(name).into_owned(), value.to_vec()));
                    }
                }
            }
        }
        let (operation, id) = (u16::from_be_bytes(*operation), u32::from_be_bytes(*id));
        Some(Request { operation, id, attributes, document: rest.to_vec() })
    }

    /// Whether it begins as RFC 8011 4.1.4 wants.
    pub fn is_in_order(&self) -> bool {
        let wanted = ["attributes-charset", "attributes-natural-language", "printer-uri"];
        self.attributes.iter().map(|(name, _)| name.as_str()).take(wanted.len()).eq(wanted)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    pub fn number(&self, name: &str) -> Option<i32> {
        self.value(name).and_then(|value| value.try_into().ok()).map(i32::from_be_bytes)
    }

    pub fn truth(&self, name: &str) -> bool {
        self.value(name) == Some(&[1])
    }

    fn value(&self, name: &str) -> Option<&[u8]> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// A request's bytes up to the end of its attributes; a broken one is left as it is.
pub fn without_document(bytes: &[u8]) -> &[u8] {
    let document = Request::read(bytes).map_or(0, |request| request.document.len());
    &bytes[..bytes.len() - document]
}

/// What a request asks, without what differs from time to time: its number, addresses, its document.
pub fn question(bytes: &[u8]) -> Vec<u8> {
    let Some(request) = Request::read(bytes) else { return bytes.to_vec() };
    let attributes = request.attributes.iter().filter(|(name, _)| !name.ends_with("-uri"));
    let fields = attributes.flat_map(|(name, value)| [name.as_bytes(), b"=", value, b";"].concat());
    request.operation.to_be_bytes().into_iter().chain(fields).collect()
}

fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// An answer under construction.
#[derive(Debug)]
pub struct Answer(Vec<u8>);

impl Answer {
    /// To the request of this id.
    pub fn new(status: u16, id: u32) -> Answer {
        let mut answer = Answer(vec![1, 1]);
        answer.0.extend(status.to_be_bytes());
        answer.0.extend(id.to_be_bytes());
        answer.group(OPERATION);
        answer.put(CHARSET, "attributes-charset", b"utf-8");
        answer.put(LANGUAGE, "attributes-natural-language", b"en");
        answer
    }

    pub fn group(&mut self, tag: u8) {
        self.0.push(tag);
    }

    pub fn integer(&mut self, name: &str, value: u32) {
        self.put(INTEGER, name, &value.to_be_bytes());
    }

    pub fn enums(&mut self, name: &str, values: &[u32]) {
        for (at, value) in values.iter().enumerate() {
            self.put(ENUM, if at == 0 { name } else { "" }, &value.to_be_bytes());
        }
    }

    pub fn boolean(&mut self, name: &str, value: bool) {
        self.put(BOOLEAN, name, &[u8::from(value)]);
    }

    pub fn range(&mut self, name: &str, (min, max): (u32, u32)) {
        self.put(RANGE, name, &[min.to_be_bytes(), max.to_be_bytes()].concat());
    }

    /// Dots per inch, both ways.
    pub fn resolutions(&mut self, name: &str, values: &[u32]) {
        for (at, dpi) in values.iter().enumerate() {
            let value = [&dpi.to_be_bytes()[..], &dpi.to_be_bytes(), &[3]].concat();
            self.put(RESOLUTION, if at == 0 { name } else { "" }, &value);
        }
    }

    pub fn keywords(&mut self, name: &str, values: &[&str]) {
        self.strings(KEYWORD, name, values);
    }

    pub fn media_types(&mut self, name: &str, values: &[&str]) {
        self.strings(MEDIA_TYPE, name, values);
    }

    pub fn name(&mut self, name: &str, value: &str) {
        self.strings(NAME, name, &[value]);
    }

    pub fn uri(&mut self, name: &str, value: &str) {
        self.strings(URI, name, &[value]);
    }

    /// All of it.
    pub fn finish(mut self) -> Vec<u8> {
        self.0.push(END);
        self.0
    }

    fn strings(&mut self, tag: u8, name: &str, values: &[&str]) {
        for (at, value) in values.iter().enumerate() {
            self.put(tag, if at == 0 { name } else { "" }, value.as_bytes());
        }
    }

    /// What is longer than its length can say is cut.
    fn put(&mut self, tag: u8, name: &str, value: &[u8]) {
        self.0.push(tag);
        for part in [name.as_bytes(), value] {
            let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
            self.0.extend(length.to_be_bytes());
            self.0.extend(&part[..usize::from(length)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_by_the_byte() {
        let mut bytes = vec![2, 0, 0, 6, 0, 0, 0, 9, OPERATION];
        bytes.extend(b"\x47\0\x12attributes-charset\0\x05utf-8");
        bytes.extend(b"\x48\0\x1Battributes-natural-language\0\x02en");
        bytes.extend(b"\x45\0\x0Bprinter-uri\0\x07ipp://p\x21\0\x06job-id\0\x04\0\0\0\x05");
        bytes.extend(b"\x22\0\x0Dlast-document\0\x01\x01\x03%PDF");
        let request = Request::read(&bytes).expect("a request");
        assert_eq!((request.operation, request.id), (6, 9));
        assert!(request.is_in_order() && request.truth("last-document"));
        assert_eq!(request.number("job-id"), Some(5));
        assert_eq!(request.document, b"%PDF");
    }

    #[test]
    fn a_question_is_the_same_from_another_address_with_another_document() {
        let request = |id: u8, uri: &[u8], document: &[u8]| {
            let uri = [b"\x45\0\x0Bprinter-uri\0", &[uri.len() as u8][..], uri].concat();
            [
                &[2, 0, 0, 6, 0, 0, 0, id, OPERATION][..],
                &uri,
                b"\x21\0\x06job-id\0\x04\0\0\0\x05\x03",
                document,
            ]
            .concat()
        };
        let (one, other) = (request(1, b"ipp://a", b"%PDF"), request(2, b"ipp://bb", b""));
        assert_eq!(question(&one), question(&other));
        assert_eq!(without_document(&one), &one[..one.len() - 4]);
        assert_ne!(question(&one), question(&one[..one.len() - 20]), "torn");
    }

    #[test]
    fn an_answer_by_the_byte() {
        let mut answer = Answer::new(0x0507, 9);
        answer.group(PRINTER);
        answer.keywords("a", &["b", "cc"]);
        let bytes = answer.finish();
        assert_eq!(bytes[..8], [1, 1, 5, 7, 0, 0, 0, 9]);
        assert!(bytes.ends_with(b"\x04\x44\0\x01a\0\x01b\x44\0\0\0\x02cc\x03"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::read(&bytes);
        }
    }
}
