"""Who writes what, for the pictures. "tap 2" is a tap on the button that stands for 2; everything else is typed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One phone's. `channel` is the demo page's: sandbox_sms or sandbox_telegram."""

    language: str
    name: str
    channel: str
    writes: tuple[str, ...] = field(repr=False)


SMS, TELEGRAM = "sandbox_sms", "sandbox_telegram"


def _told(language: str, name: str, channel: str, *writes: str) -> Conversation:
    return Conversation(language=language, name=name, channel=channel, writes=writes)


CONVERSATIONS = (
    _told(
        "th", "help", TELEGRAM,
        "ช่วยด้วยค่ะ หนูโดนขังอยู่ในตึก ออกไม่ได้เลย", "tap 1", "tap 1", "ตึกสีฟ้าหลังตลาด ปอยเปต ชั้นสี่",
        "ถึงไหนแล้ว", "ประมาณ ๒๐ คนค่ะ ผู้หญิงเยอะ", "ขอรหัส", "tap 2", "หลังสองทุ่ม ก่อนสี่ทุ่ม", "tap 2", "ขอบคุณค่ะ",
    ),
    _told(
        "th", "tip", SMS,
        "แจ้งเบาะแส", "๑", "๒", "ร้านข้างบ้านรับคนงานต่างด้าวมาใหม่ ไม่มีบัตร", "ซอยหลังวัด แม่สอด", "ตั้งแต่เดือนที่แล้ว",
        "เห็นห้าคน", "๒", "เห็นเองจากหน้าต่าง", "๒", "หกคน ไม่ใช่ห้าคน",
    ),
    _told(
        "km", "help", SMS,
        "សូមជួយផង គេចាក់សោទ្វារ មិនឱ្យចេញ", "១", "១", "១", "អគារខ្ពស់ជិតកាស៊ីណូ បាវិត", "ដល់ណាហើយ", "ប្រហែល ៣០ នាក់",
        "៣", "៣", "អរគុណ",
    ),
    _told(
        "km", "question", TELEGRAM,
        "សំណួរ", "tap 1", "tap 2", "អរគុណ", "សំណួរ", "tap 1", "ថ្ងៃសុក្រខ្ញុំទៅថៃ", "ភាសា", "tap 2", "ឆាតបាត់ឯង",
    ),
    _told(
        "vi", "help", SMS,
        "cuu em voi ho khoa cua nhot em trong phong", "1", "1", "khu nha ba tang canh song bac o Bavet", "gap nguoi",
        "khoang 15 nguoi", "2", "sau 9 gio toi", "1", "cam on",
    ),
    _told(
        "vi", "question", TELEGRAM,
        "câu hỏi", "tap 1", "tap 1", "thứ sáu này em bay qua Campuchia", "câu hỏi", "tap 5", "tap 1", "số khẩn cấp",
    ),
    _told(
        "my", "help", TELEGRAM,
        "ကူညီပါ တံခါးသော့ခတ်ထားတယ် ထွက်မရဘူး", "tap 1", "tap 1", "မြဝတီက အဆောက်အဦးအပြာ", "စာရောက်လား", "လူ ၂၀ လောက်ရှိတယ်",
        "tap 2", "ည ၁၀ နာရီနောက်ပိုင်း", "tap 4", "ဖျက်", "tap 2",
    ),
    _told(
        "my", "tip", SMS,
        "သတင်းပေးချင်တယ်", "၁", "မသိဘူး", "ဆိုင်ရှင်က အလုပ်သမားတွေရဲ့ စာရွက်စာတမ်း သိမ်းထားတယ်", "ဈေးနားက ဆိုင်", "ကျော်",
        "ငါးယောက်", "၂", "ကိုယ်တိုင်မြင်တာပါ", "၁",
    ),
    _told(
        "en", "help", TELEGRAM,
        "pls help me, they locked us in a compound in myawaddy and beat us when no target", "tap 1", "tap 1", "code",
        "15 filipino and kenyans", "tap 1", "tap 3", "status", "wipe", "tap 1",
    ),
    _told(
        "en", "tip", SMS,
        "i want to report", "yes", "no", "the boss of this shop keeps the passports of all cleaners",
        "behind the blue temple", "every day this month", "three or four", "skip", "i drive by", "1",
        "today i saw a white van there too",
    ),
)  # fmt: skip
