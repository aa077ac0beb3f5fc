"""What is heard about the language of one message, as people type: scripts, romanised, mixed, foreign."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.conversation.languages import Heard, hear
from bot.messages.normalising import read

ROMANISED = {
    "thai, a cry": ("chuay duay tuk kang yu", "th"),
    "thai, a woman": ("noo klua mak ka mai ru ja tham yang ngai", "th"),
    "thai, other spelling": ("chuey duey khao mai hai kub baan", "th"),
    "khmer, a cry": ("jouy pong ke bang kom", "km"),
    "khmer, other spelling": ("som chuoy khnhom phorng ke bongkhom oy tver kar", "km"),
    "khmer, a greeting": ("soursdey bong", "km"),
    "burmese, a cry": ("ku nyi par a kan pate htar tal", "my"),
    "burmese, other spelling": ("kunyi kya ba htwat lo ma ya bu", "my"),
    "burmese, one word": ("kunyipar kyanaw", "my"),
    "vietnamese without marks": ("cuu em voi, ho nhot em trong nha", "vi"),
    "vietnamese in teencode": ("giup e vs, bon no k cho e ve", "vi"),
}


@pytest.mark.parametrize(("text", "language"), ROMANISED.values(), ids=ROMANISED)
def test_the_five_in_latin_letters(text: str, language: str) -> None:
    heard = hear(text)
    assert (heard.language, heard.foreign, heard.code, heard.script) == (language, False, language, "Latn")


OTHERS = {
    "lao": ("ຊ່ວຍຂ້ອຍແດ່", "lo", "Laoo"),
    "shan": ("ၸွႆႈၵဝ်ၶႃႈ ၶဝ်ၵႄးၵဝ်", "shn", "Mymr"),
    "mon": ("ကလိဂွံ ဗွဲမဂၠိုၚ်", "mnw", "Mymr"),
    "s'gaw karen": ("မၤစၢၤယၤတက့ၢ်", "ksw", "Mymr"),
    "kachin": ("ngai hpe karum la rit shanhte rim da ai", "kac", "Latn"),
    "chinese": ("请帮帮我，他们不让我走", "zh", "Hans"),
    "chinese, traditional": ("請幫幫我，他們不讓我走", "zh", "Hant"),
    "japanese": ("助けてください、閉じ込められています", "ja", "Jpan"),
    "korean": ("도와주세요", "ko", "Kore"),
    "hindi": ("मेरी मदद करो", "hi", "Deva"),
    "hindi in latin letters": ("mujhe bachao, meri madad karo", "hi", "Latn"),
    "bengali": ("আমাকে সাহায্য করুন", "bn", "Beng"),
    "tamil": ("எனக்கு உதவுங்கள்", "ta", "Taml"),
    "amharic": ("እባክህ እርዳኝ", "am", "Ethi"),
    "arabic": ("ساعدني من فضلك", "ar", "Arab"),
    "urdu": ("میری مدد کریں", "ur", "Arab"),
    "russian": ("помогите мне", "ru", "Cyrl"),
    "indonesian": ("saya tidak boleh keluar, mereka menyita paspor saya", "id", "Latn"),
    "malay": ("tolong saya, saya nak balik, diorang rampas pasport", "ms", "Latn"),
    "tagalog": ("hindi ako makaalis dito, kinuha nila ang cellphone ko", "tl", "Latn"),
    "spanish": ("ayúdame por favor, no puedo salir de la casa", "es", "Latn"),
    "french": ("aidez-moi, je suis enfermé dans la maison avec des autres", "fr", "Latn"),
    "swahili": ("naomba msaada, tumefungwa kwa nyumba hapa", "sw", "Latn"),
}


@pytest.mark.parametrize(("text", "code", "script"), OTHERS.values(), ids=OTHERS)
def test_another_language_is_foreign_and_has_its_name(text: str, code: str, script: str) -> None:
    heard = hear(read(text).text)
    assert (heard.language, heard.foreign, heard.code, heard.script) == (None, True, code, script)


@pytest.mark.parametrize(
    "text", ["", "1", "ok", "hello", "OK!!", "🙏🙏", "+855 12 345 678", "Tom", "KK Park", "???", "facebook", "10/11"]
)
def test_what_is_said_in_every_language_is_no_sign_of_any(text: str) -> None:
    heard = hear(read(text).text)
    assert (heard.language, heard.foreign, heard.code) == (None, False, "und")


@pytest.mark.parametrize(
    "text",
    ["help", "help me pls", "sos help", "im stuck here", "no passport", "they beat us", "my boss took it", "who r u",
     "cuu", "giup em", "dang bi nhot", "xin chao", "toi so lam", "khong biet", "da", "vang a"],
)  # fmt: skip
def test_short_english_and_vietnamese_is_never_called_foreign(text: str) -> None:
    assert not hear(text).foreign


MIXED = {
    "thai with english": ("ช่วยด้วย they locked the door and took my phone", ("en", "th")),
    "thai with one english word": ("เขายึด passport ของฉัน", ("th",)),
    "khmer with vietnamese": ("ជួយខ្ញុំផង họ nhốt em trong nhà", ("km", "vi")),
    "taglish": ("hindi kami pinapakain ng amo dito, they beat us every night", ("tl", "en")),
    "burmese with chinese": ("ကူညီပါ 老板 က ရိုက်တယ်", ("my", "zh")),
    "vietnamese": ("cứu em với", ("vi",)),
}


@pytest.mark.parametrize(("text", "languages"), MIXED.values(), ids=MIXED)
def test_a_mixed_message_keeps_every_language_in_it(text: str, languages: tuple[str, ...]) -> None:
    assert hear(text).languages == languages


def test_what_could_be_one_of_ours_is_offered_though_not_believed() -> None:
    heard = hear("ban")
    assert heard.language is None
    assert {"th", "vi"} <= set(heard.languages)


FLOOR = {
    "no sign beside it": ("phong", ("km",), "km"),
    "it agrees": ("jouy phong ke bang kom", ("km",), "km"),
    "it outweighs a weak sign": ("ban", ("th",), "th"),
    "a clear sentence outweighs it": ("they took our passports and we cannot leave", ("th",), "en"),
    "what looks foreign": ("tolong bantu saya", ("km",), "km"),
}


@pytest.mark.parametrize(("text", "floor", "language"), FLOOR.values(), ids=FLOOR)
def test_the_floors_language_counts_where_the_text_is_not_clear(
    text: str, floor: tuple[str, ...], language: str
) -> None:
    assert hear(text, floor_languages=floor).language == language


@pytest.mark.parametrize("text", ["Mr Yamamoto is here", "Is Somchai at work", "They know Nguyen Thi Sopheap"])
def test_a_name_does_not_hide_the_language_around_it(text: str) -> None:
    assert hear(text).language == "en"


def test_a_long_text_in_a_language_nobody_knows_is_not_taken_for_one_of_ours() -> None:
    creole = "Mwen pa gen manje, mwen pa gen dlo, tanpri edem, kay mwen kraze, timoun yo grangou anpil"
    assert hear(creole).language is None


SAME = ("jouy pong ke bang kom", "mai ru ban", "ban oi", "we work all day", "tolong saya", "ku nyi par", "Java voi ban")
_PRINTS = "import sys; from bot.conversation.languages import hear; print([hear(t) for t in sys.argv[1:]])"


def test_the_same_text_is_heard_the_same_in_every_thread_and_process() -> None:
    def here() -> str:
        return str([hear(text) for text in SAME])

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda _: here(), range(40)))
    for seed in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", _PRINTS, *SAME],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        )
        answers.add(run.stdout.strip())
    assert len(answers) == 1


def test_a_flood_of_text_is_heard_quickly_and_without_failing() -> None:
    assert hear("help us please " * 100_000) == Heard(
        language="en", code="en", languages=("en",), script="Latn", sure=True
    )
