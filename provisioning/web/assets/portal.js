// Makes the pages nicer; each works without it. It sends nothing, and asks for nothing but a page that
// the person chooses.
'use strict';

const find = (selector) => [...document.querySelectorAll(selector)];

// What only makes sense with a script is hidden without one.
const reveal = (element) => { element.hidden = false; };

// --- Formats as one types -----------------------------------------------------------------------

const digitsOf = (text, most) => text.replace(/\D/g, '').slice(0, most);

const grouped = (digits, sizes, sign) => {
  const groups = [];
  for (const size of sizes) {
    if (!digits) break;
    groups.push(digits.slice(0, size));
    digits = digits.slice(size);
  }
  return groups.join(sign);
};

const formats = {
  ahv: (text) => grouped(digitsOf(text, 13), [3, 4, 4, 2], '.'),
  born: (text) => grouped(digitsOf(text, 8), [2, 2, 4], '.'),
};

for (const [name, format] of Object.entries(formats)) {
  for (const input of find(`input[name="${name}"]`)) {
    input.addEventListener('input', () => {
      // Only behind the last character: whoever mends something in the middle is left alone. A date
      // that is typed in another way ("1961-05-23", "3.5.1961") as well.
      const atEnd = input.selectionStart === input.value.length;
      const plain = /^\d*$/.test(input.value.replace(/\./g, ''));
      const unevenDots = name === 'born' && /^\d\.|^\d\d\.\d\./.test(input.value);
      if (atEnd && plain && !unevenDots) input.value = format(input.value);
    });
  }
}

// --- The password's rules -----------------------------------------------------------------------

const rules = {
  length: (text) => [...text].length >= 8,
  lower: (text) => /\p{Ll}/u.test(text),
  upper: (text) => /\p{Lu}/u.test(text),
  digit: (text) => /\d/.test(text),
  special: (text) => /[^\p{L}\p{N}\s]/u.test(text),
};

for (const list of find('[data-rules-for]')) {
  const input = document.getElementById(list.dataset.rulesFor);
  if (!input) continue;
  reveal(list);
  const judge = () => {
    for (const item of list.querySelectorAll('[data-rule]')) {
      item.classList.toggle('met', rules[item.dataset.rule](input.value));
    }
  };
  input.addEventListener('input', judge);
  judge();
}

// --- Buttons ------------------------------------------------------------------------------------

for (const button of find('[data-copies]')) {
  if (!navigator.clipboard) continue;
  reveal(button);
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = button.dataset.done;
  });
}

for (const button of find('[data-prints]')) {
  reveal(button);
  button.addEventListener('click', () => window.print());
}

// --- Pauses: "in 30 seconds" counts down, and the button waits for it -----------------------------

for (const pause of find('[data-countdown]')) {
  const words = pause.textContent;
  const seconds = Number(/\d+/.exec(words)?.[0] ?? 0);
  const button = pause.closest('form')?.querySelector('button');
  if (!seconds || !button) continue;
  button.disabled = true;
  // By the clock: a phone that sleeps does not count.
  const end = Date.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.max(Math.ceil((end - Date.now()) / 1000), 0);
    pause.textContent = words.replace(/\d+/, String(left));
    if (left > 0) return;
    clearInterval(timer);
    pause.hidden = true;
    button.disabled = false;
  }, 1000);
}

// --- Before the session ends for being idle (W3) -------------------------------------------------

const WARNING_SECONDS = 120;

for (const warning of find('[data-idle-seconds]')) {
  const idle = Number(warning.dataset.idleSeconds);
  const lead = Math.min(WARNING_SECONDS, idle / 2);
  setTimeout(() => {
    reveal(warning);
    warning.focus();
  }, (idle - lead) * 1000);
  // It is over: what the page shows is for nobody who comes by.
  setTimeout(() => location.replace(location.pathname), (idle + 5) * 1000);
}
