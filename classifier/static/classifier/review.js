// The page works without this script, one page for each photo. With it a verdict shows the next photo
// at once, which is here already, and is sent meanwhile; keys press the buttons that name them.
const place = document.getElementById("review");
const empty = document.getElementById("review-empty");
const undo = document.getElementById("review-undo");
const why = document.getElementById("review-why");
const keys = document.getElementById("review-keys");
const cards = () => [...place.children];
const current = () => cards().find((card) => !card.hidden);
let sending = Promise.resolve();
let waiting = 0;

function show(card) {
  for (const each of cards()) each.hidden = each !== card;
  empty.hidden = Boolean(card) || waiting > 0;
  if (card) {
    card.focus({ preventScroll: true });
    if (window.scrollY > card.offsetTop) card.scrollIntoView();
    explain();
  }
}

// The map is fetched when it is asked for, and stays on from photo to photo until it is put away.
function explain() {
  const heat = current()?.querySelector(".heat");
  if (!heat) return;
  const wanted = why.getAttribute("aria-pressed") === "true";
  if (wanted && !heat.src) heat.src = heat.dataset.src;
  heat.hidden = !wanted;
}

function tell(text) {
  const item = document.createElement("li");
  item.className = "error";
  item.textContent = text;
  document.querySelector("#review-state .messages").replaceChildren(item);
}

// What was judged and waits for its turn: whoever types fast must not be given it again.
const unsent = new Set();

// One after the other: what comes next depends on what was said before.
function send(form, say, failed, ahead, outfit) {
  waiting += 1;
  if (outfit) unsent.add(outfit);
  sending = sending.then(async () => {
    const body = new FormData(form);
    if (say) body.append("say", say);
    unsent.delete(outfit);
    for (const held of [...cards().map((card) => card.dataset.outfit), ...unsent]) {
      body.append("held", held);
    }
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      });
      if (answer.headers.get("HX-Redirect")) {
        location.assign(answer.headers.get("HX-Redirect"));
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      waiting -= 1;
      receive(await answer.text(), ahead);
    } catch {
      waiting -= 1;
      failed();
      tell(place.dataset.failed);
    }
  });
}

function receive(html, ahead) {
  const part = new DOMParser().parseFromString(html, "text/html");
  document.getElementById("review-state").replaceWith(part.getElementById("review-state"));
  const known = new Set(cards().map((card) => card.dataset.outfit));
  const fresh = [...part.querySelectorAll("article.review")].filter(
    (card) => !known.has(card.dataset.outfit));
  if (ahead && fresh.length) {
    place.prepend(...fresh);
    show(fresh[0]);
    return;
  }
  place.append(...fresh);
  if (!current() || !fresh.length) show(current() || cards()[0]);
}

function judge(card, say) {
  const form = card.querySelector("form");
  card.remove();
  show(cards()[0]);
  send(form, say, () => {
    place.prepend(card);
    show(card);
  }, false, card.dataset.outfit);
}

place.addEventListener("submit", (event) => {
  event.preventDefault();
  judge(event.target.closest("article"), event.submitter.value);
});

undo.addEventListener("submit", (event) => {
  event.preventDefault();
  send(undo, "", () => {}, true);
});

why.hidden = false;
why.addEventListener("click", () => {
  why.setAttribute("aria-pressed", why.getAttribute("aria-pressed") !== "true");
  explain();
});

// What the key is called on a Latin keyboard, so that it works while Korean is being typed, too.
function named(event) {
  if (event.key === "Enter" || event.key === "?") return event.key;
  if (/^[0-9a-z]$/i.test(event.key)) return event.key.toUpperCase();
  return /^(Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[2] ?? "";
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const target = event.target;
  if (target.closest("input, textarea, select")) return;
  const key = named(event);
  // Enter presses what is in focus, as everywhere; where nothing is, it confirms.
  if (!key || (key === "Enter" && target.closest("a, button, summary"))) return;
  if (key === "?") {
    keys.open = !keys.open;
    event.preventDefault();
    return;
  }
  const button = [undo, why.parentElement, current()].map(
    (within) => within?.querySelector(`[data-key="${key}"]`)).find(Boolean);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

show(current());
