//! What the slot, the scanner and the page printer add.

use kiosk_model::{Body, CardPlace, PageStage, PageView, PinOwner, PinStage, ReaderStage, ScanStage};

use super::outcome::{answer, cases};
use super::say::Say;
use super::welcome::home;

pub fn home_with_scanner(say: Say, count: usize) -> Body {
    let Body::Home { greeting, identified, tiles, page, pages, .. } = home(say, count) else {
        unreachable!("home makes a home")
    };
    Body::Home { greeting, identified, tiles, page, pages, can_scan: true }
}

pub fn identify_at(say: Say, place: CardPlace, stage: ReaderStage) -> Body {
    let message = match (stage, place) {
        (ReaderStage::Refused, _) => say.one(
            "第三代社保卡要配专用的安全模块才能读出姓名和号码，这台机器没有。您的卡没有问题，请在这里改用身份证。",
            "Newer social security cards (third generation) give name and number only to a special security module, which this terminal does not have. Your card is all right: please use your ID card here.",
            "Карты соцобеспечения третьего поколения сообщают имя и номер только особому модулю безопасности, которого здесь нет. С картой всё в порядке: воспользуйтесь удостоверением личности.",
        ),
        (_, CardPlace::Slot) => say.one(
            "身份证读卡器暂时不能用。请把社保卡芯片朝上、朝前插入卡槽，看到您的姓名后再取走。",
            "The ID card reader does not work at the moment. Put your social security card into the slot, chip first and facing up, and leave it there until your name appears.",
            "Считыватель удостоверений сейчас не работает. Вставьте карту соцобеспечения в прорезь чипом вперёд и вверх и не вынимайте, пока не появится ваше имя.",
        ),
        (_, CardPlace::Reader | CardPlace::Either) => say.one(
            "请把身份证平放在读卡区，或把社保卡芯片朝上、朝前插入卡槽，看到您的姓名后再取走。",
            "Put your ID card flat on the reader, or your social security card into the slot, chip first and facing up. Leave it there until your name appears.",
            "Положите удостоверение на считыватель или вставьте карту соцобеспечения в прорезь чипом вперёд и вверх. Не убирайте, пока не появится ваше имя.",
        ),
    };
    Body::Identify { stage, place, message }
}

pub fn card_pin(say: Say, stage: PinStage, typed: usize) -> Body {
    let message = match stage {
        PinStage::Typing => say.one(
            "这张卡要输社保密码才能读出姓名和号码。请输入密码后按“确定”，屏幕上不显示数字。也可以改用身份证，放在读卡区就行。",
            "Your card gives name and number only for its social security PIN. Please type it and touch “Enter”; the digits are not shown. Your ID card on the reader will do as well.",
            "Карта сообщает имя и номер только по ПИН-коду соцобеспечения. Введите его и нажмите «Ввод» или приложите удостоверение личности.",
        ),
        PinStage::Checking => say.one(
            "正在核对密码，请不要取出卡片。",
            "The card is checking the PIN. Please leave it in the slot.",
            "Карта проверяет ПИН-код. Не вынимайте её.",
        ),
        PinStage::Wrong | PinStage::Locked => say.one(
            "密码不对，只剩最后1次机会：再输错，卡片会锁定密码。如果没有把握，请改用身份证。",
            "That PIN was not right, and this is the last try: if it is wrong again, the card blocks its PIN. If you are not quite sure, please use your ID card instead.",
            "ПИН-код неверен. Осталась последняя попытка, потом карта его заблокирует. Если не уверены, приложите удостоверение личности.",
        ),
    };
    let (owner, places) = (PinOwner::Resident, typed.max(6));
    let (can_type, can_enter) = (stage != PinStage::Checking, typed >= 4);
    Body::Pin { owner, typed, places, stage, message, can_type, can_enter }
}

pub fn scan(say: Say, stage: ScanStage) -> Body {
    let message = match stage {
        ScanStage::Waiting => say.one(
            "请把回执下方的二维码对准扫码窗口，离开约一个手掌宽，等屏幕自动往下走。",
            "Hold the square code at the foot of your receipt before the scanner, a hand's breadth away, until the screen goes on.",
            "Поднесите квадратный код внизу квитанции к окошку сканера на ширину ладони и подождите, пока экран сменится.",
        ),
        ScanStage::Again => say.one(
            "这个码不是我们的回执。请出示办理时打印的回执，扫下方的二维码。",
            "This code is not from one of our receipts. Please show the square code at the foot of the receipt that this or another terminal printed for you.",
            "Это код не с нашей квитанции. Покажите квадратный код внизу квитанции, которую напечатал вам этот или другой терминал.",
        ),
        ScanStage::OutOfOrder => say.one(
            "扫码器没有反应，机器正在自动重试。您也可以用身份证在“办件进度”里查，或凭回执编号拨打12345。",
            "The scanner does not answer. It is tried again all the time. You can also see your cases with your ID card under “My cases”, or call 12345 with your receipt number.",
            "Сканер не отвечает; терминал пробует снова. Свои дела можно посмотреть с удостоверением в разделе «Мои дела» или узнать по телефону 12345, назвав номер квитанции.",
        ),
    };
    Body::Scan { stage, message }
}

pub fn answer_with_page(say: Say, stage: PageStage) -> Body {
    let Body::Answer { title, facts, tables, note, .. } = answer(say) else {
        unreachable!("answer makes an answer")
    };
    let message = match stage {
        PageStage::Offered => String::new(),
        PageStage::Working => say.one(
            "正在打印证明，请等它完全出来。",
            "Your page is being printed. Please wait until it is out.",
            "Справка печатается. Подождите, пока она выйдет полностью.",
        ),
        PageStage::Printed => say.one(
            "证明已经打好，请在打印机出纸口取走。\n证明编号：7K3M-9QPX-2RTV-W8YZ",
            "Your page is printed. Please take it from the printer.\nNumber of the page: 7K3M-9QPX-2RTV-W8YZ",
            "Справка напечатана, возьмите её из принтера.\nНомер справки: 7K3M-9QPX-2RTV-W8YZ",
        ),
        PageStage::Failed => say.one(
            "没能确定证明有没有打出来。请看一下出纸口；如果没有，请再打印一次，或到窗口领取。",
            "The page printer did not confirm the page. Please look into its tray; if nothing came out, print once more or ask at the counter for it.",
            "Принтер не подтвердил печать. Посмотрите в лоток: если справки там нет, напечатайте ещё раз или получите её в окне.",
        ),
    };
    let label =
        say.one("打印缴存证明（盖章）", "Print the sealed certificate", "Напечатать справку с печатью");
    let can_print = matches!(stage, PageStage::Offered | PageStage::Failed);
    Body::Answer { title, facts, tables, note, page: Some(PageView { label, stage, message, can_print }) }
}

pub fn receipt_case(say: Say) -> Body {
    let Body::Cases { cases, empty, .. } = cases(say) else { unreachable!("cases makes cases") };
    let title = say.one("这张回执的办理进度", "The case of this receipt", "Дело по этой квитанции");
    Body::Cases { title, cases: cases.into_iter().skip(1).take(1).collect(), empty }
}
