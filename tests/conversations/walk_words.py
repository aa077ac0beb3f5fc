"""What walkers write: words of our own in five languages, and the practice sentences the model was trained on.

The sentences for practice are drawn by the list of files below. What the model is measured with is never read here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bench.chaos.words import CRIES, GREETINGS, LANGUAGES, PLACES, THANKS, TIPS
from bot.conversation.command_words import FOLDER
from bot.dialogue.commands import INTENT_OF_KEY
from bot.dialogue.message import NOT_UNDERSTOOD

PRACTICE = Path(__file__).parents[2] / "nlu/data"
PRACTICE_FILES = (
    "answers commands everyday help information near_misses practice smalltalk social tip urgent urgent_more"
).split()
HELP = {
    "en": "they keep my passport and I cannot go home",
    "th": "เขายึดพาสปอร์ตผมไว้ กลับบ้านไม่ได้",
    "km": "គេដកលិខិតឆ្លងដែនខ្ញុំ ខ្ញុំទៅផ្ទះមិនបានទេ",
    "vi": "họ giữ hộ chiếu của tôi, tôi không về nhà được",
    "my": "ပတ်စပို့ သိမ်းထားလို့ အိမ်ပြန်မရဘူး",
}
HELP_OTHER = {
    "en": "my sister went there for a job and they do not let her leave",
    "th": "น้องสาวไปทำงานที่นั่นแล้วเขาไม่ให้ออกมา",
    "km": "ប្អូនស្រីខ្ញុំទៅធ្វើការនៅទីនោះ គេមិនឲ្យចេញ",
    "vi": "em gái tôi sang đó làm việc rồi họ không cho về",
    "my": "ညီမလေး အဲဒီမှာ အလုပ်သွားလုပ်တာ ပြန်မလွှတ်ဘူး",
}
ASKS = {
    "en": "is this job offer in Thailand real?",
    "th": "งานนี้จริงหรือหลอกครับ",
    "km": "តើការងារនេះពិតឬបោក?",
    "vi": "việc làm này có thật không?",
    "my": "ဒီအလုပ်က တကယ်ဟုတ်လား",
}
WANTS_TO_DIE = {
    "en": "I do not want to live any more",
    "th": "ไม่อยากมีชีวิตอยู่แล้ว",
    "km": "ខ្ញុំមិនចង់រស់ទៀតទេ",
    "vi": "tôi không muốn sống nữa",
    "my": "အသက်မရှင်ချင်တော့ဘူး",
}
HAS_A_GUN = {
    "en": "he has a gun",
    "th": "เขามีปืน",
    "km": "គេមានកាំភ្លើង",
    "vi": "nó có súng",
    "my": "သူ့မှာ သေနတ်ရှိတယ်",
}
INSULTS = {
    "en": "you stupid machine",
    "th": "ไอ้บอทโง่",
    "km": "ម៉ាស៊ីនឆ្កួត",
    "vi": "con bot ngu ngốc",
    "my": "စက်ရုပ် အသုံးမကျဘူး",
}
MAYBE_YES = {"en": "well yes I think so", "th": "ก็คงใช่มั้ง", "km": "ប្រហែលជាបាទ", "vi": "chắc là có đấy", "my": "ဟုတ်မယ်ထင်တယ်"}
MAYBE_NO = {
    "en": "well no, not really",
    "th": "ก็ไม่เชิงนะ",
    "km": "មិនប្រាកដទេ",
    "vi": "chắc là không đâu",
    "my": "မဟုတ်လောက်ဘူး",
}
ERASE = {
    "en": "could you make all I wrote go away",
    "th": "ช่วยเอาที่เขียนไปออกให้หมดได้ไหม",
    "km": "សូមយកអ្វីដែលខ្ញុំសរសេរចេញ",
    "vi": "làm ơn bỏ hết những gì tôi viết đi",
    "my": "ရေးထားတာတွေ အကုန်ဖယ်ပေးပါ",
}
WHO_IS_THIS = {
    "en": "who is this? my worker wrote to you",
    "th": "นี่ใคร ลูกน้องฉันเขียนหาแก",
    "km": "នេះជាអ្នកណា? កម្មករខ្ញុំសរសេរទៅឯង",
    "vi": "ai đấy? người làm của tôi nhắn cho số này",
    "my": "ဒါ ဘယ်သူလဲ၊ ငါ့အလုပ်သမားက မင်းဆီ စာပို့တယ်",
}
NONSENSE = dict.fromkeys(LANGUAGES, "zzkq xqz vvk")
FOREIGN = (
    "ils ont pris mon passeport et je suis enfermé ici",
    "他们拿走了我的护照，我不能离开",
    "они забрали мой паспорт",
)
NO_WORDS = ("/", "\u200b", " / ", "...", "?", "🙏🙏", "- - -")

# What is written → what a model would take it for. A guess is never an exact word.
SENTENCES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "help in words": (HELP, "help_self"),
    "help for another": (HELP_OTHER, "help_other"),
    "a tip in words": (TIPS, "report_tip"),
    "a question in words": (ASKS, "ask_information"),
    "greeting": (GREETINGS, "greet"),
    "thanks": (THANKS, "thanks"),
    "a place": (PLACES, NOT_UNDERSTOOD),
    "insult": (INSULTS, NOT_UNDERSTOOD),
    "who is this": (WHO_IS_THIS, NOT_UNDERSTOOD),
    "nonsense": (NONSENSE, NOT_UNDERSTOOD),
    "perhaps yes": (MAYBE_YES, "affirm"),
    "perhaps no": (MAYBE_NO, "deny"),
    "erase, in words": (ERASE, "wipe"),
}
# Whoever writes one of these wakes somebody, whatever was written before it and whichever engine reads it.
ALARMING: Mapping[str, Mapping[str, str]] = {
    "cry": CRIES,
    "cry of who wants to die": WANTS_TO_DIE,
    "cry about a gun": HAS_A_GUN,
}


@cache
def command_lists(language: str) -> Mapping[str, list[str]]:
    """Every command word of a language, by the key of its list."""
    lists = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    named = [name for names in (lists.get("language_names") or {}).values() for name in names]
    return {**{key: lists[key] for key in INTENT_OF_KEY if lists.get(key)}, "a language": named}


@cache
def practice(language: str) -> tuple[tuple[str, str], ...]:
    """The model's training sentences of a language, each with its file and number there: names that tell no words."""
    found = []
    for file in PRACTICE_FILES:
        path = PRACTICE / language / f"{file}.yml"
        blocks: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"] if path.exists() else []
        lines = [line for block in blocks for line in block.get("examples", "").splitlines()]
        texts = [line.removeprefix("- ").strip() for line in lines if line.startswith("- ")]
        found += [(f"{file} {number}", text) for number, text in enumerate(texts) if text]
    return tuple(found)
