//! The store of a terminal that does not run gets another key, with what was not sent yet in it, by the real command.

use std::fs;

use crate::technician_at_work::Site;

/// A resident hands a case in while the network is away.
const HANDED_IN: &str = r#"
wait screen attract within 20 s
language zh-CN
wait screen home
wait text "租房提取公积金" within 20 s
card place alice
touch "租房提取公积金"
wait screen guide
touch start
wait screen form within 20 s
touch next
wait text "想取多少钱"
touch field-0
touch option-0
touch field-1
type "1500"
touch field-2
type "13904520017"
touch next
wait screen confirm
network cut
touch submit
wait screen receipt within 15 s
kill terminal
card lift
"#;

const DELIVERED: &str = "
network restore
start terminal
expect platform case 1 within 60 s
expect queue 0 within 60 s
expect journal ok
";

#[test]
fn what_waits_is_there_under_another_key_and_the_old_one_opens_nothing() {
    let mut site = Site::new();
    site.play(HANDED_IN);
    let key = site.world.folder().join("terminal/store.key");
    let old = fs::read(&key).unwrap();
    let (queue, rows) = (site.queue(), site.rows());
    assert_eq!(queue["waiting"], 1, "{queue}");

    let changed = site.kiosk(&["store", "rekey"]);
    assert_eq!(changed.code, Some(0), "{}", changed.complained);
    let new = fs::read(&key).unwrap();
    assert!(old != new, "the key is the old one");
    assert_eq!(site.queue()["items"], queue["items"]);
    assert_eq!(site.rows(), rows + 1, "its change is the one step more");

    fs::write(&key, old).unwrap();
    let refused = site.kiosk(&["queue"]);
    assert_ne!(refused.code, Some(0), "{}", refused.said);
    assert!(refused.complained.contains("the key does not open the store"), "{}", refused.complained);
    fs::write(&key, new).unwrap();
    site.play(DELIVERED);
}

impl Site {
    fn queue(&self) -> serde_json::Value {
        self.kiosk(&["queue", "--json"]).json()
    }

    /// Rows of the trail, which hold.
    fn rows(&self) -> u64 {
        let verified = self.kiosk(&["journal", "verify", "--json"]);
        assert_eq!(verified.code, Some(0), "{}", verified.complained);
        verified.json()["rows"].as_u64().unwrap()
    }
}
