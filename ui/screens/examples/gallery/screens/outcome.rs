//! What becomes of it, and the end of a visit.

use kiosk_model::{AnswerTable, Body, CaseRow, Fact, PaperStage, Shown};

use super::say::Say;

pub fn receipt(say: Say, paper: PaperStage) -> Body {
    let message = match paper {
        PaperStage::Printing => say.one("请稍等，不要离开。", "Please wait a moment.", "Подождите немного."),
        PaperStage::Printed => say.one(
            "回执在屏幕下方的出纸口。",
            "It is in the slot below the screen.",
            "Она в лотке под экраном.",
        ),
        PaperStage::Failed => say.one(
            "打印机缺纸。事项已经提交，请记下或拍下编号。",
            "The printer is out of paper. Your case is submitted: please note or photograph the number.",
            "В принтере нет бумаги. Заявление принято: запишите или сфотографируйте номер.",
        ),
    };
    Body::Receipt {
        number: "QQHR-0007-000123".to_owned(),
        qr: "QQHR-0007-000123".to_owned(),
        paper,
        message,
        delivery: say.one(
            "已安全保存在本机，网络恢复后自动送达公积金中心。",
            "It is kept safely here and goes to the housing fund when the network is back.",
            "Заявление надёжно сохранено и уйдёт в фонд, когда связь восстановится.",
        ),
        next: say.one(
            "3 个工作日内审核，结果可在“办件进度”里查看。",
            "It is reviewed within 3 working days. See the result under 'My cases'.",
            "Проверка займёт до 3 рабочих дней. Результат — в разделе «Мои дела».",
        ),
    }
}

pub fn answer(say: Say) -> Body {
    let entries = [
        ("2026-10-15", "汇缴", "1,250.00"),
        ("2026-09-15", "汇缴", "1,250.00"),
        ("2026-08-20", "提取", "-3,000.00"),
    ];
    let cells = |(date, kind, sum): &(&str, &str, &str)| {
        let kind = if *kind == "汇缴" {
            say.shown("汇缴", "Deposit", "Взнос")
        } else {
            say.shown("提取", "Withdrawal", "Снятие")
        };
        vec![Shown::from(*date), kind, Shown::from(*sum)]
    };
    Body::Answer {
        title: say.one("公积金余额查询", "Balance and entries", "Остаток и последние операции"),
        facts: vec![
            Fact {
                label: say.one("账户余额", "Balance", "Остаток на счёте"),
                value: say.shown("38,462.17 元", "38,462.17 yuan", "38 462,17 юаня"),
            },
            Fact {
                label: say.one("缴存状态", "State", "Состояние счёта"),
                value: say.shown("正常缴存", "Paying in", "Взносы поступают"),
            },
        ],
        tables: vec![AnswerTable {
            title: say.one("最近明细", "Last entries", "Последние операции"),
            columns: vec![
                say.one("日期", "Date", "Дата"),
                say.one("类型", "Kind", "Операция"),
                say.one("金额（元）", "Yuan", "Юани"),
            ],
            rows: entries.iter().map(cells).collect(),
            empty: say.one("没有明细", "No entries", "Операций нет"),
        }],
        note: say.one(
            "数据截至 2026-11-23 14:32，本机不留存。",
            "As of 2026-11-23 14:32. Nothing is kept on this machine.",
            "По состоянию на 2026-11-23 14:32. На терминале ничего не хранится.",
        ),
        page: None,
    }
}

pub fn unavailable(say: Say) -> Body {
    Body::Unavailable {
        title: say.one("公积金余额查询", "Balance and entries", "Остаток и последние операции"),
        why: say.one(
            "网络中断，现在查不到。",
            "The network is down, so this cannot be looked up now.",
            "Связи нет, поэтому сейчас узнать это нельзя.",
        ),
        instead: say.one(
            "请稍后再试，或拨打 12329 公积金热线，也可以到 3 号窗口查询。",
            "Try again later, call the housing fund on 12329, or ask at counter 3.",
            "Попробуйте позже, позвоните в фонд по номеру 12329 или обратитесь к окну 3.",
        ),
        can_retry: true,
    }
}

pub fn cases(say: Say) -> Body {
    let case = |state: (&str, &str, &str), number: &str, receipt: &str| CaseRow {
        title: say.one("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        case_number: number.to_owned(),
        receipt: receipt.to_owned(),
        state: say.one(state.0, state.1, state.2),
        submitted: "2026-11-23 14:32".to_owned(),
    };
    Body::Cases {
        title: say.one("办件进度", "My cases", "Мои дела"),
        cases: vec![
            case(("已收件", "Received", "Принято"), "", "QQHR-0007-000123"),
            case(
                ("正在办理", "In progress", "В работе"),
                "11230200MB0000000540001990000000202611230001",
                "QQHR-0007-000098",
            ),
            case(
                ("已办结", "Granted", "Завершено"),
                "11230200MB0000000540001990000000202608190007",
                "QQHR-0003-000471",
            ),
            case(
                ("已办结", "Granted", "Завершено"),
                "11230200MB0000000540001990000000202605110032",
                "QQHR-0003-000212",
            ),
        ],
        empty: String::new(),
    }
}

pub fn no_cases(say: Say) -> Body {
    let empty = say.one("还没有您的办件。", "You have no cases yet.", "У вас пока нет дел.");
    Body::Cases { title: say.one("办件进度", "My cases", "Мои дела"), cases: vec![], empty }
}

pub fn rating(say: Say) -> Body {
    let levels = [
        ("非常满意", "Very satisfied", "Очень доволен"),
        ("满意", "Satisfied", "Доволен"),
        ("基本满意", "Fairly satisfied", "В основном доволен"),
        ("不满意", "Dissatisfied", "Недоволен"),
        ("非常不满意", "Very dissatisfied", "Очень недоволен"),
    ];
    Body::Rating { levels: levels.map(|(zh, en, ru)| say.one(zh, en, ru)) }
}

pub fn farewell(say: Say) -> Body {
    Body::Farewell {
        lines: vec![
            say.one("感谢您的使用", "Thank you", "Спасибо!"),
            say.one(
                "请带好身份证和回执。",
                "Please take your ID card and your receipt.",
                "Не забудьте удостоверение и квитанцию.",
            ),
            say.one(
                "您的信息已从屏幕清除。",
                "Your data have been removed from this screen.",
                "Ваши данные удалены с экрана.",
            ),
        ],
    }
}

pub fn out_of_service(say: Say) -> Body {
    Body::OutOfService {
        message: say.one(
            "工作人员正在处理，请到旁边的窗口或另一台自助机办理。",
            "Our staff are working on it. Please use the counter or the other machine nearby.",
            "Сотрудники уже занимаются этим. Обратитесь к окну или к соседнему терминалу.",
        ),
    }
}

/// Nobody has chosen a language, so all of them stand there.
pub fn paused() -> Body {
    let message = [
        "本机正在维护，暂停服务。请到附近的服务窗口办理，或拨打12345。",
        "Sorry, this terminal is being serviced. Please go to the nearest service counter, or call 12345.",
        "Терминал на обслуживании. Обратитесь в ближайшее окно приёма или позвоните по номеру 12345.",
    ];
    Body::OutOfService { message: message.join("\n\n") }
}
