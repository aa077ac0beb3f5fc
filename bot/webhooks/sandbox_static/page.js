// The demo page: draws what the server says is on each phone, and hands what is typed or tapped to the server.
"use strict";

const HEADERS = { "x-sandbox-page": "1" };
const LANGUAGES = { km: "ខ្មែរ", th: "ไทย", vi: "Tiếng Việt", my: "မြန်မာ", en: "English" };
const STATES = {
  open: "Open", waiting: "Danger question asked", paging: "Waking somebody", acknowledged: "Taken",
  closed: "Alarm ended", stood_down: "No danger",
};
const consoleUrl = document.body.dataset.console;
const trouble = document.querySelector(".trouble");

function say(problem) {
  trouble.textContent = problem;
  trouble.hidden = !problem;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Text with its links to the console made clickable; nothing else becomes markup.
function words(text) {
  const paragraph = element("p", "words");
  paragraph.dir = "auto";
  for (const part of text.split(/(https?:\/\/[^\s]+)/)) {
    if (part.startsWith(consoleUrl)) {
      const link = element("a", "", part);
      link.href = part;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      paragraph.append(link);
    } else {
      paragraph.append(part);
    }
  }
  return paragraph;
}

class Phone {
  constructor(section) {
    this.section = section;
    this.channel = section.dataset.channel;
    this.list = section.querySelector(".messages");
    this.box = section.querySelector("textarea");
    this.storage = "sampan-person-" + this.channel;
    this.person = Number(localStorage.getItem(this.storage) || 0);
    this.begin();
    section.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    section.querySelector(".fresh")?.addEventListener("click", () => {
      this.person = (this.person + 1) % 800;
      localStorage.setItem(this.storage, String(this.person));
      this.begin();
    });
  }

  begin() {
    const base = this.section.dataset.address;
    const next = this.channel === "sandbox_sms" ? "+" + String(Number(base.slice(1)) + this.person) : base + "-" + this.person;
    this.address = this.person === 0 ? base : next;
    this.after = 0;
    this.day = "";
    this.list.replaceChildren();
  }

  async submit() {
    const text = this.box.value.trim();
    if (!text) return;
    if (await this.send({ text })) this.box.value = "";
  }

  async send(message) {
    const body = JSON.stringify({ channel: this.channel, phone: this.address, ...message });
    try {
      const response = await fetch("/sandbox/send", {
        method: "POST", body, headers: { ...HEADERS, "content-type": "application/json" },
      });
      say(response.ok ? "" : "The door did not take the message (status " + response.status + "). Try again.");
      if (response.ok) await this.poll();
      return response.ok;
    } catch {
      say("The bot does not answer. Is it still running?");
      return false;
    }
  }

  async poll() {
    const address = this.address;
    const path = "/sandbox/phones/" + encodeURIComponent(address) + "?own=1&after=" + this.after;
    const response = await fetch(path, { headers: HEADERS });
    if (!response.ok) return;
    const { messages, present } = await response.json();
    if (address !== this.address) return;
    this.removeAllBut(new Set([...present, ...messages.map((message) => message.id)]));
    for (const message of messages) {
      if (message.id > this.after) this.show(message);
    }
  }

  // What the bot deleted from a chat is gone from its phone as well.
  removeAllBut(present) {
    for (const bubble of [...this.list.children]) {
      if (!present.has(Number(bubble.dataset.id))) bubble.remove();
    }
  }

  show(message) {
    const first = this.after === 0;
    this.after = message.id;
    const bubble = element("li", message.own ? "own" : "theirs");
    bubble.dataset.id = message.id;
    const content = element("div", "bubble");
    content.append(words(message.text));
    const at = new Date(message.at);
    const time = element("time", "", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
    time.dateTime = message.at;
    content.append(time);
    bubble.append(content);
    if (message.buttons.length) bubble.append(this.buttons(message.buttons));
    if (!first) bubble.classList.add("arrived");
    this.list.append(bubble);
    this.list.scrollTop = this.list.scrollHeight;
  }

  buttons(choices) {
    const row = element("div", "choices");
    for (const choice of choices) {
      const button = element("button", "", choice.title);
      button.type = "button";
      button.addEventListener("click", async () => {
        if (await this.send({ text: choice.title, button: choice.payload })) {
          for (const each of row.children) each.classList.toggle("chosen", each === button);
        }
      });
      row.append(button);
    }
    return row;
  }
}

function waiting(seconds) {
  if (seconds === null) return "answered";
  if (seconds < 60) return seconds + " s";
  if (seconds < 3600) return Math.floor(seconds / 60) + " min";
  return Math.floor(seconds / 3600) + " h " + (Math.floor(seconds / 60) % 60) + " min";
}

async function pollQueue() {
  const response = await fetch("/sandbox/queue", { headers: HEADERS });
  if (!response.ok) return;
  const { cards } = await response.json();
  const rows = cards.map((card) => {
    const row = element("tr", card.state === "paging" ? "ringing" : "");
    const urgency = element("td");
    urgency.append(element("span", "urgency " + card.urgency.toLowerCase(), card.urgency));
    const state = (STATES[card.state] || card.state) + (card.owner ? ": " + card.owner : "");
    row.append(
      element("td", "number", String(card.number)), element("td", "", card.pseudonym), urgency,
      element("td", "", LANGUAGES[card.language] || card.language || "not known"), element("td", "state", state),
      element("td", "wait", waiting(card.waiting_seconds)),
    );
    return row;
  });
  document.querySelector(".queue tbody").replaceChildren(...rows);
  document.querySelector(".queue .scroll").hidden = rows.length === 0;
  document.querySelector(".queue .empty").hidden = rows.length > 0;
}

const phones = [...document.querySelectorAll(".phone")].map((section) => new Phone(section));

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    const from = document.querySelector("input[name=from]:checked").value;
    phones.find((phone) => phone.channel === from).send({ text: example.dataset.text });
  });
}

function tick() {
  const now = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  for (const clock of document.querySelectorAll(".clock")) clock.textContent = now;
}

async function forever() {
  for (;;) {
    tick();
    try {
      await Promise.all([...phones.map((phone) => phone.poll()), pollQueue()]);
      if (trouble.dataset.lost) { delete trouble.dataset.lost; say(""); }
    } catch {
      trouble.dataset.lost = "1";
      say("The bot does not answer. Is it still running?");
    }
    await new Promise((wake) => setTimeout(wake, document.hidden ? 4000 : 1000));
  }
}

forever();
