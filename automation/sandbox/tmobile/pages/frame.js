// Runs on the processor's origin. It answers the page around it, and no other.
const around = new URLSearchParams(location.search).get("parent");
const value = (id) => document.querySelector(id).value.trim();

addEventListener("input", () => {
  const complete = ["#cardNumber", "#expirationDate", "#cvv"].every(value);
  parent.postMessage({ complete }, around);
});

addEventListener("message", async (event) => {
  if (event.source !== parent || event.origin !== around || event.data !== "tokenize") return;
  const reply = await fetch("/tokens", {
    method: "POST",
    body: JSON.stringify({ number: value("#cardNumber").replace(/[ -]/g, ""), expires: value("#expirationDate"), cvv: value("#cvv") }),
  });
  const { token, fault } = await reply.json();
  parent.postMessage({ token, problem: fault }, around);
});
