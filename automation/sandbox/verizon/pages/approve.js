// Asks twice a second whether the request was answered on the phone.
const ask = async () => {
  const reply = await fetch("/signin/approve/state");
  const { waiting } = await reply.json();
  if (waiting) setTimeout(ask, 500); else location.assign("/signin/approve/done");
};
setTimeout(ask, 300);
