//! A technician's screens.

use kiosk_model::{Body, Condition, PaperStage, PinOwner, PinStage, ServiceChange, StateRow};

use super::say::Say;

pub fn pin(say: Say, stage: PinStage) -> Body {
    let message = match stage {
        PinStage::Typing => say.one(
            "请输入卡片密码，还可输入5次。",
            "Please type the PIN of your card. 5 tries are left.",
            "Введите ПИН-код карты. Осталось 5 попыток.",
        ),
        PinStage::Checking => {
            say.one("正在核对密码。", "The PIN is being checked.", "ПИН-код проверяется.")
        }
        PinStage::Wrong => say.one(
            "密码不对。输错次数较多，请等128分钟后再输入。",
            "That PIN was wrong. After so many wrong PINs the next try is possible in 128 minutes.",
            "ПИН-код неверен. После стольких ошибок следующая попытка — через 128 минут.",
        ),
        PinStage::Locked => say.one(
            "密码输错次数过多，已锁定。请本机管理员执行 kiosk technician unlock 解锁。",
            "Too many wrong PINs: locked. The terminal's administrator unlocks with the command kiosk technician unlock.",
            "Слишком много неверных ПИН-кодов: заблокировано. Администратор терминала снимает блокировку командой kiosk technician unlock.",
        ),
    };
    let can_type = stage == PinStage::Typing;
    let (owner, typed, places) = (PinOwner::Technician, if can_type { 6 } else { 0 }, 8);
    Body::Pin { owner, typed, places, stage, message, can_type, can_enter: can_type }
}

pub fn state(say: Say, is_looking: bool) -> Body {
    use Condition::{Broken, Mind, Well};
    let works = ["正常", "works", "работает"];
    let all = [
        (["对外服务", "Service", "Обслуживание"], ["正常服务", "residents are served", "работает"], Well),
        (["身份证读卡器", "ID card reader", "Считыватель удостоверений"], works, Well),
        (["社保卡卡槽", "Card slot", "Прорезь для карт"], works, Well),
        (
            ["扫码器", "Code scanner", "Сканер кодов"],
            [
                "没有应答，请检查电源和连线",
                "no answer; check power and cable",
                "не отвечает; проверьте питание и кабель",
            ],
            Broken,
        ),
        (
            ["回执打印机", "Receipt printer", "Принтер квитанций"],
            ["正常，纸快用完了，请备好新纸", "works; have new paper at hand", "работает; бумага на исходе"],
            Mind,
        ),
        (["A4打印机", "Page printer", "Принтер страниц"], works, Well),
        (
            ["网络", "Network", "Сеть"],
            ["已连接平台", "connected to the platform", "есть связь с платформой"],
            Well,
        ),
        (
            ["事项目录", "Catalogue", "Каталог услуг"],
            ["第12版，2026年11月23日发布", "version 12 of 23 Nov 2026", "версия 12 от 23.11.2026"],
            Well,
        ),
        (
            ["待上传", "Waiting to be sent", "Ждёт отправки"],
            [
                "待传14件，未被接收1件：unknown service",
                "14 waiting, 1 not taken: unknown service",
                "ждут: 14, не принято: 1 (unknown service)",
            ],
            Mind,
        ),
        (["存储空间", "Storage", "Хранилище"], ["已用12%", "12 % used", "занято 12 %"], Well),
        (
            ["证书", "Certificate", "Сертификат"],
            ["有效期至2027年5月1日", "valid until 1 May 2027", "действует до 01.05.2027"],
            Well,
        ),
    ];
    let row = |(label, value, condition): ([&'static str; 3], [&'static str; 3], Condition)| {
        let [one, two, three] = label;
        let [first, second, third] = value;
        StateRow { label: say.one(one, two, three), value: say.one(first, second, third), condition }
    };
    let shown = if is_looking { 8 } else { all.len() };
    let rows = all.into_iter().take(shown).map(row).collect();
    let title =
        say.one("本机状态 · 王维护", "This terminal, for Wang Weihu", "Состояние терминала · Ван Вэйху");
    let failed = say.one(
        "测试回执未确认打印：需要处理，请检查盖子和走纸",
        "The test receipt was not confirmed: needs a hand; look at cover and paper",
        "Печать пробной квитанции не подтверждена: нужно вмешательство, проверьте крышку и бумагу",
    );
    let service = ServiceChange { is_paused: false, can_change: true, trouble: None };
    let test = is_looking.then_some((PaperStage::Failed, failed));
    Body::Technician { title, rows, is_looking, test, service }
}

/// Taken out of service; putting it back has just failed.
pub fn paused(say: Say) -> Body {
    let mut body = state(say, false);
    if let Body::Technician { rows, service, .. } = &mut body {
        let value = say.one(
            "已暂停服务",
            "taken out of service; nobody is served",
            "приостановлено, граждан не принимает",
        );
        (rows[0].value, rows[0].condition) = (value, Condition::Mind);
        let trouble = say.one(
            "无法记录，状态没有改变。请检查本机磁盘。",
            "It could not be recorded, so nothing was changed. Please look at the disk of this terminal.",
            "Записать не удалось, ничего не изменилось. Проверьте диск терминала.",
        );
        *service = ServiceChange { is_paused: true, can_change: true, trouble: Some(trouble) };
    }
    body
}
