"""What people answer to "at what times is it safe?", and what is read of it: surely, or not at all."""

from __future__ import annotations

import pytest

from bot.conversation.safe_times import read_times

READ = [
    ("en", "after 9 pm", "21:00 00:00"),
    ("en", "6-8pm", "18:00 20:00"),
    ("en", "evenings", "19:00 21:00"),
    ("en", "I am alone after 11pm.", "23:00 02:00"),
    ("en", "10pm to 2am", "22:00 02:00"),
    ("en", "between 9 and 10 at night", "21:00 22:00"),
    ("en", "21:00 - 23:00", "21:00 23:00"),
    ("en", "06:00 to 08:00", "06:00 08:00"),
    ("en", "9:30 in the morning", "09:30 10:00"),
    ("en", "noon", "12:00 12:30"),
    ("en", "midnight to 3 am", "00:00 03:00"),
    ("en", "12 am", "00:00 00:30"),
    ("en", "in the evening from 6 to 8", "18:00 20:00"),
    ("th", "หลังสองทุ่ม", "20:00 23:00"),
    ("th", "๖ โมงเย็นถึง ๒ ทุ่มค่ะ", "18:00 20:00"),
    ("th", "2-4 ทุ่ม", "20:00 22:00"),
    ("th", "ตี ๒-๔", "02:00 04:00"),
    ("th", "บ่ายสองโมงครึ่ง", "14:30 15:00"),
    ("th", "บ่าย 2-4 โมง", "14:00 16:00"),
    ("th", "20.00-22.00 น.", "20:00 22:00"),
    ("th", "8 โมง", "08:00 08:30"),
    ("th", "หลังเที่ยงคืนครับ", "00:00 03:00"),
    ("th", "ตอนกลางคืน", "21:00 00:00"),
    ("th", "after 9 pm", "21:00 00:00"),
    ("km", "ម៉ោង ៨ យប់", "20:00 20:30"),
    ("km", "ម៉ោង៨យប់", "20:00 20:30"),
    ("km", "ពីម៉ោង ៦ ដល់ ៨ យប់", "18:00 20:00"),
    ("km", "ក្រោយម៉ោង ៩ យប់", "21:00 00:00"),
    ("km", "ម៉ោងប្រាំល្ងាច", "17:00 17:30"),
    ("km", "ពេលយប់", "21:00 00:00"),
    ("km", "៦ ព្រឹក", "06:00 06:30"),
    ("vi", "6-8 tối", "18:00 20:00"),
    ("vi", "ban đêm", "21:00 00:00"),
    ("vi", "tu 6 toi 8 gio toi", "18:00 20:00"),
    ("vi", "sau 9 giờ tối ạ", "21:00 00:00"),
    ("vi", "từ 10 giờ đêm đến 2 giờ sáng", "22:00 02:00"),
    ("vi", "18h30-20h", "18:30 20:00"),
    ("vi", "tám giờ rưỡi tối", "20:30 21:00"),
    ("vi", "từ 9 giờ tối trở đi", "21:00 00:00"),
    ("vi", "buoi toi", "19:00 21:00"),
    ("my", "ညနေ ၆ နာရီကနေ ၈ နာရီ", "18:00 20:00"),
    ("my", "ည ၉ နာရီ နောက်ပိုင်း", "21:00 00:00"),
    ("my", "ည ၁ဝ နာရီ", "22:00 22:30"),
    ("my", "ညဘက်ပါ", "21:00 00:00"),
    ("my", "ညနေ ၆ နာရီခွဲကနေ ည ၈ နာရီအထိ", "18:30 20:00"),
    ("my", "ည ကိုးနာရီ", "21:00 21:30"),
]
NOT_SURE = [
    ("en", ""),
    ("en", "6 to 8"),
    ("en", "8:00"),
    ("en", "10:30"),
    ("en", "11-1 pm"),
    ("en", "9pm to 8"),
    ("en", "not in the evening"),
    ("en", "never at night"),
    ("en", "unsafe at night"),
    ("en", "evenings, but not after 9 pm"),
    ("en", "before 9 pm"),
    ("en", "until 8 pm"),
    ("en", "sunday after church"),
    ("en", "sundays after 9 pm"),
    ("en", "tonight at 9 pm"),
    ("en", "the boss comes at 8 pm"),
    ("en", "when they sleep"),
    ("en", "morning and evening"),
    ("en", "8pm to 8pm"),
    ("en", "25:00"),
    ("en", "22:75"),
    ("en", "8 1234567"),
    ("en", "หลังสองทุ่ม"),
    ("th", "ไม่สะดวกตอนเย็น"),
    ("th", "คืนนี้สองทุ่ม"),
    ("th", "ก่อนสองทุ่ม"),
    ("th", "6 โมง"),
    ("th", "เก้าทุ่ม"),
    ("th", "หลังบ้านตอนเย็น"),
    ("km", "ម៉ោង ៨"),
    ("km", "មិនមែនពេលយប់"),
    ("km", "យប់នេះ ម៉ោង ៨"),
    ("km", "មុនម៉ោង ៨ យប់"),
    ("vi", "8h"),
    ("vi", "toi ranh"),
    ("vi", "toi 8h"),
    ("vi", "không phải buổi tối"),
    ("vi", "tối nay 8 giờ tối"),
    ("vi", "truoc 9 gio toi"),
    ("vi", "8 giờ tối chủ nhật"),
    ("my", "၈ နာရီ"),
    ("my", "၈ နာရီအထိ"),
    ("my", "ညမဟုတ်ဘူး"),
    ("my", "ဒီည ၉ နာရီ"),
    ("my", "ည ၉ နာရီ မလုံခြုံဘူး"),
]


def _shown(text: str, language: str) -> str | None:
    times = read_times(text, language)
    return None if times is None else f"{times[0]:%H:%M} {times[1]:%H:%M}"


@pytest.mark.parametrize(("language", "text", "times"), READ)
def test_times_that_are_sure_are_read(language: str, text: str, times: str) -> None:
    assert _shown(text, language) == times


@pytest.mark.parametrize(("language", "text"), NOT_SURE)
def test_what_can_be_meant_otherwise_names_no_window(language: str, text: str) -> None:
    assert _shown(text, language) is None
