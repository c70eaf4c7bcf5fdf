/* The round at the door: it sounds before a limit is reached, and keeps the scanner's place. Times are the server's. */

const offset = Date.parse(document.body.dataset.now) - Date.now();
const now = () => Date.now() + (Number.isNaN(offset) ? 0 : offset);
const sounded = new Set();
let sound;

function beep() {
  navigator.vibrate?.([200, 120, 200]);
  try {
    sound ??= new AudioContext();
    const tone = sound.createOscillator(), volume = sound.createGain();
    tone.frequency.value = 880;
    volume.gain.setValueAtTime(0.2, sound.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + 0.6);
  } catch {
    // A phone that was not touched yet may not sound; the line is marked all the same.
  }
}

function look() {
  for (const line of document.querySelectorAll("[data-alarm]")) {
    const due = now() >= Date.parse(line.dataset.alarm), turn = `${line.id} ${line.dataset.alarm}`;
    line.classList.toggle("is-alarm", due);
    if (due && !sounded.has(turn)) {
      sounded.add(turn);
      beep();
    }
  }
}

/* A scanner types and ends with Enter: wherever the thumb was, its letters belong in the door's field. */
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("f-code");
  if (!field || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) return;
  field.focus();
});

setInterval(look, 1000);
look();
