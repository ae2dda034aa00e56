// Asks every second whether the request was answered in the app.
const ask = async () => {
  const reply = await fetch("/signin/approve/state");
  const { waiting } = await reply.json();
  if (waiting) setTimeout(ask, 1000); else location.assign("/signin/continue");
};
setTimeout(ask, 1000);
