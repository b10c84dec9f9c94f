"use strict";
// A passkey signs: the form says what is asked for, and takes the answer along.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    const problem = form.querySelector("[data-problem]");
    problem.textContent = "";
    const create = form.dataset.passkey === "create";
    const asked = JSON.parse(form.dataset.request);
    try {
      const publicKey = create
        ? PublicKeyCredential.parseCreationOptionsFromJSON(asked)
        : PublicKeyCredential.parseRequestOptionsFromJSON(asked);
      const credential = await navigator.credentials[create ? "create" : "get"]({ publicKey });
      const answer = credential.toJSON();
      delete answer.response.attestationObject; // what the device says stands in it once more
      form.elements.answer.value = JSON.stringify(answer);
      form.submit();
    } catch (error) {
      const said = { NotAllowedError: "cancelled", InvalidStateError: "same" };
      problem.textContent = form.dataset[said[error.name] ?? "unable"];
      problem.focus();
    }
  });
}
// The words that are marked in a paragraph go along when it is commented on.
for (const button of document.querySelectorAll("[data-comment]")) {
  for (const when of ["pointerdown", "keydown"]) { // before the click takes the mark away
    button.addEventListener(when, () => sessionStorage.setItem("quote", getSelection().toString()));
  }
}
for (const field of document.querySelectorAll("[data-quote]")) {
  field.value ||= sessionStorage.getItem("quote") ?? "";
  sessionStorage.removeItem("quote");
}
if (document.querySelector("form[action='/sign-in']")) sessionStorage.clear(); // it is nobody else's
// The browser itself reads the answer as a page: no text is ever made one by this script (Trusted Types).
function answered(form) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.live);
    request.responseType = "document";
    request.onload = () => resolve(request);
    request.onerror = reject;
    request.send(new URLSearchParams(new FormData(form)));
  });
}
// What is written is kept and checked as it is written; the paper beside it follows.
for (const form of document.querySelectorAll("form[data-live]")) {
  const status = form.querySelector("[data-live-status]");
  let timer, asking = false, again = false;
  history.replaceState(null, "", location.href); // to load the page again sends nothing again
  const look = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await answered(form);
      const ok = answer.status === 200;
      status.textContent = ok ? status.dataset.saved : status.dataset[answer.status === 409 ? "unsaved" : "busy"];
      if (ok) {
        const told = answer.response;
        form.elements.digest.value = told.querySelector("[data-digest]").dataset.digest;
        for (const place of document.querySelectorAll("[data-says]")) {
          place.replaceChildren(...(told.querySelector(`[data-for="${place.dataset.says}"]`)?.childNodes ?? []));
        }
        showPaper();
      }
    } catch { status.textContent = status.dataset.busy; }
    asking = false;
    if (again) { again = false; look(); }
  };
  document.addEventListener("input", ({ target }) => { // a field of the form may stand outside of it
    if (target.form !== form) return;
    clearTimeout(timer);
    timer = setTimeout(look, 1500);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    again = false;
    if (!asking) return;
    event.preventDefault(); // what is on its way tells what the text is now
    setTimeout(() => form.requestSubmit(event.submitter), 200);
  });
}
function showPaper() {
  const frame = document.querySelector("[data-paper]");
  if (!frame) return;
  const from = frame.contentWindow.scrollY;
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, from), { once: true });
  frame.contentWindow.location.reload();
}
// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
