//! What a terminal sends over a poor link: cases, whose sealed part hardly compresses, and ratings of them; and the service
//! they are of. What is filled in are digits, the longest fields there are; they belong to nobody.

use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::SealingKey;
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::{CaseFile, Content, Person};
use kiosk_protocol::service::Language;
use uuid::Uuid;

use super::Any;

/// Stands for a service and its department.
const SERVICE: &str = "synthetic";
/// Its fields, and the most digits in each.
const FIELDS: [(&str, usize); 2] = [("one", 200), ("other", 200)];
/// Digits in each that make a case as large as one of four usual fields, which is 658 bytes.
const USUAL: [usize; 2] = [60, 8];
/// Digits in each that make a case a KiB.
const LARGE: [usize; 2] = [200, 145];

/// What items say, one after the other.
pub type Contents = Box<dyn FnMut() -> Result<Content, Any>>;

/// Visits, as most are: a case of the usual size, then its rating.
pub fn visits(key: SealingKey) -> Contents {
    let mut rated = None;
    Box::new(move || match rated.take() {
        Some(case) => {
            Ok(Content::Rating { visit: Uuid::now_v7(), case: Some(case), level: RatingLevel::Satisfied })
        }
        None => case(&key, *rated.insert(Uuid::now_v7()), USUAL),
    })
}

/// Cases of a KiB each.
pub fn large(key: SealingKey) -> Contents {
    Box::new(move || case(&key, Uuid::now_v7(), LARGE))
}

/// The package of the service.
pub fn service() -> String {
    let text = r#"{"zh-CN":"问","en":"q","ru":"в"}"#;
    let fields = FIELDS.map(|(key, digits)| {
        let input = format!(r#"{{"type":"digits","min":1,"max":{digits}}}"#);
        format!(r#"{{"key":"{key}","label":{text},"required":true,"input":{input}}}"#)
    });
    format!(
        r#"{{"id":"{SERVICE}","version":1,"department":"{SERVICE}","identity_level":1,
        "offline":{{"policy":"queue"}},"icon":"talk","group":{text},"title":{text},"summary":{text},
        "guide":{{"time_limit":{text},"fee":{text},"materials":[],"basis":{text}}},"kind":"handling",
        "form":{{"pages":[{{"title":{text},"fields":[{}]}}]}},"receipt":{{"lines":[],"next":{text}}}}}"#,
        fields.join(",")
    )
}

fn case(key: &SealingKey, case: Uuid, digits: [usize; 2]) -> Result<Content, Any> {
    let applicant = Person { name: "王秀兰".into(), number: "230203198803120022".into() };
    let fields = FIELDS.into_iter().zip(digits);
    let fields =
        fields.map(|((name, _), digits)| Ok((Key::try_from(name.to_owned())?, "7".repeat(digits).into())));
    let values = fields.collect::<Result<_, Any>>()?;
    let file = CaseFile { applicant, values }.seal(key)?;
    let (service, department) = (Key::try_from(SERVICE.to_owned())?, Key::try_from(SERVICE.to_owned())?);
    let (language, files) = (Language::ZhCn, Vec::new());
    Ok(Content::Case { case, service, version: 1, department, language, file, files })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use kiosk_protocol::crypto::UnsealingKey;
    use kiosk_protocol::item::ItemBody;
    use kiosk_protocol::service::ServicePackage;

    use super::*;

    /// Bytes of the first items.
    fn sizes(contents: fn(SealingKey) -> Contents) -> [usize; 4] {
        let mut contents = contents(UnsealingKey::generate().sealing_key());
        let created_at = Timestamp::from_millisecond(1_764_486_000_123).unwrap();
        [(); 4].map(|()| {
            let (uuid, lane, content) = (Uuid::now_v7(), Uuid::now_v7(), contents().unwrap());
            serde_json::to_string(&ItemBody { uuid, lane, created_at, content }).unwrap().len()
        })
    }

    #[test]
    fn a_large_case_is_a_kib() {
        assert!(sizes(large).iter().all(|bytes| (1024..1040).contains(bytes)), "{:?}", sizes(large));
    }

    #[test]
    fn a_visit_is_a_usual_case_and_its_rating() {
        let [case, rating, other_case, other_rating] = sizes(visits);
        assert_eq!((case, rating), (other_case, other_rating));
        assert!((650..670).contains(&case) && (250..290).contains(&rating), "{case}, {rating}");
    }

    #[test]
    fn the_service_may_be_published() {
        ServicePackage::parse(&service()).unwrap();
    }
}
