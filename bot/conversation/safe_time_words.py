"""The words in which people name times of day, by language, for safe_times.py. English is understood beside each.

Under "say nothing" stand the words that may be there without changing what is meant. A word that stands nowhere here
("not", "before", "except", a weekday) makes the whole answer unread: so leave out what could turn it round."""

from __future__ import annotations

from collections.abc import Mapping

# Token → its words, separated by "|". PART:<part> a part of the day, AT:<hour> a fixed time, NUMBER:<n> an hour.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "PART:morning": "morning|mornings|in the morning",
        "PART:noon": "lunchtime",
        "PART:afternoon": "afternoon|afternoons",
        "PART:evening": "evening|evenings",
        "PART:night": "night|nights|nighttime|night time",
        "PART:day": "daytime|day time",
        "AT:12": "noon|midday",
        "AT:24": "midnight",
        "FROM": "from",
        "TO": "to|till|until|til|-|–|—|~",
        "AFTER": "after|past",
        "ONWARD": "onward|onwards|or later|and later",
        "BETWEEN": "between",
        "AND": "and|&",
        "HOUR": "o'clock|o clock|oclock",
        "SAY NOTHING": "in the|in|the|at|every|each|day|everyday|daily|time|it is|it's|is|it|safe|ok|okay|fine|please|"
        "around|about|only|you can|write|text|message|me|to me|i am|i'm|alone|free|by myself",
    },
    "vi": {
        "PART:morning": "sáng|sang",
        "PART:noon": "trưa|trua",
        "PART:afternoon": "chiều|chieu",
        "PART:evening": "tối|buoi toi",
        "TOI": "toi",
        "PART:night": "đêm|dem|khuya",
        "PART:day": "ban ngày|ban ngay",
        "AT:12": "giữa trưa|giua trua",
        "AT:24": "nửa đêm|nua dem",
        "FROM": "từ|tu",
        "TO": "đến|den|tới",
        "AFTER": "sau khi|sau lúc|sau luc|sau",
        "ONWARD": "trở đi|tro di",
        "BETWEEN": "khoảng giữa|giữa|giua",
        "AND": "và|va",
        "HOUR": "giờ|gio|g|h",
        "HALF": "rưỡi|ruoi",
        "SAY NOTHING": "buổi|buoi|ban|lúc|luc|vào|vao|khoảng|khoang|tầm|hàng|hang|mỗi|moi|mọi|ngày|ngay|thì|thi|là|la|"
        "được|duoc|an toàn|an toan|em|mình|minh|tôi|ạ|nhé|nhe|nha|một mình|mot minh|rảnh|ranh|ở",
        **{
            f"NUMBER:{hour}": words
            for hour, words in enumerate(
                "một|mot,hai,ba,bốn|bon,năm|nam,sáu,bảy|bay,tám|tam,chín|chin,mười|muoi,"
                "mười một|muoi mot,mười hai|muoi hai".split(","),
                start=1,
            )
        },
    },
    "th": {
        "PART:morning": "โมงเช้า|เช้า",
        "PART:noon": "ช่วงเที่ยง|ตอนเที่ยง",
        "PART:afternoon": "บ่าย",
        "PART:dusk": "โมงเย็น|เย็น",
        "PART:evening": "หัวค่ำ|ค่ำ",
        "PART:night": "กลางคืน|กลางดึก|ดึก",
        "PART:day": "กลางวัน",
        "PART:dawn": "ตี",
        "PART:thum": "ทุ่ม",
        "PART:clock": "นาฬิกา|น",
        "MONG": "โมง",
        "AT:12": "เที่ยงวัน|เที่ยง",
        "AT:24": "เที่ยงคืน",
        "FROM": "ตั้งแต่|จาก|เริ่ม",
        "TO": "จนถึง|ถึง",
        "AFTER": "หลังจาก|หลัง",
        "ONWARD": "เป็นต้นไป|ขึ้นไป|ไปแล้ว",
        "BETWEEN": "ระหว่าง",
        "AND": "และ|กับ",
        "HALF": "ครึ่ง",
        "SAY NOTHING": "ตอน|ช่วง|เวลา|ประมาณ|ราวๆ|ราว|ทุกวัน|ทุก|ครับ|คับ|ค่ะ|คะ|ค่า|นะ|จ้ะ|จ้า|ปลอดภัย|ได้|สะดวก|ก็|"
        "โอเค|ว่าง|อยู่คนเดียว|ทักมา|ทัก|มา|ๆ",
        **{
            f"NUMBER:{hour}": word
            for hour, word in enumerate("หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ สิบเอ็ด สิบสอง".split(), start=1)
        },
    },
    "km": {
        "PART:morning": "ព្រឹក",
        "PART:afternoon": "រសៀល",
        "PART:dusk": "ល្ងាច",
        "PART:night": "យប់",
        "PART:day": "ពេលថ្ងៃ",
        "PART:dawn": "ទៀបភ្លឺ",
        "AT:12": "ថ្ងៃត្រង់",
        "AT:24": "អធ្រាត្រ|អាធ្រាត្រ|ពាក់កណ្តាលអធ្រាត្រ",
        "FROM": "ចាប់ពី|ពី",
        "TO": "រហូតដល់|ដល់|ទៅ",
        "AFTER": "ក្រោយពី|ក្រោយ|បន្ទាប់ពី|បន្ទាប់",
        "ONWARD": "ឡើងទៅ|តទៅ|ទៅមុខ",
        "BETWEEN": "ចន្លោះ",
        "AND": "និង",
        "HOUR": "ម៉ោង",
        "HALF": "កន្លះ",
        "SAY NOTHING": "នៅ|ពេល|វេលា|ប្រហែល|រៀងរាល់ថ្ងៃ|រាល់ថ្ងៃ|រាល់|បាទ|ចាស|ចា៎|ណា|មានសុវត្ថិភាព|សុវត្ថិភាព|បាន|ខ្ញុំ|ទំនេរ|គឺ|ម្នាក់ឯង",
        **{
            f"NUMBER:{hour}": word
            for hour, word in enumerate("មួយ ពីរ បី បួន ប្រាំ ប្រាំមួយ ប្រាំពីរ ប្រាំបី ប្រាំបួន ដប់ ដប់មួយ ដប់ពីរ".split(), start=1)
        },
    },
    "my": {
        "PART:morning": "မနက်ပိုင်း|မနက်|နံနက်ပိုင်း|နံနက်",
        "PART:noon": "နေ့လယ်|နေ့လည်",
        "PART:afternoon": "မွန်းလွဲ",
        "PART:dusk": "ညနေပိုင်း|ညနေဘက်|ညနေ",
        "PART:night": "ညပိုင်း|ညဘက်|ညဖက်|ည",
        "PART:day": "နေ့ဘက်|နေ့ဖက်|နေ့ပိုင်း",
        "AT:12": "မွန်းတည့်",
        "AT:24": "သန်းခေါင်",
        "THEN": "ကနေ|မှ|က",
        "TO": "အထိ|ထိ",
        "ONWARD": "နောက်ပိုင်း|ပြီးနောက်|ပြီးရင်|ပြီးမှ",
        "HOUR": "နာရီ",
        "HALF": "ခွဲ",
        "SAY NOTHING": "ပါတယ်|ပါ|တယ်|ဗျာ|ဗျ|ခင်ဗျာ|ခင်ဗျ|ရှင့်|ရှင်|မှာ|ဆိုရင်|ဆို|လောက်|နေ့တိုင်း|တိုင်း|ရတယ်|ရပါတယ်|ရ|"
        "လုံခြုံပါတယ်|လုံခြုံ|အဆင်ပြေပါတယ်|အဆင်ပြေ|အချိန်|တော့|ပဲ",
        **{
            f"NUMBER:{hour}": words
            for hour, words in enumerate("တစ်,နှစ်,သုံး,လေး,ငါး,ခြောက်,ခုနစ်|ခုနှစ်,ရှစ်,ကိုး,ဆယ်,ဆယ့်တစ်,ဆယ့်နှစ်".split(","), start=1)
        },
    },
}
