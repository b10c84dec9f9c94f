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
// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
