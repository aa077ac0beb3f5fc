"""What people write in the conversations, word by word, in each language."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "th", "km", "vi", "my")

# One word each from bot/conversation/command_words, and sentences for questions that take free text.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "<scammed>": "i was scammed",
        "<insult>": "stupid bot", "<who>": "are you a robot", "<thanks>": "thank you", "<start>": "START",
        "<safe>": "safe", "<not safe>": "not safe", "<status>": "status", "<code>": "code",
        "<numbers>": "numbers", "<vanish>": "vanish", "<keep>": "keep", "<share>": "share",
        "<yes>": "yes", "<no>": "no", "<skip>": "skip", "<stop>": "stop", "<wipe>": "wipe", "<person>": "person",
        "<language>": "language", "<khmer>": "khmer", "<help>": "help", "<tip>": "tip", "<question>": "question",
        "<1>": "1", "<2>": "2", "<4>": "4",
        "<where>": "a tall building near the river", "<what>": "they took my passport",
    },
    "th": {
        "<scammed>": "โดนหลอก",
        "<insult>": "ไอ้บอทโง่", "<who>": "คุณเป็นใคร", "<thanks>": "ขอบคุณค่ะ", "<start>": "เริ่ม",
        "<safe>": "ปลอดภัย", "<not safe>": "ไม่ปลอดภัย", "<status>": "ถึงไหนแล้ว", "<code>": "ขอรหัส",
        "<numbers>": "สายด่วน", "<vanish>": "แชตหายเอง", "<keep>": "เก็บแชต", "<share>": "บอกใคร",
        "<yes>": "ใช่", "<no>": "ไม่", "<skip>": "ข้าม", "<stop>": "หยุด", "<wipe>": "ลบ", "<person>": "ขอคุยกับคน",
        "<language>": "ภาษา", "<khmer>": "เขมร", "<help>": "ช่วยด้วย", "<tip>": "แจ้งเบาะแส", "<question>": "คำถาม",
        "<1>": "๑", "<2>": "๒", "<4>": "๔", "<where>": "ตึกสูงใกล้แม่น้ำ", "<what>": "เขายึดพาสปอร์ตไป",
    },
    "km": {
        "<scammed>": "ខ្ញុំត្រូវគេបោក",
        "<insult>": "ម៉ាស៊ីនឆ្កួត", "<who>": "អ្នកជានរណា", "<thanks>": "អរគុណ", "<start>": "ចាប់ផ្តើម",
        "<safe>": "មានសុវត្ថិភាព", "<not safe>": "មិនសុវត្ថិភាព", "<status>": "ដល់ណាហើយ", "<code>": "សុំលេខកូដ",
        "<numbers>": "សុំលេខទូរស័ព្ទ", "<vanish>": "ឆាតបាត់ឯង", "<keep>": "ទុកឆាត", "<share>": "ប្រាប់នរណា",
        "<yes>": "បាទ", "<no>": "ទេ", "<skip>": "រំលង", "<stop>": "ឈប់", "<wipe>": "លុប", "<person>": "មនុស្ស",
        "<language>": "ភាសា", "<khmer>": "ខ្មែរ", "<help>": "ជួយ", "<tip>": "រាយការណ៍", "<question>": "សំណួរ",
        "<1>": "១", "<2>": "២", "<4>": "៤", "<where>": "អគារខ្ពស់ជិតទន្លេ", "<what>": "គេដកលិខិតឆ្លងដែន",
    },
    "vi": {
        "<scammed>": "em bị lừa",
        "<insult>": "con bot ngu", "<who>": "bạn là ai", "<thanks>": "cám ơn", "<start>": "bắt đầu",
        "<safe>": "an toàn", "<not safe>": "không an toàn", "<status>": "toi dau roi", "<code>": "cho mã",
        "<numbers>": "duong day nong", "<vanish>": "tu xoa", "<keep>": "giữ tin", "<share>": "noi voi ai",
        "<yes>": "có", "<no>": "không", "<skip>": "bỏ qua", "<stop>": "dừng", "<wipe>": "xóa",
        "<person>": "gặp người", "<language>": "ngôn ngữ", "<khmer>": "khmer", "<help>": "cứu em với",
        "<tip>": "báo tin", "<question>": "câu hỏi", "<1>": "1.", "<2>": "2)", "<4>": "4",
        "<where>": "tòa nhà cao gần sông", "<what>": "họ giữ hộ chiếu",
    },
    "my": {
        "<scammed>": "အလိမ်ခံရတယ်",
        "<insult>": "စက်ရုပ် အသုံးမကျဘူး", "<who>": "မင်းဘယ်သူလဲ", "<thanks>": "ကျေးဇူးတင်ပါတယ်", "<start>": "စတင်",
        "<safe>": "လုံခြုံတယ်", "<not safe>": "မလုံခြုံဘူး", "<status>": "စာရောက်လား", "<code>": "ကုဒ်ပေးပါ",
        "<numbers>": "ဖုန်းနံပါတ်ပေးပါ", "<vanish>": "ချတ်ဖျောက်", "<keep>": "ချတ်သိမ်း", "<share>": "ဘယ်သူ့ပြောမလဲ",
        "<yes>": "ဟုတ်ကဲ့", "<no>": "မဟုတ်ဘူး", "<skip>": "ကျော်", "<stop>": "ရပ်", "<wipe>": "ဖျက်", "<person>": "လူ",
        "<language>": "ဘာသာစကား", "<khmer>": "ခမာ", "<help>": "ကူညီပါ", "<tip>": "သတင်းပေး", "<question>": "မေးခွန်း",
        "<1>": "၁", "<2>": "၂", "<4>": "၄", "<where>": "မြစ်နားက အဆောက်အဦးမြင့်", "<what>": "ပတ်စပို့ သိမ်းထားတယ်",
    },
}  # fmt: skip
