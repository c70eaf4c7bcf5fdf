/* Passkeys: asks the browser for one, and posts what it says in an ordinary form. Without passkeys the form stays hidden. */

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const listed = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function asked({ publicKey }) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) options.excludeCredentials = listed(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) options.allowCredentials = listed(publicKey.allowCredentials);
  return { publicKey: options };
}

function said(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function prove(form) {
  const words = form.querySelector("[data-said]");
  words.textContent = "";
  try {
    const answer = await fetch(form.dataset.begin, { method: "POST", body: new FormData(form) });
    const options = await answer.json();
    if (!answer.ok) throw new Error(options.error);
    const credential = await navigator.credentials[form.dataset.passkey](asked(options));
    form.elements.namedItem("credential").value = said(credential);
    form.submit();
  } catch (error) {
    words.textContent = error.name === "Error" ? error.message : "No passkey was used. Nothing was changed. Try again.";
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    prove(form);
  });
}
